package metrics

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"

	"golang.org/x/exp/constraints"
)

// Resampling holds the options of [Bootstrap] and [Compare]. The same seed gives the same results.
type Resampling struct {
	Samples int     // number of samples; 0 means 1000
	Seed    uint64  // of the generator
	Level   float64 // confidence level of intervals, below 1; 0 means 0.95
}

func (o Resampling) fill() (Resampling, error) {
	if o.Samples == 0 {
		o.Samples = 1000
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if o.Samples < 0 || !(o.Level > 0 && o.Level < 1) {
		return o, fmt.Errorf("%w: %d samples at level %v: want at least 1 sample and a level between 0 and 1", ErrResampling, o.Samples, o.Level)
	}
	return o, nil
}

func (o Resampling) generator() *rand.Rand { return rand.New(rand.NewPCG(o.Seed, 0)) }

// Intervals holds a confidence interval for each measure.
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

// Bootstrap computes percentile intervals (Efron & Tibshirani 1993, chapter 13). sentences holds
// the counts of each sentence, as returned by [Evaluator.Last]. A sample draws len(sentences)
// sentences with replacement. The interval of a measure ranges from the (1-Level)/2 to the
// (1+Level)/2 quantile of its values in the samples. Without sentences, intervals are 0 to 0. The
// error is ErrResampling.
func Bootstrap(sentences []Counts, o Resampling) (*Intervals, error) {
	o, err := o.fill()
	if err != nil {
		return nil, err
	}
	var values [measures][]float64
	draw := drawer(sentences, o)
	for range o.Samples {
		all := draw()
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

// drawer returns a function that draws len(sentences) sentences with replacement and returns the
// sum of their counts. Many sentences have equal counts, so it counts how often each distinct
// Counts is drawn. The list of kinds takes one or four bytes per sentence and stays in the
// processor cache, unlike the counts.
func drawer(sentences []Counts, o Resampling) func() Counts {
	numbers := make(map[Counts]uint32)
	var kinds []Counts
	for _, c := range sentences {
		if _, ok := numbers[c]; !ok {
			numbers[c] = uint32(len(kinds))
			kinds = append(kinds, c)
		}
	}
	source, drawn := rand.NewPCG(o.Seed, 0), make([]int, len(kinds))
	var draw func()
	if len(kinds) <= 1<<8 {
		kindOf := kindsOf[uint8](sentences, numbers)
		draw = func() { drawKinds(drawn, kindOf, source) }
	} else {
		kindOf := kindsOf[uint32](sentences, numbers)
		draw = func() { drawKinds(drawn, kindOf, source) }
	}
	return func() (all Counts) {
		clear(drawn)
		draw()
		for k, n := range drawn {
			all.add(kinds[k], n)
		}
		return all
	}
}

// kindsOf returns the kind of each sentence.
func kindsOf[K constraints.Unsigned](sentences []Counts, numbers map[Counts]uint32) []K {
	list := make([]K, 0, len(sentences))
	for _, c := range sentences {
		list = append(list, K(numbers[c]))
	}
	return list
}

// drawKinds draws len(kindOf) sentences and counts their kinds in drawn. It draws the same
// sentences as rand.Rand.IntN with the same arithmetic, but without an interface call for each.
func drawKinds[K constraints.Unsigned](drawn []int, kindOf []K, source *rand.PCG) {
	n := uint64(len(kindOf))
	if n&(n-1) == 0 {
		for range kindOf {
			drawn[kindOf[source.Uint64()&(n-1)]]++
		}
		return
	}
	reject := -n % n
	for range kindOf {
		at, low := bits.Mul64(source.Uint64(), n)
		for low < reject {
			at, low = bits.Mul64(source.Uint64(), n)
		}
		drawn[kindOf[at]]++
	}
}

// quantile interpolates between the sorted values. The first value is quantile 0, the last is
// quantile 1.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	k := int(at)
	if k+1 == len(sorted) {
		return sorted[k]
	}
	return sorted[k] + (at-float64(k))*(sorted[k+1]-sorted[k])
}
