package pruned_test

import (
	"fmt"

	"github.com/trellis-nlp/trellis/pruned"
)

// Prune from coarse to fine: nodes select a few labels per token, and only those are scored with
// triples.
func Example() {
	var all, kept pruned.Kept
	var coarse, fine pruned.Lattice
	var w pruned.Workspace

	all.KeepAll(3, 4)
	coarse.Reset(&all, 0)
	copy(coarse.Node, []float64{
		2, 2, -3, -3,
		0, 3, -2, -2,
		1, -4, 1, -4,
	})
	if err := w.Prune(&kept, &coarse, pruned.Pruning{Threshold: 0.02}, nil); err != nil {
		fmt.Println(err)
		return
	}
	for t := range kept.Len() {
		fmt.Println(kept.At(t))
	}

	fine.Reset(&kept, 2)
	fine.TripleAt(2)[7] = 1.5 // labels 1, 1, 2
	path := make([]int, 3)
	score, err := w.Decode(path, &fine)
	fmt.Println(path, score, err)
	// Output:
	// [0 1]
	// [0 1]
	// [0 2]
	// [1 1 2] 1.5 <nil>
}
