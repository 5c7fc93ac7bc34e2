package losses_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// norms returns norms for which the cosines of the gold scores cover -1..1.
func norms(rng *rand.Rand, s *structured.Lattice, gold []int) []float64 {
	n := make([]float64, s.T)
	for t, g := range gold {
		n[t] = math.Abs(s.NodeAt(t)[g]) / (0.02 + 0.96*rng.Float64())
	}
	return n
}

// psi computes psi by its definition, from the angle.
func psi(m int, c float64) float64 {
	theta := math.Acos(c)
	k := 0
	for theta > float64(k+1)*math.Pi/float64(m) {
		k++
	}
	v := math.Cos(float64(m)*theta) - 0
	if k%2 == 1 {
		v = -v
	}
	return v - 2*float64(k)
}

// Compares the value with enumeration, and the derivatives by scores and norms with central
// differences.
func TestLargeMarginSoftmax(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 11))
	var w losses.Workspace
	for c := range bruteforce.Cases(401) {
		s := c.Scores
		gold := bruteforce.RandomPath(rng, s)
		y := structured.PathTarget(gold)
		norm := norms(rng, s, gold)
		for margin := 1; margin <= 4; margin++ {
			for _, blend := range []float64{0, 0.5, 20} {
				const gamma = 0.8
				loss := losses.LargeMarginSoftmax{Margin: margin, Blend: blend, Gamma: gamma}
				moved := scaled(s, 1)
				for at, g := range gold {
					v, n := s.NodeAt(at)[g], norm[at]
					moved.NodeAt(at)[g] = (blend*v + n*psi(margin, v/n)) / (1 + blend)
				}
				want := bruteforce.LogZ(scaled(moved, gamma))/gamma - moved.PathScore(gold)
				grad, byNorm := new(structured.Lattice), make([]float64, s.T)
				got, err := loss.EvalWithNorms(grad, byNorm, s, norm, y, &w)
				require.NoError(t, err)
				require.InDelta(t, want, got, 1e-9*math.Max(1, want), c.Name)

				at := func(s *structured.Lattice, norm []float64) float64 {
					v, err := loss.EvalWithNorms(nil, nil, s, norm, y, &w)
					require.NoError(t, err)
					return v
				}
				numeric := bruteforce.Gradient(s, 1e-6, func(s *structured.Lattice) float64 { return at(s, norm) })
				require.NoError(t, bruteforce.Near(numeric, grad, 1e-5), "m = %d, %s", margin, c.Name)
				for k, n := range norm {
					const h = 1e-6
					norm[k] = n + h
					up := at(s, norm)
					norm[k] = n - h
					down := at(s, norm)
					norm[k] = n
					require.InDelta(t, (up-down)/(2*h), byNorm[k], 1e-5*math.Max(1, math.Abs(byNorm[k])), "m = %d, %s", margin, c.Name)
				}
			}
		}
	}
}

// Margin 1 is cross-entropy. Larger margins raise the loss, and a blend lowers it.
func TestLargerMarginsCostMore(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 11))
	var w losses.Workspace
	for c := range bruteforce.Cases(402) {
		gold := bruteforce.RandomPath(rng, c.Scores)
		y := structured.PathTarget(gold)
		norm, byNorm := norms(rng, c.Scores, gold), make([]float64, c.Scores.T)
		want, grad := new(structured.Lattice), new(structured.Lattice)
		before, err := losses.CrossEntropy{}.Eval(want, c.Scores, y, &w)
		require.NoError(t, err)
		for margin := 1; margin <= 4; margin++ {
			v, err := losses.LargeMarginSoftmax{Margin: margin}.EvalWithNorms(grad, byNorm, c.Scores, norm, y, &w)
			require.NoError(t, err)
			if margin == 1 {
				require.InDelta(t, before, v, 1e-9*math.Max(1, v))
				require.NoError(t, bruteforce.Near(want, grad, 1e-9))
				assert.InDeltaSlice(t, make([]float64, len(byNorm)), byNorm, 1e-12, "norms do not matter")
			}
			assert.GreaterOrEqual(t, v+1e-9, before, "m = %d, %s", margin, c.Name)
			half, err := losses.LargeMarginSoftmax{Margin: margin, Blend: 1}.EvalWithNorms(nil, nil, c.Scores, norm, y, &w)
			require.NoError(t, err)
			assert.LessOrEqual(t, half, v+1e-9)
			much, err := losses.LargeMarginSoftmax{Margin: margin, Blend: 1e9}.EvalWithNorms(nil, nil, c.Scores, norm, y, &w)
			require.NoError(t, err)
			require.InDelta(t, func() float64 { v, _ := losses.CrossEntropy{}.Eval(nil, c.Scores, y, &w); return v }(), much, 1e-6*math.Max(1, v))
			before = v
		}
	}
}

