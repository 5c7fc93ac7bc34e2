package study

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"
)

// ErrScore means that a score is NaN or infinite.
var ErrScore = errors.New("score is not finite")

// A trial is an attempt with its scores.
type trial struct {
	*attempt
	scores   []float64 // per split; larger is better
	mean, sd float64   // of scores; sd is 0 for a single score
	elapsed  time.Duration
	partial  bool  // an interrupt came before all splits were scored
	failed   error // why the setting could not be scored
}

// A score function trains on the training part of split k and scores on the test part; larger is
// better.
type score func(ctx context.Context, a *attempt, k int) (float64, error)

// run scores each attempt on the splits 0..splits-1. After a failure it skips the other splits of
// the attempt. It calls report after each split of trial k. When ctx ends, run returns the trials
// so far and the error of ctx; the last trial may be partial.
func run(ctx context.Context, list []*attempt, splits int, score score, report func(k int, t *trial)) ([]*trial, error) {
	var trials []*trial
	for k, a := range list {
		t := &trial{attempt: a}
		for i := 0; i < splits && t.failed == nil; i++ {
			start := time.Now()
			var v float64
			err := ctx.Err()
			if err == nil {
				v, err = score(ctx, a, i)
			}
			t.elapsed += time.Since(start)
			if err != nil && ctx.Err() != nil {
				if t.partial = i > 0; t.partial {
					trials = append(trials, t)
				}
				return trials, ctx.Err()
			}
			t.add(v, err)
			report(k, t)
		}
		trials = append(trials, t)
	}
	return trials, nil
}

// add records the score of a split or the error.
func (t *trial) add(v float64, err error) {
	if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
		err = fmt.Errorf("%w: %v", ErrScore, v)
	}
	if err != nil {
		t.failed, t.mean, t.sd = err, 0, 0
		return
	}
	t.scores = append(t.scores, v)
	t.mean, t.sd = meanSD(t.scores)
}

// meanSD returns the mean and the sample standard deviation of x; sd is 0 for a single number.
func meanSD(x []float64) (mean, sd float64) {
	if len(x) == 1 {
		return x[0], 0
	}
	return stat.MeanStdDev(x, nil)
}

// rank orders trials by decreasing mean. A partial trial comes next, failed ones last. Among equal
// means, the stronger penalty comes first, then the earlier trial.
func rank(trials []*trial) []*trial {
	group := func(t *trial) int {
		switch {
		case t.failed != nil:
			return 2
		case t.partial:
			return 1
		}
		return 0
	}
	ranked := slices.Clone(trials)
	slices.SortStableFunc(ranked, func(a, b *trial) int {
		if c := cmp.Compare(group(a), group(b)); c != 0 || a.failed != nil {
			return c
		}
		return cmp.Or(cmp.Compare(b.mean, a.mean), stronger(a.setting, b.setting))
	})
	return ranked
}
