package metrics

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// A Resampling says how chance is drawn. The same seed gives the same figures.
type Resampling struct {
	Samples int     // how many; 0 means 1000
	Seed    uint64  // of the generator
	Level   float64 // of the confidence of intervals, below 1; 0 means 0.95
}

func (o Resampling) fill() (Resampling, error) {
	if o.Samples == 0 {
		o.Samples = 1000
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if o.Samples < 0 || !(o.Level > 0 && o.Level < 1) {
		return o, fmt.Errorf("%w: %d samples at a level of %v", ErrResampling, o.Samples, o.Level)
	}
	return o, nil
}

func (o Resampling) generator() *rand.Rand { return rand.New(rand.NewPCG(o.Seed, 0)) }

// Intervals are the ranges in which the measures lie that other test sentences would give.
type Intervals struct {
	Level    float64              `json:"level"`
	Samples  int                  `json:"samples"`
	Seed     uint64               `json:"seed"`
	Measures map[Measure]Interval `json:"measures"`
}

// Interval is a range of fractions.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Bootstrap draws as many sentences as there are, with replacement, again and again, and returns the
// range that the share Level of the values of each measure lies in: from the quantile (1-Level)/2 to
// (1+Level)/2, the percentile interval (Efron & Tibshirani 1993, chapter 13). sentences holds the counts
// of each, as [Evaluator.Last] returns them. Without sentences, intervals are 0 to 0.
// The error is ErrResampling.
func Bootstrap(sentences []Counts, o Resampling) (*Intervals, error) {
	o, err := o.fill()
	if err != nil {
		return nil, err
	}
	rng := o.generator()
	var values [measures][]float64
	for range o.Samples {
		var all Counts
		for range sentences {
			all.Add(sentences[rng.IntN(len(sentences))])
		}
		for m := range measures {
			values[m] = append(values[m], m.Of(all))
		}
	}
	r := &Intervals{Level: o.Level, Samples: o.Samples, Seed: o.Seed, Measures: make(map[Measure]Interval)}
	for m, v := range values {
		slices.Sort(v)
		r.Measures[Measure(m)] = Interval{Low: quantile(v, (1-o.Level)/2), High: quantile(v, (1+o.Level)/2)}
	}
	return r, nil
}

// quantile interpolates between the sorted values, of which the first is quantile 0 and the last 1.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	k := int(at)
	if k+1 == len(sorted) {
		return sorted[k]
	}
	return sorted[k] + (at-float64(k))*(sorted[k+1]-sorted[k])
}
