package optimize

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
)

// solve returns the minimum of f + l2 ||w||^2 by exact steps between all pairs of dual variables.
// It keeps every candidate of every example, so it is slow and exact.
func (f *multilabel) solve(t *testing.T, l2 float64) []float64 {
	w := make([]float64, f.dim)
	alpha := make([][]float64, f.Len())
	for i := range alpha {
		alpha[i] = make([]float64, len(f.cost[i]))
		alpha[i][0] = 1
	}
	dense := func(gap map[int]float64) []float64 {
		v := make([]float64, f.dim)
		for k, x := range gap {
			v[k] = x
		}
		return v
	}
	for range 20000 {
		var dual float64
		for i := range alpha {
			for y := range alpha[i] {
				for z := range y {
					d := dense(f.gaps[i][y])
					floats.Sub(d, dense(f.gaps[i][z]))
					step := 0.0
					if curvature := floats.Dot(d, d) / (2 * l2); curvature > 0 {
						step = (f.cost[i][y] - f.cost[i][z] + floats.Dot(w, d)) / curvature
					}
					step = max(-alpha[i][y], min(alpha[i][z], step))
					alpha[i][y] += step
					alpha[i][z] -= step
					floats.AddScaled(w, -step/(2*l2), d)
				}
			}
		}
		for i := range alpha {
			dual += floats.Dot(alpha[i], f.cost[i])
		}
		dual -= l2 * floats.Dot(w, w)
		if primal := value(t, f, w, Penalty{L2: l2}); primal-dual < 1e-11*primal {
			return w
		}
	}
	require.Fail(t, "the dual did not converge")
	return nil
}

// The gap is at least the distance to the minimum, and converges to 0, for the last weights and for
// the average.
func TestBCFWGapBoundsTheDistance(t *testing.T) {
	for seed := range uint64(4) {
		f := newMultilabel(seed, 30, 4, 10, 0.2)
		for _, l2 := range []float64{0.1, 1, 20} {
			p := Penalty{L2: l2}
			best := value(t, f, f.solve(t, l2), p)
			for _, average := range []bool{false, true} {
				t.Run(fmt.Sprint(seed, l2, average), func(t *testing.T) {
					w := make([]float64, f.Dim())
					m := BCFW{Passes: Passes{Epochs: 20000, Seed: seed, Tolerance: 1e-3}, GapEvery: 1, Average: average}
					dual, steps := math.Inf(-1), 0
					result, err := m.Minimize(t.Context(), f, w, p, func(s *Step) error {
						steps++
						objective := value(t, f, s.Weights(), p)
						assert.InEpsilon(t, objective, s.Objective, 1e-12)
						assert.GreaterOrEqual(t, s.Gap, objective-best-1e-9*best)
						assert.GreaterOrEqual(t, s.Gap, 0.0)
						assert.GreaterOrEqual(t, s.Objective-s.Gap, dual-1e-9*best, "the dual does not fall")
						dual = s.Objective - s.Gap
						return nil
					})
					require.NoError(t, err)
					assert.Equal(t, Converged, result.Reason)
					assert.Equal(t, steps, result.Steps)
					assert.LessOrEqual(t, result.Gap, 1e-3*result.Objective)
					assert.InEpsilon(t, best, value(t, f, w, p), 1e-3)
					t.Logf("%d epochs", result.Steps)
				})
			}
		}
	}
}

// Gradients of a smooth loss also give planes below it.
func TestBCFWSmoothLoss(t *testing.T) {
	f := newLogistic(3, 100, 10, 0.1)
	p := Penalty{L2: 2}
	best := value(t, f, f.newton(t, 2), p)
	w := make([]float64, f.Dim())
	result, err := BCFW{Passes: Passes{Epochs: 5000, Tolerance: 1e-3}}.Minimize(t.Context(), f, w, p, nil)
	require.NoError(t, err)
	assert.Equal(t, Converged, result.Reason)
	assert.GreaterOrEqual(t, result.Gap, value(t, f, w, p)-best)
	assert.InEpsilon(t, best, value(t, f, w, p), 1e-3)
}

