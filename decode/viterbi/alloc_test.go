package viterbi

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/trellis-nlp/trellis/structured"
)

func TestKeptWorkspaceAllocatesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for name, shape := range shapes {
		const n, l = 20, 6
		s := random(r, n, l, shape, kinds["normal"])
		cost := random(r, n, l, structured.PositionEdges, kinds["ties"])
		m := structured.NewLattice(n, l, shape)
		path := make([]int, n)
		among := someLabels(r, n, l)
		var w Workspace
		var paths []Path
		for method, f := range map[string]func() error{
			"Decode":            func() error { _, err := w.Decode(path, s); return err },
			"DecodeAugmented":   func() error { _, err := w.DecodeAugmented(path, s, cost, 2); return err },
			"DecodeConstrained": func() error { _, err := w.DecodeConstrained(path, s, cost); return err },
			"DecodeAmong":       func() error { _, err := w.DecodeAmong(path, s, among); return err },
			"Beam":              func() error { _, err := w.Beam(path, s, 3); return err },
			"MaxMarginals":      func() error { return w.MaxMarginals(m, s) },
			"KBest":             func() (err error) { paths, err = w.KBest(paths, s, 30); return err },
		} {
			require.NoError(t, f())
			// Run many calls as one: the mean over runs would hide memory that grows occasionally.
			assert.Zero(t, testing.AllocsPerRun(1, func() {
				for range 100 {
					if f() != nil {
						panic("unexpected error")
					}
				}
			}), "%s, edges %s", method, name)
		}
	}
}
