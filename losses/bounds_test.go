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

// The identities and bounds of the ramps, of smoothed-hinge, token-marginal and the regularizers, among
// themselves and with the older losses.
func TestBounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	var w losses.Workspace
	for c := range bruteforce.Cases(203) {
		s := c.Scores
		gold := bruteforce.RandomPath(rng, s)
		cost := randomCost(rng, s.T, s.L)
		cl := new(structured.Lattice)
		require.NoError(t, cost.Fill(cl, gold, s.L))
		value := func(l losses.Loss) float64 {
			v, err := l.Eval(nil, s, structured.PathTarget(gold), &w)
			require.NoError(t, err)
			return v
		}
		ordered := func(what string, v ...float64) {
			t.Helper()
			for k := 1; k < len(v); k++ {
				assert.GreaterOrEqual(t, v[k]+1e-9, v[k-1], "%s: %d of %v: %s", what, k, v, c.Name)
			}
		}
		near := func(want, got, tol float64, what string) {
			t.Helper()
			assert.InDelta(t, want, got, tol*math.Max(1, math.Abs(want)), "%s: %s", what, c.Name)
		}
		ramp := func(form int) float64 { return value(losses.Ramp{Form: form, Cost: cost}) }
		soft := func(form int, gamma float64) float64 {
			return value(losses.SoftRamp{Form: form, Cost: cost, Gamma: gamma})
		}
		perceptron, hinge := value(losses.Perceptron{}), value(losses.Hinge{Cost: cost})
		entropy, margin := value(losses.CrossEntropy{}), value(losses.SoftmaxMargin{Cost: cost})
		risk := value(losses.Risk{Cost: cost})
		most := bruteforce.Max(cl)

		decoded := cl.PathScore(bruteforce.Best(s)) // what the decoder's path costs
		ordered("ramps about the decoder's cost", 0, ramp(2), decoded, ramp(1), most)
		ordered("ramp1 and hinge", ramp(1), hinge)
		ordered("ramp2 and perceptron", ramp(2), perceptron)
		near(ramp(1)+ramp(2), ramp(3), 1e-12, "ramp3 is the sum")
		near(hinge-perceptron, ramp(1), 1e-12, "hinge - perceptron is ramp1")

		ordered("soft ramps about risk", 0, soft(2, 0), risk, soft(1, 0), most)
		near(soft(1, 0)+soft(2, 0), soft(3, 0), 1e-11, "soft-ramp3 is the sum")
		near(margin-entropy, soft(1, 0), 1e-11, "softmax-margin - cross-entropy is soft-ramp1")
		assert.Equal(t, soft(1, 0.7), value(losses.JensenRiskBound{Cost: cost, Gamma: 0.7}), "one loss, two names")
		ordered("soft-ramp2 and cross-entropy", soft(2, 0), entropy)
		const cold = 1e7
		for form := 1; form <= 3; form++ {
			near(ramp(form), soft(form, cold), 1e-5, "cold soft ramp is ramp")
			near(0, value(losses.SoftRamp{Form: form, Cost: noCost{}}), 1e-12, "soft ramp without cost is nothing")
		}

		for _, gamma := range []float64{0.2, 1, 3, cold} {
			smoothed := value(losses.SmoothedHinge{Cost: cost, Gamma: gamma})
			ordered("smoothed-hinge", hinge, smoothed, value(losses.SoftmaxMargin{Cost: cost, Gamma: gamma}))
			ordered("smoothed-hinge", smoothed, hinge+float64(s.T)*(1-1/float64(s.L))/(2*gamma))
		}

		token, cold1 := value(losses.TokenMarginal{}), value(losses.TokenMarginal{Gamma: cold})
		ordered("token-marginal: a token is at least as likely as the path", 0, token, float64(s.T)*entropy)
		ordered("cold token-marginal", 0, cold1, float64(s.T)*perceptron+1e-6)
		if s.Shape() == structured.NoEdges || s.T == 1 {
			near(entropy, token, 1e-9, "tokens that do not depend on each other")
		}

		const share = 0.2
		uniform := value(losses.CrossEntropy{Smoothing: 1 - 1e-12}) // the loss for the uniform distribution
		near((1-share)*entropy+share*uniform, value(losses.CrossEntropy{Smoothing: share}), 1e-9, "label smoothing mixes two losses")
		var fb forwardbackward.Workspace
		h, err := fb.Entropy(s)
		require.NoError(t, err)
		near(entropy-0.3*h, value(losses.CrossEntropy{Entropy: 0.3}), 1e-9, "entropy")
		ordered("entropy is at most T log L", 0, h, float64(s.T)*math.Log(float64(s.L)))
	}
}

