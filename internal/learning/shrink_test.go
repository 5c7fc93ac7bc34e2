package learning

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/recipe"
)

// level returns a level that was tried on one fold of 1000 sentences, with some spans found.
func level(without string, found int) *ShrinkLevel {
	l := &ShrinkLevel{SearchTrial: *tried(without, 2, 1000, found), Templates: 9, Lookups: 5}
	if without != "" {
		l.Without, l.Templates, l.Lookups = []string{without}, 8, 4
	}
	return l
}

// compared compares levels with the first one.
func compared(t *testing.T, levels ...*ShrinkLevel) []*ShrinkLevel {
	t.Helper()
	var trials []*SearchTrial
	for _, l := range levels {
		trials = append(trials, &l.SearchTrial)
	}
	require.NoError(t, compare(trials))
	return levels
}

// The cheapest level counts whose score is not lower, where a lucky level counts with the levels
// before it.
func TestCheapest(t *testing.T) {
	failed := level("failed", 900)
	failed.Err = errors.New("fails")
	uncertain := level("uncertain", 510)
	uncertain.StdErr = 0.01
	small := level("small", 510)
	small.Lookups = 5
	fewer := level("fewer", 900)
	fewer.Folds = 1
	for name, x := range map[string]struct {
		levels []*ShrinkLevel
		margin float64
		want   string
	}{
		"better":            {[]*ShrinkLevel{level("", 500), level("a", 510), level("b", 501)}, 0, "b"},
		"equal":             {[]*ShrinkLevel{level("", 500), level("a", 500)}, 0, "a"},
		"worse":             {[]*ShrinkLevel{level("", 500), level("a", 499)}, 0, ""},
		"within the margin": {[]*ShrinkLevel{level("", 500), level("a", 499), level("b", 497)}, 0.002, "a"},
		"lucky":             {[]*ShrinkLevel{level("", 500), level("a", 490), level("b", 505)}, 0, ""},
		"unlucky":           {[]*ShrinkLevel{level("", 500), level("a", 499), level("b", 505)}, 0, "b"},
		"fails":             {[]*ShrinkLevel{level("", 500), level("a", 501), failed}, 0, "a"},
		"uncertain":         {[]*ShrinkLevel{level("", 500), uncertain}, 0, ""},
		"saves little":      {[]*ShrinkLevel{level("", 500), small}, 0, ""},
		"fewer folds":       {[]*ShrinkLevel{level("", 500), level("a", 501), fewer}, 0, "a"},
		"alone":             {[]*ShrinkLevel{level("", 500)}, 0, ""},
	} {
		assert.Equal(t, x.want, cheapest(compared(t, x.levels...), x.margin).Text, name)
	}
}

// The fit has the least squares of all sequences that do not rise: of all means over blocks.
func TestFalling(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		values := make([]float64, 1+rng.IntN(7))
		for k := range values {
			values[k] = rng.NormFloat64() - 0.2*float64(k)
		}
		best := math.Inf(1)
		for cuts := range 1 << (len(values) - 1) { // bit k: a block ends after value k
			sum, last := 0.0, math.Inf(1)
			for lo := 0; lo < len(values); {
				hi := lo + 1
				for hi < len(values) && cuts>>(hi-1)&1 == 0 {
					hi++
				}
				mean := 0.0
				for _, v := range values[lo:hi] {
					mean += v / float64(hi-lo)
				}
				for _, v := range values[lo:hi] {
					sum += (v - mean) * (v - mean)
				}
				if mean > last {
					sum = math.Inf(1)
				}
				lo, last = hi, mean
			}
			best = min(best, sum)
		}
		fit, sum := falling(values), 0.0
		require.Len(t, fit, len(values))
		for k, v := range values {
			sum += (v - fit[k]) * (v - fit[k])
			if k > 0 {
				assert.LessOrEqual(t, fit[k], fit[k-1])
			}
		}
		assert.InDelta(t, best, sum, 1e-12)
	}
	assert.Empty(t, falling(nil))
}

func TestSpread(t *testing.T) {
	assert.Equal(t, []int{1, 2}, spread([]int{1, 2}, 3))
	assert.Equal(t, []int{0, 2, 5}, spread([]int{0, 1, 2, 3, 4, 5}, 3))
}

// A level ends the trials if it is worse beyond chance by more than the margin, or fails.
func TestTooMuch(t *testing.T) {
	d := &Data{Config: recipe.Config{Shrink: new(0.0)}}
	levels := compared(t, level("", 500), level("a", 499), level("b", 450))
	assert.False(t, d.tooMuch(&levels[0].SearchTrial))
	assert.False(t, d.tooMuch(&levels[1].SearchTrial))
	assert.True(t, d.tooMuch(&levels[2].SearchTrial))
	d.Config.Shrink = new(20.0)
	assert.False(t, d.tooMuch(&levels[2].SearchTrial))
	levels[2].Err = errors.New("fails")
	assert.True(t, d.tooMuch(&levels[2].SearchTrial))
}

func TestShrinkString(t *testing.T) {
	levels := compared(t, level("", 500), level("w-2", 505), level("w-2,w+2", 300))
	levels[1].StdErr = levels[1].stdErr(&levels[0].SearchTrial)
	levels[2].Err = errors.New("too few sentences")
	levels = append(levels, &ShrinkLevel{SearchTrial: SearchTrial{Text: "w-1,w-2,w+2"}, Templates: 6, Lookups: 2})
	s := Shrink{Folds: 2, Chosen: *levels[1]}
	for _, l := range levels {
		s.Levels = append(s.Levels, *l)
	}
	assert.Equal(t, `shrink: 4 sets of templates on up to 2 held-out fifths of the training data, with a short training of each
   score   gain     ±  folds  templates  lookups  without
  50.00%                   2          9        5  none
  50.50%  +0.50  0.22      2          8        4  w-2
       -      -     -      2          8        4  w-2,w+2: too few sentences
       -      -     -      0          6        2  w-1,w-2,w+2
shrink removes w-2: 8 instead of 9 templates, 4 instead of 5 lookups for each token, +0.50 ± 0.22 points`, s.String())
	s.Chosen = *levels[0]
	s.Margin = 0.001
	assert.Equal(t, "shrink keeps all templates: no choice saves 20% of the lookups and surely loses at most 0.1 points", s.Explain())
	assert.Equal(t, "shrink keeps all templates: no choice saves 20% of the lookups and surely loses at most 0 points", (&Shrink{}).String())
}

// The standard error is that of many samples with replacement.
func TestStdErr(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	a, b := &SearchTrial{}, &SearchTrial{}
	for range 400 {
		gold := rng.IntN(4)
		for _, x := range []*SearchTrial{a, b} {
			c := metrics.Counts{Gold: gold, Predicted: rng.IntN(4)}
			c.Correct = rng.IntN(min(c.Gold, c.Predicted) + 1)
			x.each = append(x.each, c)
		}
	}
	var sum, squares float64
	const samples = 4000
	for range samples {
		var own, first metrics.Counts
		for range a.each {
			i := rng.IntN(len(a.each))
			first.Add(a.each[i])
			own.Add(b.each[i])
		}
		d := metrics.F1.Of(own) - metrics.F1.Of(first)
		sum, squares = sum+d, squares+d*d
	}
	want := math.Sqrt(squares/samples - sum/samples*sum/samples)
	assert.InEpsilon(t, want, b.stdErr(a), 0.05)
	assert.Zero(t, a.stdErr(a))
	none := &SearchTrial{each: make([]metrics.Counts, 3)}
	assert.Zero(t, none.stdErr(none))
}
