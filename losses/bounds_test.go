package losses_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// If the gold path leads by its cost and 1/gamma at each step, smoothed-hinge is flat, unlike
// softmax-margin.
func TestSmoothedHingeIsZeroBeyondItsMargin(t *testing.T) {
	gold := []int{1, 0, 2, 2}
	s := structured.NewLattice(4, 3, structured.SharedEdges)
	s.Edge[5] = 0.25
	for at, j := range gold {
		s.NodeAt(at)[j] = 6
	}
	grad := new(structured.Lattice)
	v, err := losses.SmoothedHinge{}.Eval(grad, s, structured.PathTarget(gold), new(losses.Workspace))
	require.NoError(t, err)
	assert.Zero(t, v)
	require.NoError(t, bruteforce.Near(structured.NewLattice(4, 3, structured.SharedEdges), grad, 0))
}

// For one token and two labels, the loss is the smooth hinge of Rennie & Srebro (2005): 0, v^2/2 or
// v - 1/2, with v = 1 - their z.
func TestSmoothedHingeIsRennieAndSrebros(t *testing.T) {
	s := structured.NewLattice(1, 2, structured.NoEdges)
	for _, violation := range []float64{-3, -0.5, -0.4, 0, 0.3, 0.5, 0.6, 4} { // including the cost 1
		s.Node[1] = violation - 1
		got, err := losses.SmoothedHinge{Gamma: 2}.Eval(nil, s, structured.PathTarget([]int{0}), new(losses.Workspace))
		require.NoError(t, err)
		v, want := violation+0.5, 0.0
		switch {
		case v >= 1:
			want = v - 0.5
		case v > 0:
			want = v * v / 2
		}
		assert.InDelta(t, want, got, 1e-12, "%v", violation)
	}
}

// Token-marginal scores single tokens: a gold path with a forbidden edge has a finite loss if its
// labels are possible.
func TestTokenMarginalOfAForbiddenPath(t *testing.T) {
	s := structured.NewLattice(2, 2, structured.PositionEdges)
	s.Edge[0] = math.Inf(-1) // 0, 0
	check(t, "forbidden edge", losses.TokenMarginal{}, s, structured.PathTarget([]int{0, 0}), new(losses.Workspace), 2*math.Log(3))
	s.Edge[1] = math.Inf(-1) // 0, 1: label 0 has no successor
	_, err := losses.TokenMarginal{}.Eval(nil, s, structured.PathTarget([]int{0, 0}), new(losses.Workspace))
	assert.ErrorIs(t, err, losses.ErrForbidden)
}

// Smoothing and entropy work for soft and partial targets as for paths.
func TestRegularizersTakeAnyTarget(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 9))
	var w losses.Workspace
	for c := range bruteforce.Cases(56) {
		s := c.Scores
		allowed := make([][]int, s.T)
		for k, j := range bruteforce.RandomPath(rng, s) {
			allowed[k] = []int{j, rng.IntN(s.L)}
		}
		set := new(structured.Lattice)
		require.NoError(t, structured.Allow(set, s.L, allowed))
		for _, y := range []structured.Target{{Partial: set}, {Soft: bruteforce.Marginals(scaled(s, 2), structured.PositionEdges)}} {
			eval := func(l losses.CrossEntropy) float64 {
				v, err := l.Eval(nil, s, y, &w)
				require.NoError(t, err)
				return v
			}
			plain, uniform := eval(losses.CrossEntropy{}), eval(losses.CrossEntropy{Smoothing: 1 - 1e-12})
			h := plain - eval(losses.CrossEntropy{Entropy: 1})
			check(t, c.Name, losses.CrossEntropy{Smoothing: 0.1, Entropy: 0.2}, s, y, &w, 0.9*plain+0.1*uniform-0.2*h)
		}
	}
}

func TestTraits(t *testing.T) {
	for _, kind := range losses.Kinds() {
		l, err := losses.New(kind.Name, losses.Options{})
		require.NoError(t, err)
		traits := l.(losses.HasTraits).Traits()
		assert.False(t, traits.Convex && traits.NeedsStart, "%s: a convex loss may start anywhere", kind.Name)
		assert.NotEmpty(t, kind.Brief)
	}
	assert.False(t, losses.CrossEntropy{Entropy: 1}.Traits().Convex)
	assert.True(t, losses.LargeMarginSoftmax{Margin: 1}.Traits().Convex)
}
