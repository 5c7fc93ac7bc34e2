package losses

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Range moves a positive number from one value to another during training, by the same factor at
// each step. Annealing lowers the temperature in this way (Smith & Eisner 2006). The zero Range has
// no effect.
type Range struct{ From, To float64 }

// ParseRange parses FROM..TO.
func ParseRange(s string) (Range, error) {
	from, to, ok := strings.Cut(s, "..")
	var r Range
	var errs [2]error
	r.From, errs[0] = strconv.ParseFloat(from, 64)
	r.To, errs[1] = strconv.ParseFloat(to, 64)
	if !ok || errs[0] != nil || errs[1] != nil || !r.valid() {
		return Range{}, fmt.Errorf("range %q: want FROM..TO with two positive numbers", s)
	}
	return r, nil
}

func (r Range) valid() bool {
	positive := func(v float64) bool { return v > 0 && v <= math.MaxFloat64 }
	return positive(r.From) && positive(r.To)
}

// at returns the number at a step in 0..steps-1. It is From at the first step, and To at the last
// step and after it.
func (r Range) at(step, steps int) float64 {
	switch {
	case step >= steps-1:
		return r.To
	case step <= 0:
		return r.From
	}
	part := float64(step) / float64(steps-1)
	return r.From * math.Pow(r.To/r.From, part)
}

// Schedule is a loss whose settings change during training. A nonzero Range replaces the option
// that it moves.
type Schedule struct {
	Name    string // as for [New]
	Options Options

	Temperature Range // range of 1 / Options.Gamma
	Scale       Range // range of Options.Scale, the cost scale
	Blend       Range // range of Options.Blend
}

// Loss returns the loss at a step in 0..steps-1. Besides the errors of [New], it returns an error
// if a range is not positive or moves an option that the loss does not use.
func (s Schedule) Loss(step, steps int) (Loss, error) {
	kind, ok := Lookup(s.Name)
	o := s.Options
	for _, m := range []struct {
		what string
		r    Range
		used bool
		set  func(v float64)
	}{
		{"temperature", s.Temperature, kind.Gamma, func(v float64) { o.Gamma = 1 / v }},
		{"cost scale", s.Scale, kind.Cost, func(v float64) { o.Scale = v }},
		{"blend", s.Blend, kind.Margin, func(v float64) { o.Blend = v }},
	} {
		switch {
		case !ok || m.r == Range{}:
		case !m.r.valid():
			return nil, fmt.Errorf("%s from %v to %v: want positive numbers", m.what, m.r.From, m.r.To)
		case !m.used:
			return nil, fmt.Errorf("%s has no %s to change", s.Name, m.what)
		default:
			m.set(m.r.at(step, steps))
		}
	}
	return New(s.Name, o)
}
