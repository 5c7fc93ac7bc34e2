package losses_test

import (
	"fmt"
	"log"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// The embedding API takes scores of any origin and returns a loss and its gradient.
func Example() {
	scores := structured.NewLattice(2, 2, structured.SharedEdges)
	copy(scores.Node, []float64{1, 0, 0, 0.5})
	gold := structured.PathTarget([]int{0, 1})

	var w losses.Workspace // use one for each goroutine
	grad := new(structured.Lattice)
	for _, name := range losses.Names() {
		loss, err := losses.New(name, losses.Options{})
		if err != nil {
			log.Fatal(err)
		}
		if _, ok := loss.(losses.AngularLoss); ok {
			continue // it also needs norms
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

// geman turns a loss v into v / (1 + v), which stays below 1 even for hopeless sentences.
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

// A custom loss is a type with one method.
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
	fmt.Printf("loss %.4f\n", value(scores))
	fmt.Printf("gradient of the first node %.4f\n", grad.Node[0])
	const h = 1e-5 // check the gradient with a central difference
	scores.Node[0] += h
	up := value(scores)
	scores.Node[0] -= 2 * h
	fmt.Printf("by a difference            %.4f\n", (up-value(scores))/(2*h))
	// Output:
	// loss 0.4405
	// gradient of the first node -0.0842
	// by a difference            -0.0842
}

// EvalSegments computes a loss and its gradient from the scores of segments. Gradient descent makes
// the gold segmentation more probable.
func ExampleEvalSegments() {
	s := semimarkov.NewLattice(3, 2, 2, structured.SharedEdges)
	gold := losses.SegmentTarget{Path: []semimarkov.Segment{{Start: 0, End: 1, Label: 0}, {Start: 1, End: 3, Label: 1}}}
	loss := losses.SoftmaxMargin{Cost: semimarkov.SpanCost{FalseNegative: 2, FalsePositive: 1}}
	var w losses.SegmentWorkspace
	var grad semimarkov.Lattice
	for range 3 {
		v, err := losses.EvalSegments(loss, &grad, s, gold, &w)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%.3f\n", v)
		if err := semimarkov.AddScaled(s, s, &grad, -1); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// 6.241
	// 2.846
	// 1.061
}

// capped is hinge up to a limit; beyond it, the loss gives up on the sentence. It is written with a
// [losses.Problem], so it works for every structure.
type capped struct{ limit float64 }

func (capped) Traits() losses.Traits { return losses.Traits{NeedsStart: true} }

func (c capped) EvalOn(p losses.Problem) (float64, error) {
	score, err := p.Gold()
	if err != nil {
		return 0, err
	}
	most, err := p.Max(structured.Hamming{}, 1)
	if err != nil || most-score >= c.limit {
		return c.limit, err
	}
	p.AddBest(1)
	p.AddGold(-1)
	return most - score, nil
}

// A type with the methods Traits and EvalOn is a loss on segments and pruned lattices, and works
// with semicrf and prunedcrf. To use it on lattices, add a method Eval that calls
// [losses.Workspace.Problem].
func ExampleGeneral() {
	s := semimarkov.NewLattice(2, 2, 2, structured.NoEdges)
	s.At(0, 2)[1] = 0.25 // one segment of label 1
	gold := losses.SegmentTarget{Path: []semimarkov.Segment{{Start: 0, End: 1, Label: 0}, {Start: 1, End: 2, Label: 0}}}
	var w losses.SegmentWorkspace
	var grad semimarkov.Lattice
	for _, loss := range []losses.General{capped{5}, capped{2}} {
		v, err := losses.EvalSegments(loss, &grad, s, gold, &w)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(v, grad.At(0, 2)[1], grad.At(0, 1)[0])
	}
	// Output:
	// 2.25 1 -1
	// 2 0 0
}
