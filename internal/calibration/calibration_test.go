package calibration

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// spanLabels are the labels of random chains.
var spanLabels = []string{"O", "B-X", "I-X", "B-Y"}

// newChains returns an empty set of chains with the labels above.
func newChains(threads int) *Set {
	x := &Set{Threads: threads}
	x.labels, x.key, x.keys = spanLabels, []int{-1, 0, -1, 1}, []string{"X", "Y"}
	x.number = map[string]int{"X": 0, "Y": 1}
	return x
}

// random adds n sentences with random scores. Their gold labellings are samples at the inverse
// temperature gamma, so that the scores are the truth.
func (x *Set) random(rng *rand.Rand, n int, gamma float64) {
	for range n {
		s := bruteforce.Random(rng, 1+rng.IntN(4), len(x.labels), structured.SharedEdges, 2, 0.1)
		s.Scale(gamma)
		gold := sample(rng, s)
		s.Scale(1 / gamma)
		names := make([]string, len(gold))
		for t, j := range gold {
			names[t] = x.labels[j]
		}
		x.list = append(x.list, sentence{&chainScores{*s, gold}, true, x.appendItems(nil, names), s.T})
	}
}

// sample draws a path from the distribution of the scores.
func sample(rng *rand.Rand, s *structured.Lattice) []int {
	var paths [][]int
	var sums []float64
	sum := 0.0
	for y := range structured.Paths(s.T, s.L) {
		sum += math.Exp(s.PathScore(y))
		paths, sums = append(paths, slices.Clone(y)), append(sums, sum)
	}
	at, _ := slices.BinarySearch(sums, rng.Float64()*sum)
	return paths[at]
}

// structures returns the same random lattice as each structure, with a gold labelling, and the
// score of all labellings.
func structures(rng *rand.Rand) map[string]structure {
	s := bruteforce.Random(rng, 3, 4, structured.SharedEdges, 1, 0.1)
	gold := bruteforce.RandomPath(rng, s)
	p := &prunedScores{gold: gold}
	p.kept.KeepAll(s.T, s.L)
	p.s.Reset(&p.kept, 1)
	_ = p.s.AddFirstOrder(s, 1)
	g := &segmentScores{}
	_ = semimarkov.FromTokens(&g.s, s, 1)
	g.s.Edge = slices.Clone(s.Edge)
	for t, j := range gold {
		g.gold = append(g.gold, semimarkov.Segment{Start: t, End: t + 1, Label: j})
	}
	return map[string]structure{"chain": &chainScores{*s, gold}, "pruned": p, "segments": g}
}

// The value and the slope of the likelihood are those of the definition, on all structures.
func TestLikelihoodByEnumeration(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	bias := map[string]float64{"X": 0.7, "Y": -0.4}
	for range 20 {
		for name, s := range structures(rng) {
			x := newChains(1)
			x.list = []sentence{{s, true, nil, 3}}
			var scores structured.Lattice
			chain, ok := s.(*chainScores)
			if !ok {
				continue
			}
			chain.s.Copy(&scores)
			for at := range scores.T {
				scores.NodeAt(at)[1] += bias["X"]
				scores.NodeAt(at)[3] += bias["Y"]
			}
			for _, gamma := range []float64{0.3, 1, 2.5} {
				z, mean := 0.0, 0.0
				for y := range structured.Paths(scores.T, scores.L) {
					if v := scores.PathScore(y); !math.IsInf(v, -1) {
						z += math.Exp(gamma * v)
						mean += v * math.Exp(gamma*v)
					}
				}
				gold := scores.PathScore(chain.gold)
				value, slope, err := x.likelihood(context.Background(), bias, gamma)
				require.NoError(t, err, name)
				assert.InDelta(t, math.Log(z)-gamma*gold, value, 1e-9, name)
				assert.InDelta(t, mean/z-gold, slope, 1e-9, name)
			}
		}
	}
}

// The slope is the derivative of the value, and all structures agree.
func TestSlopeIsDerivative(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	bias := map[string]float64{"X": -0.2, "Y": 1.1}
	for range 10 {
		var values []float64
		for name, s := range structures(rng) {
			x := newChains(1)
			x.list = []sentence{{s, true, nil, 3}}
			at := func(gamma float64) (float64, float64) {
				value, slope, err := x.likelihood(context.Background(), bias, gamma)
				require.NoError(t, err, name)
				return value, slope
			}
			const h = 1e-5
			value, slope := at(0.8)
			above, _ := at(0.8 + h)
			below, _ := at(0.8 - h)
			assert.InDelta(t, (above-below)/(2*h), slope, 1e-6, name)
			values = append(values, value)
		}
		assert.InDelta(t, values[0], values[1], 1e-9)
		assert.InDelta(t, values[0], values[2], 1e-9)
	}
}

