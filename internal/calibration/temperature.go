package calibration

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// ErrData means that the sentences do not determine a calibration.
var ErrData = errors.New("the sentences do not determine a calibration")

// Bounds of the inverse temperature.
const (
	greatest = 1024.0
	least    = 1 / greatest
)

// Temperature returns the temperature that maximises the likelihood of the gold labels, given the
// biases by key (nil means none), to six digits.
func (x *Set) Temperature(ctx context.Context, bias map[string]float64) (temperature float64, err error) {
	at := func(gamma float64) float64 {
		_, slope, failed := x.likelihood(ctx, bias, gamma)
		err = errors.Join(err, failed)
		return slope
	}
	n, unknown := x.Len()
	if n == unknown {
		return 0, fmt.Errorf("%w: the model can produce the gold labels of no sentence", ErrData)
	}
	// If all gold labels are certain, the slope is 0 but for rounding.
	flat := 1e-9 * float64(n-unknown)
	low, high := 1.0, 1.0
	fLow := at(1)
	fHigh := fLow
	for fLow > 0 && low > least && err == nil {
		high, fHigh = low, fLow
		low /= 2
		fLow = at(low)
	}
	for fHigh <= flat && high < greatest && err == nil {
		low, fLow = high, fHigh
		high *= 2
		fHigh = at(high)
	}
	switch {
	case err != nil:
		return 0, err
	case fLow > 0 || fHigh <= flat:
		return 0, fmt.Errorf("%w: the best temperature is outside 1/%v..%v; use more sentences, which the model has not seen", ErrData, greatest, greatest)
	}
	gamma := root(low, high, fLow, fHigh, at)
	return parsed(strconv.FormatFloat(1/gamma, 'g', 6, 64)), err
}

// root returns the root of f between low and high, where f has values of different signs.
func root(low, high, fLow, fHigh float64, f func(float64) float64) float64 {
	const precision = 1e-7
	for kept := 0; high-low > precision*high && fLow != fHigh; {
		mid := high - fHigh*(high-low)/(fHigh-fLow)
		mid = min(max(mid, low+precision/2*high), high-precision/2*high)
		v := f(mid)
		switch {
		case v == 0:
			return mid
		case v < 0:
			low, fLow = mid, v
			if kept == 1 {
				fHigh /= 2 // the same end has stayed twice
			}
			kept = 1
		default:
			high, fHigh = mid, v
			if kept == -1 {
				fLow /= 2
			}
			kept = -1
		}
	}
	return (low + high) / 2
}

// Loss returns the negative log-likelihood of the gold labels per token, over the sentences whose
// gold labels the model can produce.
func (x *Set) Loss(ctx context.Context, bias map[string]float64, gamma float64) (float64, error) {
	sum, _, err := x.likelihood(ctx, bias, gamma)
	tokens := 0
	for k := range x.list {
		if x.list[k].known {
			tokens += x.list[k].tokens
		}
	}
	return sum / math.Max(1, float64(tokens)), err
}

// likelihood returns the negative log-likelihood of the gold labels and its derivative in gamma.
func (x *Set) likelihood(ctx context.Context, bias map[string]float64, gamma float64) (value, slope float64, err error) {
	var known []int
	for k := range x.list {
		if x.list[k].known {
			known = append(known, k)
		}
	}
	parts, offsets := make([][2]float64, len(known)), x.offsets(x.vector(bias))
	err = x.each(ctx, known, func(w *workspace, at int, s *sentence) error {
		p, err := s.problem(w, offsets)
		if err != nil {
			return err
		}
		gold, err := p.Gold()
		if err != nil {
			return err
		}
		mean, err := p.LogZ(nil, 0, gamma, 0)
		if err != nil {
			return err
		}
		logZ := gamma * mean
		entropy, err := p.Entropy(gamma, logZ, 0)
		parts[at] = [2]float64{logZ - gamma*gold, (logZ-entropy)/gamma - gold}
		return err
	})
	for _, p := range parts {
		value, slope = value+p[0], slope+p[1]
	}
	return value, slope, err
}

// vector returns biases by number of their key. Unknown keys have no effect.
func (x *Set) vector(bias map[string]float64) []float64 {
	v := make([]float64, len(x.keys))
	for k, name := range x.keys {
		v[k] = bias[name]
	}
	return v
}
