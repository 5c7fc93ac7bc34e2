package tune_test

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/tune"
)

// Settings are what this program can vary.
type Settings struct {
	Loss string
	L2   float64
}

func Example() {
	space := tune.Space[Settings]{
		Axes: []tune.Axis[Settings]{
			tune.List(func(s *Settings, v string) { s.Loss = v }, "cross-entropy", "perceptron"),
			tune.List(func(s *Settings, v float64) { s.L2 = v }, 0.01, 0.1, 1),
		},
		Settle: func(s *Settings) {
			if s.Loss == "perceptron" {
				s.L2 = 0 // its optimizer takes none
			}
		},
	}
	settings, err := space.Grid()
	if err != nil {
		panic(err)
	}
	splits, err := tune.KFold(1000, 5, 1)
	if err != nil {
		panic(err)
	}
	// A real one trains on splits[k].Train and scores on splits[k].Test.
	score := func(_ context.Context, s Settings, k int) (float64, error) {
		return 0.9 - math.Abs(s.L2-0.1) + 0.001*float64(k), nil
	}
	trials, err := tune.Run(context.Background(), settings, len(splits), score, nil)
	if err != nil {
		panic(err)
	}
	for _, t := range tune.Rank(trials, func(a, b Settings) int { return cmp.Compare(b.L2, a.L2) }) {
		fmt.Printf("%-13s %4g: %.4f +- %.4f\n", t.Setting.Loss, t.Setting.L2, t.Mean, t.SD)
	}
	// Output:
	// cross-entropy  0.1: 0.9020 +- 0.0016
	// cross-entropy 0.01: 0.8120 +- 0.0016
	// perceptron       0: 0.8020 +- 0.0016
	// cross-entropy    1: 0.0020 +- 0.0016
}
