package losses_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// TestIdentities checks the identities and bounds between the losses on every structure.
func TestIdentities(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 8))
	for x := range instances(202) {
		cost := x.random(rng)
		x.setCost(cost)
		value := func(name string, o losses.Options) float64 {
			t.Helper()
			l, err := losses.NewGeneral(name, o)
			require.NoError(t, err)
			return x.value(t, l)
		}
		of := func(name string, gamma float64) float64 {
			t.Helper()
			return value(name, losses.Options{Cost: cost, Gamma: gamma})
		}
		free := func(name string) float64 { // without a cost
			t.Helper()
			return value(name, losses.Options{Cost: cost, Scale: 1e-300})
		}
		near := func(what string, want, got, tol float64) {
			t.Helper()
			requireNear(t, want, got, tol, "%s: %s", what, x.name)
		}
		ordered := func(what string, v ...float64) {
			t.Helper()
			for k := 1; k < len(v); k++ {
				require.GreaterOrEqual(t, v[k]+1e-9, v[k-1], "%s: %d of %v: %s", what, k, v, x.name)
			}
		}
		const cold, tokens = 1e7, 1e-5
		n := float64(x.tokens)
		entropy, perceptron, hinge := of("cross-entropy", 0), of("perceptron", 0), of("hinge", 0)
		margin, risk, jensen := of("softmax-margin", 0), of("risk", 0), of("jensen-risk-bound", 0)
		decoded, most := x.all[best(x, 0)].cost, 0.0
		for _, y := range x.all {
			most = max(most, y.cost)
		}

		near("cold cross-entropy is perceptron", perceptron, of("cross-entropy", cold), tokens)
		near("cold softmax-margin is hinge", hinge, of("softmax-margin", cold), tokens)
		near("softmax-margin without cost is cross-entropy", entropy, free("softmax-margin"), 1e-12)
		near("hinge without cost is perceptron", perceptron, free("hinge"), 1e-12)
		near("squared-hinge is the square", hinge*hinge, of("squared-hinge", 0), 1e-12)
		near("softmax-margin - cross-entropy is the Jensen bound", margin-entropy, jensen, 1e-9)
		ordered("perceptron, hinge, softmax-margin", 0, perceptron, hinge, margin)
		ordered("perceptron, cross-entropy, softmax-margin", perceptron, entropy, margin)

		near("ramp3 is the sum", of("ramp1", 0)+of("ramp2", 0), of("ramp3", 0), 1e-12)
		near("hinge - perceptron is ramp1", hinge-perceptron, of("ramp1", 0), 1e-12)
		near("soft-ramp3 is the sum", of("soft-ramp1", 0)+of("soft-ramp2", 0), of("soft-ramp3", 0), 1e-11)
		require.Equal(t, of("soft-ramp1", 0.7), of("jensen-risk-bound", 0.7), "one loss, two names")
		ordered("ramps about the decoder's cost", 0, of("ramp2", 0), decoded, of("ramp1", 0), most)
		ordered("ramp1 and hinge", of("ramp1", 0), hinge)
		ordered("ramp2 and perceptron", of("ramp2", 0), perceptron)
		ordered("soft ramps about risk", 0, of("soft-ramp2", 0), risk, jensen, most)
		ordered("soft-ramp2 and cross-entropy", of("soft-ramp2", 0), entropy)
		near("cold risk is the decoder's cost", decoded, of("risk", cold), tokens)
		for form := 1; form <= 3; form++ {
			ramp := fmt.Sprintf("ramp%d", form)
			near("cold soft ramp is ramp", of(ramp, 0), of("soft-"+ramp, cold), tokens)
			near("soft ramp without cost is nothing", 0, free("soft-"+ramp), 1e-12)
		}

		for _, gamma := range []float64{0.2, 1, 3, cold} {
			smoothed := of("smoothed-hinge", gamma)
			ordered("smoothed-hinge between its relatives", hinge, smoothed, of("softmax-margin", gamma))
			ordered("smoothed-hinge near hinge", smoothed, hinge+x.slack/gamma)
			sparse := of("sparsemap", gamma)
			// Norms of labellings differ by their number of segments, which is at most the number
			// of tokens.
			ordered("sparsemap near perceptron", perceptron-n/(2*gamma), sparse, perceptron+n/(2*gamma))
			ordered("sparsemap is a loss", 0, sparse)
		}

		token := of("token-marginal", 0)
		ordered("token-marginal: a token is at least as likely as the labelling", 0, token, n*entropy)
		ordered("cold token-marginal", 0, of("token-marginal", cold), n*perceptron+tokens)
		if x.independent {
			near("tokens that do not depend on each other", entropy, token, 1e-9)
		}

		const share = 0.2
		uniform := value("cross-entropy", losses.Options{Smoothing: 1 - 1e-12}) // loss for the uniform distribution
		near("label smoothing mixes two losses", (1-share)*entropy+share*uniform, value("cross-entropy", losses.Options{Smoothing: share}), 1e-9)
		h := entropy - value("cross-entropy", losses.Options{Entropy: 1})
		ordered("entropy is at most that of level scores", 0, h, math.Log(float64(len(x.all))))
	}
}

