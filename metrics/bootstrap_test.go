package metrics

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/structured"
)

// sentences returns the counts of sentences given as {right tokens, wrong tokens}.
func sentences(counts ...[2]int) (list []Counts) {
	for _, c := range counts {
		n := c[0] + c[1]
		s := Counts{Tokens: n, Right: c[0], Sentences: 1, Gold: n, Predicted: n, Correct: c[0]}
		if c[1] == 0 {
			s.Perfect = 1
		}
		list = append(list, s)
	}
	return list
}

// With two sentences of one token, one of them right, samples have the accuracies 0, 1/2 and 1 with
// the probabilities 1/4, 1/2 and 1/4.
func TestBootstrapOfTwoSentences(t *testing.T) {
	two := sentences([2]int{1, 0}, [2]int{0, 1})
	for level, want := range map[float64]Interval{0.95: {0, 1}, 0.6: {0, 1}, 0.4: {0.5, 0.5}} {
		r, err := Bootstrap(two, Resampling{Seed: 3, Level: level})
		require.NoError(t, err)
		assert.Equal(t, want, r.Measures[Accuracy], level)
		assert.Equal(t, want, r.Measures[F1], level)
		assert.Equal(t, want, r.Measures[SentenceAccuracy], level)
	}
}

// With many sentences the distribution is normal: 1.96 standard errors on both sides.
func TestBootstrapOfManySentences(t *testing.T) {
	var many []Counts
	for i := range 400 {
		many = append(many, sentences([2]int{i % 2, 1 - i%2})...)
	}
	r, err := Bootstrap(many, Resampling{Samples: 4000})
	require.NoError(t, err)
	const se = 0.025 // sqrt(1/2 * 1/2 / 400)
	assert.InDelta(t, 0.5-1.96*se, r.Measures[Accuracy].Low, 0.004)
	assert.InDelta(t, 0.5+1.96*se, r.Measures[Accuracy].High, 0.004)
	assert.Equal(t, 4000, r.Samples)
	assert.Equal(t, 0.95, r.Level)
}

func TestBootstrapIsSeeded(t *testing.T) {
	list := sentences([2]int{3, 1}, [2]int{7, 2}, [2]int{4, 0}, [2]int{1, 5}, [2]int{9, 3})
	draw := func(seed uint64) *Intervals {
		r, err := Bootstrap(list, Resampling{Samples: 50, Seed: seed})
		require.NoError(t, err)
		return r
	}
	assert.Equal(t, draw(1), draw(1))
	assert.NotEqual(t, draw(1).Measures, draw(2).Measures)
}

func TestBootstrapOfNothing(t *testing.T) {
	r, err := Bootstrap(nil, Resampling{Samples: 1})
	require.NoError(t, err)
	assert.Equal(t, Interval{}, r.Measures[F1])
	for _, o := range []Resampling{{Samples: -1}, {Level: 1}, {Level: -0.5}} {
		_, err := Bootstrap(nil, o)
		assert.ErrorIs(t, err, ErrResampling)
		_, err = Compare(nil, nil, o)
		assert.ErrorIs(t, err, ErrResampling)
	}
}

// The sum of the counts of single sentences equals the counts of the evaluator.
func TestLastAddsUp(t *testing.T) {
	for _, scheme := range []structured.Scheme{structured.Plain, structured.BIO} {
		e := Evaluator{Scheme: scheme}
		var all Counts
		for _, s := range [][2]string{
			{"B-X I-X O", "B-X I-X O"}, {"B-X O B-Y", "B-X B-X B-Y"}, {"O I-Y", "O B-Y"}, {"", ""},
		} {
			add(t, &e, s[0], s[1], "")
			all.Add(e.Last())
		}
		r := e.Results()
		assert.Equal(t, r.F1, F1.Of(all))
		assert.Equal(t, r.Precision, Precision.Of(all))
		assert.Equal(t, r.Recall, Recall.Of(all))
		assert.Equal(t, r.Accuracy, Accuracy.Of(all))
		assert.Equal(t, r.SentenceAccuracy, SentenceAccuracy.Of(all))
		assert.Equal(t, r.Support, all.Gold)
		assert.Zero(t, e.Last(), "the last sentence has no token")
	}
}

// bootstrapByIntN is Bootstrap as documented, one sentence at a time.
func bootstrapByIntN(sentences []Counts, samples int, seed uint64) (sums []Counts) {
	rng := rand.New(rand.NewPCG(seed, 0))
	for range samples {
		var all Counts
		for range sentences {
			all.Add(sentences[rng.IntN(len(sentences))])
		}
		sums = append(sums, all)
	}
	return sums
}

// The samples equal those of rand.Rand.IntN draw by draw, for few and for many kinds of sentences.
func TestBootstrapDrawsByIntN(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{0, 1, 2, 3, 64, 255, 256, 257, 1000, 1024, 3001} {
		for _, longest := range []int{1, 3, 5000} {
			var list []Counts
			for range n {
				right := rng.IntN(longest + 1)
				list = append(list, sentences([2]int{right, longest - right})...)
			}
			draw := drawer(list, Resampling{Seed: uint64(n)})
			for k, want := range bootstrapByIntN(list, 20, uint64(n)) {
				require.Equal(t, want, draw(), "sample %d of %d sentences of %d tokens", k, n, longest)
			}
		}
	}
}

// Measures one sample of many short sentences, as in a long test set: grouped by counts, and one at
// a time.
func BenchmarkBootstrapOfShortSentences(b *testing.B) {
	var list []Counts
	for k := range 2_000_000 {
		wrong := k % 17 / 16
		list = append(list, sentences([2]int{1 - wrong, wrong})...)
	}
	b.Run("grouped", func(b *testing.B) {
		draw := drawer(list, Resampling{})
		for b.Loop() {
			draw()
		}
	})
	b.Run("one at a time", func(b *testing.B) {
		for b.Loop() {
			bootstrapByIntN(list, 1, 0)
		}
	})
}
