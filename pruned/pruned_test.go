package pruned_test

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

var inf = math.Inf(1)

const labels = 4

// random returns a lattice of t tokens over random kept labels. Scores are normal. Each is -Inf
// with probability forbidden, except along the first labels.
func random(rng *rand.Rand, t, order int, forbidden float64) *pruned.Lattice {
	kept := new(pruned.Kept)
	kept.Reset(labels)
	for range t {
		var some []int
		for j := range labels {
			if rng.IntN(3) > 0 || j == labels-1 && len(some) == 0 {
				some = append(some, j)
			}
		}
		kept.Append(some...)
	}
	s := new(pruned.Lattice)
	s.Reset(kept, order)
	for _, v := range tables(s) {
		for k := range v {
			v[k] = rng.NormFloat64() * 2
			if rng.Float64() < forbidden {
				v[k] = -inf
			}
		}
	}
	for at := range t {
		s.NodeAt(at)[0] = 1
		for _, v := range [][]float64{s.EdgeAt(at), s.TripleAt(at)} {
			if len(v) > 0 {
				v[0] = 1
			}
		}
	}
	return s
}

func tables(s *pruned.Lattice) [][]float64 { return [][]float64{s.Node, s.Edge, s.Triple} }

func paths(s *pruned.Lattice) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		for y := range structured.Paths(s.Len(), labels) {
			kept := true
			for t, j := range y {
				kept = kept && s.Kept().Index(t, j) >= 0
			}
			if kept && !yield(y) {
				return
			}
		}
	}
}

// definition computes the score of a path directly from the definition.
func definition(s *pruned.Lattice, y []int) float64 {
	sum, k := 0.0, s.Kept()
	for t := range y {
		c := k.Index(t, y[t])
		sum += s.NodeAt(t)[c]
		if t >= 1 && s.Order() >= 1 {
			sum += s.EdgeAt(t)[k.Index(t-1, y[t-1])*len(k.At(t))+c]
		}
		if t >= 2 && s.Order() == 2 {
			sum += s.TripleAt(t)[(k.Index(t-2, y[t-2])*len(k.At(t-1))+k.Index(t-1, y[t-1]))*len(k.At(t))+c]
		}
	}
	return sum
}

func logZ(s *pruned.Lattice) float64 {
	sum := 0.0
	for y := range paths(s) {
		sum += math.Exp(definition(s, y))
	}
	return math.Log(sum)
}

// cases yields lattices of each order, with and without forbidden numbers.
func cases(seed uint64) iter.Seq2[string, *pruned.Lattice] {
	return func(yield func(string, *pruned.Lattice) bool) {
		rng := rand.New(rand.NewPCG(seed, 7))
		for t := range 6 {
			for order := range 3 {
				for _, forbidden := range []float64{0, 0.2} {
					if !yield(fmt.Sprintf("T=%d order=%d forbidden=%v", t, order, forbidden), random(rng, t, order, forbidden)) {
						return
					}
				}
			}
		}
	}
}

func near(t *testing.T, want, got *pruned.Lattice, tol float64, name string) {
	t.Helper()
	for k, v := range tables(want) {
		if len(v) > 0 {
			require.InDeltaSlice(t, v, tables(got)[k], tol, name)
		}
	}
}

func TestInferenceAgreesWithEnumeration(t *testing.T) {
	var w pruned.Workspace
	for name, s := range cases(1) {
		want := logZ(s)
		z, err := w.LogZ(s)
		require.NoError(t, err, name)
		require.InDelta(t, want, z, 1e-9, name)

		mu, got := new(pruned.Lattice), new(pruned.Lattice)
		mu.Reset(s.Kept(), s.Order())
		most, best := -inf, make([]int, s.Len())
		for y := range paths(s) {
			score := definition(s, y)
			mu.AddPath(y, math.Exp(score-want))
			listed := s.PathScore(y)
			require.True(t, listed == score || math.Abs(listed-score) < 1e-12, name)
			if score > most {
				most = score
				copy(best, y)
			}
		}
		_, err = w.Marginals(got, s)
		require.NoError(t, err, name)
		near(t, mu, got, 1e-9, name)

		path := make([]int, s.Len())
		score, err := w.Decode(path, s)
		require.NoError(t, err, name)
		require.InDelta(t, most, score, 1e-9, name)
		require.Equal(t, best, path, name)
	}
}

