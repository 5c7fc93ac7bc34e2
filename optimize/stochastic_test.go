package optimize

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
)

var stochasticMethods = map[string]func(Passes) StochasticMethod{
	"SGD":                func(o Passes) StochasticMethod { return SGD{Passes: o} },
	"SGD average":        func(o Passes) StochasticMethod { return SGD{Passes: o, Average: true} },
	"AdaGrad":            func(o Passes) StochasticMethod { return AdaGrad{Passes: o} },
	"Adam":               func(o Passes) StochasticMethod { return Adam{Passes: o} },
	"AdamW":              func(o Passes) StochasticMethod { return Adam{Decoupled: true, Passes: o} },
	"AveragedPerceptron": func(o Passes) StochasticMethod { return AveragedPerceptron{Passes: o} },
	"PA-I":               func(o Passes) StochasticMethod { return PassiveAggressive{Passes: o} },
	"PA-II":              func(o Passes) StochasticMethod { return PassiveAggressive{Passes: o, SquaredSlack: true} },
	"PA-I last":          func(o Passes) StochasticMethod { return PassiveAggressive{Passes: o, Last: true} },
	"AROW":               func(o Passes) StochasticMethod { return AROW{Passes: o} },
}

// penaltyFor returns p, or no penalty for the methods that support none.
func penaltyFor(m StochasticMethod, p Penalty) Penalty {
	switch m.(type) {
	case AveragedPerceptron, PassiveAggressive, AROW:
		return Penalty{}
	}
	return p
}

func eachStochasticMethod(t *testing.T, check func(t *testing.T, method func(Passes) StochasticMethod)) {
	for name, method := range stochasticMethods {
		t.Run(name, func(t *testing.T) { check(t, method) })
	}
}

// The distance is over all coordinates; weights are about 1.
func TestStochasticReachesTheMinimum(t *testing.T) {
	f := newLogistic(3, 300, 20, 0.1)
	o := Passes{Epochs: 300, Tolerance: -1, Seed: 4}
	batched := o
	batched.BatchSize = 10
	for name, c := range map[string]struct {
		method    StochasticMethod
		p         Penalty
		tolerance float64
	}{
		"SGD, Bottou's rate":   {SGD{Passes: o}, Penalty{L2: 1}, 0.02},
		"SGD, batches":         {SGD{Passes: batched}, Penalty{L2: 1}, 0.02},
		"SGD, average":         {SGD{Passes: o, Average: true}, Penalty{L2: 1}, 0.02},
		"SGD, given rate":      {SGD{Passes: o, Rate: 0.3}, Penalty{L2: 1}, 0.02},
		"SGD, L1":              {SGD{Passes: o, Rate: 0.3}, Penalty{L1: 1}, 0.05},
		"SGD, Tsuruoka's rate": {SGD{Passes: o, Exponential: 0.95}, Penalty{L1: 1}, 0.02},
		"SGD, L1 and L2":       {SGD{Passes: o}, Penalty{L1: 1, L2: 0.5}, 0.05},
		"AdaGrad, L2":          {AdaGrad{Passes: o}, Penalty{L2: 1}, 0.05},
		"AdaGrad, L1":          {AdaGrad{Passes: batched}, Penalty{L1: 2}, 0.05},
		"AdaGrad, both":        {AdaGrad{Passes: batched, Rate: 0.5}, Penalty{L1: 1, L2: 0.5}, 0.05},
		"Adam":                 {Adam{Passes: batched, Rate: 0.1, Decay: 0.3}, Penalty{L2: 1}, 0.02},
	} {
		t.Run(name, func(t *testing.T) {
			want := f.descent(t, c.p)
			w := make([]float64, f.Dim())
			_, err := c.method.Minimize(t.Context(), f, w, c.p, nil)
			require.NoError(t, err)
			t.Logf("distance %.4f, objective %.6f above %.6f", distance(want, w), value(t, f, w, c.p)-value(t, f, want, c.p), value(t, f, want, c.p))
			assert.Less(t, distance(want, w), c.tolerance)
			assert.InEpsilon(t, value(t, f, want, c.p), value(t, f, w, c.p), 1e-3)
		})
	}
}

// The decay of AdamW is not the gradient of L2 ||w||^2, but shrinks all weights.
func TestAdamWDecays(t *testing.T) {
	f := newLogistic(3, 300, 20, 0.1)
	norm := func(l2 float64) float64 {
		w := make([]float64, f.Dim())
		_, err := Adam{Decoupled: true, Passes: Passes{Epochs: 50}, Decay: 0.3}.Minimize(t.Context(), f, w, Penalty{L2: l2}, nil)
		require.NoError(t, err)
		return floats.Norm(w, 2)
	}
	assert.Greater(t, norm(0), 1.1*norm(30))
}