// denseBCFW is algorithm 4 of the paper in its units, lambda/2 ||w||^2 and the mean of the losses,
// with dense w_i.
func denseBCFW(t *testing.T, f *multilabel, l2 float64, order [][]int) (w, mean []float64) {
	n := float64(f.Len())
	lambda := 2 * l2 / n
	w, mean = make([]float64, f.dim), make([]float64, f.dim)
	blocks, heights := make([][]float64, f.Len()), make([]float64, f.Len())
	for i := range blocks {
		blocks[i] = make([]float64, f.dim)
	}
	k := 0.0
	for _, epoch := range order {
		for _, i := range epoch {
			y, _ := f.worst(w, 1, i)
			corner := make([]float64, f.dim)
			for k, v := range f.gaps[i][y] {
				corner[k] = -v / (lambda * n)
			}
			height := f.cost[i][y] / n
			d := make([]float64, f.dim)
			floats.SubTo(d, blocks[i], corner)
			gamma := 0.0
			if sq := floats.Dot(d, d); sq > 0 {
				gamma = max(0, min(1, (lambda*floats.Dot(d, w)-heights[i]+height)/(lambda*sq)))
			}
			floats.AddScaled(blocks[i], -gamma, d)
			heights[i] += gamma * (height - heights[i])
			floats.AddScaled(w, -gamma, d)
			for j := range mean {
				mean[j] = k/(k+2)*mean[j] + 2/(k+2)*w[j]
			}
			k++
		}
	}
	require.Positive(t, k)
	return w, mean
}

func TestBCFWEqualsThePaper(t *testing.T) {
	f := newMultilabel(7, 40, 4, 15, 0.2)
	const l2 = 0.3
	var order [][]int
	shuffle, indices := rand.New(newSource(5)), make([]int, f.Len())
	for i := range indices {
		indices[i] = i
	}
	for range 6 {
		shuffle.Shuffle(len(indices), func(i, j int) { indices[i], indices[j] = indices[j], indices[i] })
		order = append(order, slices.Clone(indices))
	}
	want, mean := denseBCFW(t, f, l2, order)
	for _, average := range []bool{false, true} {
		w := make([]float64, f.Dim())
		_, err := BCFW{Passes: Passes{Epochs: 6, Seed: 5, Tolerance: -1}, Average: average}.Minimize(t.Context(), f, w, Penalty{L2: l2}, nil)
		require.NoError(t, err)
		if average {
			assert.InDeltaSlice(t, mean, w, 1e-10)
		} else {
			assert.InDeltaSlice(t, want, w, 1e-10)
		}
	}
}