// Where the gold path leads by its cost and 1/gamma at each step, smoothed-hinge is flat, unlike
// softmax-margin.
func TestSmoothedHingeIsZeroBeyondItsMargin(t *testing.T) {
	gold := []int{1, 0, 2, 2}
	s := structured.NewLattice(4, 3, structured.SharedEdges)
	s.Edge[5] = 0.25
	for at, j := range gold {
		s.NodeAt(at)[j] = 6
	}
	grad := new(structured.Lattice)
	v, err := losses.SmoothedHinge{}.Eval(grad, s, structured.PathTarget(gold), new(losses.Workspace))
	require.NoError(t, err)
	assert.Zero(t, v)
	require.NoError(t, bruteforce.Near(structured.NewLattice(4, 3, structured.SharedEdges), grad, 0))
}

// One token of two labels: the smooth hinge of Rennie & Srebro (2005), 0, v^2/2 or v - 1/2 of v = 1 - their z.
func TestSmoothedHingeIsRennieAndSrebros(t *testing.T) {
	s := structured.NewLattice(1, 2, structured.NoEdges)
	for _, violation := range []float64{-3, -0.5, -0.4, 0, 0.3, 0.5, 0.6, 4} { // cost 1 and all
		s.Node[1] = violation - 1
		got, err := losses.SmoothedHinge{Gamma: 2}.Eval(nil, s, structured.PathTarget([]int{0}), new(losses.Workspace))
		require.NoError(t, err)
		v, want := violation+0.5, 0.0
		switch {
		case v >= 1:
			want = v - 0.5
		case v > 0:
			want = v * v / 2
		}
		assert.InDelta(t, want, got, 1e-12, "%v", violation)
	}
}

// Scores so far apart that probabilities vanish as numbers leave no loss without a value, nor without a
// gradient that is one.
func TestExtremeScores(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	var w losses.Workspace
	var all []losses.Loss
	for _, o := range []losses.Options{{Margin: 1}, {Margin: 1, Smoothing: 0.1, Entropy: 0.5, Gamma: 0.5}} {
		for _, kind := range losses.Kinds() {
			l, err := losses.New(kind.Name, o)
			require.NoError(t, err)
			all = append(all, l)
		}
	}
	for _, l := range all {
		for range 20 {
			s := bruteforce.Random(rng, 4, 3, structured.SharedEdges, 3000, 0)
			gold := bruteforce.RandomPath(rng, s)
			grad := new(structured.Lattice)
			v, err := l.Eval(grad, s, structured.PathTarget(gold), &w)
			require.NoError(t, err)
			assert.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%+v", l)
			// Far from all kinks a loss is linear or flat: the difference over a step is the gradient's.
			to := 0
			for k := range s.Node {
				if math.Abs(grad.Node[k]) > math.Abs(grad.Node[to]) {
					to = k
				}
			}
			const h = 1e-3
			s.Node[to] += h
			up, err := l.Eval(nil, s, structured.PathTarget(gold), &w)
			require.NoError(t, err)
			s.Node[to] -= 2 * h
			down, err := l.Eval(nil, s, structured.PathTarget(gold), &w)
			require.NoError(t, err)
			assert.InDelta(t, (up-down)/(2*h), grad.Node[to], 1e-5*math.Max(1, math.Abs(grad.Node[to])), "%+v", l)
		}
	}
}

