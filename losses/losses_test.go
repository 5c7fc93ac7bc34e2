package losses_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

var shapes = []structured.EdgeShape{structured.NoEdges, structured.SharedEdges, structured.PositionEdges}

// edgeCost is a cost that lives on nodes and edges, zero along the gold path.
type edgeCost struct{ *structured.Lattice }

func (c edgeCost) Fill(dst *structured.Lattice, gold []int, _ int) error {
	c.Copy(dst)
	for t, j := range gold {
		dst.NodeAt(t)[j] = 0
		if t > 0 {
			dst.EdgeAt(t)[gold[t-1]*dst.L+j] = 0
		}
	}
	return nil
}

func randomCost(rng *rand.Rand, t, l int) structured.Cost {
	c := bruteforce.Random(rng, t, l, structured.PositionEdges, 1, 0)
	for _, x := range [][]float64{c.Node, c.Edge} {
		for k := range x {
			x[k] = math.Abs(x[k])
		}
	}
	return edgeCost{c}
}

// A definition computes a loss and its gradient, in the shape of s, over all of Y(x).
type definition struct {
	name string
	loss func(c structured.Cost, scale, gamma float64) losses.Loss
	want func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice)
}

func scaled(s *structured.Lattice, c float64) *structured.Lattice {
	r := new(structured.Lattice)
	s.Copy(r)
	r.Scale(c)
	return r
}

func softmax(s, aug *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
	mu := reshape(bruteforce.Marginals(scaled(aug, gamma), structured.PositionEdges), s.Shape())
	mu.AddPath(gold, -1)
	return bruteforce.LogZ(scaled(aug, gamma))/gamma - s.PathScore(gold), mu
}

// reshape sums marginals per position into the shape asked for.
func reshape(mu *structured.Lattice, edges structured.EdgeShape) *structured.Lattice {
	r := structured.NewLattice(mu.T, mu.L, edges)
	copy(r.Node, mu.Node)
	for t := 1; t < mu.T && len(r.Edge) > 0; t++ {
		for k, v := range mu.EdgeAt(t) {
			r.EdgeAt(t)[k] += v
		}
	}
	return r
}

func maximum(s, aug *structured.Lattice, gold []int, square bool) (float64, *structured.Lattice) {
	h, g := bruteforce.Max(aug)-s.PathScore(gold), 1.0
	if square {
		h, g = h*h, 2*h
	}
	grad := structured.NewLattice(s.T, s.L, s.Shape())
	grad.AddPath(bruteforce.Best(aug), g)
	grad.AddPath(gold, -g)
	return h, grad
}

var definitions = []definition{
	{"cross-entropy",
		func(_ structured.Cost, _, gamma float64) losses.Loss { return losses.CrossEntropy{Gamma: gamma} },
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			return softmax(s, s, gold, gamma)
		}},
	{"perceptron",
		func(structured.Cost, float64, float64) losses.Loss { return losses.Perceptron{} },
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			return maximum(s, s, gold, false)
		}},
	{"hinge",
		func(c structured.Cost, scale, _ float64) losses.Loss { return losses.Hinge{Cost: c, Scale: scale} },
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			return maximum(s, sc, gold, false)
		}},
	{"squared-hinge",
		func(c structured.Cost, scale, _ float64) losses.Loss {
			return losses.SquaredHinge{Cost: c, Scale: scale}
		},
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			return maximum(s, sc, gold, true)
		}},
	{"softmax-margin",
		func(c structured.Cost, scale, gamma float64) losses.Loss {
			return losses.SoftmaxMargin{Cost: c, Scale: scale, Gamma: gamma}
		},
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			return softmax(s, sc, gold, gamma)
		}},
	{"risk",
		func(c structured.Cost, scale, gamma float64) losses.Loss {
			return losses.Risk{Cost: c, Scale: scale, Gamma: gamma}
		},
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			p := scaled(s, gamma)
			mean := bruteforce.Expect(p, cost.PathScore)
			cov := structured.NewLattice(s.T, s.L, s.Shape())
			logZ := bruteforce.LogZ(p)
			for y := range structured.Paths(s.T, s.L) {
				cov.AddPath(y, gamma*math.Exp(p.PathScore(y)-logZ)*(cost.PathScore(y)-mean))
			}
			return mean, cov
		}},
}

