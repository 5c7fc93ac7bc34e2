package calibration

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
)

// thresholds are the corrector of [Set.FitThresholds].
type thresholds struct {
	*Set
	found [][]judged // by sentence
}

// judged is a predicted span with its probability.
type judged struct {
	item
	probability float64
}

func (thresholds) noun() string { return "threshold" }

// FitThresholds fits thresholds: the least probabilities of spans, by type. Found has the predicted
// spans of each sentence of the set, with their probabilities. Thresholds for F1 are kept under the
// same condition as biases.
func (x *Set) FitThresholds(ctx context.Context, found [][]model.Span, o Options) (*Fit, error) {
	if len(found) != len(x.list) {
		return nil, fmt.Errorf("%w: spans of %d sentences, want %d", ErrData, len(found), len(x.list))
	}
	t := thresholds{x, make([][]judged, len(found))}
	for k, spans := range found {
		for _, s := range spans {
			t.found[k] = append(t.found[k], judged{item{s.Start, s.End, x.keyOf(s.Type)}, s.Probability})
		}
	}
	return x.correct(ctx, t, o)
}

// counts implements corrector.
func (t thresholds) counts(_ context.Context, numbers []int, values []float64, counted []bool) ([]metrics.Counts, error) {
	var list []metrics.Counts
	var kept []item
	for _, k := range numbers {
		kept = kept[:0]
		for _, f := range t.found[k] {
			if f.probability >= thresholdOf(values, f.key) {
				kept = append(kept, f.item)
			}
		}
		list = append(list, t.list[k].compare(kept, counted))
	}
	return list, nil
}

// thresholdOf returns the threshold of a key, 0 for unknown keys.
func thresholdOf(values []float64, key int) float64 {
	if key >= len(values) {
		return 0
	}
	return values[key]
}

// search implements corrector. It sets all thresholds of the step to the same number.
func (t thresholds) search(ctx context.Context, numbers []int, values []float64, s step) (bool, error) {
	counted := t.counted(s)
	before := slices.Clone(values)
	for _, k := range s.keys {
		values[k] = 0
	}
	counts, err := t.counts(ctx, numbers, values, counted)
	if err != nil {
		return false, err
	}
	now := interval{low: -1, Counts: sum(counts)}
	var steps []piece // with the changes of the counts when a span is dropped
	for _, k := range numbers {
		for _, f := range t.found[k] {
			if slices.Contains(s.keys, f.key) && counted[f.key] {
				n := count(t.list[k].gold, []item{f.item}, counted)
				steps = append(steps, piece{f.probability, tally{-n.predicted, -n.correct}})
			}
		}
	}
	slices.SortStableFunc(steps, func(a, b piece) int { return cmp.Compare(a.from, b.from) })
	var list []interval
	for _, p := range steps {
		if p.from > now.low {
			now.high = p.from
			list = append(list, now)
			now.low = p.from
		}
		now.Predicted, now.Correct = now.Predicted+p.predicted, now.Correct+p.correct
	}
	if now.low < 1 {
		now.high = 1
		list = append(list, now)
	}
	best, _ := s.target.best(list)
	for _, k := range s.keys {
		values[k] = max(0, best.inner())
	}
	return !slices.Equal(values, before), nil
}
