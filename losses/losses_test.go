package losses_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

var shapes = []structured.EdgeShape{structured.NoEdges, structured.SharedEdges, structured.PositionEdges}

// Compares every loss and every gradient on every structure with enumeration and with central
// differences.
func TestEqualsBruteForce(t *testing.T) {
	for _, name := range losses.GeneralNames() {
		want, ok := definitions[name]
		require.True(t, ok, "no definition of %s", name)
		t.Run(name, func(t *testing.T) {
			equalsBruteForce(t, want, func(o losses.Options) losses.General {
				l, err := losses.NewGeneral(name, o)
				require.NoError(t, err)
				return l
			})
		})
	}
	for loss, want := range regularised {
		t.Run(fmt.Sprintf("%+v", loss), func(t *testing.T) {
			equalsBruteForce(t, want, func(o losses.Options) losses.General {
				loss.Gamma = o.Gamma
				return loss
			})
		})
	}
}

func equalsBruteForce(t *testing.T, want definition, make func(losses.Options) losses.General) {
	rng := rand.New(rand.NewPCG(1, 8))
	for x := range instances(101) {
		if len(x.all) > 300 {
			continue
		}
		for _, kind := range []structured.Cost{structured.Hamming{}, x.random(rng)} {
			x.setCost(kind)
			for _, gamma := range []float64{1, 0.3, 4} {
				const scale = 1.7
				loss := make(losses.Options{Cost: kind, Scale: scale, Gamma: gamma})
				value, wantGrad := want(x, scale, gamma)
				got, grad, err := x.eval(x, loss, true)
				require.NoError(t, err, x.name)
				requireNear(t, value, got, 1e-9, x.name)
				for k, v := range wantGrad {
					requireNear(t, v, grad[k], 1e-7, "gradient of %s", x.name)
				}
				requireNear(t, got, x.value(t, loss), 1e-12, "value without gradient")
				if kind == (structured.Hamming{}) {
					continue // the differences take longest: check only the cost on nodes and edges
				}
				for k, v := range x.numbers {
					if *v > math.Inf(-1) {
						requireNear(t, slope(t, x, loss, v), grad[k], 1e-6, "difference of %s", x.name)
					}
				}
			}
		}
	}
}

// slope returns the central difference of a loss with respect to one of its numbers.
func slope(t *testing.T, x *instance, l losses.General, number *float64) float64 {
	const h = 1e-5
	was := *number
	defer func() { *number = was }()
	*number = was + h
	up := x.value(t, l)
	*number = was - h
	return (up - x.value(t, l)) / (2 * h)
}

// requireNear requires two numbers to agree within tol, relative to the larger of 1 and want.
func requireNear(t *testing.T, want, got, tol float64, msg string, args ...any) {
	t.Helper()
	if !(math.Abs(want-got) <= tol*math.Max(1, math.Abs(want))) {
		require.Failf(t, "too far", msg+": got %v, want %v", append(args, got, want)...)
	}
}

// General losses support the same kinds of target on every structure.
func TestTargetsOnEveryStructure(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 12))
	for x := range instances(55) {
		for _, gamma := range []float64{1, 2.5} {
			loss := losses.CrossEntropy{Gamma: gamma}
			z := logZ(x, 0, gamma) / gamma
			q := probabilities(x, 0, 2) // same support as the scores
			want := z
			for k, p := range q {
				if p > 0 {
					want -= p * x.score(x.all[k], 0)
				}
			}
			got, err := x.soft(x, loss, q)
			require.NoError(t, err, x.name)
			requireNear(t, want, got, 1e-9, "soft target of %s", x.name)

			open := make([]bool, len(x.numbers))
			for k := range open {
				open[k] = rng.IntN(3) > 0
			}
			for _, k := range x.all[x.gold].passes {
				open[k] = true
			}
			sum := 0.0
			for _, y := range x.all {
				if !slices.ContainsFunc(y.passes, func(k int) bool { return !open[k] }) {
					sum += math.Exp(gamma * x.score(y, 0))
				}
			}
			got, err = x.partial(x, loss, func(k int) bool { return open[k] })
			require.NoError(t, err, x.name)
			requireNear(t, z-math.Log(sum)/gamma, got, 1e-9, "partial target of %s", x.name)
		}
		q := make([]float64, len(x.all))
		q[x.gold] = 1
		for _, name := range losses.GeneralNames() {
			if kind, _ := losses.Lookup(name); kind.Target {
				continue
			}
			l, err := losses.NewGeneral(name, losses.Options{})
			require.NoError(t, err)
			_, err = x.soft(x, l, q)
			require.ErrorIs(t, err, structured.ErrTarget, name)
			_, err = x.partial(x, l, func(int) bool { return true })
			require.ErrorIs(t, err, structured.ErrTarget, name)
		}
	}
}

// A soft count that is not a finite number is an error, not a loss of NaN.
func TestSoftCountsMustBeNumbers(t *testing.T) {
	for x := range instances(56) {
		q := make([]float64, len(x.all))
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			q[x.gold] = bad
			_, err := x.soft(x, losses.CrossEntropy{}, q)
			require.ErrorIs(t, err, structured.ErrTarget, x.name)
		}
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
				// q has the support of s: a sharper distribution.
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

func scaled(s *structured.Lattice, c float64) *structured.Lattice {
	r := new(structured.Lattice)
	s.Copy(r)
	r.Scale(c)
	return r
}

// check compares a loss with its value and its gradient with central differences.
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

// A path, a soft target with one path and a set of one path give the same loss and gradient.
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

// Cross-entropy is minimal if the marginals of the scores equal the expected counts of the soft
// target.
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
	// The losses that use s(g). In the other losses with a cost, gold enters only through the cost.
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

// Losses return the errors of costs and lattices.
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
