package optimize

import (
	"fmt"
	"math"
)

// maxRate keeps a step along a finite gradient finite.
const maxRate = 1e6

// decaying is the rate start / (1 + decay * finished epochs), or start * factor^(finished epochs).
type decaying struct {
	start, decay float64
	factor       float64 // 0 for the former rule
	seen, total  int     // examples seen so far, examples per epoch
}

// newDecaying resolves the options of a rate: 0 means the default, and a negative decay means none.
func newDecaying(rate, defaultRate, decay, defaultDecay float64, total int) (decaying, error) {
	d := decaying{start: orDefault(rate, defaultRate), decay: max(0, orDefault(decay, defaultDecay)), total: total}
	if !(d.start > 0 && d.start <= maxRate) || !finite(decay) {
		return d, fmt.Errorf("%w: rate %g with decay %g: want a rate above 0 and at most 1e6, and a finite decay", ErrOption, rate, decay)
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
		return fmt.Errorf("%w: epsilon %g: want 1e-100 to 1e100", ErrOption, epsilon)
	}
	return nil
}
