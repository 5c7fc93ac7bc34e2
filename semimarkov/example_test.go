package semimarkov_test

import (
	"fmt"
	"log"

	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// Scores of whole segments go in: "New York" is in a list of places. The best segmentation and the
// probabilities of segments come out.
func Example() {
	words := []string{"in", "New", "York", "today"}
	labels := []string{"O", "PLACE"}
	s := semimarkov.NewLattice(len(words), len(labels), 2, structured.NoEdges)
	s.LimitLength(0, 1) // tokens outside are segments of their own
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

// A loss takes scores and gives back their gradient: steps against it make the gold segmentation more
// probable.
func ExampleLoss() {
	s := semimarkov.NewLattice(3, 2, 2, structured.SharedEdges)
	gold := []semimarkov.Segment{{Start: 0, End: 1, Label: 0}, {Start: 1, End: 3, Label: 1}}
	var loss semimarkov.Loss = semimarkov.SoftmaxMargin{Cost: semimarkov.SpanCost{FalseNegative: 2, FalsePositive: 1}}
	var w semimarkov.Workspace
	var grad semimarkov.Lattice
	for range 3 {
		v, err := loss.Eval(&grad, s, gold, &w)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%.3f\n", v)
		if err := semimarkov.AddScaled(s, s, &grad, -1); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// 6.241
	// 2.846
	// 1.061
}
