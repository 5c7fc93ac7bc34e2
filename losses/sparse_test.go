package losses_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// Scores with sparse edges give the loss and the gradient of the same scores with shared edges, for
// every loss, kind of target and cost.
func TestSparseEdges(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	var v, w losses.Workspace
	for _, l := range []int{3, 24} {
		for round := range 6 {
			full := bruteforce.Random(rng, 1+round, l, structured.SharedEdges, 2, 0)
			for k := range full.Edge {
				if round%3 == 2 && k/l == 1 && k%l != 0 {
					full.Edge[k] = math.Inf(-1)
				} else if rng.IntN(4) > 0 {
					full.Edge[k] = 0
				}
			}
			gold := make([]int, full.T) // label 0, which nothing forbids
			s, pairs := new(structured.Lattice), (*structured.Pairs)(nil)
			pairs, s.Edge = structured.Compress(l, full.Edge)
			values := s.Edge
			s.ResizeSparse(full.T, pairs)
			copy(s.Node, full.Node)
			copy(s.Edge, values)

			check := func(name string, loss losses.Loss, y structured.Target) {
				t.Helper()
				want, grad, dense := new(structured.Lattice), new(structured.Lattice), new(structured.Lattice)
				value, wantErr := loss.Eval(want, full, y, &v)
				got, err := loss.Eval(grad, s, y, &w)
				require.Equal(t, wantErr, err, name)
				if err != nil {
					return
				}
				requireNear(t, value, got, 1e-9, name)
				require.Equal(t, structured.SparseEdges, grad.Shape())
				grad.Dense(dense)
				for k := range want.Edge { // the gradient of unlisted pairs is not needed
					if pairs.Find(k/l, k%l) < 0 {
						want.Edge[k], dense.Edge[k] = 0, 0
					}
				}
				require.NoError(t, bruteforce.Near(want, dense, 1e-8), name)
			}
			labels := make([]string, l)
			for j := range labels {
				labels[j] = []string{"O", "B-x", "I-x"}[j%3]
			}
			for _, o := range []losses.Options{
				{Scale: 0.5, Gamma: 1.5, Margin: 2},
				{Cost: structured.NewBoundaryCost(labels, 1, 2, 3), Margin: 1, Smoothing: 0.2, Entropy: 0.1},
			} {
				for _, name := range losses.Names() {
					loss, err := losses.New(name, o)
					require.NoError(t, err)
					check(name, loss, structured.PathTarget(gold))
				}
			}
			var partial structured.Lattice
			require.NoError(t, structured.Allow(&partial, l, append([][]int{{0, 2}}, make([][]int, full.T-1)...)))
			check("partial", losses.CrossEntropy{}, structured.Target{Partial: &partial})
			soft := structured.NewLattice(full.T, l, structured.PositionEdges)
			soft.AddPath(gold, 1)
			check("soft", losses.CrossEntropy{Smoothing: 0.1}, structured.Target{Soft: soft})
		}
	}
}
