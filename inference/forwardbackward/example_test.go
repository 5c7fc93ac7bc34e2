package forwardbackward_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/structured"
)

// Compute the probabilities of labels and label pairs from scores.
func Example() {
	s := structured.NewLattice(3, 2, structured.SharedEdges)
	copy(s.Node, []float64{2, 0, 0, 0, 0, 1})
	copy(s.Edge, []float64{1, 0, 0, 1}) // neighbours prefer equal labels
	var w forwardbackward.Workspace
	mu := new(structured.Lattice)
	logZ, err := w.Marginals(mu, s, structured.PositionEdges)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("log Z = %.4f\n", logZ)
	for t := range s.T {
		fmt.Printf("token %d: %.3f\n", t, mu.NodeAt(t))
	}
	fmt.Printf("first step: %.3f\n", mu.EdgeAt(1))
	// Output:
	// log Z = 5.2954
	// token 0: [0.858 0.142]
	// token 1: [0.575 0.425]
	// token 2: [0.338 0.662]
	// first step: [0.548 0.311 0.027 0.114]
}

func ExampleWorkspace_Sample() {
	s := &structured.Lattice{T: 4, L: 2, Node: []float64{3, 0, 0, 3, 3, 0, 0, 0}}
	paths := [][]int{make([]int, 4), make([]int, 4), make([]int, 4)}
	var w forwardbackward.Workspace
	if err := w.Sample(paths, s, rand.New(rand.NewPCG(1, 2))); err != nil {
		log.Fatal(err)
	}
	for _, y := range paths {
		fmt.Println(y[:3])
	}
	// Output:
	// [0 1 0]
	// [0 1 0]
	// [0 1 0]
}
