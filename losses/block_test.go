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

// blockOf returns scores of different lengths with the edges of first, and gold paths.
func blockOf(rng *rand.Rand, first *structured.Lattice, n int) (s []structured.Lattice, y []structured.Target) {
	for k := range n {
		x := bruteforce.Random(rng, 1+(k*3+rng.IntN(3))%7, first.L, structured.NoEdges, 2, 0.1)
		x.Edge, x.Pairs = first.Edge, first.Pairs
		s = append(s, *x)
		gold := make([]int, x.T) // mostly label 0, which nothing forbids
		for t := range gold {
			if j := rng.IntN(first.L); x.NodeAt(t)[j] > -1 && first.EdgeScore(1, j, 0) > -1 && (t == 0 || first.EdgeScore(1, gold[t-1], j) > -1) {
				gold[t] = j
			}
		}
		y = append(y, structured.PathTarget(gold))
	}
	return s, y
}

// checkBlock compares EvalBlock with single evaluations.
func checkBlock(t *testing.T, name string, l losses.Loss, s []structured.Lattice, y []structured.Target, w *losses.Workspace) {
	t.Helper()
	var single losses.Workspace
	values, grad := make([]float64, len(s)), make([]structured.Lattice, len(s))
	n, err := w.EvalBlock(l, values, grad, s, y)
	edges := make([]float64, len(s[0].Edge))
	for k := range s {
		want := new(structured.Lattice)
		value, wantErr := l.Eval(want, &s[k], y[k], &single)
		if wantErr != nil {
			require.Equal(t, k, n, name)
			require.Equal(t, wantErr, err, name)
			return
		}
		requireNear(t, value, values[k], 1e-9, name)
		for e, v := range want.Edge {
			edges[e] += v
		}
		got := grad[k]
		require.Equal(t, want.Pairs, got.Pairs)
		want.Edge, got.Edge, want.Pairs, got.Pairs = nil, nil, nil, nil
		require.NoError(t, bruteforce.Near(want, &got, 1e-8), name)
	}
	require.NoError(t, err, name)
	require.Equal(t, len(s), n)
	for k := range s {
		require.Len(t, grad[k].Edge, len(edges))
		for e, v := range edges {
			require.InDelta(t, v, grad[k].Edge[e], 1e-8*(1+math.Abs(v)), name)
		}
	}
}

// A block gives the losses and gradients of single evaluations, for every loss, kind of target,
// shape of edges and cost.
func TestEvalBlockAgreesWithEval(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	var w losses.Workspace
	for _, l := range []int{3, 9, 24} {
		labels := make([]string, l)
		for j := range labels {
			labels[j] = []string{"O", "B-x", "I-x"}[j%3]
		}
		for round := range 9 {
			first := bruteforce.Random(rng, 1, l, structured.SharedEdges, 2, 0.1)
			switch round % 3 {
			case 1:
				first = structured.NewLattice(1, l, structured.NoEdges)
			case 2:
				for k := range first.Edge {
					if rng.IntN(4) > 0 {
						first.Edge[k] = 0
					}
				}
				first.Pairs, first.Edge = structured.Compress(l, first.Edge)
			}
			s, y := blockOf(rng, first, 1+rng.IntN(9))
			for _, o := range []losses.Options{
				{Scale: 0.5, Gamma: 1.5, Margin: 2},
				{Cost: structured.NewBoundaryCost(labels, 1, 2, 3), Margin: 1, Smoothing: 0.2, Entropy: 0.1},
			} {
				for _, name := range losses.Names() {
					loss, err := losses.New(name, o)
					require.NoError(t, err)
					checkBlock(t, name, loss, s, y, &w)
				}
			}
			for k := range s {
				partial, soft := new(structured.Lattice), structured.NewLattice(s[k].T, l, structured.PositionEdges)
				require.NoError(t, structured.Allow(partial, l, append([][]int{{y[k].Path[0], 1}}, make([][]int, s[k].T-1)...)))
				soft.AddPath(y[k].Path, 1)
				y[k] = []structured.Target{y[k], {Partial: partial}, {Soft: soft}}[rng.IntN(3)]
			}
			checkBlock(t, "targets", losses.CrossEntropy{Smoothing: 0.1}, s, y, &w)
		}
	}
}

