package calibration

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/metrics"
)

// ErrKey means that the model has no such span type or label.
var ErrKey = errors.New("the model has no such type or label")

// Options say what [Set.Fit] fits.
type Options struct {
	Target *Target           // of all keys without their own; nil leaves them alone
	Keys   map[string]Target // of single keys
	Folds  int               // for the held-out scores; 0 means 5
	Seed   uint64            // of the test whether a gain is more than chance
}

// Limits of the search.
const (
	firstRange = 2.0  // biases up to this magnitude are searched first
	lastRange  = 16.0 // and up to this one if those do not suffice
	maxRounds  = 10   // of fitting all biases one after another
	minItems   = 10   // a key needs this many gold items for its own bias
	level      = 0.05 // chance of a gain that is kept although it is none
)

// A Fit is the result of [Set.Fit] or [Set.FitThresholds].
type Fit struct {
	Values map[string]float64 // biases or thresholds by key, without zeros
	// Before and After are the counts without and with the values, each sentence with the values
	// that were fitted to the other folds. P is the probability of such a difference in F1 by
	// chance.
	Before, After metrics.Counts
	P             float64
	// Kept is false if all targets are F1 and the gain is not more than chance. Values is then nil.
	Kept bool
}

// A corrector corrects labellings by a number for each key.
type corrector interface {
	// search changes the values of the keys of a step to the best ones for its target, and reports
	// whether any changed.
	search(ctx context.Context, numbers []int, values []float64, s step) (changed bool, err error)
	// counts returns the counts of sentences with values by key; nil means no correction.
	counts(ctx context.Context, numbers []int, values []float64, counted []bool) ([]metrics.Counts, error)
	// noun is what a value is called.
	noun() string
}

// biases are the corrector of [Set.Fit].
type biases struct{ *Set }

func (biases) noun() string { return "bias" }

// A step fits the value of some keys.
type step struct {
	name   string
	keys   []int
	target Target
}

// Fit fits biases. For the target F1 of several keys it compares one bias for all of them with
// biases of their own, by the held-out F1. The biases are nil if their gain is not more than chance
// on held-out sentences. Targets of precision and recall are always fitted. If the sentences do not
// allow them, the error wraps ErrData.
func (x *Set) Fit(ctx context.Context, o Options) (*Fit, error) {
	return x.correct(ctx, biases{x}, o)
}

// correct fits a corrector.
func (x *Set) correct(ctx context.Context, c corrector, o Options) (*Fit, error) {
	if o.Folds == 0 {
		o.Folds = 5
	}
	if len(x.list) < o.Folds {
		return nil, fmt.Errorf("%w: %d sentences for %d folds", ErrData, len(x.list), o.Folds)
	}
	plans, err := x.plans(&o)
	if err != nil {
		return nil, err
	}
	var best *Fit
	var plan []step
	for _, p := range plans {
		f, err := x.validate(ctx, c, p, &o)
		if err != nil {
			return nil, err
		}
		if best == nil || metrics.F1.Of(f.After) > metrics.F1.Of(best.After) {
			best, plan = f, p
		}
	}
	bounded := slices.ContainsFunc(plan, func(s step) bool { return s.target.Measure != metrics.F1 })
	if best.Kept = bounded || best.P < level && metrics.F1.Of(best.After) > metrics.F1.Of(best.Before); !best.Kept {
		return best, nil
	}
	values, err := x.fit(ctx, c, plan, x.all())
	if err != nil {
		return nil, err
	}
	if err := x.check(ctx, c, plan, values); err != nil {
		return nil, err
	}
	best.Values = make(map[string]float64)
	for k, v := range values {
		if v != 0 {
			best.Values[x.keys[k]] = v
		}
	}
	return best, nil
}

// plans returns the lists of steps to choose from.
func (x *Set) plans(o *Options) ([][]step, error) {
	var own []step
	for _, name := range slices.Sorted(maps.Keys(o.Keys)) {
		k, ok := x.number[name]
		if !ok {
			return nil, fmt.Errorf("%w: %q is none of %s", ErrKey, name, strings.Join(x.keys, ", "))
		}
		own = append(own, step{name, []int{k}, o.Keys[name]})
	}
	if o.Target == nil {
		return [][]step{own}, nil
	}
	all := step{"all", nil, *o.Target}
	items := make([]int, len(x.keys)+1)
	for _, s := range x.list {
		for _, g := range s.gold {
			items[g.key]++
		}
	}
	var single []step
	for k, name := range x.keys {
		if _, ok := o.Keys[name]; ok {
			continue
		}
		all.keys = append(all.keys, k)
		if items[k] >= minItems {
			single = append(single, step{name, []int{k}, *o.Target})
		}
	}
	slices.SortStableFunc(single, func(a, b step) int { return items[b.keys[0]] - items[a.keys[0]] })
	shared, apart := append([]step{all}, own...), append(append([]step{all}, single...), own...)
	switch {
	case o.Target.Measure != metrics.F1 || len(all.keys) == 1:
		return [][]step{shared}, nil
	case x.plain:
		return [][]step{apart[1:]}, nil // the same bias for all labels changes nothing
	}
	return [][]step{shared, apart}, nil
}