// Token-marginal asks for tokens, so a gold path whose edge is forbidden has a loss if its labels have not.
func TestTokenMarginalOfAForbiddenPath(t *testing.T) {
	s := structured.NewLattice(2, 2, structured.PositionEdges)
	s.Edge[0] = math.Inf(-1) // 0, 0
	check(t, "forbidden edge", losses.TokenMarginal{}, s, structured.PathTarget([]int{0, 0}), new(losses.Workspace), 2*math.Log(3))
	s.Edge[1] = math.Inf(-1) // 0, 1: no way on from 0
	_, err := losses.TokenMarginal{}.Eval(nil, s, structured.PathTarget([]int{0, 0}), new(losses.Workspace))
	assert.ErrorIs(t, err, losses.ErrForbidden)
}

// Soft and partial targets are smoothed and regularised as paths are.
func TestRegularizersTakeAnyTarget(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 9))
	var w losses.Workspace
	for c := range bruteforce.Cases(56) {
		s := c.Scores
		allowed := make([][]int, s.T)
		for k, j := range bruteforce.RandomPath(rng, s) {
			allowed[k] = []int{j, rng.IntN(s.L)}
		}
		set := new(structured.Lattice)
		require.NoError(t, structured.Allow(set, s.L, allowed))
		for _, y := range []structured.Target{{Partial: set}, {Soft: bruteforce.Marginals(scaled(s, 2), structured.PositionEdges)}} {
			eval := func(l losses.CrossEntropy) float64 {
				v, err := l.Eval(nil, s, y, &w)
				require.NoError(t, err)
				return v
			}
			plain, uniform := eval(losses.CrossEntropy{}), eval(losses.CrossEntropy{Smoothing: 1 - 1e-12})
			h := plain - eval(losses.CrossEntropy{Entropy: 1})
			check(t, c.Name, losses.CrossEntropy{Smoothing: 0.1, Entropy: 0.2}, s, y, &w, 0.9*plain+0.1*uniform-0.2*h)
		}
	}
}

func TestTraits(t *testing.T) {
	for _, kind := range losses.Kinds() {
		l, err := losses.New(kind.Name, losses.Options{})
		require.NoError(t, err)
		traits := l.(losses.HasTraits).Traits()
		assert.False(t, traits.Convex && traits.NeedsStart, "%s: a convex loss may start anywhere", kind.Name)
		assert.NotEmpty(t, kind.Brief)
	}
	assert.False(t, losses.CrossEntropy{Entropy: 1}.Traits().Convex)
	assert.True(t, losses.LargeMarginSoftmax{Margin: 1}.Traits().Convex)
}

// What a loss tells of its convexity, held to random chords; those that are not convex have one that shows it.
func TestConvexity(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 9))
	var w losses.Workspace
	for _, kind := range losses.Kinds() {
		l, err := losses.New(kind.Name, losses.Options{Margin: 1})
		require.NoError(t, err)
		above := 0
		for range 400 {
			a := bruteforce.Random(rng, 3, 3, structured.SharedEdges, 4, 0)
			b := bruteforce.Random(rng, 3, 3, structured.SharedEdges, 4, 0)
			middle := new(structured.Lattice)
			require.NoError(t, structured.AddScaled(middle, a, b, 1))
			middle.Scale(0.5)
			v := [3]float64{}
			for k, s := range []*structured.Lattice{a, middle, b} {
				v[k], err = l.Eval(nil, s, structured.PathTarget([]int{0, 1, 2}), &w)
				require.NoError(t, err)
			}
			if v[1] > (v[0]+v[2])/2+1e-9 {
				above++
			}
		}
		assert.Equal(t, l.(losses.HasTraits).Traits().Convex, above == 0, "%s: %d of 400", kind.Name, above)
	}
}