// Every loss and every gradient, against enumeration of Y(x), and against central differences.
func TestEqualsBruteForce(t *testing.T) {
	for _, d := range definitions {
		t.Run(d.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 8))
			var w losses.Workspace
			for c := range bruteforce.Cases(101) {
				s := c.Scores
				gold := bruteforce.RandomPath(rng, s)
				hamming := structured.Cost(structured.Hamming{})
				for _, kind := range []structured.Cost{hamming, randomCost(rng, s.T, s.L)} {
					for _, gamma := range []float64{1, 0.3, 4} {
						const scale = 1.7
						cost, sc := new(structured.Lattice), new(structured.Lattice)
						require.NoError(t, kind.Fill(cost, gold, s.L))
						cost.Scale(scale)
						require.NoError(t, structured.AddScaled(sc, s, cost, 1))
						want, wantGrad := d.want(s, sc, cost, gold, gamma)

						loss := d.loss(kind, scale, gamma)
						grad := new(structured.Lattice)
						got, err := loss.Eval(grad, s, structured.PathTarget(gold), &w)
						require.NoError(t, err, c.Name)
						require.InDelta(t, want, got, 1e-9*math.Max(1, math.Abs(want)), c.Name)
						require.NoError(t, bruteforce.Near(wantGrad, grad, 1e-9), c.Name)

						alone, err := loss.Eval(nil, s, structured.PathTarget(gold), &w)
						require.NoError(t, err)
						require.InDelta(t, got, alone, 1e-12*math.Max(1, got), "value without gradient")

						numeric := bruteforce.Gradient(s, 1e-5, func(s *structured.Lattice) float64 {
							v, err := loss.Eval(nil, s, structured.PathTarget(gold), &w)
							require.NoError(t, err)
							return v
						})
						require.NoError(t, bruteforce.Near(numeric, grad, 1e-6), c.Name)
					}
				}
			}
		})
	}
}

func TestSoftAndPartialTargets(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 8))
	var w losses.Workspace
	for c := range bruteforce.Cases(55) {
		s := c.Scores
		for _, gamma := range []float64{1, 2.5} {
			loss := losses.CrossEntropy{Gamma: gamma}
			for _, edges := range []structured.EdgeShape{structured.SharedEdges, structured.PositionEdges} {
				if edges < s.Shape() {
					continue
				}
				// q lives where s is finite: a sharper distribution of the same support.
				qs := scaled(s, 2)
				q := bruteforce.Marginals(qs, edges)
				check(t, c.Name, loss, s, structured.Target{Soft: q}, &w, bruteforce.LogZ(scaled(s, gamma))/gamma-
					bruteforce.Expect(qs, s.PathScore))
			}
			allowed := make([][]int, s.T)
			for k, j := range bruteforce.RandomPath(rng, s) {
				if k%2 == 0 {
					allowed[k] = []int{j, rng.IntN(s.L)}
				}
			}
			set, over := new(structured.Lattice), new(structured.Lattice)
			require.NoError(t, structured.Allow(set, s.L, allowed))
			require.NoError(t, structured.AddScaled(over, s, set, 1))
			check(t, c.Name, loss, s, structured.Target{Partial: set}, &w,
				(bruteforce.LogZ(scaled(s, gamma))-bruteforce.LogZ(scaled(over, gamma)))/gamma)
		}
	}
}

// check holds a loss to its value and its gradient to central differences.
func check(t *testing.T, name string, loss losses.Loss, s *structured.Lattice, y structured.Target, w *losses.Workspace, want float64) {
	t.Helper()
	grad := new(structured.Lattice)
	got, err := loss.Eval(grad, s, y, w)
	require.NoError(t, err, name)
	require.InDelta(t, want, got, 1e-9*math.Max(1, math.Abs(want)), name)
	numeric := bruteforce.Gradient(s, 1e-5, func(s *structured.Lattice) float64 {
		v, err := loss.Eval(nil, s, y, w)
		require.NoError(t, err)
		return v
	})
	require.NoError(t, bruteforce.Near(numeric, grad, 1e-6), name)
}

// A path, as a soft target and as a set of one, is the same loss and gradient.
func TestTargetsOfOnePathCoincide(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 8))
	var w losses.Workspace
	for c := range bruteforce.Cases(66) {
		gold := bruteforce.RandomPath(rng, c.Scores)
		soft := structured.NewLattice(c.Scores.T, c.Scores.L, structured.PositionEdges)
		soft.AddPath(gold, 1)
		set := new(structured.Lattice)
		require.NoError(t, structured.Fixed(set, c.Scores.L, gold))
		want := new(structured.Lattice)
		v, err := losses.CrossEntropy{}.Eval(want, c.Scores, structured.PathTarget(gold), &w)
		require.NoError(t, err)
		for _, y := range []structured.Target{{Soft: soft}, {Partial: set}} {
			grad := new(structured.Lattice)
			got, err := losses.CrossEntropy{}.Eval(grad, c.Scores, y, &w)
			require.NoError(t, err)
			require.InDelta(t, v, got, 1e-9, c.Name)
			require.NoError(t, bruteforce.Near(want, grad, 1e-9), c.Name)
		}
	}
}

