package calibration

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/metrics"
)

// A Target is what biases are chosen for: the greatest F1, or the greatest recall with at least
// this precision, or the greatest precision with at least this recall.
type Target struct {
	Measure metrics.Measure // F1, Precision or Recall
	Least   float64         // 0..1; F1 has none
}

// ParseTarget reads f1, precision=X or recall=X.
func ParseTarget(text string) (Target, error) {
	name, number, least := strings.Cut(text, "=")
	t := Target{}
	bad := fmt.Errorf("%q: want f1, precision=X or recall=X, with X above 0 and at most 1", text)
	if err := t.Measure.UnmarshalText([]byte(name)); err != nil || t.Measure > metrics.Recall || least != (t.Measure != metrics.F1) {
		return t, bad
	}
	if least {
		var err error
		if t.Least, err = strconv.ParseFloat(number, 64); err != nil || !(t.Least > 0 && t.Least <= 1) {
			return t, bad
		}
	}
	return t, nil
}

// String is the inverse of ParseTarget.
func (t Target) String() string {
	if t.Measure == metrics.F1 {
		return t.Measure.String()
	}
	return fmt.Sprintf("%s=%g", t.Measure, t.Least)
}

// reached reports whether the counts satisfy the bound of the target.
func (t Target) reached(c metrics.Counts) bool { return t.Measure.Of(c) >= t.Least }

// value returns what to maximise among the counts that reach the target.
func (t Target) value(c metrics.Counts) float64 {
	switch t.Measure {
	case metrics.Precision:
		return metrics.Recall.Of(c)
	case metrics.Recall:
		return metrics.Precision.Of(c)
	}
	return metrics.F1.Of(c)
}

// best returns the best interval, the one nearest to 0 among equally good ones. It reports whether
// any reaches the target; if none does, it returns the one that comes closest.
func (t Target) best(list []interval) (best interval, reached bool) {
	const slack = 1e-12
	for k, v := range list {
		ok := t.reached(v.Counts)
		now, than := t.value(v.Counts), t.value(best.Counts)
		if !ok {
			now, than = t.Measure.Of(v.Counts), t.Measure.Of(best.Counts)
		}
		switch {
		case k == 0:
		case ok != reached:
			if reached {
				continue
			}
		case now < than-slack || now <= than+slack && v.distance() >= best.distance():
			continue
		}
		best, reached = v, ok
	}
	return best, reached
}
