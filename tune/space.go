package tune

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
)

// ErrSpace says that a space cannot be searched as asked: an axis is empty, a range makes no sense or has no
// grid, or the grid is too large.
var ErrSpace = errors.New("unfit search space")

// MaxSettings is the most that a grid may hold.
const MaxSettings = 100_000

// A Space is the product of its axes: a setting takes one value of each.
type Space[S comparable] struct {
	Axes []Axis[S]
	// Settle, unless nil, gives settings that differ only in what has no effect (a cost under a loss that has
	// none) the same value, so that only one of them is tried.
	Settle func(*S)
}

// An Axis is what one part of a setting may be. [List] and [Numbers] make them.
type Axis[S any] struct {
	items int                                // to choose from
	set   func(s *S, item int, r *rand.Rand) // r is for items that are ranges
	grid  bool                               // no item is a range
	err   error
}

// List is an axis of values of any type.
func List[S, V any](set func(*S, V), values ...V) Axis[S] {
	a := Axis[S]{items: len(values), grid: true}
	a.set = func(s *S, item int, _ *rand.Rand) { set(s, values[item]) }
	return a
}

// A Range is the numbers from Lo to Hi, drawn so that each order of magnitude is as likely as any other
// (log-uniformly), or one number, any at all, if Lo = Hi. What is drawn is rounded to three digits.
type Range struct{ Lo, Hi float64 }

// Numbers is an axis of numbers: each range is as likely as any other.
func Numbers[S any](set func(*S, float64), ranges ...Range) Axis[S] {
	a := Axis[S]{items: len(ranges), grid: true}
	for _, r := range ranges {
		switch {
		case r.Lo == r.Hi:
		case 0 < r.Lo && r.Lo < r.Hi && r.Hi <= math.MaxFloat64:
			a.grid = false
		default:
			a.err = fmt.Errorf("%w: range %v..%v: want 0 < lo < hi", ErrSpace, r.Lo, r.Hi)
		}
	}
	a.set = func(s *S, item int, r *rand.Rand) { set(s, ranges[item].draw(r)) }
	return a
}

func (r Range) draw(random *rand.Rand) float64 {
	if r.Lo == r.Hi {
		return r.Lo
	}
	lo, hi := math.Log(r.Lo), math.Log(r.Hi)
	v := math.Exp(lo + random.Float64()*(hi-lo))
	// Three digits say enough, and make a number that can be passed on by hand.
	if short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64); err == nil {
		v = short
	}
	return min(max(v, r.Lo), r.Hi)
}

func (s Space[S]) check() error {
	for k, a := range s.Axes {
		if a.err != nil {
			return a.err
		}
		if a.items == 0 {
			return fmt.Errorf("%w: axis %d has no value", ErrSpace, k)
		}
	}
	return nil
}

// Grid lists all settings, each once: the last axis varies fastest. Axes with ranges have no grid.
func (s Space[S]) Grid() ([]S, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	size := 1
	for k, a := range s.Axes {
		if !a.grid {
			return nil, fmt.Errorf("%w: axis %d is a range, from which settings can be drawn but not listed", ErrSpace, k)
		}
		if size *= a.items; size > MaxSettings {
			return nil, fmt.Errorf("%w: more than %d settings", ErrSpace, MaxSettings)
		}
	}
	var list distinct[S]
	for n := range size {
		var setting S
		for k := len(s.Axes) - 1; k >= 0; k-- {
			a := s.Axes[k]
			a.set(&setting, n%a.items, nil)
			n /= a.items
		}
		list.add(s, setting)
	}
	return list.settings, nil
}

// vain is how many draws in a row may bring nothing new before a space counts as exhausted.
const vain = 1000

// Sample draws n different settings, or as many as there seem to be. Fewer settings of the same seed are
// the first of more.
func (s Space[S]) Sample(n int, seed uint64) ([]S, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	var list distinct[S]
	random := newRandom(seed, drawing)
	for old := 0; len(list.settings) < n && old < vain; {
		var setting S
		for _, a := range s.Axes {
			a.set(&setting, random.IntN(a.items), random)
		}
		if list.add(s, setting) {
			old = 0
		} else {
			old++
		}
	}
	return list.settings, nil
}

// distinct is settings without repeats.
type distinct[S comparable] struct {
	settings []S
	seen     map[S]bool
}

// add settles a setting, and tells whether it is new.
func (d *distinct[S]) add(space Space[S], setting S) bool {
	if space.Settle != nil {
		space.Settle(&setting)
	}
	if d.seen[setting] {
		return false
	}
	if d.seen == nil {
		d.seen = make(map[S]bool)
	}
	d.seen[setting] = true
	d.settings = append(d.settings, setting)
	return true
}

// The uses of a seed, whose random numbers have nothing to do with each other.
const (
	drawing = 1 + iota
	parting
)

func newRandom(seed uint64, use uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, use)) }