func TestTemperatureFindsTheTruth(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, truth := range []float64{0.4, 1, 2.2} {
		x := newChains(2)
		x.random(rng, 800, truth)
		temperature, err := x.Temperature(context.Background(), nil)
		require.NoError(t, err)
		gamma := 1 / temperature
		assert.InEpsilon(t, truth, gamma, 0.1)
		_, slope, err := x.likelihood(context.Background(), nil, gamma)
		require.NoError(t, err)
		assert.InDelta(t, 0, slope, 1e-2)
		best, err := x.Loss(context.Background(), nil, gamma)
		require.NoError(t, err)
		for _, factor := range []float64{0.9, 1.1} {
			other, err := x.Loss(context.Background(), nil, gamma*factor)
			require.NoError(t, err)
			assert.Greater(t, other, best)
		}
	}
}

func TestTemperatureNeedsErrors(t *testing.T) {
	x := newChains(1)
	_, err := x.Temperature(context.Background(), nil)
	require.ErrorIs(t, err, ErrData, "no sentences")
	s := structured.NewLattice(1, 4, structured.NoEdges)
	s.Node[0] = 1
	x.list = []sentence{{&chainScores{*s, []int{0}}, true, nil, 1}}
	_, err = x.Temperature(context.Background(), nil)
	require.ErrorIs(t, err, ErrData, "all labels are right")
	x.list[0].structure.(*chainScores).gold[0] = 1
	_, err = x.Temperature(context.Background(), nil)
	require.ErrorIs(t, err, ErrData, "all labels are wrong")
	x.list[0].known = false
	_, err = x.Temperature(context.Background(), nil)
	require.ErrorIs(t, err, ErrData, "no known labels")
}

// Between two breakpoints, the counts are those of decoding with any bias there.
func TestPiecesByDecoding(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	x := newChains(1)
	x.random(rng, 40, 1)
	found := 0
	for _, direction := range [][]float64{{1, 1}, {1, 0}, {0, 1}} {
		l := &line{base: []float64{0.3, -0.2}, direction: direction, counted: x.every()}
		for k := range x.list {
			s := &x.list[k]
			list, err := x.pieces(x.workspace(0), s, l, -4, 4)
			require.NoError(t, err)
			found += len(list)
			require.True(t, slices.IsSortedFunc(list, func(a, b piece) int { return int(math.Copysign(1, a.from-b.from)) }))
			for range 20 {
				b := 8*rng.Float64() - 4
				at := 0
				for at+1 < len(list) && list[at+1].from <= b {
					at++
				}
				bias := []float64{0.3 + b*direction[0], -0.2 + b*direction[1]}
				counts, err := (biases{x}).counts(context.Background(), []int{k}, bias, x.every())
				require.NoError(t, err)
				assert.Equal(t, tally{counts[0].Predicted, counts[0].Correct}, list[at].tally)
			}
		}
	}
	assert.Greater(t, found, 3*40, "the biases change labels")
}

func TestIntervalsAddUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	x := newChains(3)
	x.random(rng, 60, 1)
	l := &line{base: []float64{0, 0}, direction: []float64{1, 1}, counted: x.every()}
	list, err := x.intervals(context.Background(), x.all(), l, -2, 2)
	require.NoError(t, err)
	assert.Greater(t, len(list), 20)
	for k, v := range list {
		require.Less(t, v.low, v.high)
		if k > 0 {
			require.Equal(t, list[k-1].high, v.low)
		}
		mid := (v.low + v.high) / 2
		counts, err := (biases{x}).counts(context.Background(), x.all(), []float64{mid, mid}, x.every())
		require.NoError(t, err)
		want := sum(counts)
		assert.Equal(t, [3]int{want.Gold, want.Predicted, want.Correct}, [3]int{v.Gold, v.Predicted, v.Correct})
	}
}

func TestInner(t *testing.T) {
	for want, v := range map[float64]interval{0: {low: -1, high: 2}, 1: {low: 0.5, high: 1.5}, 0.13: {low: 0.12, high: 0.14}, -0.5: {low: -0.6, high: -0.4}} {
		assert.Equal(t, want, v.inner())
	}
	tiny := interval{low: 1, high: 1 + 1e-14}
	assert.InDelta(t, 1, tiny.inner(), 1e-12)
}

