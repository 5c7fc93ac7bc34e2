package study

import (
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/model"
)

// maxSettings is the maximum size of a grid.
const maxSettings = 100_000

// A Range is an interval of numbers, drawn log-uniformly: each order of magnitude is equally
// likely. A Range with Lo = Hi is one number, which may be 0. Drawn numbers are rounded to three
// digits.
type Range struct{ Lo, Hi float64 }

var errRange = errors.New("want non-negative numbers, or ranges such as 0.01..10")

// ParseRange parses a number, or a range such as 0.01..10.
func ParseRange(text string) (Range, error) {
	lo, hi, isRange := strings.Cut(text, "..")
	if !isRange {
		hi = lo
	}
	var r Range
	var err error
	if r.Lo, err = strconv.ParseFloat(lo, 64); err == nil {
		r.Hi, err = strconv.ParseFloat(hi, 64)
	}
	if err != nil {
		return r, errRange
	}
	return r, r.check()
}

// check returns an error for an invalid range.
func (r Range) check() error {
	switch {
	case !(r.Lo >= 0 && r.Hi <= math.MaxFloat64) || r.Lo > r.Hi:
		return errRange
	case r.Lo == 0 && r.Hi > 0:
		return errors.New("a range cannot start at 0, because all orders of magnitude are equally likely; 0,0.001.." + number(r.Hi) + " means 0 or a range")
	}
	return nil
}

// String returns the range in the format of [ParseRange].
func (r Range) String() string {
	if r.Lo == r.Hi {
		return number(r.Lo)
	}
	return number(r.Lo) + ".." + number(r.Hi)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (r Range) draw(random *rand.Rand) float64 {
	if r.Lo == r.Hi {
		return r.Lo
	}
	lo, hi := math.Log(r.Lo), math.Log(r.Hi)
	v := math.Exp(lo + random.Float64()*(hi-lo))
	// Three digits are precise enough, and easy to type.
	if short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64); err == nil {
		v = short
	}
	return min(max(v, r.Lo), r.Hi)
}

// A space is the product of its axes: a setting has one value of each.
type space []axis

// An axis lists the values of one part of a setting.
type axis struct {
	option string
	items  int                                      // number of values
	set    func(s *setting, item int, r *rand.Rand) // r draws from ranges
	ranges []Range                                  // nil for names
}

// names returns an axis of names.
func names(option string, set func(*setting, string), values []string) axis {
	return axis{option: option, items: len(values), set: func(s *setting, item int, _ *rand.Rand) { set(s, values[item]) }}
}

// numbers returns an axis of numbers. Each range is equally likely.
func numbers(option string, set func(*setting, float64), ranges []Range) axis {
	return axis{option: option, items: len(ranges), ranges: ranges,
		set: func(s *setting, item int, r *rand.Rand) { set(s, ranges[item].draw(r)) }}
}

func (s space) check() error {
	for _, a := range s {
		for _, r := range a.ranges {
			if err := r.check(); err != nil {
				return model.Refuse(a.option, "{%s} %v: %w", a.option, r, err)
			}
		}
		if a.items == 0 {
			return model.Refuse(a.option, "{%s}: no values to try", a.option)
		}
	}
	return nil
}

// grid lists all distinct settings; the last axis varies fastest. Ranges are an error.
func (s space) grid() ([]setting, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	size := 1
	for _, a := range s {
		for _, r := range a.ranges {
			if r.Lo != r.Hi {
				return nil, model.Refuse(a.option, "{%s} %v: set {trials}, the number of settings to draw from ranges", a.option, r)
			}
		}
		if size *= a.items; size > maxSettings {
			return nil, model.Refuse("trials", "more than %d settings: set {trials}, the number to draw", maxSettings)
		}
	}
	var list distinct
	for n := range size {
		var x setting
		for k := len(s) - 1; k >= 0; k-- {
			s[k].set(&x, n%s[k].items, nil)
			n /= s[k].items
		}
		list.add(x)
	}
	return list.settings, nil
}

// vain is the number of consecutive draws without a new setting after which a space counts as
// exhausted.
const vain = 1000

// sample draws n distinct settings, or fewer if there seem to be no more. With the same seed, a
// smaller sample is a prefix of a larger one.
func (s space) sample(n int, seed uint64) ([]setting, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	var list distinct
	random := newRandom(seed, drawing)
	for old := 0; len(list.settings) < n && old < vain; {
		var x setting
		for _, a := range s {
			a.set(&x, random.IntN(a.items), random)
		}
		if list.add(x) {
			old = 0
		} else {
			old++
		}
	}
	return list.settings, nil
}

// distinct collects settings without repeats.
type distinct struct {
	settings []setting
	seen     map[setting]bool
}

// add settles a setting and reports whether it is new.
func (d *distinct) add(s setting) bool {
	s.settle()
	if d.seen[s] {
		return false
	}
	if d.seen == nil {
		d.seen = make(map[setting]bool)
	}
	d.seen[s] = true
	d.settings = append(d.settings, s)
	return true
}

// Uses of a seed, with independent random numbers.
const (
	drawing = 1 + iota
	splitting
)

func newRandom(seed uint64, use uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, use)) }