// The cumulative penalty finds nearly all zeros of the solution. The proximal steps of AdaGrad
// leave weights near 0 if the last batches touched them.
func TestStochasticL1HasExactZeros(t *testing.T) {
	f := newLogistic(5, 400, 200, 0.1)
	p := Penalty{L1: 5}
	want := f.descent(t, p)
	for name, c := range map[string]struct {
		method StochasticMethod
		share  float64
	}{
		"SGD":     {SGD{Passes: Passes{Epochs: 200, Tolerance: -1}, Rate: 0.2}, 0.95},
		"AdaGrad": {AdaGrad{Passes: Passes{Epochs: 200, BatchSize: 10, Tolerance: -1}}, 0.4},
	} {
		w := make([]float64, f.Dim())
		_, err := c.method.Minimize(t.Context(), f, w, p, nil)
		require.NoError(t, err)
		var zeros, found float64
		for k := range want {
			if want[k] == 0 {
				zeros++
				if w[k] == 0 {
					found++
				}
			}
		}
		require.Greater(t, zeros, 100.0)
		assert.Greater(t, found/zeros, c.share, name)
	}
}

// perceptronLoss is the perceptron loss on the examples of a logistic.
type perceptronLoss struct{ *logistic }

func (f perceptronLoss) EvalBatch(_ context.Context, g *Sparse, w []float64, scale float64, batch []int) (float64, error) {
	var sum float64
	for _, i := range batch {
		var score float64
		for j, k := range f.rows[i] {
			score += scale * w[k] * f.vals[i][j]
		}
		if margin := f.sign[i] * score; margin <= 0 {
			sum -= margin
			for j, k := range f.rows[i] {
				g.Add(int(k), -f.sign[i]*f.vals[i][j])
			}
		}
	}
	return sum, nil
}

func TestAveragedPerceptronSeparates(t *testing.T) {
	f := perceptronLoss{newLogistic(4, 200, 30, 0)}
	w := make([]float64, f.Dim())
	result, err := AveragedPerceptron{Passes: Passes{Epochs: 2000, Tolerance: -1}}.Minimize(t.Context(), f, w, Penalty{}, nil)
	require.NoError(t, err)
	assert.Equal(t, Converged, result.Reason)
	assert.Zero(t, result.Objective)
	assert.Zero(t, result.GradNorm)
	errs := 0
	for i := range f.rows {
		if _, slope := f.example(w, 1, i); math.Abs(slope) > 0.5 {
			errs++
		}
	}
	assert.LessOrEqual(t, errs, 4, "the average is nearly as good as the last weights on the examples")
}

func TestStochasticSeparableEndsFinite(t *testing.T) {
	f := newLogistic(4, 50, 60, 0)
	eachStochasticMethod(t, func(t *testing.T, method func(Passes) StochasticMethod) {
		w := make([]float64, f.Dim())
		result, err := method(Passes{Epochs: 200}).Minimize(t.Context(), f, w, Penalty{}, nil)
		require.NoError(t, err)
		requireFinite(t, w)
		assert.Less(t, value(t, f, w, Penalty{}), 15.0, "it was 50 log 2")
		assert.NotEqual(t, Failed, result.Reason)
		result, err = method(Passes{Epochs: 200, Floor: 17}).Minimize(t.Context(), f, w, Penalty{}, nil)
		require.NoError(t, err)
		assert.Equal(t, FloorReached, result.Reason)
	})
}

func TestStochasticDeterminism(t *testing.T) {
	f := newLogistic(6, 100, 30, 0.1)
	eachStochasticMethod(t, func(t *testing.T, method func(Passes) StochasticMethod) {
		run := func(seed uint64) []float64 {
			w := make([]float64, f.Dim())
			m := method(Passes{Epochs: 4, BatchSize: 3, Seed: seed})
			_, err := m.Minimize(t.Context(), f, w, penaltyFor(m, Penalty{L2: 0.5}), nil)
			require.NoError(t, err)
			return w
		}
		assert.Equal(t, run(1), run(1))
		assert.NotEqual(t, run(1), run(2))
	})
}

