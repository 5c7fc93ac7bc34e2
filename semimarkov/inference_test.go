package semimarkov_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

func TestInferenceEqualsEnumeration(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var fast semimarkov.Workspace
	exact := semimarkov.Workspace{Exact: true}
	for name, s := range cases(1) {
		o := oracle{s}
		for _, w := range []*semimarkov.Workspace{&fast, &exact} {
			logZ, err := w.LogZ(s)
			require.NoError(t, err, name)
			inDelta(t, o.logZ(), logZ, 1e-12, name)

			for _, edges := range shapes {
				var mu semimarkov.Lattice
				again, err := w.Marginals(&mu, s, edges)
				require.NoError(t, err)
				assert.Equal(t, logZ, again)
				near(t, o.marginals(edges), &mu, 1e-12, name)
			}

			h, err := w.Entropy(s)
			require.NoError(t, err)
			inDelta(t, o.expect(func(y segments) float64 { return logZ - s.Score(y) }), h, 1e-12, name)

			for _, edges := range shapes {
				c := random(rng, s.T, s.L, s.M, edges, 1, 0)
				want := o.expect(c.Score)
				got, err := w.Expectation(s, c)
				require.NoError(t, err)
				inDelta(t, want, got, 1e-12, name)

				dst := semimarkov.NewLattice(s.T, s.L, s.M, edges)
				got, err = w.AddExpectationGradient(dst, s, c, 2)
				require.NoError(t, err)
				inDelta(t, want, got, 1e-12, name)
				near(t, o.sum(edges, func(y segments) float64 { return 2 * (c.Score(y) - want) }), dst, 1e-11, name)
			}

			y, score, err := w.Decode(nil, s)
			require.NoError(t, err)
			assert.Equal(t, s.Score(y), score, "bit by bit")
			assert.Equal(t, o.best(), y, name)
		}
	}
}

// Small integers tie often and add up exactly.
func TestTiesFollowTheOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	var w semimarkov.Workspace
	for range 300 {
		s := semimarkov.NewLattice(1+rng.IntN(5), 1+rng.IntN(3), 1+rng.IntN(4), shapes[rng.IntN(3)])
		for _, x := range [][]float64{s.Segment, s.Edge} {
			for k := range x {
				x[k] = float64(rng.IntN(3) - 1)
			}
		}
		y, score, err := w.Decode(nil, s)
		require.NoError(t, err)
		require.Equal(t, oracle{s}.max(), score)
		require.Equal(t, oracle{s}.best(), y)
	}
}

// Scores on segments and edges differ by thousands: terms that underflow as products must not be
// lost.
func TestExtremeScores(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	var fast semimarkov.Workspace
	exact := semimarkov.Workspace{Exact: true}
	for _, sd := range []float64{100, 300, 1e4} {
		for _, edges := range shapes {
			for range 20 {
				s := random(rng, 6, 3, 3, edges, sd, 0.2)
				o := oracle{s}
				logZ, err := fast.LogZ(s)
				require.NoError(t, err)
				inDelta(t, o.logZ(), logZ, 1e-13, "log Z")
				var a, b semimarkov.Lattice
				_, err = fast.Marginals(&a, s, edges)
				require.NoError(t, err)
				_, err = exact.Marginals(&b, s, edges)
				require.NoError(t, err)
				near(t, &b, &a, 1e-10, "marginals")
				near(t, o.marginals(edges), &a, 1e-10, "marginals")
			}
		}
	}
}

// Edges alone decide: each prefix has one label that the edges from it all but forbid.
func TestEdgesBringBackUnlikelyLabels(t *testing.T) {
	s := semimarkov.NewLattice(3, 2, 2, structured.SharedEdges)
	for k := range s.Segment {
		s.Segment[k] = -2000 * float64(k%2)
	}
	copy(s.Edge, []float64{-inf, -inf, -inf, 3000}) // only label 1 can follow label 1
	for at := range 2 {
		s.At(at, 2)[0], s.At(at, 2)[1] = -inf, -inf
	}
	var w semimarkov.Workspace
	var mu semimarkov.Lattice
	logZ, err := w.Marginals(&mu, s, structured.SharedEdges)
	require.NoError(t, err)
	assert.Equal(t, 0.0, logZ) // -3*2000 + 2*3000
	assert.Equal(t, []float64{0, 0, 0, 2}, mu.Edge)
}

