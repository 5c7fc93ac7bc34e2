package structured_test

import (
	"fmt"
	"log"

	"github.com/trellis-nlp/trellis/structured"
)

// A cost-augmented decoder maximises the sum of scores and cost.
func ExampleAddScaled() {
	scores := structured.NewLattice(2, 2, structured.SharedEdges)
	copy(scores.Node, []float64{1, 0, 0, 2})
	copy(scores.Edge, []float64{0.5, 0, 0, 0.5})
	gold := []int{0, 1}
	cost, sum := new(structured.Lattice), new(structured.Lattice)
	if err := (structured.Hamming{}).Fill(cost, gold, 2); err != nil {
		log.Fatal(err)
	}
	if err := structured.AddScaled(sum, scores, cost, 1); err != nil {
		log.Fatal(err)
	}
	for y := range structured.Paths(2, 2) {
		fmt.Println(y, scores.PathScore(y), sum.PathScore(y))
	}
	// Output:
	// [0 0] 1.5 2.5
	// [0 1] 3 3
	// [1 0] 0 2
	// [1 1] 2.5 3.5
}

// The BIO grammar forbids an I- label that continues no span.
func ExampleNewGrammar() {
	labels := []string{"O", "B-PER", "I-PER"}
	g := structured.NewGrammar(labels, structured.BIO)
	allowed := new(structured.Lattice)
	g.Fill(allowed, 2)
	for y := range structured.Paths(2, 3) {
		if allowed.PathScore(y) == 0 {
			fmt.Println(labels[y[0]], labels[y[1]])
		}
	}
	// Output:
	// O O
	// O B-PER
	// B-PER O
	// B-PER B-PER
	// B-PER I-PER
}
