package optimize_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/optimize"
)

// distances is the sum of (w - point)^2 / 2 over points on a line: batch and stochastic.
type distances []float64

func (distances) Dim() int   { return 1 }
func (d distances) Len() int { return len(d) }

func (d distances) Eval(_ context.Context, grad, w []float64) (float64, error) {
	var sum float64
	grad[0] = 0
	for _, point := range d {
		grad[0] += w[0] - point
		sum += (w[0] - point) * (w[0] - point) / 2
	}
	return sum, nil
}

func (distances) Support(batch []int, visit func(lo, hi int)) { visit(0, 1) }

func (d distances) EvalBatch(_ context.Context, g *optimize.Sparse, w []float64, scale float64, batch []int) (float64, error) {
	var sum float64
	for _, i := range batch {
		away := scale*w[0] - d[i]
		g.Add(0, away)
		sum += away * away / 2
	}
	return sum, nil
}

func ExampleLBFGS() {
	points := distances{1, 2, 6}
	w := []float64{0}
	result, err := optimize.LBFGS{}.Minimize(context.Background(), points, w, optimize.Penalty{}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("w = %.3f, objective %.3f: %v\n", w[0], result.Objective, result.Reason)
	// Output: w = 3.000, objective 7.000: converged
}

func ExampleOWLQN() {
	points := distances{1, 2, -2}
	for _, l1 := range []float64{0, 0.4, 2} {
		w := []float64{5}
		if _, err := (optimize.OWLQN{}).Minimize(context.Background(), points, w, optimize.Penalty{L1: l1}, nil); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("L1 = %g: w = %.3f\n", l1, w[0])
	}
	// Output:
	// L1 = 0: w = 0.333
	// L1 = 0.4: w = 0.200
	// L1 = 2: w = 0.000
}

// A report is called after every epoch. It can read the weights and stop the run.
func ExampleSGD() {
	points := distances{1, 2, 6}
	w := []float64{0}
	method := optimize.SGD{Passes: optimize.Passes{Epochs: 100, Seed: 1}, Average: true}
	result, err := method.Minimize(context.Background(), points, w, optimize.Penalty{L2: 0.5}, func(s *optimize.Step) error {
		if s.Number == 5 {
			fmt.Printf("epoch %d after %d steps: w = %.0f\n", s.Number, s.Updates, s.Weights()[0])
			return optimize.ErrStop
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Reason)
	// Output:
	// epoch 5 after 15 steps: w = 2
	// stopped by the report
}

// An interrupted run continues from its checkpoint with the same result.
func ExampleResume() {
	points := distances{1, 2, 6}
	method := optimize.AdaGrad{Passes: optimize.Passes{Epochs: 20, Seed: 1}}
	straight := []float64{0}
	if _, err := method.Minimize(context.Background(), points, straight, optimize.Penalty{L2: 0.5}, nil); err != nil {
		fmt.Println(err)
		return
	}

	var file bytes.Buffer
	w := []float64{0}
	_, err := method.Minimize(context.Background(), points, w, optimize.Penalty{L2: 0.5}, func(s *optimize.Step) error {
		if s.Number < 7 {
			return nil
		}
		if err := s.Checkpoint(&file); err != nil {
			return err
		}
		return optimize.ErrStop
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	method, err = optimize.Resume(method, &file)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := method.Minimize(context.Background(), points, w, optimize.Penalty{L2: 0.5}, nil)
	fmt.Println(result.Steps, w[0] == straight[0], err)
	// Output: 20 true <nil>
}

// The gap of BCFW bounds the distance from the minimum of the objective, here for the hinge loss
// max(0, 1 - w x).
func ExampleBCFW() {
	w := []float64{0}
	result, err := optimize.BCFW{}.Minimize(context.Background(), hinges{0.5, 1, 2}, w, optimize.Penalty{L2: 0.25}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("w = %.2f, objective %.2f: %v, %t\n", w[0], result.Objective, result.Reason, result.Gap <= 1e-3*result.Objective)
	// Output: w = 1.00, objective 0.75: converged, true
}

// hinges is the sum of max(0, 1 - w x) over x.
type hinges []float64

func (hinges) Dim() int   { return 1 }
func (h hinges) Len() int { return len(h) }

func (hinges) Support(batch []int, visit func(lo, hi int)) { visit(0, 1) }

func (h hinges) EvalBatch(_ context.Context, g *optimize.Sparse, w []float64, scale float64, batch []int) (float64, error) {
	var sum float64
	for _, i := range batch {
		if missing := 1 - scale*w[0]*h[i]; missing > 0 {
			g.Add(0, -h[i])
			sum += missing
		}
	}
	return sum, nil
}

func ExampleSparse() {
	g := optimize.NewSparse(1000)
	span := g.Span(500, 502)
	span[0]++
	span[1] += 2
	g.Add(7, 3)
	g.Add(501, 0.5)
	for _, k := range g.Touched() {
		fmt.Println(k, g.At(int(k)))
	}
	// Output:
	// 500 1
	// 501 2.5
	// 7 3
}