// SparseMAP is 0 if and only if gold beats every labelling by the number of gold nodes or segments
// that the labelling lacks, divided by gamma.
func TestMarginOfSparseMAP(t *testing.T) {
	zeros := 0
	for x := range instances(205) {
		x.gold = best(x, 0)
		gold := x.all[x.gold]
		for _, gamma := range []float64{0.3, 1, 4, 40} {
			leads := true
			for _, y := range x.all {
				lacks := 0.0
				for _, g := range gold.segments {
					if !slices.Contains(y.segments, g) {
						lacks++
					}
				}
				leads = leads && x.score(y, 0)+lacks/gamma <= x.score(gold, 0)+1e-12
			}
			v := x.value(t, losses.SparseMAP{Gamma: gamma})
			require.Equal(t, leads, v <= 1e-12, "%v at gamma %v of %s", v, gamma, x.name)
			if leads {
				zeros++
			}
		}
	}
	require.Greater(t, zeros, 50)
}

// A constant added to everything that labels one token changes no loss, so the gradient sums to
// zero there.
func TestLossesIgnoreAConstant(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 8))
	for x := range instances(203) {
		at, cost := rng.IntN(x.tokens), x.random(rng)
		covers := make(map[int]bool) // indices of the nodes or segments that label the token
		for _, y := range x.all {
			nodes := 0
			for _, k := range y.passes {
				if x.node[k] {
					if g := y.segments[nodes]; g.Start <= at && at < g.End {
						covers[k] = true
					}
					nodes++
				}
			}
		}
		for _, name := range losses.GeneralNames() {
			l, err := losses.NewGeneral(name, losses.Options{Cost: cost})
			require.NoError(t, err)
			before, grad, err := x.eval(x, l, true)
			require.NoError(t, err)
			sum := 0.0
			for k := range covers {
				sum += grad[k]
				*x.numbers[k] += 3.25
			}
			require.InDelta(t, 0, sum, 1e-8, "%s: %s", name, x.name)
			requireNear(t, before, x.value(t, l), 1e-9, "%s of %s", name, x.name)
			for k := range covers {
				*x.numbers[k] -= 3.25
			}
		}
	}
}

// TestConvexity compares the convexity in the traits of a loss with random chords on each
// structure. For losses that are not convex, some chord must show it.
func TestConvexity(t *testing.T) {
	for _, kind := range losses.Kinds() {
		l, err := losses.New(kind.Name, losses.Options{Margin: 1})
		require.NoError(t, err)
		general, ok := l.(losses.General)
		if !ok {
			general = losses.CrossEntropy{} // margin 1 is cross-entropy
		}
		above := 0
		rng := rand.New(rand.NewPCG(7, 9))
		for round := range uint64(3) {
			for x := range instances(300 + round) {
				a, b, v := make([]float64, len(x.numbers)), make([]float64, len(x.numbers)), [3]float64{}
				for k := range a {
					a[k], b[k] = 4*rng.NormFloat64(), 4*rng.NormFloat64()
				}
				for m := range v {
					for k, number := range x.numbers {
						*number = a[k] + float64(m)/2*(b[k]-a[k])
					}
					v[m] = x.value(t, general)
				}
				if v[1] > (v[0]+v[2])/2+1e-9 {
					above++
				}
			}
		}
		require.Equal(t, l.(losses.HasTraits).Traits().Convex, above == 0, "%s: %d chords", kind.Name, above)
	}
}

// Scores so far apart that probabilities underflow still give finite losses and correct gradients.
func TestExtremeScores(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for x := range instances(204) {
		for _, number := range x.numbers {
			*number = 3000 * rng.NormFloat64()
		}
		for _, o := range []losses.Options{{}, {Smoothing: 0.1, Entropy: 0.5, Gamma: 0.5}} {
			for _, name := range losses.GeneralNames() {
				l, err := losses.NewGeneral(name, o)
				require.NoError(t, err)
				v, grad, err := x.eval(x, l, true)
				require.NoError(t, err)
				require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%s of %s", name, x.name)
				// Away from non-differentiable points, the loss is linear or flat here, so the
				// difference over a step equals the gradient.
				to := 0
				for k := range grad {
					if math.Abs(grad[k]) > math.Abs(grad[to]) {
						to = k
					}
				}
				requireNear(t, slope(t, x, l, x.numbers[to]), grad[to], 1e-3, "%s of %s", name, x.name)
			}
		}
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	boundary := structured.NewBoundaryCost([]string{"O", "B-X", "I-X", "B-Y"}, 1, 1, 1)
	for _, x := range []*instance{
		lattice("shared", randomScores(rng, structured.SharedEdges)),
		lattice("per position", randomScores(rng, structured.PositionEdges)),
		segmented("segments", randomSegments(rng, [3]int{5, alphabet, 3}, structured.SharedEdges, 0)),
		prunedChain("order 1", randomPruned(rng, 8, 1, 0)),
		prunedChain("order 2", randomPruned(rng, 8, 2, 0)),
	} {
		x.pickGold(rng)
		for _, name := range losses.GeneralNames() {
			l, err := losses.NewGeneral(name, losses.Options{Cost: boundary, Gamma: 2, Entropy: 0.1, Smoothing: 0.1})
			require.NoError(t, err)
			run := x.repeat(l)
			require.NoError(t, run())
			require.Zero(t, testing.AllocsPerRun(20, func() {
				if err := run(); err != nil {
					t.Error(err)
				}
			}), "%s on %s", name, x.name)
		}
	}
}