// all returns the numbers of all sentences.
func (x *Set) all() []int {
	list := make([]int, len(x.list))
	for k := range list {
		list[k] = k
	}
	return list
}

// validate fits a plan to all folds but one, in turn, and counts the items of the fold. Folds are
// runs of sentences, because neighbours are often of one document.
func (x *Set) validate(ctx context.Context, c corrector, plan []step, o *Options) (*Fit, error) {
	n := len(x.list)
	var before, after []metrics.Counts
	for k := range o.Folds {
		low, high := k*n/o.Folds, (k+1)*n/o.Folds
		held := x.all()[low:high]
		others := slices.Delete(x.all(), low, high)
		values, err := x.fit(ctx, c, plan, others)
		if err != nil {
			return nil, err
		}
		for _, side := range []struct {
			values []float64
			to     *[]metrics.Counts
		}{{nil, &before}, {values, &after}} {
			counts, err := c.counts(ctx, held, side.values, x.every())
			if err != nil {
				return nil, err
			}
			*side.to = append(*side.to, counts...)
		}
	}
	differences, err := metrics.Compare(before, after, metrics.Resampling{Samples: 10000, Seed: o.Seed})
	if err != nil {
		return nil, err
	}
	return &Fit{Before: sum(before), After: sum(after), P: differences[metrics.F1].P}, nil
}

// counted returns the keys whose items count for the target of a step: those of the step, or all
// for F1.
func (x *Set) counted(s step) []bool {
	if s.target.Measure == metrics.F1 || len(s.keys) == len(x.keys) {
		return x.every()
	}
	counted := make([]bool, len(x.keys)+1)
	for _, k := range s.keys {
		counted[k] = true
	}
	return counted
}

// every returns a set of all keys, and of unknown ones.
func (x *Set) every() []bool { return slices.Repeat([]bool{true}, len(x.keys)+1) }

func sum(list []metrics.Counts) (all metrics.Counts) {
	for _, c := range list {
		all.Add(c)
	}
	return all
}

// counts implements corrector.
func (x biases) counts(ctx context.Context, numbers []int, values []float64, counted []bool) ([]metrics.Counts, error) {
	list, offsets := make([]metrics.Counts, len(numbers)), x.offsets(values)
	err := x.each(ctx, numbers, func(w *workspace, at int, s *sentence) error {
		d, err := s.decode(w, &x.inventory, offsets)
		if err != nil {
			return err
		}
		list[at] = s.compare(d.items, counted)
		return nil
	})
	return list, err
}

// compare counts the gold items of a sentence and predicted items.
func (s *sentence) compare(predicted []item, counted []bool) metrics.Counts {
	n := count(s.gold, predicted, counted)
	c := metrics.Counts{Sentences: 1, Predicted: n.predicted, Correct: n.correct}
	for _, g := range s.gold {
		if counted[g.key] {
			c.Gold++
		}
	}
	return c
}

// fit fits the steps of a plan to sentences, again and again until no value changes. It returns the
// values by key.
func (x *Set) fit(ctx context.Context, c corrector, plan []step, numbers []int) ([]float64, error) {
	values := make([]float64, len(x.keys))
	for round, changed := 0, true; changed && round < maxRounds; round++ {
		changed = false
		for _, s := range plan {
			now, err := c.search(ctx, numbers, values, s)
			if err != nil {
				return nil, err
			}
			changed = changed || now
		}
	}
	return values, nil
}

// search implements corrector. It moves all biases of the step by the same amount.
func (x biases) search(ctx context.Context, numbers []int, values []float64, s step) (bool, error) {
	l := line{base: values, direction: make([]float64, len(x.keys)), counted: x.counted(s)}
	for _, k := range s.keys {
		l.direction[k] = 1
	}
	b, err := x.along(ctx, numbers, &l, s.target)
	if err != nil {
		return false, err
	}
	for _, k := range s.keys {
		values[k] = rounded(values[k] + b)
	}
	return b != 0, nil
}

// along returns the best bias on a line.
func (x *Set) along(ctx context.Context, numbers []int, l *line, t Target) (float64, error) {
	for width := firstRange; ; width *= 2 {
		list, err := x.intervals(ctx, numbers, l, -width, width)
		if err != nil {
			return 0, err
		}
		best, reached := t.best(list)
		if reached && best.low > -width && best.high < width || width >= lastRange {
			return best.inner(), nil
		}
	}
}

// check returns an error if the values miss a bound of the plan on all sentences.
func (x *Set) check(ctx context.Context, c corrector, plan []step, values []float64) error {
	for _, s := range plan {
		if s.target.Measure == metrics.F1 {
			continue
		}
		list, err := c.counts(ctx, x.all(), values, x.counted(s))
		if err != nil {
			return err
		}
		if all := sum(list); !s.target.reached(all) {
			return fmt.Errorf("%w: no %s reaches %s for %s; the closest is %.4f", ErrData, c.noun(), s.target, s.name, s.target.Measure.Of(all))
		}
	}
	return nil
}