func TestLegalScores(t *testing.T) {
	var w semimarkov.Workspace
	all := func(s, c *semimarkov.Lattice) map[string]error {
		errs := make(map[string]error)
		_, errs["LogZ"] = w.LogZ(s)
		_, errs["Marginals"] = w.Marginals(new(semimarkov.Lattice), s, structured.SharedEdges)
		_, errs["Entropy"] = w.Entropy(s)
		_, errs["Expectation"] = w.Expectation(s, c)
		_, errs["AddExpectationGradient"] = w.AddExpectationGradient(scaled(c, 0), s, c, 1)
		_, _, errs["Decode"] = w.Decode(nil, s)
		_, errs["KBest"] = w.KBest(nil, s, 2)
		errs["Sample"] = w.Sample(make([]segments, 1), s, rand.New(rand.NewPCG(1, 1)))
		return errs
	}
	zeros := func(t, l, m int) *semimarkov.Lattice { return semimarkov.NewLattice(t, l, m, structured.SharedEdges) }
	for name, err := range all(zeros(0, 2, 3), zeros(0, 2, 3)) {
		assert.NoError(t, err, name)
	}
	y, score, err := w.Decode(nil, zeros(0, 2, 3))
	assert.NoError(t, err)
	assert.Empty(t, y)
	assert.Zero(t, score)

	forbidden := zeros(3, 2, 2)
	for k := range forbidden.Edge {
		forbidden.Edge[k] = -inf
	}
	for name, s := range map[string]*semimarkov.Lattice{"no label": zeros(3, 0, 1), "no length": zeros(3, 2, 0), "forbidden": forbidden} {
		for method, err := range all(s, zeros(s.T, s.L, s.M)) {
			assert.ErrorIs(t, err, structured.ErrNoPath, "%s: %s", name, method)
		}
	}
	bad := zeros(3, 2, 2)
	bad.At(1, 1)[1] = math.NaN()
	for method, err := range all(bad, zeros(3, 2, 2)) {
		var e *semimarkov.ValueError
		assert.ErrorAs(t, err, &e, method)
	}
	short := &semimarkov.Lattice{T: 2, L: 2, M: 2}
	for method, err := range all(short, zeros(2, 2, 2)) {
		assert.ErrorIs(t, err, structured.ErrShape, method)
	}
	huge := zeros(3, 2, 2)
	for k := range huge.Segment {
		huge.Segment[k] = math.MaxFloat64
	}
	for method, err := range all(huge, zeros(3, 2, 2)) {
		assert.ErrorContains(t, err, "overflow", method)
	}
	_, err = w.Expectation(zeros(3, 2, 2), zeros(3, 2, 1))
	assert.ErrorIs(t, err, structured.ErrShape)
	_, err = w.AddExpectationGradient(zeros(3, 2, 1), zeros(3, 2, 2), zeros(3, 2, 2), 1)
	assert.ErrorIs(t, err, structured.ErrShape)
	_, err = w.AddMarginals(zeros(3, 2, 1), zeros(3, 2, 2), 1)
	assert.ErrorIs(t, err, structured.ErrShape)
}

// With segments of one token, the results equal those of the linear-chain CRF.
func TestOneTokenSegmentsAreLinearChain(t *testing.T) {
	var w semimarkov.Workspace
	var chain forwardbackward.Workspace
	for c := range bruteforce.Cases(21) {
		x := c.Scores
		var s, mu semimarkov.Lattice
		require.NoError(t, semimarkov.FromTokens(&s, x, 1))
		want := new(structured.Lattice)
		wantZ, err := chain.Marginals(want, x, x.Shape())
		require.NoError(t, err)
		logZ, err := w.Marginals(&mu, &s, x.Shape())
		require.NoError(t, err)
		inDelta(t, wantZ, logZ, 1e-12, c.Name)
		require.NoError(t, bruteforce.Near(want, &structured.Lattice{T: mu.T, L: mu.L, Node: mu.Segment, Edge: mu.Edge}, 1e-12))

		wantH, err := chain.Entropy(x)
		require.NoError(t, err)
		h, err := w.Entropy(&s)
		require.NoError(t, err)
		inDelta(t, wantH, h, 1e-12, c.Name)

		path := make([]int, x.T)
		best, err := viterbi.Decode(path, x)
		require.NoError(t, err)
		y, score, err := w.Decode(nil, &s)
		require.NoError(t, err)
		assert.Equal(t, best, score)
		assert.Equal(t, path, semimarkov.AppendLabels(nil, y))
	}
}

