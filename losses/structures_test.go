package losses_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// general returns every loss that is defined on all structures.
func general(t testing.TB, o losses.Options) map[string]losses.General {
	all := make(map[string]losses.General)
	for _, name := range losses.GeneralNames() {
		l, err := losses.NewGeneral(name, o)
		require.NoError(t, err)
		all[name] = l
	}
	return all
}

// One-token segments, and pruned lattices of order 1 that keep every label, are lattices: values
// and gradients agree.
func TestStructuresAgree(t *testing.T) {
	var w losses.Workspace
	var segments losses.SegmentWorkspace
	var chains losses.PrunedWorkspace
	for c := range bruteforce.Cases(5) {
		s := c.Scores
		rng := rand.New(rand.NewPCG(uint64(s.T), uint64(s.L)))
		gold := bruteforce.RandomPath(rng, s)
		var y []semimarkov.Segment
		for at, j := range gold {
			y = append(y, semimarkov.Segment{Start: at, End: at + 1, Label: j})
		}
		var one semimarkov.Lattice
		require.NoError(t, semimarkov.FromTokens(&one, s, 1))
		var kept pruned.Kept
		var chain pruned.Lattice
		kept.KeepAll(s.T, s.L)
		chain.Reset(&kept, 1)
		require.NoError(t, chain.AddFirstOrder(s, 1))
		for _, o := range []losses.Options{
			{Cost: structured.EntityCost{FalseNegative: 4, FalsePositive: 1, Confusion: 2}, Scale: 0.6, Gamma: 1.5},
			{Cost: randomCost(rng, s.T, s.L), Smoothing: 0.2, Entropy: 0.1},
		} {
			for name, l := range general(t, o) {
				want := new(structured.Lattice)
				v, err := l.(losses.Loss).Eval(want, s, structured.PathTarget(gold), &w)
				require.NoError(t, err)

				grad := new(semimarkov.Lattice)
				got, err := losses.EvalSegments(l, grad, &one, losses.SegmentTarget{Path: y}, &segments)
				require.NoError(t, err)
				requireNear(t, v, got, 1e-10, name)
				require.NoError(t, bruteforce.Near(want, &structured.Lattice{T: s.T, L: s.L, Node: grad.Segment, Edge: grad.Edge}, 1e-8), name)

				pull, back := new(pruned.Lattice), structured.NewLattice(s.T, s.L, s.Shape())
				got, err = losses.EvalPruned(l, pull, &chain, losses.PrunedTarget{Path: gold}, &chains)
				require.NoError(t, err)
				requireNear(t, v, got, 1e-10, name)
				require.NoError(t, pull.AddToFirstOrder(back, 1))
				require.NoError(t, bruteforce.Near(want, back, 1e-8), name)
			}
		}
	}
}

// scored lists the losses that use the score of the gold labelling. In the other losses, gold
// enters only through the cost.
var scored = map[string]bool{
	"cross-entropy": true, "perceptron": true, "hinge": true, "squared-hinge": true, "smoothed-hinge": true,
	"softmax-margin": true, "token-marginal": true, "sparsemap": true,
}