func TestStochasticReports(t *testing.T) {
	f := newLogistic(6, 100, 30, 0.1)
	broken := errors.New("broken")
	for _, end := range []error{nil, ErrStop, broken} {
		eachStochasticMethod(t, func(t *testing.T, method func(Passes) StochasticMethod) {
			w := make([]float64, f.Dim())
			var kept []float64
			epochs := 0
			result, err := method(Passes{Epochs: 5, BatchSize: 30, Tolerance: -1}).Minimize(t.Context(), f, w, Penalty{}, func(s *Step) error {
				epochs++
				assert.Equal(t, epochs, s.Number)
				assert.Equal(t, 4*epochs, s.Updates)
				assert.Equal(t, 4*epochs, s.Evaluations)
				assert.Positive(t, s.GradNorm)
				assert.Positive(t, s.Objective)
				kept = slices.Clone(s.Weights())
				if epochs == 3 {
					return end
				}
				return nil
			})
			assert.Equal(t, kept, w)
			switch end {
			case nil:
				require.NoError(t, err)
				assert.Equal(t, LimitReached, result.Reason)
				assert.Equal(t, 5, result.Steps)
			case ErrStop:
				require.NoError(t, err)
				assert.Equal(t, Stopped, result.Reason)
				assert.Equal(t, 3, result.Steps)
				assert.Equal(t, 12, result.Updates)
			default:
				require.ErrorIs(t, err, broken)
				assert.Equal(t, Failed, result.Reason)
			}
		})
	}
}

func TestStochasticConverges(t *testing.T) {
	f := newLogistic(6, 100, 30, 0.1)
	w := make([]float64, f.Dim())
	result, err := SGD{Passes: Passes{Epochs: 1000, Tolerance: 1e-3}}.Minimize(t.Context(), f, w, Penalty{L2: 1}, nil)
	require.NoError(t, err)
	assert.Equal(t, Converged, result.Reason)
	assert.Less(t, result.Steps, 1000)
}

// flaky fails, or returns values that are not finite, at its n-th batch and all later ones.
type flaky struct {
	*logistic
	left *int
	fail func(g *Sparse) (float64, error)
}

func (f flaky) EvalBatch(ctx context.Context, g *Sparse, w []float64, scale float64, batch []int) (float64, error) {
	if *f.left--; *f.left < 0 {
		return f.fail(g)
	}
	return f.logistic.EvalBatch(ctx, g, w, scale, batch)
}

func TestStochasticFailuresKeepWeights(t *testing.T) {
	broken := errors.New("broken")
	ctx, cancel := context.WithCancel(t.Context())
	for name, c := range map[string]struct {
		fail   func(g *Sparse) (float64, error)
		want   error
		reason Reason
	}{
		"error":    {func(*Sparse) (float64, error) { return 0, broken }, broken, Failed},
		"value":    {func(*Sparse) (float64, error) { return math.NaN(), nil }, ErrNotFinite, Failed},
		"gradient": {func(g *Sparse) (float64, error) { g.Add(3, math.Inf(-1)); return 1, nil }, ErrNotFinite, Failed},
		"cancel":   {func(*Sparse) (float64, error) { cancel(); return 0, ctx.Err() }, context.Canceled, Cancelled},
	} {
		t.Run(name, func(t *testing.T) {
			eachStochasticMethod(t, func(t *testing.T, method func(Passes) StochasticMethod) {
				ctx, cancel = context.WithCancel(t.Context())
				defer cancel()
				left := 250
				f := flaky{newLogistic(6, 100, 30, 0.1), &left, c.fail}
				w := make([]float64, f.Dim())
				result, err := method(Passes{Seed: 3}).Minimize(ctx, f, w, Penalty{}, nil)
				require.ErrorIs(t, err, c.want)
				assert.Equal(t, c.reason, result.Reason)
				assert.Equal(t, 2, result.Steps)
				assert.Equal(t, 250, result.Updates)
				requireFinite(t, w)
				assert.Less(t, value(t, f, w, Penalty{}), value(t, f, make([]float64, f.Dim()), Penalty{}))
			})
		})
	}
}

// With a rate far too high, losses stay finite long after the weights have diverged.
func TestDivergenceEndsFinite(t *testing.T) {
	f := newLogistic(6, 100, 30, 0.1)
	w := make([]float64, f.Dim())
	square := stochasticQuadratic{f}
	_, err := SGD{Rate: 100, Decay: -1}.Minimize(t.Context(), square, w, Penalty{}, nil)
	require.ErrorIs(t, err, ErrNotFinite)
	requireFinite(t, w)
}

// stochasticQuadratic is the squared error of the scores.
type stochasticQuadratic struct{ *logistic }

func (f stochasticQuadratic) EvalBatch(_ context.Context, g *Sparse, w []float64, scale float64, batch []int) (float64, error) {
	var sum float64
	for _, i := range batch {
		d := -f.sign[i]
		for j, k := range f.rows[i] {
			d += scale * w[k] * f.vals[i][j]
		}
		sum += d * d
		for j, k := range f.rows[i] {
			g.Add(int(k), 2*d*f.vals[i][j])
		}
	}
	return sum, nil
}