// Compares the gradient with respect to the weights of a linear layer, assembled by the caller,
// with central differences.
func TestLargeMarginSoftmaxByTheWeights(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 11))
	const T, L, D = 4, 3, 5
	x, weights := make([][]float64, T), make([][]float64, L)
	for _, rows := range [][][]float64{x, weights} {
		for k := range rows {
			for range D {
				rows[k] = append(rows[k], rng.NormFloat64())
			}
		}
	}
	gold := []int{2, 0, 1, 1}
	inner := func(a, b []float64) float64 {
		sum := 0.0
		for k, v := range a {
			sum += v * b[k]
		}
		return sum
	}
	length := func(a []float64) float64 { return math.Sqrt(inner(a, a)) }
	var w losses.Workspace
	grad, byNorm := new(structured.Lattice), make([]float64, T)
	eval := func() float64 {
		s, norm := structured.NewLattice(T, L, structured.SharedEdges), make([]float64, T)
		s.Edge[1], s.Edge[5] = 0.4, -0.7
		for at := range T {
			norm[at] = length(weights[gold[at]]) * length(x[at])
			for j := range L {
				s.NodeAt(at)[j] = inner(weights[j], x[at])
			}
		}
		v, err := losses.LargeMarginSoftmax{Margin: 3}.EvalWithNorms(grad, byNorm, s, norm, structured.PathTarget(gold), &w)
		require.NoError(t, err)
		return v
	}
	eval()
	want := make([][]float64, L)
	for j := range want {
		want[j] = make([]float64, D)
		for at := range T {
			for d := range D {
				want[j][d] += grad.NodeAt(at)[j] * x[at][d]
				if gold[at] == j { // d|w||x|/dw = |x| w / |w|
					want[j][d] += byNorm[at] * length(x[at]) * weights[j][d] / length(weights[j])
				}
			}
		}
	}
	for j := range weights {
		for d, v := range weights[j] {
			const h = 1e-6
			weights[j][d] = v + h
			up := eval()
			weights[j][d] = v - h
			down := eval()
			weights[j][d] = v
			assert.InDelta(t, (up-down)/(2*h), want[j][d], 1e-6)
		}
	}
}

func TestNormsAreChecked(t *testing.T) {
	s := structured.NewLattice(2, 2, structured.NoEdges)
	s.Node[0] = 3
	y, loss := structured.PathTarget([]int{0, 0}), losses.LargeMarginSoftmax{}
	var w losses.Workspace
	grad, byNorm := new(structured.Lattice), make([]float64, 2)
	for _, norm := range [][]float64{nil, {3}, {2.9, 1}, {math.NaN(), 1}, {math.Inf(1), 1}, {-3, 1}} {
		_, err := loss.EvalWithNorms(grad, byNorm, s, norm, y, &w)
		assert.ErrorIs(t, err, losses.ErrNorms, "%v", norm)
	}
	_, err := loss.EvalWithNorms(grad, byNorm[:1], s, []float64{3, 0}, y, &w)
	assert.ErrorIs(t, err, structured.ErrShape)
	_, err = loss.Eval(grad, s, y, &w)
	assert.ErrorIs(t, err, losses.ErrNorms)
	_, err = losses.LargeMarginSoftmax{Margin: 5}.EvalWithNorms(grad, byNorm, s, []float64{3, 0}, y, &w)
	assert.Error(t, err)
	// At norm 0 there is no angle: the score stays as it is, so training can start from zero
	// weights.
	_, err = loss.EvalWithNorms(grad, byNorm, s, []float64{3, 0}, y, &w)
	require.NoError(t, err)
	assert.InDelta(t, -0.5, grad.Node[2], 1e-12)
	assert.Zero(t, byNorm[1])
}

func TestLargeMarginAllocatesNothing(t *testing.T) {
	s := randomScores(rand.New(rand.NewPCG(1, 2)), structured.SharedEdges)
	gold := make([]int, s.T)
	norm, byNorm, grad := norms(rand.New(rand.NewPCG(1, 3)), s, gold), make([]float64, s.T), new(structured.Lattice)
	var w losses.Workspace
	run := func() {
		if _, err := (losses.LargeMarginSoftmax{}).EvalWithNorms(grad, byNorm, s, norm, structured.PathTarget(gold), &w); err != nil {
			t.Error(err)
		}
	}
	run()
	assert.Zero(t, testing.AllocsPerRun(20, run))
}
