package metrics

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exactP enumerates all 2^n ways to exchange the labels of sentences.
func exactP(a, b []Counts, m Measure) float64 {
	difference := func(ways int) float64 {
		var x, y Counts
		for i := range a {
			if ways>>i&1 == 0 {
				x.Add(a[i])
				y.Add(b[i])
			} else {
				x.Add(b[i])
				y.Add(a[i])
			}
		}
		return math.Abs(m.Of(y) - m.Of(x))
	}
	n := 0
	for ways := range 1 << len(a) {
		if difference(ways) >= difference(0)-1e-12 {
			n++
		}
	}
	return float64(n) / float64(int(1)<<len(a))
}

func TestCompareApproximatesAllExchanges(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 10 {
		var a, b []Counts
		for range 8 {
			gold := 1 + rng.IntN(5)
			for _, list := range []*[]Counts{&a, &b} {
				correct := rng.IntN(gold + 1)
				*list = append(*list, Counts{
					Tokens: 9, Right: 4 + correct, Sentences: 1, Perfect: rng.IntN(2),
					Gold: gold, Predicted: correct + rng.IntN(3), Correct: correct,
				})
			}
		}
		list, err := Compare(a, b, Resampling{Samples: 20000, Seed: 7})
		require.NoError(t, err)
		require.Len(t, list, int(measures))
		for _, d := range list {
			assert.InDelta(t, exactP(a, b, d.Measure), d.P, 0.015, "%v", d.Measure)
			assert.Equal(t, d.B-d.A, d.Difference)
		}
		turned, err := Compare(b, a, Resampling{Samples: 20000, Seed: 7})
		require.NoError(t, err)
		for m := range list {
			assert.Equal(t, list[m].P, turned[m].P)
			assert.Equal(t, list[m].Difference, -turned[m].Difference)
		}
	}
}

func TestComparePIsNeverZero(t *testing.T) {
	var a, b []Counts
	for range 200 {
		a = append(a, sentences([2]int{0, 5})...)
		b = append(b, sentences([2]int{5, 0})...)
	}
	list, err := Compare(a, b, Resampling{Samples: 99})
	require.NoError(t, err)
	assert.Equal(t, Difference{Measure: F1, B: 1, Difference: 1, P: 0.01}, list[F1])
}

func TestCompareOfEquals(t *testing.T) {
	a := sentences([2]int{3, 1}, [2]int{2, 2})
	b := sentences([2]int{2, 2}, [2]int{3, 1})
	for _, other := range [][]Counts{a, b} {
		list, err := Compare(a, other, Resampling{Samples: 10})
		require.NoError(t, err)
		for _, d := range list {
			assert.Zero(t, d.Difference)
			assert.Equal(t, 1.0, d.P)
		}
	}
	_, err := Compare(a, b[:1], Resampling{})
	assert.ErrorIs(t, err, ErrLength)
}