func TestErrorsOnSegments(t *testing.T) {
	var w losses.SegmentWorkspace
	s, grad := semimarkov.NewLattice(3, 2, 2, structured.SharedEdges), new(semimarkov.Lattice)
	gold := losses.SegmentTarget{Path: []semimarkov.Segment{{Start: 0, End: 2, Label: 1}, {Start: 2, End: 3, Label: 0}}}
	for name, l := range general(t, losses.Options{}) {
		_, err := losses.EvalSegments(l, grad, s, losses.SegmentTarget{Path: []semimarkov.Segment{{Start: 0, End: 3, Label: 0}}}, &w)
		assert.ErrorIs(t, err, structured.ErrShape, name)
		_, err = losses.EvalSegments(l, grad, &semimarkov.Lattice{T: 3, L: 2, M: 1}, losses.SegmentTarget{}, &w)
		assert.ErrorIs(t, err, structured.ErrShape, name)
		v, err := losses.EvalSegments(l, grad, new(semimarkov.Lattice), losses.SegmentTarget{}, &w)
		assert.NoError(t, err, name)
		assert.Zero(t, v, name)

		s.Segment[0] = math.NaN()
		_, err = losses.EvalSegments(l, grad, s, gold, &w)
		var bad *semimarkov.ValueError
		assert.ErrorAs(t, err, &bad, name)
		s.Segment[0] = 0

		forbidden := semimarkov.NewLattice(3, 2, 2, structured.SharedEdges)
		for at := range 3 {
			for k := range forbidden.From(at) {
				if k%2 == 1 {
					forbidden.From(at)[k] = math.Inf(-1) // label 1
				}
			}
		}
		_, err = losses.EvalSegments(l, grad, forbidden, gold, &w)
		assert.Equal(t, scored[name], errors.Is(err, losses.ErrForbidden), "%s: %v", name, err)
	}
	for _, y := range []losses.SegmentTarget{
		{Path: gold.Path, Soft: s}, {Soft: s, Partial: s},
		{Soft: semimarkov.NewLattice(3, 2, 1, structured.SharedEdges)}, {Partial: semimarkov.NewLattice(3, 1, 2, structured.NoEdges)},
		{Soft: semimarkov.NewLattice(3, 2, 2, structured.NoEdges)},
	} {
		_, err := losses.EvalSegments(losses.CrossEntropy{}, grad, s, y, &w)
		assert.True(t, errors.Is(err, structured.ErrTarget) || errors.Is(err, structured.ErrShape), "%v", err)
	}
}

func TestErrorsOnPrunedChains(t *testing.T) {
	var w losses.PrunedWorkspace
	var kept, other pruned.Kept
	kept.Reset(3)
	kept.Append(0, 2)
	kept.Append(1)
	other.KeepAll(2, 3)
	for order := range 3 {
		var s, grad, foreign pruned.Lattice
		s.Reset(&kept, order)
		foreign.Reset(&other, order)
		for name, l := range general(t, losses.Options{}) {
			s.Node[0] = 0
			_, err := losses.EvalPruned(l, &grad, &s, losses.PrunedTarget{Path: []int{1, 1}}, &w)
			assert.ErrorIs(t, err, pruned.ErrPruned, name)
			_, err = losses.EvalPruned(l, &grad, &s, losses.PrunedTarget{Path: []int{0}}, &w)
			assert.ErrorIs(t, err, structured.ErrShape, name)
			v, err := losses.EvalPruned(l, new(pruned.Lattice), new(pruned.Lattice), losses.PrunedTarget{}, &w)
			assert.NoError(t, err, name)
			assert.Zero(t, v, name)
			s.Node[0] = math.Inf(-1)
			_, err = losses.EvalPruned(l, &grad, &s, losses.PrunedTarget{Path: []int{0, 1}}, &w)
			assert.Equal(t, scored[name], errors.Is(err, losses.ErrForbidden), "%s: %v", name, err)
			s.Node[0] = math.NaN()
			_, err = losses.EvalPruned(l, &grad, &s, losses.PrunedTarget{Path: []int{2, 1}}, &w)
			var bad *pruned.ValueError
			assert.ErrorAs(t, err, &bad, name)
		}
		for _, y := range []losses.PrunedTarget{{Path: []int{0, 1}, Soft: &s}, {Soft: &s, Partial: &s}, {Soft: &foreign}, {Partial: &foreign}} {
			_, err := losses.EvalPruned(losses.CrossEntropy{}, &grad, &s, y, &w)
			assert.True(t, errors.Is(err, structured.ErrTarget) || errors.Is(err, structured.ErrShape), "%v", err)
		}
	}
}

// A loss that a structure does not support is refused by name. Costs of other shapes are errors
// everywhere.
func TestUndefinedOnAStructure(t *testing.T) {
	_, err := losses.NewGeneral("large-margin-softmax", losses.Options{})
	assert.ErrorIs(t, err, structured.ErrStructure)
	assert.ErrorContains(t, err, "norms")
	_, err = losses.NewGeneral("risk", losses.Options{Scale: -1})
	assert.ErrorContains(t, err, "cost scale")
	assert.Len(t, losses.GeneralNames(), len(losses.Names())-1)

	span := semimarkov.SpanCost{FalseNegative: 1}
	_, err = losses.Hinge{Cost: span}.Eval(nil, structured.NewLattice(1, 2, structured.NoEdges), structured.PathTarget([]int{0}), new(losses.Workspace))
	assert.ErrorIs(t, err, structured.ErrStructure)

	for x := range instances(77) {
		for name, l := range general(t, losses.Options{Cost: structured.WeightedHamming(make([]float64, 9))}) {
			_, _, err := x.eval(x, l, true)
			kind, _ := losses.Lookup(name)
			assert.Equal(t, kind.Cost, errors.Is(err, structured.ErrShape), "%s of %s: %v", name, x.name, err)
		}
	}
}

