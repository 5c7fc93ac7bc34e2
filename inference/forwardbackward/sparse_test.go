package forwardbackward_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/structured"
)

// nearEach fails unless each number of got is within tol of want, relative to want or to least.
func nearEach(t testing.TB, want, got []float64, tol, least float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for k, v := range want {
		if math.Abs(v-got[k]) > tol*max(math.Abs(v), least) {
			require.Failf(t, "not near", "at %d: want %v, got %v", k, v, got[k])
		}
	}
}

// checkSparse compares all results under scores with sparse edges and under the same scores with
// shared edges.
func checkSparse(t testing.TB, s *structured.Lattice, rng *rand.Rand, w *forwardbackward.Workspace) {
	t.Helper()
	const tol = 1e-9
	full := new(structured.Lattice)
	s.Dense(full)
	reference := &forwardbackward.Workspace{Exact: true}
	want, wantErr := reference.LogZ(full)
	logZ, err := w.LogZ(s)
	require.Equal(t, wantErr, err)
	if err != nil {
		return
	}
	require.InEpsilon(t, 1+math.Abs(want), 1+math.Abs(logZ), tol)
	for _, edges := range []structured.EdgeShape{structured.NoEdges, structured.SharedEdges, structured.PositionEdges} {
		var p, q structured.Lattice
		_, err = reference.Marginals(&p, full, edges)
		require.NoError(t, err)
		_, err = w.Marginals(&q, s, edges)
		require.NoError(t, err)
		nearEach(t, p.Node, q.Node, tol, 1e-12)
		nearEach(t, p.Edge, q.Edge, tol, 1e-12)
	}
	cost := bruteforce.Random(rng, s.T, s.L, structured.NoEdges, 3, 0)
	wantGrad, grad := structured.NewLattice(s.T, s.L, structured.SharedEdges), new(structured.Lattice)
	grad.ResetLike(s)
	_, err = reference.AddMarginals(wantGrad, full, 2)
	require.NoError(t, err)
	_, err = w.AddMarginals(grad, s, 2)
	require.NoError(t, err)
	compare := func(least float64) {
		t.Helper()
		nearEach(t, wantGrad.Node, grad.Node, tol, least)
		for k, pair := range listed(s.Pairs) {
			nearEach(t, wantGrad.Edge[pair:pair+1], grad.Edge[k:k+1], tol, least)
		}
	}
	compare(1e-12)
	wantGrad.Reset(s.T, s.L, structured.SharedEdges)
	grad.ResetLike(s)
	wantMean, err := reference.AddExpectationGradient(wantGrad, full, cost, 0.5)
	require.NoError(t, err)
	mean, err := w.AddExpectationGradient(grad, s, cost, 0.5)
	require.NoError(t, err)
	require.InDelta(t, wantMean, mean, tol*max(1, math.Abs(wantMean)))
	compare(1) // covariances are differences
	mean, err = w.Expectation(s, cost)
	require.NoError(t, err)
	require.InDelta(t, wantMean, mean, tol*max(1, math.Abs(wantMean)))

	wantH, err := reference.Entropy(full)
	require.NoError(t, err)
	h, err := w.Entropy(s)
	require.NoError(t, err)
	require.InDelta(t, wantH, h, 1e-8*max(1, wantH))

	x, y := make([]int, s.T), make([]int, s.T)
	require.NoError(t, reference.Sample([][]int{x}, full, rand.New(rand.NewPCG(1, 2))))
	require.NoError(t, w.Sample([][]int{y}, s, rand.New(rand.NewPCG(1, 2))))
	require.Equal(t, x, y)
}

func listed(p *structured.Pairs) (pairs []int) {
	for i := range p.Labels() {
		for j := range p.Labels() {
			if p.Find(i, j) >= 0 {
				pairs = append(pairs, i*p.Labels()+j)
			}
		}
	}
	return pairs
}

// draw returns a lattice with sparse edges. Each pair is listed with the given probability, with a
// number that weight draws.
func draw(rng *rand.Rand, t, l int, density, sd float64, weight func() float64) *structured.Lattice {
	var pairs []int32
	for k := range l * l {
		if rng.Float64() < density {
			pairs = append(pairs, int32(k))
		}
	}
	p, err := structured.NewPairs(l, pairs)
	if err != nil {
		panic(err)
	}
	s := new(structured.Lattice)
	s.ResizeSparse(t, p)
	for k := range s.Node {
		s.Node[k] = rng.NormFloat64() * sd
	}
	for k := range s.Edge {
		s.Edge[k] = weight()
	}
	return s
}

