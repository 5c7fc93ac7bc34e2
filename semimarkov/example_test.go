package semimarkov_test

import (
	"fmt"
	"log"

	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// Score whole segments, where "New York" is in a list of places, then decode and compute segment
// probabilities.
func Example() {
	words := []string{"in", "New", "York", "today"}
	labels := []string{"O", "PLACE"}
	s := semimarkov.NewLattice(len(words), len(labels), 2, structured.NoEdges)
	s.LimitLength(0, 1) // each token outside is a segment of its own
	for t := range words {
		s.At(t, 1)[1], s.At(t, 2)[1] = -2, -4 // few words are places
	}
	s.At(1, 2)[1] = 3 // New York

	var w semimarkov.Workspace
	y, score, err := w.Decode(nil, s)
	if err != nil {
		log.Fatal(err)
	}
	for _, g := range y {
		fmt.Println(labels[g.Label], words[g.Start:g.End])
	}
	fmt.Println("score", score)

	var mu semimarkov.Lattice
	if _, err := w.Marginals(&mu, s, structured.NoEdges); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("p(New York) = %.3f\n", mu.At(1, 2)[1])
	// Output:
	// O [in]
	// PLACE [New York]
	// O [today]
	// score 3
	// p(New York) = 0.938
}
