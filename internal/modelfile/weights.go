package modelfile

import (
	"fmt"
	"math"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/internal/container"
)

// Counts returns the number of weights of each attribute, where attribute a has the weights
// start[a]..start[a+1]-1. Outcomes reconstructs start from this section.
func Counts[N constraints.Unsigned](start []int) []N {
	counts := make([]N, 0, len(start)-1)
	for k, end := range start[1:] {
		counts = append(counts, N(end-start[k]))
	}
	return counts
}

// Outcomes reads the sections counts and outcomes. It returns where the weights of each of n
// attributes start, and the outcome of each weight, which must be below outcomes.
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
		return nil, nil, fmt.Errorf("%d counts and %d outcomes: want %d counts that sum to the outcomes, but they sum to %d", len(counts), len(outcome), n, at)
	}
	for _, o := range outcome {
		if o < 0 || int(o) >= outcomes {
			return nil, nil, fmt.Errorf("outcome %d: want 0..%d", o, outcomes-1)
		}
	}
	return start, outcome, nil
}

// Weights reads the section weights, which must hold n finite numbers.
func Weights(sections map[string][]byte, n int) ([]float64, error) {
	w, err := container.View[float64](sections["weights"])
	if err != nil {
		return nil, err
	}
	if len(w) != n {
		return nil, fmt.Errorf("%d weights: want %d, one per feature", len(w), n)
	}
	for k, v := range w {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("weight %d is %v: want a finite number", k, v)
		}
	}
	return w, nil
}
