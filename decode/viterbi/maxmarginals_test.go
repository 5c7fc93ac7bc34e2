package viterbi

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/trellis-nlp/trellis/structured"
)

func TestMaxMarginalsOverAllPaths(t *testing.T) {
	var w Workspace
	everyLattice(t, func(t *testing.T, _ *rand.Rand, s *structured.Lattice) {
		paths := enumerate(s)
		for _, shape := range shapes {
			want, got := structured.NewLattice(s.T, s.L, shape), structured.NewLattice(s.T, s.L, shape)
			maxMarginals(want, paths)
			err := w.MaxMarginals(got, s)
			if len(paths) == 0 {
				require.ErrorIs(t, err, structured.ErrNoPath)
			} else {
				require.NoError(t, err)
			}
			for k, v := range want.Node {
				requireClose(t, v, got.Node[k], "node ", k)
			}
			for k, v := range want.Edge {
				requireClose(t, v, got.Edge[k], "edge ", k)
			}
		}
	})
}