// noCost costs nothing.
type noCost struct{}

func (noCost) Fill(dst *structured.Lattice, gold []int, l int) error {
	dst.Reset(len(gold), l, structured.NoEdges)
	return nil
}

// The identities and bounds between the losses.
func TestIdentities(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 8))
	var w losses.Workspace
	for c := range bruteforce.Cases(202) {
		s := c.Scores
		gold := bruteforce.RandomPath(rng, s)
		value := func(l losses.Loss, s *structured.Lattice) float64 {
			v, err := l.Eval(nil, s, structured.PathTarget(gold), &w)
			require.NoError(t, err)
			return v
		}
		near := func(want, got, tol float64, what string) {
			t.Helper()
			assert.InDelta(t, want, got, tol*math.Max(1, math.Abs(want)), "%s: %s", what, c.Name)
		}
		cost := randomCost(rng, s.T, s.L)
		ce, perceptron := value(losses.CrossEntropy{}, s), value(losses.Perceptron{}, s)
		hinge, sm := value(losses.Hinge{Cost: cost}, s), value(losses.SoftmaxMargin{Cost: cost}, s)
		risk := value(losses.Risk{Cost: cost}, s)

		const cold = 1e7
		near(perceptron, value(losses.CrossEntropy{Gamma: cold}, s), 1e-5, "cold cross-entropy is perceptron")
		near(hinge, value(losses.SoftmaxMargin{Cost: cost, Gamma: cold}, s), 1e-5, "cold softmax-margin is hinge")
		near(ce, value(losses.SoftmaxMargin{Cost: noCost{}}, s), 1e-12, "softmax-margin without cost is cross-entropy")
		near(perceptron, value(losses.Hinge{Cost: noCost{}}, s), 1e-12, "hinge without cost is perceptron")
		near(hinge*hinge, value(losses.SquaredHinge{Cost: cost}, s), 1e-12, "squared hinge")

		cl := new(structured.Lattice)
		require.NoError(t, cost.Fill(cl, gold, s.L))
		jensen := math.Log(bruteforce.Expect(s, func(y []int) float64 { return math.Exp(cl.PathScore(y)) }))
		near(jensen, sm-ce, 1e-9, "softmax-margin - cross-entropy is the Jensen risk bound")
		const slack = 1e-9
		assert.GreaterOrEqual(t, jensen+slack, risk)
		assert.GreaterOrEqual(t, hinge+slack, perceptron)
		assert.GreaterOrEqual(t, perceptron, 0.0)
		assert.GreaterOrEqual(t, sm+slack, hinge)
		assert.GreaterOrEqual(t, sm+slack, ce)
		assert.GreaterOrEqual(t, ce+slack, perceptron)

		// A constant on every node of one position changes no loss, and hence no gradient sums off zero.
		moved := scaled(s, 1)
		at := rng.IntN(s.T)
		for j := range moved.NodeAt(at) {
			moved.NodeAt(at)[j] += 3.25
		}
		for _, name := range losses.Names() {
			l, err := losses.New(name, losses.Options{Cost: cost})
			require.NoError(t, err)
			near(value(l, s), value(l, moved), 1e-9, name+" ignores a constant")
			grad := new(structured.Lattice)
			_, err = l.Eval(grad, s, structured.PathTarget(gold), &w)
			require.NoError(t, err)
			for i := range s.T {
				sum := 0.0
				for _, v := range grad.NodeAt(i) {
					sum += v
				}
				assert.InDelta(t, 0, sum, 1e-9, name)
			}
		}
	}
}

// The expected counts of a soft target, taken as scores' marginals, are where cross-entropy is least.
func TestSoftTargetIsMinimisedByItself(t *testing.T) {
	s := bruteforce.Random(rand.New(rand.NewPCG(6, 6)), 6, 4, structured.SharedEdges, 1, 0)
	var fb forwardbackward.Workspace
	q, grad := new(structured.Lattice), new(structured.Lattice)
	_, err := fb.Marginals(q, s, structured.SharedEdges)
	require.NoError(t, err)
	v, err := losses.CrossEntropy{}.Eval(grad, s, structured.Target{Soft: q}, new(losses.Workspace))
	require.NoError(t, err)
	h, err := fb.Entropy(s)
	require.NoError(t, err)
	assert.InDelta(t, h, v, 1e-9, "the least cross-entropy is the entropy")
	require.NoError(t, bruteforce.Near(structured.NewLattice(6, 4, structured.SharedEdges), grad, 1e-9))
}