func TestBCFWReports(t *testing.T) {
	f := newMultilabel(7, 40, 4, 15, 0.2)
	p := Penalty{L2: 0.3}
	run := func(seed uint64, m BCFW, report func(*Step) error) ([]float64, Result, error) {
		w := make([]float64, f.Dim())
		m.Seed = seed
		result, err := m.Minimize(t.Context(), f, w, p, report)
		requireFinite(t, w)
		return w, result, err
	}
	var gaps []bool
	_, result, err := run(1, BCFW{Passes: Passes{Epochs: 7, Tolerance: -1}, GapEvery: 3}, func(s *Step) error {
		gaps = append(gaps, !math.IsNaN(s.Gap))
		assert.Equal(t, 40*s.Number, s.Updates)
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, []bool{false, false, true, false, false, true, true}, gaps, "the last one, too")
	assert.Equal(t, 7*40+3, result.Evaluations)
	assert.Equal(t, LimitReached, result.Reason)
	assert.Positive(t, result.Gap)

	a, _, _ := run(1, BCFW{Passes: Passes{Epochs: 3}}, nil)
	b, _, _ := run(1, BCFW{Passes: Passes{Epochs: 3}}, nil)
	c, _, _ := run(2, BCFW{Passes: Passes{Epochs: 3}}, nil)
	assert.Equal(t, a, b)
	assert.NotEqual(t, a, c)

	var kept []float64
	w, result, err := run(1, BCFW{Average: true}, func(s *Step) error {
		kept = slices.Clone(s.Weights())
		if s.Number == 2 {
			return ErrStop
		}
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, Stopped, result.Reason)
	assert.Equal(t, kept, w)

	_, err = BCFW{}.Minimize(t.Context(), f, slices.Repeat([]float64{1}, f.Dim()), p, nil)
	require.ErrorIs(t, err, ErrOption, "a warm start")
}

func TestBCFWExtremesEndFinite(t *testing.T) {
	f := newMultilabel(7, 40, 4, 15, 0.2)
	for _, l2 := range []float64{1e-100, 1e-10, 1e10, 1e300} {
		w := make([]float64, f.Dim())
		result, err := BCFW{Passes: Passes{Epochs: 20}}.Minimize(t.Context(), f, w, Penalty{L2: l2}, nil)
		if err != nil {
			require.ErrorIs(t, err, ErrNotFinite)
		} else {
			assert.GreaterOrEqual(t, result.Gap, 0.0)
			assert.LessOrEqual(t, result.Gap, result.Objective*(1+1e-9), "the dual is never below 0, its start")
		}
		requireFinite(t, w)
	}
}

// flakyHinge fails at its n-th evaluation and all later ones.
type flakyHinge struct {
	*multilabel
	left *int
	fail func(g *Sparse) (float64, error)
}

func (f flakyHinge) EvalBatch(ctx context.Context, g *Sparse, w []float64, scale float64, batch []int) (float64, error) {
	if *f.left--; *f.left < 0 {
		return f.fail(g)
	}
	return f.multilabel.EvalBatch(ctx, g, w, scale, batch)
}

func TestBCFWFailuresKeepWeights(t *testing.T) {
	broken := errors.New("broken")
	for _, left := range []int{65, 80} { // within an epoch, and while the gap is measured
		var ctx context.Context
		var cancel context.CancelFunc
		for name, c := range map[string]struct {
			fail   func(g *Sparse) (float64, error)
			want   error
			reason Reason
		}{
			"error":    {func(*Sparse) (float64, error) { return 0, broken }, broken, Failed},
			"value":    {func(*Sparse) (float64, error) { return math.NaN(), nil }, ErrNotFinite, Failed},
			"overflow": {func(g *Sparse) (float64, error) { g.Add(3, 1e200); return math.MaxFloat64, nil }, ErrNotFinite, Failed},
			"cancel":   {func(*Sparse) (float64, error) { cancel(); return 0, ctx.Err() }, context.Canceled, Cancelled},
		} {
			if name == "overflow" && left == 80 {
				continue // the gradient is not used
			}
			ctx, cancel = context.WithCancel(t.Context())
			f := flakyHinge{newMultilabel(7, 40, 4, 15, 0.2), new(int), c.fail}
			*f.left = left
			w := make([]float64, f.Dim())
			result, err := BCFW{GapEvery: 2}.Minimize(ctx, f, w, Penalty{L2: 0.3}, nil)
			require.ErrorIs(t, err, c.want, name)
			assert.Equal(t, c.reason, result.Reason, name)
			assert.Equal(t, left, result.Updates, name)
			requireFinite(t, w)
			assert.NotZero(t, floats.Norm(w, 2))
			cancel()
		}
	}
}

func TestBCFWStepsAllocateNothing(t *testing.T) {
	f := newMultilabel(7, 40, 4, 15, 0.2)
	w := make([]float64, f.Dim())
	r, err := newPassRun(t.Context(), f, w, Penalty{L2: 0.3}, Passes{})
	require.NoError(t, err)
	r.rule = newBCFWRule(r, BCFW{Average: true})
	for range 200 { // the planes grow to their final size
		require.NoError(t, r.epoch(r.order))
	}
	epochsAllocateNothing(t, r)
}

func epochsAllocateNothing(t *testing.T, r *passRun) {
	t.Helper()
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		if err := r.epoch(r.order); err != nil {
			panic(err)
		}
	}))
}
