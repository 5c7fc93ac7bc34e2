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
		v, err := loss.Eval(grad, scores, gold, &w)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%-15s %.4f  nodes %+.3f\n", name, v, grad.Node)
	}
	// Output:
	// cross-entropy   0.7873  nodes [-0.269 +0.269 +0.378 -0.378]
	// perceptron      0.0000  nodes [+0.000 +0.000 +0.000 +0.000]
	// hinge           0.5000  nodes [+0.000 +0.000 +1.000 -1.000]
	// squared-hinge   0.2500  nodes [+0.000 +0.000 +1.000 -1.000]
	// softmax-margin  1.6672  nodes [-0.500 +0.500 +0.622 -0.622]
	// risk            0.6465  nodes [-0.197 +0.197 +0.235 -0.235]
}

// jensenRiskBound is log E[exp c], the difference of two losses of this package (Gimpel & Smith 2010).
type jensenRiskBound struct{ under structured.Lattice }

func (j *jensenRiskBound) Eval(grad, s *structured.Lattice, y structured.Target, w *losses.Workspace) (float64, error) {
	above, err := losses.SoftmaxMargin{}.Eval(grad, s, y, w)
	if err != nil {
		return 0, err
	}
	below, err := losses.CrossEntropy{}.Eval(&j.under, s, y, w)
	if err != nil || grad == nil {
		return above - below, err
	}
	return above - below, structured.AddScaled(grad, grad, &j.under, -1)
}

// A loss of your own is a type with one method.
func ExampleLoss() {
	scores := structured.NewLattice(2, 2, structured.NoEdges)
	copy(scores.Node, []float64{1, 0, 0, 0.5})
	gold := structured.PathTarget([]int{0, 1})
	var w losses.Workspace
	value := func(s *structured.Lattice) float64 {
		v, err := new(jensenRiskBound).Eval(nil, s, gold, &w)
		if err != nil {
			log.Fatal(err)
		}
		return v
	}
	grad := new(structured.Lattice)
	if _, err := new(jensenRiskBound).Eval(grad, scores, gold, &w); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f\n", value(scores))
	fmt.Println("gradient as by finite differences:", bruteforce.Near(bruteforce.Gradient(scores, 1e-5, value), grad, 1e-6) == nil)
	// Output:
	// 0.8799
	// gradient as by finite differences: true
}
