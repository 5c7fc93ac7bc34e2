package optimize

import (
	"fmt"
	"math"
)

// maxRate keeps a step along a finite gradient finite.
const maxRate = 1e6

// decaying is the rate start / (1 + decay * epochs done), or start * factor^(epochs done).
type decaying struct {
	start, decay float64
	factor       float64 // 0 for the former
	seen, total  int     // examples seen so far, examples in an epoch
}

// newDecaying reads the options of a rate: 0 is the default, and a negative decay is none.
func newDecaying(rate, defaultRate, decay, defaultDecay float64, total int) (decaying, error) {
	d := decaying{start: orDefault(rate, defaultRate), decay: max(0, orDefault(decay, defaultDecay)), total: total}
	if !(d.start > 0 && d.start <= maxRate) || !finite(decay) {
		return d, fmt.Errorf("%w: rate %g with decay %g", ErrOption, rate, decay)
	}
	return d, nil
}

func (d *decaying) rate() float64 {
	if d.factor > 0 {
		return d.start * math.Pow(d.factor, float64(d.seen)/float64(d.total))
	}
	return d.start / (1 + d.decay*float64(d.seen)/float64(d.total))
}

// checkEpsilon keeps rate/epsilon finite.
func checkEpsilon(epsilon float64) error {
	if epsilon != 0 && !(epsilon >= 1e-100 && epsilon <= 1/1e-100) {
		return fmt.Errorf("%w: epsilon %g", ErrOption, epsilon)
	}
	return nil
}
