package study

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tries returns attempts with the given penalties.
func tries(l2 ...float64) (list []*attempt) {
	for _, v := range l2 {
		list = append(list, &attempt{setting: setting{loss: "cross-entropy", optimizer: "lbfgs", l2: v}})
	}
	return list
}

func unheard(int, *trial) {}

func TestRunScoresEachSettingOnEachSplit(t *testing.T) {
	var heard [][2]int // trial, splits done
	trials, err := run(t.Context(), tries(10, 20), 3, func(_ context.Context, a *attempt, k int) (float64, error) {
		return a.l2 + float64(k*k), nil
	}, func(k int, tr *trial) {
		heard = append(heard, [2]int{k, len(tr.scores)})
	})
	require.NoError(t, err)
	require.Len(t, trials, 2)
	assert.Equal(t, []float64{10, 11, 14}, trials[0].scores)
	assert.InDelta(t, 35.0/3, trials[0].mean, 1e-12)
	assert.InDelta(t, math.Sqrt(13.0/3), trials[0].sd, 1e-12) // sum of squares 26/3, divided by 3-1
	assert.Equal(t, []float64{20, 21, 24}, trials[1].scores)
	assert.Equal(t, [][2]int{{0, 1}, {0, 2}, {0, 3}, {1, 1}, {1, 2}, {1, 3}}, heard)
}

func TestOneSplitHasNoDeviation(t *testing.T) {
	trials, err := run(t.Context(), tries(1), 1, func(context.Context, *attempt, int) (float64, error) { return 0.5, nil }, unheard)
	require.NoError(t, err)
	assert.Equal(t, 0.5, trials[0].mean)
	assert.Zero(t, trials[0].sd)
}

func TestAFailureIsATrial(t *testing.T) {
	unfit := errors.New("unfit pair")
	calls := make([]int, 3)
	trials, err := run(t.Context(), tries(0, 1, 2), 2, func(_ context.Context, a *attempt, k int) (float64, error) {
		calls[int(a.l2)]++
		switch {
		case a.l2 == 0 && k == 1:
			return 0, unfit
		case a.l2 == 1:
			return math.NaN(), nil
		}
		return 1, nil
	}, unheard)
	require.NoError(t, err)
	require.Len(t, trials, 3)
	assert.ErrorIs(t, trials[0].failed, unfit)
	assert.ErrorIs(t, trials[1].failed, ErrScore)
	assert.NoError(t, trials[2].failed)
	assert.Equal(t, 1.0, trials[2].mean)
	assert.Equal(t, []int{2, 1, 2}, calls, "a setting that failed is tried on no further split")
}

func TestCancellationLeavesWhatThereIs(t *testing.T) {
	for name, c := range map[string]struct {
		at     int // split of the second setting
		late   bool
		scores int
	}{
		"while scoring":        {0, false, 0},
		"after a score":        {0, true, 1},
		"while scoring, later": {2, false, 2},
	} {
		ctx, stop := context.WithCancel(t.Context())
		trials, err := run(ctx, tries(0, 1, 2), 4, func(ctx context.Context, a *attempt, k int) (float64, error) {
			if a.l2 == 1 && k == c.at {
				stop()
				if !c.late {
					return 0, ctx.Err()
				}
			}
			return a.l2, nil
		}, unheard)
		require.ErrorIs(t, err, context.Canceled, name)
		assert.Equal(t, []float64{0, 0, 0, 0}, trials[0].scores, name)
		assert.False(t, trials[0].partial)
		if c.scores == 0 {
			assert.Len(t, trials, 1, name)
			continue
		}
		require.Len(t, trials, 2, name)
		assert.True(t, trials[1].partial, name)
		assert.Equal(t, slices.Repeat([]float64{1}, c.scores), trials[1].scores, name)
		assert.Equal(t, 1.0, trials[1].mean, name)
		assert.Equal(t, 0.0, rank(trials)[0].l2, "a mean over some of the splits compares with no other")
	}
}

func TestAScoreInTimeCounts(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	trials, err := run(ctx, tries(0), 2, func(_ context.Context, _ *attempt, k int) (float64, error) {
		if k == 1 {
			stop()
		}
		return 1, nil
	}, unheard)
	require.NoError(t, err, "all was done")
	assert.Len(t, trials, 1)
	assert.False(t, trials[0].partial)
}

func TestRank(t *testing.T) {
	failed := errors.New("failed")
	named := func(name string, l2, mean float64) *trial {
		return &trial{attempt: &attempt{setting: setting{loss: name, l2: l2}}, mean: mean}
	}
	trials := []*trial{
		named("a", 1, 0.5), named("b", 0, 0), named("c", 2, 0.5), named("d", 9, 0.1), named("e", 2, 0.5), named("f", 0, 0), named("g", 0, 0.9),
		named("h", 0, 1),
	}
	trials[1].failed, trials[5].failed, trials[7].partial = failed, failed, true
	text := func(list []*trial) (s string) {
		for _, t := range list {
			s += t.loss
		}
		return s
	}
	assert.Equal(t, "gceadhbf", text(rank(trials)))
	assert.Equal(t, "abcdefgh", text(trials), "the argument stays as it is")
	assert.Empty(t, rank(nil))
}

// The search finds the maximum of an unknown function.
func TestSearchFindsTheBest(t *testing.T) {
	hill := func(_ context.Context, a *attempt, k int) (float64, error) {
		v := -math.Abs(math.Log(a.l2 / 0.3))
		if a.loss == "hinge" {
			v++
		}
		return v + 1e-3*float64(k), nil
	}
	for name, find := range map[string]func() ([]setting, error){
		"grid": space{lossAxis("cross-entropy", "hinge"), l2Axis(points(0.1, 0.3, 1)...)}.grid,
		"draws": func() ([]setting, error) {
			return space{lossAxis("cross-entropy", "hinge"), l2Axis(Range{1e-3, 1e3})}.sample(200, 2)
		},
	} {
		settings, err := find()
		require.NoError(t, err)
		var list []*attempt
		for _, s := range settings {
			list = append(list, &attempt{setting: s})
		}
		trials, err := run(t.Context(), list, 3, hill, unheard)
		require.NoError(t, err)
		best := rank(trials)[0]
		assert.Equal(t, "hinge", best.loss, name)
		assert.InDelta(t, 0.3, best.l2, 0.06, name)
		assert.InDelta(t, 1e-3, best.sd, 1e-9, name)
	}
}
