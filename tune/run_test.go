package tune

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRunScoresEachSettingOnEachSplit(t *testing.T) {
	var heard [][2]int // trial, splits done
	trials, err := Run(t.Context(), []float64{10, 20}, 3, func(_ context.Context, s float64, k int) (float64, error) {
		return s + float64(k*k), nil
	}, func(k int, tr Trial[float64]) {
		heard = append(heard, [2]int{k, len(tr.Scores)})
	})
	require.NoError(t, err)
	require.Len(t, trials, 2)
	assert.Equal(t, []float64{10, 11, 14}, trials[0].Scores)
	assert.InDelta(t, 35.0/3, trials[0].Mean, 1e-12)
	assert.InDelta(t, math.Sqrt(13.0/3), trials[0].SD, 1e-12) // squares sum to 26/3, over 3-1
	assert.Equal(t, []float64{20, 21, 24}, trials[1].Scores)
	assert.Equal(t, [][2]int{{0, 1}, {0, 2}, {0, 3}, {1, 1}, {1, 2}, {1, 3}}, heard)
}

func TestOneSplitHasNoDeviation(t *testing.T) {
	trials, err := Run(t.Context(), []int{1}, 1, func(context.Context, int, int) (float64, error) { return 0.5, nil }, nil)
	require.NoError(t, err)
	assert.Equal(t, 0.5, trials[0].Mean)
	assert.Zero(t, trials[0].SD)
}

func TestAFailureIsATrial(t *testing.T) {
	unfit := errors.New("unfit pair")
	calls := make([]int, 3)
	trials, err := Run(t.Context(), []int{0, 1, 2}, 2, func(_ context.Context, s, k int) (float64, error) {
		calls[s]++
		switch {
		case s == 0 && k == 1:
			return 0, unfit
		case s == 1:
			return math.NaN(), nil
		}
		return 1, nil
	}, nil)
	require.NoError(t, err)
	require.Len(t, trials, 3)
	assert.ErrorIs(t, trials[0].Err, unfit)
	assert.ErrorIs(t, trials[1].Err, ErrScore)
	assert.NoError(t, trials[2].Err)
	assert.Equal(t, 1.0, trials[2].Mean)
	assert.Equal(t, []int{2, 1, 2}, calls, "a setting that failed is tried on no further split")
}

func TestCancellationLeavesWhatIsComplete(t *testing.T) {
	for name, late := range map[string]bool{"while scoring": false, "after a score": true} {
		ctx, stop := context.WithCancel(t.Context())
		trials, err := Run(ctx, []int{0, 1, 2}, 2, func(ctx context.Context, s, k int) (float64, error) {
			if s == 1 && k == 0 {
				stop()
				if !late {
					return 0, ctx.Err()
				}
			}
			return float64(s), nil
		}, nil)
		require.ErrorIs(t, err, context.Canceled, name)
		require.Len(t, trials, 1, name)
		assert.Equal(t, []float64{0, 0}, trials[0].Scores, name)
	}
}

func TestAScoreInTimeCounts(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	trials, err := Run(ctx, []int{0}, 2, func(_ context.Context, _, k int) (float64, error) {
		if k == 1 {
			stop()
		}
		return 1, nil
	}, nil)
	require.NoError(t, err, "all was done")
	assert.Len(t, trials, 1)
}

func TestRank(t *testing.T) {
	failed := errors.New("failed")
	trials := []Trial[setting]{
		{Setting: setting{loss: "a", l2: 1}, Mean: 0.5},
		{Setting: setting{loss: "b"}, Err: failed},
		{Setting: setting{loss: "c", l2: 2}, Mean: 0.5},
		{Setting: setting{loss: "d", l2: 9}, Mean: 0.1},
		{Setting: setting{loss: "e", l2: 2}, Mean: 0.5},
		{Setting: setting{loss: "f"}, Err: failed},
		{Setting: setting{loss: "g", l2: 0}, Mean: 0.9},
	}
	names := func(list []Trial[setting]) (s string) {
		for _, t := range list {
			s += t.Setting.loss
		}
		return s
	}
	stronger := func(a, b setting) int { return cmp.Compare(b.l2, a.l2) }
	assert.Equal(t, "gceadbf", names(Rank(trials, stronger)))
	assert.Equal(t, "gacedbf", names(Rank(trials, nil)))
	assert.Equal(t, "abcdefg", names(trials), "the argument stays as it is")
	assert.Empty(t, Rank[setting](nil, stronger))
}

// The search finds the top of a hill that it knows nothing of.
func TestSearchFindsTheBest(t *testing.T) {
	hill := func(_ context.Context, s setting, k int) (float64, error) {
		v := -math.Abs(math.Log(s.l2 / 0.3))
		if s.loss == "hinge" {
			v++
		}
		return v + 1e-3*float64(k), nil
	}
	for name, find := range map[string]func() ([]setting, error){
		"grid": Space[setting]{Axes: []Axis[setting]{
			losses("log", "hinge"), l2(Range{0.1, 0.1}, Range{0.3, 0.3}, Range{1, 1})}}.Grid,
		"draws": func() ([]setting, error) {
			return Space[setting]{Axes: []Axis[setting]{losses("log", "hinge"), l2(Range{1e-3, 1e3})}}.Sample(200, 2)
		},
	} {
		settings, err := find()
		require.NoError(t, err)
		trials, err := Run(t.Context(), settings, 3, hill, nil)
		require.NoError(t, err)
		best := Rank(trials, nil)[0]
		assert.Equal(t, "hinge", best.Setting.loss, name)
		assert.InDelta(t, 0.3, best.Setting.l2, 0.06, name)
		assert.InDelta(t, 1e-3, best.SD, 1e-9, name)
		assert.True(t, slices.ContainsFunc(settings, func(s setting) bool { return s == best.Setting }), name)
	}
}
