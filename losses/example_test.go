package losses_test

import (
	"fmt"
	"log"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// The embedding API: scores of any origin in, a loss and its gradient out.
func Example() {
	scores := structured.NewLattice(2, 2, structured.SharedEdges)
	copy(scores.Node, []float64{1, 0, 0, 0.5})
	gold := structured.PathTarget([]int{0, 1})

	var w losses.Workspace // keep one for each goroutine
	grad := new(structured.Lattice)
	for _, name := range losses.Names() {
		loss, err := losses.New(name, losses.Options{})
		if err != nil {
			log.Fatal(err)
		}
		if _, ok := loss.(losses.Normed); ok {
			continue // it wants norms as well
		}
		v, err := loss.Eval(grad, scores, gold, &w)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%-17s %.4f  nodes %+.3f\n", name, v, grad.Node)
	}
	// Output:
	// cross-entropy     0.7873  nodes [-0.269 +0.269 +0.378 -0.378]
	// perceptron        0.0000  nodes [+0.000 +0.000 +0.000 +0.000]
	// hinge             0.5000  nodes [+0.000 +0.000 +1.000 -1.000]
	// squared-hinge     0.2500  nodes [+0.000 +0.000 +1.000 -1.000]
	// smoothed-hinge    0.8125  nodes [-0.500 +0.500 +0.750 -0.750]
	// softmax-margin    1.6672  nodes [-0.500 +0.500 +0.622 -0.622]
	// risk              0.6465  nodes [-0.197 +0.197 +0.235 -0.235]
	// jensen-risk-bound 0.8799  nodes [-0.231 +0.231 +0.245 -0.245]
	// ramp1             0.5000  nodes [+0.000 +0.000 +1.000 -1.000]
	// ramp2             0.0000  nodes [+0.000 +0.000 +0.000 +0.000]
	// ramp3             0.5000  nodes [+0.000 +0.000 +1.000 -1.000]
	// soft-ramp1        0.8799  nodes [-0.231 +0.231 +0.245 -0.245]
	// soft-ramp2        0.4590  nodes [-0.150 +0.150 +0.195 -0.195]
	// soft-ramp3        1.3389  nodes [-0.381 +0.381 +0.440 -0.440]
	// token-marginal    0.7873  nodes [-0.269 +0.269 +0.378 -0.378]
	// sparsemap         0.0625  nodes [+0.000 +0.000 +0.250 -0.250]
}

// geman turns a loss v into v / (1 + v), which no hopeless sentence can drive above 1.
type geman struct{ of losses.Loss }

func (g geman) Eval(grad, s *structured.Lattice, y structured.Target, w *losses.Workspace) (float64, error) {
	v, err := g.of.Eval(grad, s, y, w)
	if err != nil {
		return 0, err
	}
	if grad != nil {
		grad.Scale(1 / ((1 + v) * (1 + v)))
	}
	return v / (1 + v), nil
}

// A loss of your own is a type with one method.
func ExampleLoss() {
	scores := structured.NewLattice(2, 2, structured.NoEdges)
	copy(scores.Node, []float64{1, 0, 0, 0.5})
	gold := structured.PathTarget([]int{0, 1})
	loss := geman{losses.CrossEntropy{}}
	var w losses.Workspace
	value := func(s *structured.Lattice) float64 {
		v, err := loss.Eval(nil, s, gold, &w)
		if err != nil {
			log.Fatal(err)
		}
		return v
	}
	grad := new(structured.Lattice)
	if _, err := loss.Eval(grad, scores, gold, &w); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f\n", value(scores))
	fmt.Println("gradient as by finite differences:", bruteforce.Near(bruteforce.Gradient(scores, 1e-5, value), grad, 1e-6) == nil)
	// Output:
	// 0.4405
	// gradient as by finite differences: true
}