func TestEvalBlockReportsTheFirstError(t *testing.T) {
	rng := rand.New(rand.NewPCG(53, 54))
	var w losses.Workspace
	first := bruteforce.Random(rng, 1, 6, structured.SharedEdges, 2, 0)
	s, y := blockOf(rng, first, 5)
	y[3] = structured.Target{Partial: structured.NewLattice(s[3].T, 6, structured.NoEdges)}
	checkBlock(t, "target", losses.SoftmaxMargin{}, s, y, &w)
	y[3] = structured.PathTarget(make([]int, s[3].T+1))
	checkBlock(t, "length", losses.CrossEntropy{}, s, y, &w)
	y[3] = structured.PathTarget(make([]int, s[3].T))
	s[3].Node[0] = math.Inf(-1)
	checkBlock(t, "forbidden", losses.CrossEntropy{}, s, y, &w)
	checkBlock(t, "form", losses.SoftRamp{Form: 4}, s, y, &w)

	values, grad := make([]float64, 5), make([]structured.Lattice, 5)
	_, err := w.EvalBlock(losses.Hinge{}, values[:4], grad, s, y)
	require.ErrorIs(t, err, structured.ErrShape)
	s[2] = *structured.NewLattice(4, 6, structured.PositionEdges)
	n, err := w.EvalBlock(losses.Hinge{}, values, grad, s, y)
	require.ErrorIs(t, err, structured.ErrShape)
	require.Equal(t, 2, n)
}

// The gradient of a block is that of the sum of the losses, by finite differences.
func TestEvalBlockGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(55, 56))
	var w losses.Workspace
	first := bruteforce.Random(rng, 1, 7, structured.SharedEdges, 1, 0)
	s, y := blockOf(rng, first, 4)
	grad, values := make([]structured.Lattice, 4), make([]float64, 4)
	for _, l := range []losses.Loss{losses.CrossEntropy{Gamma: 1.3}, losses.SoftmaxMargin{Scale: 2}, losses.SoftRamp{Form: 3}} {
		sum := func() (v float64) {
			other := make([]structured.Lattice, 4)
			_, err := w.EvalBlock(l, values, other, s, y)
			require.NoError(t, err)
			for _, x := range values {
				v += x
			}
			return v
		}
		_, err := w.EvalBlock(l, values, grad, s, y)
		require.NoError(t, err)
		check := func(x *float64, want float64) {
			const h = 1e-5
			v := *x
			*x = v + h
			up := sum()
			*x = v - h
			down := sum()
			*x = v
			require.InDelta(t, (up-down)/(2*h), want, 1e-6*(1+math.Abs(want)))
		}
		for range 20 {
			e := rng.IntN(49)
			check(&first.Edge[e], grad[0].Edge[e])
			k := rng.IntN(4)
			at := rng.IntN(len(s[k].Node))
			if !math.IsInf(s[k].Node[at], -1) {
				check(&s[k].Node[at], grad[k].Node[at])
			}
		}
	}
}

func TestEvalBlockAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(57, 58))
	first := bruteforce.Random(rng, 1, 9, structured.SharedEdges, 1, 0)
	s, y := blockOf(rng, first, 7)
	var w losses.Workspace
	grad, values := make([]structured.Lattice, len(s)), make([]float64, len(s))
	for _, l := range []losses.Loss{losses.CrossEntropy{}, losses.SoftmaxMargin{Gamma: 2}, losses.SoftRamp{}} {
		require.True(t, losses.InBlocks(l))
		require.Zero(t, testing.AllocsPerRun(10, func() {
			if _, err := w.EvalBlock(l, values, grad, s, y); err != nil {
				t.Fatal(err)
			}
		}))
	}
	require.False(t, losses.InBlocks(losses.Hinge{}))
}