func TestErrors(t *testing.T) {
	var w losses.Workspace
	s := structured.NewLattice(2, 2, structured.SharedEdges)
	soft := structured.NewLattice(2, 2, structured.SharedEdges)
	inf := math.Inf(-1)
	for _, name := range losses.Names() {
		l, err := losses.New(name, losses.Options{})
		require.NoError(t, err)
		grad := new(structured.Lattice)
		_, err = l.Eval(grad, s, structured.PathTarget([]int{0}), &w)
		assert.ErrorIs(t, err, structured.ErrShape, name)
		_, err = l.Eval(grad, s, structured.PathTarget([]int{0, 2}), &w)
		assert.ErrorIs(t, err, structured.ErrShape, name)
		if name != "cross-entropy" {
			_, err = l.Eval(grad, s, structured.Target{Soft: soft}, &w)
			assert.ErrorIs(t, err, structured.ErrTarget, name)
		}
		if name != "risk" {
			_, err = l.Eval(grad, &structured.Lattice{T: 1, L: 2, Node: []float64{inf, 0}}, structured.PathTarget([]int{0}), &w)
			assert.ErrorIs(t, err, losses.ErrForbidden, name)
		}
		_, err = l.Eval(grad, &structured.Lattice{T: 1, L: 2, Node: []float64{math.NaN(), 0}}, structured.PathTarget([]int{0}), &w)
		var bad *structured.ValueError
		assert.ErrorAs(t, err, &bad, name)
		_, err = l.Eval(grad, &structured.Lattice{T: 1, L: 2, Node: []float64{0}}, structured.PathTarget([]int{0}), &w)
		assert.ErrorIs(t, err, structured.ErrShape, name)
		v, err := l.Eval(grad, new(structured.Lattice), structured.PathTarget(nil), &w)
		require.NoError(t, err, "an empty sentence: "+name)
		assert.Zero(t, v)
		_, described := l.(losses.Described)
		assert.True(t, described, name)
	}
	set := &structured.Lattice{T: 1, L: 2, Node: []float64{inf, inf}}
	_, err := losses.CrossEntropy{}.Eval(nil, structured.NewLattice(1, 2, 0), structured.Target{Partial: set}, &w)
	assert.ErrorIs(t, err, losses.ErrForbidden)
	soft.Node[0] = 1
	_, err = losses.CrossEntropy{}.Eval(nil, &structured.Lattice{T: 2, L: 2, Node: []float64{inf, 0, 0, 0}}, structured.Target{Soft: soft}, &w)
	assert.ErrorIs(t, err, losses.ErrForbidden)

	for _, o := range []losses.Options{{Scale: -1}, {Gamma: math.NaN()}, {Gamma: math.Inf(1)}} {
		_, err := losses.New("risk", o)
		assert.Error(t, err)
	}
	_, err = losses.New("zero-one", losses.Options{})
	assert.ErrorContains(t, err, "softmax-margin")
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	gold := make([]int, 20)
	cost := structured.NewBoundaryCost([]string{"O", "B-X", "I-X", "B-Y", "I-Y"}, 1, 1, 1)
	for _, name := range losses.Names() {
		l, err := losses.New(name, losses.Options{Cost: cost, Gamma: 2})
		require.NoError(t, err)
		for _, edges := range shapes {
			s := bruteforce.Random(rng, 20, 5, edges, 1, 0)
			var w losses.Workspace
			grad := new(structured.Lattice)
			run := func() {
				if _, err := l.Eval(grad, s, structured.PathTarget(gold), &w); err != nil {
					t.Error(err)
				}
			}
			run()
			assert.Zero(t, testing.AllocsPerRun(20, run), "%s edges=%v", name, edges)
		}
	}
}

// Ratios of the losses to each other are read off this: ns/op at the size of CoNLL-2000.
func BenchmarkEval(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	s := bruteforce.Random(rng, 25, 22, structured.SharedEdges, 1, 0)
	gold := make([]int, 25)
	for _, name := range losses.Names() {
		l, err := losses.New(name, losses.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			var w losses.Workspace
			grad := new(structured.Lattice)
			for b.Loop() {
				if _, err := l.Eval(grad, s, structured.PathTarget(gold), &w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