func TestSparseEdgesAgreeWithDenseEdges(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	w := new(forwardbackward.Workspace)
	weights := map[string]func() float64{
		"normal":     func() float64 { return rng.NormFloat64() },
		"cancelling": func() float64 { return -30 + rng.NormFloat64() },
		"forbidden":  func() float64 { return []float64{math.Inf(-1), 0, 1}[rng.IntN(3)] },
		"extreme":    func() float64 { return []float64{-30, 700, math.Inf(-1), -700, 0, 5, 600}[rng.IntN(7)] },
		"large":      func() float64 { return []float64{300, -300, 0, 1, -40}[rng.IntN(5)] },
	}
	for name, weight := range weights {
		t.Run(name, func(t *testing.T) {
			for round := range 60 {
				l := 1 + rng.IntN(12)
				if round%10 == 9 {
					l = 20 + rng.IntN(30)
				}
				for _, density := range []float64{0, 0.2, 0.9} {
					checkSparse(t, draw(rng, 1+rng.IntN(9), l, density, []float64{0.5, 20}[rng.IntN(2)], weight), rng, w)
				}
			}
		})
	}
}

// One label carries nearly all mass, and nearly all of it is corrected away: the sums of the other
// labels must be computed without the correction.
func TestSparseEdgesKeepDigitsThatCancel(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	w := new(forwardbackward.Workspace)
	for round, weight := range []float64{-5, -6.5, -6.9, -9, -12, -20, -30, -36, -37, -45, -600, -660, math.Inf(-1)} {
		var pairs []int32
		for j := range 30 {
			pairs = append(pairs, int32(30*7+j))
		}
		p, err := structured.NewPairs(30, pairs)
		require.NoError(t, err)
		s := new(structured.Lattice)
		s.ResizeSparse([]int{6, 300}[round%2], p)
		for k := range s.Node {
			if s.Node[k] = rng.NormFloat64(); k%30 == 7 {
				s.Node[k] = 30
			}
		}
		for k := range s.Edge {
			s.Edge[k] = weight
		}
		checkSparse(t, s, rng, w)
	}
}

func TestSparseEdgesWithGrammar(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	w := new(forwardbackward.Workspace)
	for _, scheme := range []structured.Scheme{structured.BIO, structured.BIOES} {
		labels := []string{"O"}
		for k := range 6 {
			for _, prefix := range map[structured.Scheme]string{structured.BIO: "BI", structured.BIOES: "BIES"}[scheme] {
				labels = append(labels, fmt.Sprintf("%c-%d", prefix, k))
			}
		}
		l := len(labels)
		g := structured.NewGrammar(labels, scheme)
		for range 20 {
			var full, s structured.Lattice
			g.Fill(&full, 1+rng.IntN(7))
			for k := range full.Node {
				full.Node[k] += 3 * rng.NormFloat64()
			}
			for k := range full.Edge {
				if rng.IntN(4) == 0 {
					full.Edge[k] += rng.NormFloat64()
				}
			}
			pairs, values := structured.Compress(l, full.Edge)
			s.ResizeSparse(full.T, pairs)
			copy(s.Node, full.Node)
			copy(s.Edge, values)
			var again structured.Lattice
			s.Dense(&again)
			require.Equal(t, full.Edge, again.Edge)
			assert.Less(t, pairs.Len(), l*l/2)
			checkSparse(t, &s, rng, w)
		}
	}
}

func TestSparseEdgesAgreeWithEnumeration(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	w := new(forwardbackward.Workspace)
	for range 200 {
		s := draw(rng, 1+rng.IntN(4), 1+rng.IntN(4), 0.4, 2, func() float64 { return 3 * rng.NormFloat64() })
		got, err := w.LogZ(s)
		require.NoError(t, err)
		assert.InDelta(t, bruteforce.LogZ(s), got, 1e-10)
	}
}

func TestSparseWorkspaceIsReused(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	s := draw(rng, 9, 40, 0.1, 2, rng.NormFloat64)
	cost := bruteforce.Random(rng, 9, 40, structured.NoEdges, 1, 0)
	var w forwardbackward.Workspace
	grad := new(structured.Lattice)
	grad.ResetLike(s)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		if _, err := w.AddMarginals(grad, s, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := w.AddExpectationGradient(grad, s, cost, 1); err != nil {
			t.Fatal(err)
		}
	}))
}

func FuzzSparseEdges(f *testing.F) {
	f.Add(uint64(1), byte(5), byte(4), byte(60), -30.0, 700.0)
	f.Add(uint64(2), byte(9), byte(1), byte(200), math.Inf(-1), 1.0)
	f.Fuzz(func(t *testing.T, seed uint64, l, steps, density byte, low, high float64) {
		ok := func(v float64) bool { return v <= 1e4 && (v >= -1e4 || math.IsInf(v, -1)) }
		if !ok(low) || !ok(high) {
			t.Skip("outside the range of scores")
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		s := draw(rng, 1+int(steps%8), 1+int(l%16), float64(density)/255, 3, func() float64 {
			return []float64{low, high, 0, rng.NormFloat64()}[rng.IntN(4)]
		})
		checkSparse(t, s, rng, new(forwardbackward.Workspace))
	})
}