func TestUnprunedEqualsFirstOrderCRF(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 7))
	for _, edges := range []structured.EdgeShape{structured.NoEdges, structured.SharedEdges, structured.PositionEdges} {
		f := bruteforce.Random(rng, 6, labels, edges, 3, 0.1)
		var kept pruned.Kept
		kept.KeepAll(6, labels)
		for order := 1; order <= 2; order++ {
			var s, mu pruned.Lattice
			var w pruned.Workspace
			s.Reset(&kept, order)
			require.NoError(t, s.AddFirstOrder(f, 1))
			var first forwardbackward.Workspace
			want, got := structured.NewLattice(6, labels, edges), structured.NewLattice(6, labels, edges)
			wantZ, err := first.Marginals(want, f, edges)
			require.NoError(t, err)
			gotZ, err := w.Marginals(&mu, &s)
			require.NoError(t, err)
			require.InDelta(t, wantZ, gotZ, 1e-9)
			require.NoError(t, mu.AddToFirstOrder(got, 1))
			require.NoError(t, bruteforce.Near(want, got, 1e-9))

			wantPath, gotPath := make([]int, 6), make([]int, 6)
			wantScore, err := viterbi.Decode(wantPath, f)
			require.NoError(t, err)
			gotScore, err := w.Decode(gotPath, &s)
			require.NoError(t, err)
			require.Equal(t, wantPath, gotPath)
			require.InDelta(t, wantScore, gotScore, 1e-12)
		}
	}
}

func TestTiesGoToTheLowestLabelsFromTheBack(t *testing.T) {
	var kept pruned.Kept
	kept.KeepAll(4, 3)
	for order := range 3 {
		var s pruned.Lattice
		s.Reset(&kept, order)
		s.NodeAt(1)[1], s.NodeAt(1)[2] = 1, 1
		path := make([]int, 4)
		score, err := new(pruned.Workspace).Decode(path, &s)
		require.NoError(t, err)
		assert.Equal(t, 1.0, score)
		assert.Equal(t, []int{0, 1, 0, 0}, path)
	}
}

func TestPruneKeepsWhatIsProbable(t *testing.T) {
	var w pruned.Workspace
	rng := rand.New(rand.NewPCG(4, 7))
	for range 50 {
		s := random(rng, 5, 1, 0)
		var mu pruned.Lattice
		_, err := w.Marginals(&mu, s)
		require.NoError(t, err)
		best, gold := make([]int, 5), make([]int, 5)
		_, err = w.Decode(best, s)
		require.NoError(t, err)
		for k := range gold {
			gold[k] = s.Kept().At(k)[0]
		}
		var kept pruned.Kept
		require.NoError(t, w.Prune(&kept, s, pruned.Pruning{Threshold: 0.2, Most: 2}, gold))
		for k := range gold {
			order := slices.Clone(mu.NodeAt(k))
			slices.SortFunc(order, func(a, b float64) int { return cmp.Compare(b, a) })
			for m, j := range s.Kept().At(k) {
				p := mu.NodeAt(k)[m]
				want := j == best[k] || j == gold[k] || p >= 0.2 && slices.Index(order, p) < 2
				require.Equal(t, want, kept.Index(k, j) >= 0)
			}
		}
	}
}

func TestPruningLosesNothingAtThresholdZero(t *testing.T) {
	var w pruned.Workspace
	s := random(rand.New(rand.NewPCG(5, 7)), 5, 0, 0)
	var kept pruned.Kept
	require.NoError(t, w.Prune(&kept, s, pruned.Pruning{}, nil))
	for k := range 5 {
		require.Equal(t, s.Kept().At(k), kept.At(k))
	}
}

