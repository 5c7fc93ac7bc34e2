package optimize

import (
	"errors"
	"slices"
)

const (
	calibrationExamples = 1000
	calibrationTrials   = 20
	calibrationStart    = 0.1 // the first rate
)

// calibrate sets the t0 of Bottou's rate. It runs one epoch on a sample for each of the rates 0.1,
// 0.2, 0.4, ... while each is better than the previous one, then for 0.05, 0.025, ... The rate with
// the lowest loss wins, as in CRFsuite's l2sgd, which tries ten rates in each direction. The rule
// starts each trial in its current state, and is restored at the end.
func calibrate(r *passRun, rule *sgdRule) error {
	sample := slices.Clone(r.order)
	r.shuffle.Shuffle(len(sample), func(i, j int) { sample[i], sample[j] = sample[j], sample[i] })
	sample = sample[:min(len(sample), calibrationExamples)]
	lowest, err := r.sampleLoss(rule, sample)
	if err != nil {
		return err
	}

	w, fresh, iterations := slices.Clone(r.w), *rule, r.result.Updates
	restart := func(rate float64) {
		copy(r.w, w)
		clear(rule.had)
		*rule = fresh
		rule.bottou = 1 / (2 * rule.l2 * rate)
		r.result.Updates = iterations
	}
	best := calibrationStart
	defer func() { restart(best) }()
	rate, factor, found := calibrationStart, 2.0, false
	for range calibrationTrials {
		restart(rate)
		err := r.epoch(slices.Clone(sample))
		if err != nil && !errors.Is(err, ErrNotFinite) {
			return err
		}
		loss := r.loss + r.share(sample)*r.p.Value(r.w)
		switch {
		case err == nil && loss < lowest:
			best, lowest, found = rate, loss, true
		case factor > 1 && best == calibrationStart: // now in the other direction
			rate, factor = calibrationStart, 0.5
		case found:
			return nil
		}
		rate *= factor
	}
	return nil
}

// share returns the size of the sample as a fraction of all examples.
func (r *passRun) share(sample []int) float64 { return float64(len(sample)) / float64(len(r.order)) }

// sampleLoss returns the loss of the sample, with its share of the penalty, at the current weights.
func (r *passRun) sampleLoss(rule *sgdRule, sample []int) (float64, error) {
	loss := r.share(sample) * r.p.Value(r.w)
	if rule.direct != nil { // steps of size 0
		ones, zeros := make([]float64, len(sample)), make([]float64, len(sample))
		for k := range ones {
			ones[k] = 1
		}
		steps, v, err := rule.direct.Descend(r.ctx, r.w, sample, ones, zeros)
		r.result.Evaluations += steps
		return loss + v, err
	}
	for lo := 0; lo < len(sample); lo += r.batchSize {
		if err := r.ctx.Err(); err != nil {
			return 0, err
		}
		r.g.Reset()
		v, err := r.f.EvalBatch(r.ctx, r.g, r.w, 1, sample[lo:min(lo+r.batchSize, len(sample))])
		r.result.Evaluations++
		if err != nil {
			return 0, err
		}
		loss += v
	}
	return loss, nil
}