// A custom loss, written once, runs on every structure.
type halfHinge struct{}

func (halfHinge) Traits() losses.Traits { return losses.Traits{Convex: true} }

func (halfHinge) EvalOn(p losses.Problem) (float64, error) {
	score, err := p.Gold()
	if err != nil {
		return 0, err
	}
	most, err := p.Max(structured.Hamming{}, 0.5)
	if err != nil {
		return 0, err
	}
	p.AddBest(1)
	p.AddGold(-1)
	return most - score, nil
}

func (h halfHinge) Eval(grad, s *structured.Lattice, y structured.Target, w *losses.Workspace) (float64, error) {
	p, err := w.Problem(grad, s, y)
	if err != nil {
		return 0, err
	}
	return h.EvalOn(p)
}

func TestCustomGeneralLoss(t *testing.T) {
	for x := range instances(78) {
		v, grad, err := x.eval(x, halfHinge{}, true)
		require.NoError(t, err)
		want, wantGrad, err := x.eval(x, losses.Hinge{Scale: 0.5}, true)
		require.NoError(t, err)
		requireNear(t, want, v, 1e-12, x.name)
		require.Equal(t, wantGrad, grad, x.name)
	}
}

// operation turns a method of Problem, with its weight, into a loss.
type operation struct {
	of     func(p losses.Problem, v float64) (float64, error)
	weight float64
}

func (operation) Traits() losses.Traits { return losses.Traits{} }

func (o operation) EvalOn(p losses.Problem) (float64, error) { return o.of(p, o.weight) }

func (o operation) Eval(grad, s *structured.Lattice, y structured.Target, w *losses.Workspace) (float64, error) {
	p, err := w.Problem(grad, s, y)
	if err != nil {
		return 0, err
	}
	return o.EvalOn(p)
}

// Every method of a Problem adds its gradient times the weight, and its value does not depend on
// the weight.
func TestOperationsRespectTheirWeight(t *testing.T) {
	cost := structured.Hamming{}
	for name, of := range map[string]func(p losses.Problem, v float64) (float64, error){
		"target":       func(p losses.Problem, v float64) (float64, error) { return p.Target(2, v) },
		"smooth max":   func(p losses.Problem, v float64) (float64, error) { return p.SmoothMax(cost, 0.5, 2, v) },
		"log Z":        func(p losses.Problem, v float64) (float64, error) { return p.LogZ(cost, 0.5, 2, v) },
		"risk":         func(p losses.Problem, v float64) (float64, error) { return p.Risk(cost, 0.5, 2, v) },
		"log marginal": func(p losses.Problem, v float64) (float64, error) { return p.LogMarginals(2, v) },
		"mean":         func(p losses.Problem, v float64) (float64, error) { return p.MeanScore(v) },
		"mixture":      func(p losses.Problem, v float64) (float64, error) { return p.Mixture(2, 200, v) },
		"entropy": func(p losses.Problem, v float64) (float64, error) {
			z, err := p.LogZ(nil, 0, 2, 0)
			if err != nil {
				return 0, err
			}
			return p.Entropy(2, 2*z, v)
		},
		"max": func(p losses.Problem, v float64) (float64, error) {
			most, err := p.Max(cost, 0.5)
			p.AddBest(v)
			return most, err
		},
	} {
		for x := range instances(79) {
			value, one, err := x.eval(x, operation{of, 1}, true)
			require.NoError(t, err, name)
			again, grad, err := x.eval(x, operation{of, -0.3}, true)
			require.NoError(t, err, name)
			require.Equal(t, value, again, name)
			for k, v := range one {
				requireNear(t, -0.3*v, grad[k], 1e-12, "%s of %s", name, x.name)
			}
		}
	}
}