// With M = T, segment scores that add up over tokens, and edges that forbid equal neighbours, the
// segments are the label runs of a linear chain. log Z and label probabilities are the same.
func TestRunsOfLinearChain(t *testing.T) {
	var w semimarkov.Workspace
	var chain forwardbackward.Workspace
	for c := range bruteforce.Cases(22) {
		x := c.Scores
		if x.Shape() == structured.NoEdges {
			continue // with one label, neighbours cannot differ
		}
		var s, mu semimarkov.Lattice
		require.NoError(t, semimarkov.FromTokens(&s, x, x.T))
		for at := 1; at < s.T; at++ {
			for j := range s.L {
				s.EdgeAt(at)[j*s.L+j] = -inf
			}
		}
		want, got := new(structured.Lattice), structured.NewLattice(x.T, x.L, structured.NoEdges)
		wantZ, err := chain.Marginals(want, x, structured.NoEdges)
		require.NoError(t, err)
		logZ, err := w.Marginals(&mu, &s, structured.NoEdges)
		require.NoError(t, err)
		inDelta(t, wantZ, logZ, 1e-12, c.Name)
		require.NoError(t, semimarkov.AddToTokens(got, &mu))
		require.NoError(t, bruteforce.Near(want, got, 1e-12), c.Name)
	}
}

// With zero scores, the entropy is the logarithm of the number of segmentations. With one score far
// ahead, it is 0.
func TestEntropyAtItsEnds(t *testing.T) {
	var w semimarkov.Workspace
	s := semimarkov.NewLattice(5, 2, 3, structured.PositionEdges)
	count := 0
	for range semimarkov.Segmentations(5, 2, 3) {
		count++
	}
	h, err := w.Entropy(s)
	require.NoError(t, err)
	assert.InDelta(t, math.Log(float64(count)), h, 1e-12)
	s.Add(segments{{0, 3, 1}, {3, 5, 0}}, 500)
	h, err = w.Entropy(s)
	require.NoError(t, err)
	assert.InDelta(t, 0, h, 1e-100)
	assert.GreaterOrEqual(t, h, 0.0)
}

func TestSampleDrawsFromP(t *testing.T) {
	var w semimarkov.Workspace
	rng := rand.New(rand.NewPCG(7, 7))
	for name, s := range cases(31) {
		samples := make([]segments, 4000)
		require.NoError(t, w.Sample(samples, s, rng))
		got := semimarkov.NewLattice(s.T, s.L, s.M, structured.PositionEdges)
		for _, y := range samples {
			require.NoError(t, s.CheckSegmentation(y))
			require.False(t, math.IsInf(s.Score(y), -1), name)
			got.Add(y, 1.0/4000)
		}
		near(t, oracle{s}.marginals(structured.PositionEdges), got, 0.05, name) // more than 6 standard deviations
	}
	s := random(rng, 6, 3, 3, structured.SharedEdges, 1, 0)
	a, b := make([]segments, 3), make([]segments, 3)
	require.NoError(t, w.Sample(a, s, rand.New(rand.NewPCG(1, 2))))
	require.NoError(t, w.Sample(b, s, rand.New(rand.NewPCG(1, 2))))
	assert.Equal(t, a, b)
}

func TestKeptWorkspaceAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for _, edges := range shapes {
		s, c := random(rng, 20, 4, 5, edges, 1, 0), random(rng, 20, 4, 5, structured.PositionEdges, 1, 0)
		var w semimarkov.Workspace
		var mu semimarkov.Lattice
		grad := scaled(c, 0)
		var y segments
		var list []semimarkov.Scored
		samples := []segments{make(segments, 20), make(segments, 20)}
		for method, f := range map[string]func() error{
			"Decode":                 func() (err error) { y, _, err = w.Decode(y, s); return err },
			"KBest":                  func() (err error) { list, err = w.KBest(list, s, 30); return err },
			"LogZ":                   func() error { _, err := w.LogZ(s); return err },
			"Marginals":              func() error { _, err := w.Marginals(&mu, s, edges); return err },
			"Entropy":                func() error { _, err := w.Entropy(s); return err },
			"Expectation":            func() error { _, err := w.Expectation(s, c); return err },
			"AddExpectationGradient": func() error { _, err := w.AddExpectationGradient(grad, s, c, 1); return err },
			"Sample":                 func() error { return w.Sample(samples, s, rng) },
		} {
			require.NoError(t, f())
			assert.Zero(t, testing.AllocsPerRun(1, func() {
				for range 50 {
					if f() != nil {
						panic("unexpected error")
					}
				}
			}), "%s, edges %d", method, edges)
		}
	}
}
