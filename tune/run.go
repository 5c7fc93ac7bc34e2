package tune

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// ErrScore says that a score is no number.
var ErrScore = errors.New("score is not finite")

// A Trial is a setting and how it did.
type Trial[S any] struct {
	Setting  S
	Scores   []float64     // of the splits, in order; larger is better
	Mean, SD float64       // of Scores; SD is 0 where there is one
	Elapsed  time.Duration // on all splits
	Err      error         // why the setting could not be scored, else nil
}

// A Score trains with a setting on the training part of split number k and returns what that scores on
// the test part; larger is better.
type Score[S any] func(ctx context.Context, setting S, k int) (float64, error)

// Run scores each setting on splits 0..splits-1, one after the other. A setting that fails on one has
// its trial, with the error, and is spared the others. Report, unless nil, hears of trial k after each of
// its splits. When ctx ends, Run returns the trials that are complete and the context's error.
func Run[S any](ctx context.Context, settings []S, splits int, score Score[S], report func(k int, t Trial[S])) ([]Trial[S], error) {
	var trials []Trial[S]
	for k, setting := range settings {
		t := Trial[S]{Setting: setting}
		for i := 0; i < splits && t.Err == nil; i++ {
			if ctx.Err() != nil {
				return trials, ctx.Err()
			}
			start := time.Now()
			v, err := score(ctx, setting, i)
			t.Elapsed += time.Since(start)
			if err != nil && ctx.Err() != nil {
				return trials, ctx.Err()
			}
			t.add(v, err)
			if report != nil {
				report(k, t)
			}
		}
		trials = append(trials, t)
	}
	return trials, nil
}

// add takes in what came of a split.
func (t *Trial[S]) add(v float64, err error) {
	if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
		err = fmt.Errorf("%w: %v", ErrScore, v)
	}
	if err != nil {
		t.Err, t.Mean, t.SD = err, 0, 0
		return
	}
	t.Scores = append(t.Scores, v)
	t.Mean, t.SD = meanSD(t.Scores)
}

// meanSD returns the mean of x and its sample standard deviation, 0 for a single number.
func meanSD(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	if len(x) == 1 {
		return mean, 0
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(sd / float64(len(x)-1))
}

// Rank returns the trials with the highest mean first and those that failed last. Of equal means the first
// is that whose setting prefer puts first (it is negative if a comes before b, as for the stronger
// penalty); where it does not tell, or is nil, the earlier one.
func Rank[S any](trials []Trial[S], prefer func(a, b S) int) []Trial[S] {
	ranked := slices.Clone(trials)
	slices.SortStableFunc(ranked, func(a, b Trial[S]) int {
		switch {
		case a.Err != nil && b.Err != nil:
			return 0
		case a.Err != nil:
			return 1
		case b.Err != nil:
			return -1
		}
		if c := cmp.Compare(b.Mean, a.Mean); c != 0 || prefer == nil {
			return c
		}
		return prefer(a.Setting, b.Setting)
	})
	return ranked
}