func TestScoresFarApart(t *testing.T) {
	var kept pruned.Kept
	kept.KeepAll(3, 2)
	var s, mu pruned.Lattice
	s.Reset(&kept, 2)
	s.NodeAt(0)[1] = -1e5
	s.TripleAt(2)[4] = 1e5 // labels 1, 0, 0 catch up
	z, err := new(pruned.Workspace).Marginals(&mu, &s)
	require.NoError(t, err)
	require.InDelta(t, math.Log(5), z, 1e-9)
	require.InDelta(t, 0.2, mu.NodeAt(0)[1], 1e-9)
}

func TestRefusals(t *testing.T) {
	var w pruned.Workspace
	var kept, other pruned.Kept
	kept.Reset(3)
	kept.Append(0, 2)
	kept.Append(1)
	other.KeepAll(2, 3)
	var s, dst pruned.Lattice
	s.Reset(&kept, 1)

	assert.ErrorIs(t, s.CheckPath([]int{1, 1}), pruned.ErrPruned)
	assert.ErrorIs(t, s.CheckPath([]int{0}), structured.ErrShape)
	_, err := w.Decode(make([]int, 3), &s)
	assert.ErrorIs(t, err, structured.ErrShape)
	dst.Reset(&other, 1)
	_, err = w.AddMarginals(&dst, &s, 1)
	assert.ErrorIs(t, err, structured.ErrShape)
	assert.ErrorIs(t, w.Prune(&kept, &s, pruned.Pruning{}, nil), structured.ErrShape)
	assert.ErrorIs(t, w.Prune(&other, &s, pruned.Pruning{}, []int{1, 1}), pruned.ErrPruned)
	assert.ErrorIs(t, s.AddFirstOrder(structured.NewLattice(2, 4, structured.NoEdges), 1), structured.ErrShape)

	s.Node[0], s.Node[1] = -inf, -inf
	_, err = w.LogZ(&s)
	assert.ErrorIs(t, err, structured.ErrNoPath)
	_, err = w.Decode(make([]int, 2), &s)
	assert.ErrorIs(t, err, structured.ErrNoPath)
	s.Edge[1] = math.NaN()
	_, err = w.LogZ(&s)
	var bad *pruned.ValueError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, "Edge[1] is NaN: want a finite number or -Inf", bad.Error())

	kept.Append()
	s.Reset(&kept, 2)
	_, err = w.LogZ(&s)
	assert.ErrorIs(t, err, structured.ErrNoPath)
	assert.Panics(t, func() { kept.Append(1, 1) })
	assert.Panics(t, func() { kept.Append(3) })
	assert.Panics(t, func() { s.Reset(&kept, 3) })
}

func TestEmptyLattice(t *testing.T) {
	var w pruned.Workspace
	var s pruned.Lattice
	var kept pruned.Kept
	require.NoError(t, s.CheckPath(nil))
	require.NoError(t, w.Prune(&kept, &s, pruned.Pruning{}, nil))
	assert.Zero(t, kept.Len())
}

func TestNothingIsAllocatedInSteadyState(t *testing.T) {
	var w pruned.Workspace
	var grad, next pruned.Lattice
	var kept pruned.Kept
	s := random(rand.New(rand.NewPCG(6, 7)), 8, 1, 0)
	path, gold := make([]int, 8), make([]int, 8)
	for k := range gold {
		gold[k] = s.Kept().At(k)[0]
	}
	run := func() {
		_ = w.Prune(&kept, s, pruned.Pruning{Threshold: 0.1}, gold)
		next.Reset(&kept, 2)
		_, _ = w.Marginals(&grad, &next)
		_, _ = w.AddExpectationGradient(&grad, &next, &next, 1)
		_, _ = w.SmoothMax(&grad, &next, 1, 1)
		_, _ = w.Decode(path, &next)
	}
	run()
	assert.Zero(t, testing.AllocsPerRun(20, run))
}
