package losses_test

import (
	"errors"
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

						if kind == hamming {
							continue // the differences take longest: of the cost on nodes and edges only
						}
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
			l, err := losses.New(name, losses.Options{Cost: cost, Margin: 1})
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
	// The losses with a cost that s(g) stands in, too; in the others gold enters by its cost only.
	goldScored := map[string]bool{"hinge": true, "squared-hinge": true, "smoothed-hinge": true, "softmax-margin": true}
	for _, name := range losses.Names() {
		l, err := losses.New(name, losses.Options{Margin: 1})
		require.NoError(t, err)
		grad := new(structured.Lattice)
		_, err = l.Eval(grad, s, structured.PathTarget([]int{0}), &w)
		assert.ErrorIs(t, err, structured.ErrShape, name)
		_, err = l.Eval(grad, s, structured.PathTarget([]int{0, 2}), &w)
		assert.ErrorIs(t, err, structured.ErrShape, name)
		kind, _ := losses.Lookup(name)
		if !kind.Target {
			_, err = l.Eval(grad, s, structured.Target{Soft: soft}, &w)
			assert.ErrorIs(t, err, structured.ErrTarget, name)
		}
		if !kind.Cost || goldScored[name] {
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
		_, described := l.(losses.HasTraits)
		assert.True(t, described, name)
	}
	set := &structured.Lattice{T: 1, L: 2, Node: []float64{inf, inf}}
	_, err := losses.CrossEntropy{}.Eval(nil, structured.NewLattice(1, 2, 0), structured.Target{Partial: set}, &w)
	assert.ErrorIs(t, err, losses.ErrForbidden)
	soft.Node[0] = 1
	_, err = losses.CrossEntropy{}.Eval(nil, &structured.Lattice{T: 2, L: 2, Node: []float64{inf, 0, 0, 0}}, structured.Target{Soft: soft}, &w)
	assert.ErrorIs(t, err, losses.ErrForbidden)

	for _, o := range []losses.Options{
		{Scale: -1}, {Gamma: math.NaN()}, {Gamma: math.Inf(1)}, {Entropy: math.Inf(1)}, {Smoothing: 1}, {Smoothing: -0.1},
		{Margin: 5}, {Margin: -1}, {Blend: -1},
	} {
		_, err := losses.New("risk", o)
		assert.Error(t, err)
	}
	_, err = losses.New("zero-one", losses.Options{})
	assert.ErrorContains(t, err, "softmax-margin")
}

// What goes wrong underneath comes up.
func TestErrorsOfCostsAndLattices(t *testing.T) {
	var w losses.Workspace
	s, grad := structured.NewLattice(2, 2, structured.SharedEdges), new(structured.Lattice)
	shut := &structured.Lattice{T: 2, L: 2, Node: []float64{0, 0, math.Inf(-1), math.Inf(-1)}}
	for _, kind := range losses.Kinds() {
		l, err := losses.New(kind.Name, losses.Options{Cost: structured.WeightedHamming{1}, Margin: 1})
		require.NoError(t, err)
		_, err = l.Eval(grad, s, structured.PathTarget([]int{0, 1}), &w)
		assert.Equal(t, kind.Cost, errors.Is(err, structured.ErrShape), "a cost for another number of labels: %s: %v", kind.Name, err)
		l, err = losses.New(kind.Name, losses.Options{Margin: 1})
		require.NoError(t, err)
		for _, grad := range []*structured.Lattice{nil, grad} {
			_, err = l.Eval(grad, shut, structured.PathTarget([]int{0, 1}), &w)
			assert.True(t, errors.Is(err, structured.ErrNoPath) || errors.Is(err, losses.ErrForbidden), "no path: %s: %v", kind.Name, err)
		}
	}
	for _, l := range []losses.Loss{losses.Ramp{Form: 4}, losses.SoftRamp{Form: -1}} {
		_, err := l.Eval(grad, s, structured.PathTarget([]int{0, 1}), &w)
		assert.ErrorContains(t, err, "want 1, 2 or 3")
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	gold := make([]int, 20)
	cost := structured.NewBoundaryCost([]string{"O", "B-X", "I-X", "B-Y", "I-Y"}, 1, 1, 1)
	for _, name := range losses.Names() {
		l, err := losses.New(name, losses.Options{Cost: cost, Gamma: 2, Entropy: 0.1, Smoothing: 0.1, Margin: 1})
		require.NoError(t, err)
		for _, edges := range shapes {
			s := bruteforce.Random(rng, 20, 5, edges, 1, 0)
			var w losses.Workspace
			grad, norm, byNorm := new(structured.Lattice), make([]float64, 20), make([]float64, 20)
			for at := range norm {
				norm[at] = 2 * math.Abs(s.NodeAt(at)[0])
			}
			run := func() {
				_, err := l.Eval(grad, s, structured.PathTarget(gold), &w)
				if n, ok := l.(losses.Normed); ok && err == nil {
					_, err = n.EvalNormed(grad, byNorm, s, norm, structured.PathTarget(gold), &w)
				}
				if err != nil {
					t.Error(err)
				}
			}
			run()
			assert.Zero(t, testing.AllocsPerRun(20, run), "%s edges=%v", name, edges)
		}
	}
}
