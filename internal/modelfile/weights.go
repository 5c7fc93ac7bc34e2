package modelfile

import (
	"fmt"
	"math"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/internal/container"
)

// Counts returns how many weights each attribute has, for attributes whose weights are
// start[a]..start[a+1]-1; it is the section from which Outcomes makes start again.
func Counts[N constraints.Unsigned](start []int) []N {
	counts := make([]N, 0, len(start)-1)
	for k, end := range start[1:] {
		counts = append(counts, N(end-start[k]))
	}
	return counts
}

// Outcomes reads the sections counts and outcomes: where the weights of each of n attributes start, and which of
// so many outcomes each of them is with.
func Outcomes[N constraints.Unsigned](sections map[string][]byte, n, outcomes int) (start []int, outcome []int32, err error) {
	counts, err := container.View[N](sections["counts"])
	if err != nil {
		return nil, nil, err
	}
	if outcome, err = container.View[int32](sections["outcomes"]); err != nil {
		return nil, nil, err
	}
	at := 0
	start = append(make([]int, 0, len(counts)+1), 0)
	for _, c := range counts {
		at += int(c)
		start = append(start, at)
	}
	if len(counts) != n || at != len(outcome) {
		return nil, nil, fmt.Errorf("%d counts of %d features for %d attributes and %d outcomes", len(counts), at, n, len(outcome))
	}
	for _, o := range outcome {
		if o < 0 || int(o) >= outcomes {
			return nil, nil, fmt.Errorf("outcome %d of %d", o, outcomes)
		}
	}
	return start, outcome, nil
}

// Weights reads the section weights: n finite numbers.
func Weights(sections map[string][]byte, n int) ([]float64, error) {
	w, err := container.View[float64](sections["weights"])
	if err != nil {
		return nil, err
	}
	if len(w) != n {
		return nil, fmt.Errorf("%d weights for %d features", len(w), n)
	}
	for k, v := range w {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("weight %d is %v", k, v)
		}
	}
	return w, nil
}