// The biases reach the targets on the sentences they were fitted to, and no bias on a grid is
// better.
func TestFitReachesTargets(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	x := newChains(2)
	x.random(rng, 300, 1)
	ctx := context.Background()
	of := func(bias map[string]float64) metrics.Counts {
		counts, err := (biases{x}).counts(ctx, x.all(), x.vector(bias), x.every())
		require.NoError(t, err)
		return sum(counts)
	}
	raw := of(nil)
	for _, text := range []string{"precision=0.8", "recall=0.8"} {
		target, err := ParseTarget(text)
		require.NoError(t, err)
		require.False(t, target.reached(raw), "the target needs a bias")
		f, err := x.Fit(ctx, Options{Target: &target})
		require.NoError(t, err)
		require.True(t, f.Kept)
		fitted := of(f.Values)
		assert.True(t, target.reached(fitted), text)
		assert.Equal(t, f.Values["X"], f.Values["Y"])
		for b := -4.0; b < 4; b += 0.05 {
			if other := of(map[string]float64{"X": b, "Y": b}); target.reached(other) {
				assert.LessOrEqual(t, target.value(other), target.value(fitted)+1e-12, "%s, bias %v", text, b)
			}
		}
	}
	own := map[string]Target{"X": {metrics.Precision, 0.75}, "Y": {metrics.Recall, 0.9}}
	f, err := x.Fit(ctx, Options{Keys: own})
	require.NoError(t, err)
	assert.NotEqual(t, f.Values["X"], f.Values["Y"])
	for name, target := range own {
		counted := make([]bool, len(x.keys)+1)
		counted[x.number[name]] = true
		counts, err := (biases{x}).counts(ctx, x.all(), x.vector(f.Values), counted)
		require.NoError(t, err)
		assert.True(t, target.reached(sum(counts)), name)
	}
	_, err = x.Fit(ctx, Options{Keys: map[string]Target{"X": {metrics.Precision, 1}, "Y": {metrics.Precision, 1}}})
	require.ErrorIs(t, err, ErrData, "no bias reaches it")
	_, err = x.Fit(ctx, Options{Keys: map[string]Target{"Z": {}}})
	require.ErrorIs(t, err, ErrKey)
}

// A bias for F1 is kept if it repairs wrong scores, and dropped if the scores are the truth.
func TestFitKeepsOnlyGains(t *testing.T) {
	ctx := context.Background()
	x := newChains(2)
	x.random(rand.New(rand.NewPCG(13, 14)), 400, 2)
	for k := range x.list {
		s := &x.list[k].structure.(*chainScores).s
		for t := range s.T {
			s.NodeAt(t)[1] -= 3 // X is found too rarely
		}
	}
	f, err := x.Fit(ctx, Options{Target: new(Target)})
	require.NoError(t, err)
	require.True(t, f.Kept)
	assert.InDelta(t, 3, f.Values["X"], 1.5)
	assert.Greater(t, metrics.F1.Of(f.After), metrics.F1.Of(f.Before))
	assert.Less(t, f.P, 0.01)

	kept := 0
	for seed := range uint64(5) {
		x := newChains(2)
		x.random(rand.New(rand.NewPCG(seed, 16)), 100, 4)
		f, err := x.Fit(ctx, Options{Target: new(Target)})
		require.NoError(t, err)
		if f.Kept {
			kept++
		} else {
			assert.Nil(t, f.Values)
		}
	}
	assert.Less(t, kept, 3)
}

// spansOf adds sentences to a set, with random predicted spans. A span is right with its
// probability.
func spansOf(rng *rand.Rand, x *Set, n int) [][]model.Span {
	var found [][]model.Span
	for range n {
		var gold []item
		var spans []model.Span
		for at := range 4 {
			k, p := rng.IntN(2), rng.Float64()
			spans = append(spans, model.Span{Span: annotation.Span{Start: at, End: at + 1, Type: x.keys[k]}, Probability: p})
			if rng.Float64() < p {
				gold = append(gold, item{at, at + 1, k})
			}
		}
		x.list, found = append(x.list, sentence{gold: gold, tokens: 4}), append(found, spans)
	}
	return found
}

