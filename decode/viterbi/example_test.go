package viterbi_test

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/structured"
)

var labels = []string{"O", "B-PER", "I-PER"}

// emissions stands for the last layer of a neural network: one row per token, one score per label.
func emissions() [][]float64 {
	return [][]float64{
		{0.1, 1.2, 1.4}, // Ada
		{0.3, 0.9, 1.0}, // Lovelace
		{2.5, 0.2, 0.1}, // wrote
	}
}

// lattice puts network scores on the nodes and the BIO grammar on shared edges.
func lattice() *structured.Lattice {
	s := structured.NewLattice(3, len(labels), structured.SharedEdges)
	for t, row := range emissions() {
		copy(s.NodeAt(t), row)
	}
	s.NodeAt(0)[2] = math.Inf(-1)  // no sentence starts inside a span,
	s.Edge[0*s.L+2] = math.Inf(-1) // and no I-PER follows O
	return s
}

// Decode the scores of a neural network under the BIO grammar.
func Example() {
	s := lattice()
	var w viterbi.Workspace // reuse it: further sentences then allocate nothing
	path := make([]int, s.T)
	score, err := w.Decode(path, s)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, j := range path {
		fmt.Print(labels[j], " ")
	}
	fmt.Printf("%.1f\n", score)
	// Output: B-PER I-PER O 4.7
}

// List the three best labellings of a sentence.
func ExampleKBest() {
	paths, err := viterbi.KBest(nil, lattice(), 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range paths {
		fmt.Printf("%.1f", p.Score)
		for _, j := range p.Labels {
			fmt.Print(" ", labels[j])
		}
		fmt.Println()
	}
	// Output:
	// 4.7 B-PER I-PER O
	// 4.6 B-PER B-PER O
	// 4.0 B-PER O O
}

// Decode with the constraint that token "Lovelace" is outside any name.
func ExampleDecodeConstrained() {
	s := lattice()
	allowed := structured.NewLattice(s.T, s.L, structured.NoEdges)
	allowed.NodeAt(1)[1], allowed.NodeAt(1)[2] = math.Inf(-1), math.Inf(-1)
	path := make([]int, s.T)
	score, err := viterbi.DecodeConstrained(path, s, allowed)
	fmt.Printf("%v %.1f %v\n", path, score, err)
	// Output: [1 0 0] 4.0 <nil>
}

// Compare the best path through each label of the second token.
func ExampleMaxMarginals() {
	s := lattice()
	m := structured.NewLattice(s.T, s.L, structured.NoEdges)
	if err := viterbi.MaxMarginals(m, s); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f\n", m.NodeAt(1))
	// Output: [4.0 4.6 4.7]
}