// SGD finds a rate for losses of any scale: small gradients raise the rate, large ones limit steps.
func TestRateSuitsAnyScale(t *testing.T) {
	for _, scale := range []float64{1e-3, 1e-2, 1, 30, 1e4} {
		for _, l1 := range []float64{0, 0.1} {
			f := newLogistic(3, 300, 20, 0.1)
			for i := range f.vals {
				floats.Scale(scale, f.vals[i])
			}
			w := make([]float64, f.Dim())
			p := Penalty{L1: l1 * scale, L2: scale * scale}
			start := value(t, f, w, p)
			first := 0.0
			r, err := SGD{Passes: Passes{Epochs: 5}}.Minimize(t.Context(), f, w, p, func(s *Step) error {
				if s.Number == 1 {
					first = s.Rate
				}
				return nil
			})
			require.NoError(t, err)
			assert.Less(t, value(t, f, w, p), 0.8*start, "scale %g", scale)
			assert.Equal(t, 5*f.Len(), r.Updates)
			if scale < 1 {
				assert.Greater(t, first*scale*scale, 0.01, "scale %g", scale)
			}
		}
	}
}

func TestLimitedRate(t *testing.T) {
	assert.Equal(t, 0.1, limitedRate(0.1, 2, 2, 1), "a short step")
	assert.Equal(t, 0.4, limitedRate(0.5, 2, 2, 10))
	assert.Equal(t, 0.5, limitedRate(0.5, 2, 0, 10), "no limit")
	assert.Equal(t, 0.5, limitedRate(0.5, 2, -1, 10), "no limit")
	assert.Equal(t, 0.5, limitedRate(0.5, math.Inf(1), 1, 10), "no limit")
	assert.Equal(t, 0.5, limitedRate(0.5, 2, 1, 0), "no gradient")
}

func TestStochasticRefuses(t *testing.T) {
	f := newLogistic(6, 10, 5, 0.1)
	nan := math.NaN()
	for name, c := range map[string]struct {
		method StochasticMethod
		p      Penalty
		want   error
	}{
		"negative L2":           {SGD{}, Penalty{L2: -1}, ErrPenalty},
		"averaged L1":           {SGD{Average: true}, Penalty{L1: 1}, ErrPenalty},
		"negative rate":         {SGD{Rate: -1}, Penalty{}, ErrOption},
		"exponential above 1":   {SGD{Exponential: 1.5}, Penalty{}, ErrOption},
		"NaN exponential":       {SGD{Exponential: nan}, Penalty{}, ErrOption},
		"NaN decay":             {SGD{Decay: nan}, Penalty{}, ErrOption},
		"Adam L1":               {Adam{}, Penalty{L1: 1}, ErrPenalty},
		"AdamW L1":              {Adam{Decoupled: true}, Penalty{L1: 1}, ErrPenalty},
		"AdamW, too much decay": {Adam{Decoupled: true, Rate: 1}, Penalty{L2: 10}, ErrPenalty},
		"Adam, beta":            {Adam{Beta1: 1}, Penalty{}, ErrOption},
		"Adam, epsilon":         {Adam{Epsilon: nan}, Penalty{}, ErrOption},
		"Adam, rate":            {Adam{Rate: math.Inf(1)}, Penalty{}, ErrOption},
		"AdaGrad, epsilon":      {AdaGrad{Epsilon: -1}, Penalty{}, ErrOption},
		"AdaGrad, rate":         {AdaGrad{Rate: nan}, Penalty{}, ErrOption},
		"perceptron L1":         {AveragedPerceptron{}, Penalty{L1: 1}, ErrPenalty},
		"perceptron L2":         {AveragedPerceptron{}, Penalty{L2: 1}, ErrPenalty},
		"PA, L1":                {PassiveAggressive{}, Penalty{L1: 1}, ErrPenalty},
		"PA, L2":                {PassiveAggressive{}, Penalty{L2: 1}, ErrPenalty},
		"PA, C":                 {PassiveAggressive{C: -1}, Penalty{}, ErrOption},
		"PA, margin":            {PassiveAggressive{Margin: nan}, Penalty{}, ErrOption},
		"AROW, L1":              {AROW{}, Penalty{L1: 1}, ErrPenalty},
		"AROW, L2":              {AROW{}, Penalty{L2: 1}, ErrPenalty},
		"AROW, gamma":           {AROW{Gamma: -1}, Penalty{}, ErrOption},
		"AROW, variance":        {AROW{Variance: nan}, Penalty{}, ErrOption},
		"BCFW, no L2":           {BCFW{}, Penalty{}, ErrPenalty},
		"BCFW, L1":              {BCFW{}, Penalty{L1: 1, L2: 1}, ErrPenalty},
		"SAGA, L1":              {SAGA{}, Penalty{L1: 1}, ErrPenalty},
		"PA, no C":              {PassiveAggressive{C: nan}, Penalty{}, ErrOption},
	} {
		result, err := c.method.Minimize(t.Context(), f, make([]float64, 5), c.p, nil)
		assert.ErrorIs(t, err, c.want, name)
		assert.Equal(t, Failed, result.Reason, name)
	}
	eachStochasticMethod(t, func(t *testing.T, method func(Passes) StochasticMethod) {
		_, err := method(Passes{}).Minimize(t.Context(), f, make([]float64, 4), Penalty{}, nil)
		assert.ErrorIs(t, err, ErrOption)
		_, err = method(Passes{}).Minimize(t.Context(), &logistic{dim: 4}, make([]float64, 4), Penalty{}, nil)
		assert.ErrorIs(t, err, ErrOption, "no examples")
		_, err = method(Passes{}).Minimize(t.Context(), f, []float64{0, 0, 0, 0, math.Inf(1)}, Penalty{}, nil)
		assert.ErrorIs(t, err, ErrNotFinite)
	})
}