// The thresholds reach the targets, and no threshold on a grid is better.
func TestThresholdsReachTargets(t *testing.T) {
	ctx := context.Background()
	x := newChains(1)
	found := spansOf(rand.New(rand.NewPCG(21, 22)), x, 300)
	of := func(least map[string]float64, key int) (all metrics.Counts) {
		for k, s := range x.list {
			for _, g := range s.gold {
				if key < 0 || g.key == key {
					all.Gold++
				}
			}
			for _, p := range found[k] {
				if j := x.keyOf(p.Type); (key < 0 || j == key) && p.Probability >= least[p.Type] {
					all.Predicted++
					if slices.Contains(s.gold, item{p.Start, p.End, j}) {
						all.Correct++
					}
				}
			}
		}
		return all
	}
	for _, text := range []string{"precision=0.8", "recall=0.7", "f1"} {
		target, err := ParseTarget(text)
		require.NoError(t, err)
		f, err := x.FitThresholds(ctx, found, Options{Keys: map[string]Target{"X": target}})
		require.NoError(t, err)
		assert.NotContains(t, f.Values, "Y")
		key, counted := x.number["X"], of(f.Values, x.number["X"])
		if target.Measure == metrics.F1 {
			key, counted = -1, of(f.Values, -1)
		}
		assert.True(t, target.reached(counted), text)
		for v := 0.0; v < 1; v += 0.01 {
			if other := of(map[string]float64{"X": v}, key); target.reached(other) {
				assert.LessOrEqual(t, target.value(other), target.value(counted)+1e-12, "%s, threshold %v", text, v)
			}
		}
		if target.Measure == metrics.F1 {
			continue
		}
		f, err = x.FitThresholds(ctx, found, Options{Target: &target})
		require.NoError(t, err)
		assert.Equal(t, f.Values["X"], f.Values["Y"])
		assert.True(t, target.reached(of(f.Values, -1)), text)
		assert.Greater(t, target.Measure.Of(f.After), target.Least-0.05, "on the other folds")
	}
	f, err := x.FitThresholds(ctx, found, Options{Target: new(Target)})
	require.NoError(t, err)
	assert.True(t, f.Kept)
	assert.Greater(t, metrics.F1.Of(f.After), metrics.F1.Of(f.Before))
	_, err = x.FitThresholds(ctx, found, Options{Target: &Target{metrics.Recall, 1}, Folds: 2})
	require.NoError(t, err, "all spans are found")
	_, err = x.FitThresholds(ctx, found[1:], Options{Target: new(Target)})
	require.ErrorIs(t, err, ErrData)
	for k := range found {
		found[k] = nil
	}
	_, err = x.FitThresholds(ctx, found, Options{Target: &Target{metrics.Recall, 0.5}})
	require.ErrorContains(t, err, "no threshold reaches recall=0.5")
}

func TestThreadsDoNotMatter(t *testing.T) {
	var fits []*Fit
	var gammas []float64
	for _, threads := range []int{0, 1, 7} {
		x := newChains(threads)
		x.random(rand.New(rand.NewPCG(17, 18)), 120, 1)
		f, err := x.Fit(context.Background(), Options{Target: &Target{metrics.Recall, 0.7}, Seed: 3})
		require.NoError(t, err)
		gamma, err := x.Temperature(context.Background(), f.Values)
		require.NoError(t, err)
		fits, gammas = append(fits, f), append(gammas, gamma)
	}
	assert.Equal(t, fits[0], fits[1])
	assert.Equal(t, fits[0], fits[2])
	assert.Equal(t, gammas[0], gammas[1])
	assert.Equal(t, gammas[0], gammas[2])
}

func TestCancelledFit(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	x := newChains(2)
	x.random(rand.New(rand.NewPCG(19, 20)), 10, 1)
	_, err := x.Fit(ctx, Options{Target: new(Target)})
	require.ErrorIs(t, err, context.Canceled)
	_, err = x.Temperature(ctx, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestParseTarget(t *testing.T) {
	for _, text := range []string{"f1", "precision=0.9", "recall=1", "recall=0.125"} {
		target, err := ParseTarget(text)
		require.NoError(t, err)
		assert.Equal(t, text, target.String())
	}
	for _, text := range []string{"", "f1=0.5", "precision", "precision=", "recall=0", "recall=1.1", "recall=NaN", "accuracy=0.9", "F1"} {
		_, err := ParseTarget(text)
		assert.Error(t, err, text)
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, text := range []string{"f1", "precision=0.9", "recall=1e-3", "recall=x", "="} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := ParseTarget(text)
		if err != nil {
			return
		}
		again, err := ParseTarget(target.String())
		require.NoError(t, err)
		assert.Equal(t, target, again)
	})
}