func TestStochasticStepsAllocateNothing(t *testing.T) {
	f := newLogistic(6, 100, 30, 0.1)
	adam := func(decoupled bool) func([]float64) rule {
		return func(w []float64) rule {
			a, err := newAdamRule(f, w, Penalty{L2: 1}, Adam{Decoupled: decoupled})
			require.NoError(t, err)
			return a
		}
	}
	for name, make1 := range map[string]func(w []float64) rule{
		"SGD": func(w []float64) rule {
			s := newSGDRule(f, w, Penalty{L1: 0.1, L2: 0.1})
			s.bottou = 10
			return s
		},
		"SGD average": func(w []float64) rule {
			s := newSGDRule(f, w, Penalty{L2: 0.1})
			s.bottou, s.average = 10, newAverage(w)
			return s
		},
		"AdaGrad":            func(w []float64) rule { return newAdaGradRule(f, w, Penalty{L1: 0.1, L2: 0.1}, 0.1, 1e-8) },
		"Adam":               adam(false),
		"AdamW":              adam(true),
		"AveragedPerceptron": func(w []float64) rule { return newPerceptronRule(w) },
		"PassiveAggressive": func(w []float64) rule {
			p, err := newPassiveAggressiveRule(w, PassiveAggressive{})
			require.NoError(t, err)
			return p
		},
		"AROW": func(w []float64) rule {
			a, err := newAROWRule(w, AROW{})
			require.NoError(t, err)
			return a
		},
	} {
		w := make([]float64, f.Dim())
		r, err := newPassRun(t.Context(), f, w, Penalty{}, Passes{})
		require.NoError(t, err)
		r.rule = make1(w)
		require.NoError(t, r.step(r.order)) // the list of touched coordinates grows once
		assert.Zero(t, testing.AllocsPerRun(100, func() {
			for lo := 0; lo < 100; lo += 10 {
				if err := r.step(r.order[lo : lo+10]); err != nil {
					panic(err)
				}
			}
		}), name)
	}
}

func TestExponentialRate(t *testing.T) {
	f := newLogistic(6, 100, 30, 0.1)
	var rates []float64
	_, err := SGD{Passes: Passes{Epochs: 3, Tolerance: -1}, Exponential: 0.5}.Minimize(t.Context(), f, make([]float64, f.Dim()), Penalty{L2: 1}, func(s *Step) error {
		rates = append(rates, s.Rate)
		return nil
	})
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{0.4, 0.2, 0.1}, rates, 1e-12)
}

func TestAverageBeginsHalfway(t *testing.T) {
	f := newLogistic(6, 100, 30, 0.1)
	trace := func(average bool) (epochs [][]float64) {
		m := SGD{Passes: Passes{Epochs: 4, Tolerance: -1}, Average: average}
		_, err := m.Minimize(t.Context(), f, make([]float64, f.Dim()), Penalty{L2: 1}, func(s *Step) error {
			epochs = append(epochs, slices.Clone(s.Weights()))
			return nil
		})
		require.NoError(t, err)
		return epochs
	}
	plain, averaged := trace(false), trace(true)
	assert.Equal(t, plain[:2], averaged[:2])
	assert.NotEqual(t, plain[2], averaged[2])
	assert.NotEqual(t, plain[3], averaged[3])
}
