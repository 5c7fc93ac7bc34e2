package optimize

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
)

func TestSAGAReachesNewtonsMinimum(t *testing.T) {
	for _, l2 := range []float64{0.01, 1, 30} {
		for _, size := range []int{1, 8} {
			t.Run(fmt.Sprint(l2, size), func(t *testing.T) {
				f := newLogistic(3, 300, 20, 0.1)
				p := Penalty{L2: l2}
				want := f.newton(t, l2)
				best := value(t, f, want, p)
				w := make([]float64, f.Dim())
				result, err := SAGA{Passes: Passes{Epochs: 3000, BatchSize: size, Tolerance: 1e-10}}.Minimize(t.Context(), f, w, p, func(s *Step) error {
					if !math.IsNaN(s.Gap) {
						objective := value(t, f, s.Weights(), p)
						assert.InEpsilon(t, objective, s.Objective, 1e-12)
						assert.GreaterOrEqual(t, s.Gap, objective-best-1e-12)
					}
					return nil
				})
				require.NoError(t, err)
				assert.Equal(t, Converged, result.Reason)
				assert.LessOrEqual(t, result.Gap, 1e-10*result.Objective)
				assert.InEpsilon(t, best, value(t, f, w, p), 1e-10)
				assert.Less(t, distance(want, w), 1e-3)
				t.Logf("%d epochs, %.1f evaluations of each, distance %.1e", result.Steps, float64(result.Evaluations*size)/300, distance(want, w))
			})
		}
	}
}

// With many examples, SAGA is closer to the minimum after N evaluations of each example, including
// trial points, than L-BFGS after N evaluations of all examples.
func TestSAGANeedsFewerPassesThanLBFGS(t *testing.T) {
	f := newLogistic(3, 4000, 1000, 0.1)
	p := Penalty{L2: 1}
	least := make([]float64, f.Dim()) // too large for Newton steps
	_, err := LBFGS{Limits: exact}.Minimize(t.Context(), f, least, p, nil)
	require.NoError(t, err)
	best := value(t, f, least, p)
	// above returns the distance of the objective from its minimum after the given number of passes
	// of evaluations.
	above := func(passes int, minimise func(w []float64, stop func(*Step) error) error) float64 {
		w := make([]float64, f.Dim())
		var kept []float64
		limit := passes
		require.NoError(t, minimise(w, func(s *Step) error {
			if s.Evaluations > limit {
				return ErrStop
			}
			kept = slices.Clone(s.Weights())
			return nil
		}))
		return value(t, f, kept, p) - best
	}
	for _, passes := range []int{5, 10, 20} {
		lbfgs := above(passes, func(w []float64, stop func(*Step) error) error {
			_, err := LBFGS{}.Minimize(t.Context(), f, w, p, stop)
			return err
		})
		sag := above(passes*f.Len(), func(w []float64, stop func(*Step) error) error {
			_, err := SAGA{Passes: Passes{Tolerance: -1}}.Minimize(t.Context(), f, w, p, stop)
			return err
		})
		t.Logf("%d passes: L-BFGS %.2e above the minimum %.2f, SAGA %.2e", passes, lbfgs, best, sag)
		assert.Less(t, sag, lbfgs)
	}
}

// denseSAGA applies every step to every coordinate. It takes the curvatures and the visited
// examples from a sagaRule that runs along.
type denseSAGA struct {
	*sagaRule
	dense, sum []float64
	kept       [][]float64 // example x coordinate
}

func (d *denseSAGA) before(batch []int) float64 {
	d.sagaRule.before(batch)
	return d.scale
}

func (d *denseSAGA) after(g *Sparse, batch []int, loss float64) error {
	trust := d.trust
	if err := d.sagaRule.after(g, batch, loss); err != nil {
		return err
	}
	var seen, total, largest float64
	for _, e := range d.example {
		if e.l > 0 {
			seen++
			total += e.l
			largest = max(largest, e.l)
		}
	}
	largest = max(largest, d.largest) // within an epoch a maximum may have shrunk
	kept, n := d.kept[batch[0]], float64(len(d.kept))
	rate := trust * (1/(largest+d.decay) + 1/(total/seen+d.decay)) / 2
	odds := d.example[batch[0]].odds
	for k := range d.dense {
		now := float64(float32(g.At(k)))
		step := odds*(now-kept[k]) + d.sum[k]/n
		if odds == 0 { // the first epoch
			step = now
		}
		d.dense[k] -= rate * (step + d.decay*d.dense[k])
		d.sum[k] += now - kept[k]
		kept[k] = now
	}
	return nil
}

func TestSAGALazyEqualsDense(t *testing.T) {
	f := newLogistic(11, 60, 40, 0.2)
	for _, l2 := range []float64{0, 2, 2000} {
		w := make([]float64, f.Dim())
		for k := range w {
			w[k] = math.Sin(float64(k)) // a warm start
		}
		r, err := newPassRun(t.Context(), f, w, Penalty{L2: l2}, Passes{Seed: 9})
		require.NoError(t, err)
		d := &denseSAGA{dense: slices.Clone(w), sum: make([]float64, f.Dim())}
		for range f.Len() {
			d.kept = append(d.kept, make([]float64, f.Dim()))
		}
		d.sagaRule = newSAGARule(r, -1)
		r.rule = d
		for range 6 {
			require.NoError(t, r.epoch(r.order))
			assert.InDeltaSlice(t, d.dense, w, 1e-10, "L2 = %g", l2)
			for k := range d.sum {
				assert.InDelta(t, d.sum[k], d.sagaRule.sum[k].g, 1e-10)
			}
		}
	}
}

// The curvature found by trials is sufficient, and not far above the least sufficient one.
func TestSAGACurvature(t *testing.T) {
	f := newLogistic(11, 60, 40, 0.2)
	w := make([]float64, f.Dim())
	r, err := newPassRun(t.Context(), f, w, Penalty{L2: 1}, Passes{})
	require.NoError(t, err)
	s := newSAGARule(r, -1)
	for i := range f.Len() {
		r.g.Reset()
		s.before([]int{i})
		loss, err := f.EvalBatch(t.Context(), r.g, w, 1, []int{i})
		require.NoError(t, err)
		sq := r.g.squared()
		l, err := s.curvature(r.g, []int{i}, loss, sq)
		require.NoError(t, err)
		assert.Equal(t, make([]float64, f.Dim()), w, "trial points leave no trace")
		lowers := func(l float64) bool {
			trial := slices.Clone(w)
			floats.AddScaled(trial, -1/l, r.g.val)
			v, err := f.EvalBatch(t.Context(), NewSparse(f.Dim()), trial, 1, []int{i})
			require.NoError(t, err)
			return v <= loss-sq/(2*l)
		}
		assert.True(t, lowers(l))
		if l > 1 {
			assert.False(t, lowers(l/2))
		}
	}
}

func TestSAGASamples(t *testing.T) {
	f := newLogistic(11, 1000, 10, 0.2)
	r, err := newPassRun(t.Context(), f, make([]float64, f.Dim()), Penalty{L2: 1}, Passes{})
	require.NoError(t, err)
	s := newSAGARule(r, -1)
	s.sample(r.order, r.shuffle)
	first := slices.Clone(r.order)
	slices.Sort(first)
	for i, j := range first {
		require.Equal(t, i, j, "the first epoch visits each example once")
	}
	s.seen = 1000
	for i := range s.example {
		s.example[i].l = 1
	}
	s.example[7].l = 1001 // half of the total
	visits := make([]int, f.Len())
	for range 10 {
		s.sample(r.order, r.shuffle)
		for _, i := range r.order {
			visits[i]++
		}
	}
	assert.InDelta(t, 10*(250+0.5), visits[7], 20)
	assert.GreaterOrEqual(t, slices.Min(visits), 5, "in turn")
	assert.Equal(t, 1001.0, s.largest)
	assert.Equal(t, 2000.0, s.total)
	assert.InDelta(t, 1/(1000*(0.5/1000+0.5*1001/2000)), s.example[7].odds, 1e-12)
	assert.InDelta(t, 1/(1000*(0.5/1000+0.5/2000)), s.example[8].odds, 1e-12)
}

func TestSAGAWithoutPenaltyEndsFinite(t *testing.T) {
	f := newLogistic(4, 50, 60, 0)
	w := make([]float64, f.Dim())
	result, err := SAGA{Passes: Passes{Epochs: 200}}.Minimize(t.Context(), f, w, Penalty{}, nil)
	require.NoError(t, err)
	requireFinite(t, w)
	assert.Less(t, value(t, f, w, Penalty{}), 5.0)
	assert.NotEqual(t, Failed, result.Reason)
	result, err = SAGA{Passes: Passes{Epochs: 200, Floor: 17}}.Minimize(t.Context(), f, w, Penalty{}, nil)
	require.NoError(t, err)
	assert.Equal(t, FloorReached, result.Reason)
}

// Scales of losses and penalty that differ widely, and examples without loss.
func TestSAGAExtremesEndFinite(t *testing.T) {
	for _, l2 := range []float64{1e-300, 1e-30, 1e30, 1e300} {
		for _, scale := range []float64{0, 1e-10, 1e5} {
			f := newLogistic(4, 50, 20, 0.1)
			for i := range f.vals {
				floats.Scale(scale, f.vals[i])
			}
			w := slices.Repeat([]float64{1}, f.Dim())
			start := value(t, f, w, Penalty{L2: l2})
			_, err := SAGA{Passes: Passes{Epochs: 30}}.Minimize(t.Context(), f, w, Penalty{L2: l2}, nil)
			if err != nil {
				assert.ErrorIs(t, err, ErrNotFinite)
			}
			requireFinite(t, w)
			assert.LessOrEqual(t, value(t, f, w, Penalty{L2: l2}), start*(1+1e-9), "L2 %g, scale %g", l2, scale)
		}
	}
}

func TestSAGAReports(t *testing.T) {
	f := newLogistic(6, 100, 30, 0.1)
	run := func(seed uint64, report func(*Step) error) ([]float64, Result) {
		w := make([]float64, f.Dim())
		result, err := SAGA{Passes: Passes{Epochs: 6, BatchSize: 3, Seed: seed, Tolerance: -1}}.Minimize(t.Context(), f, w, Penalty{L2: 0.5}, report)
		require.NoError(t, err)
		return w, result
	}
	a, result := run(1, func(s *Step) error {
		assert.Equal(t, 34*s.Number, s.Updates)
		assert.Greater(t, s.Evaluations, s.Updates)
		assert.Positive(t, s.Rate)
		return nil
	})
	assert.Equal(t, LimitReached, result.Reason)
	b, _ := run(1, nil)
	c, _ := run(2, nil)
	assert.Equal(t, a, b)
	assert.NotEqual(t, a, c)
	var kept []float64
	d, result := run(1, func(s *Step) error {
		kept = slices.Clone(s.Weights())
		return ErrStop
	})
	assert.Equal(t, kept, d)
	assert.Equal(t, Stopped, result.Reason)
	assert.Equal(t, 1, result.Steps)
}

func TestSAGAFailuresKeepWeights(t *testing.T) {
	broken := errors.New("broken")
	var ctx context.Context
	var cancel context.CancelFunc
	for name, c := range map[string]struct {
		fail   func(g *Sparse) (float64, error)
		want   error
		reason Reason
	}{
		"error":    {func(*Sparse) (float64, error) { return 0, broken }, broken, Failed},
		"value":    {func(*Sparse) (float64, error) { return math.NaN(), nil }, ErrNotFinite, Failed},
		"gradient": {func(g *Sparse) (float64, error) { g.Add(0, 1e30); return 1, nil }, ErrNotFinite, Failed},
		"cancel":   {func(*Sparse) (float64, error) { cancel(); return 0, ctx.Err() }, context.Canceled, Cancelled},
	} {
		for left := 150; left < 160; left++ { // steps and trial points
			ctx, cancel = context.WithCancel(t.Context())
			n := left
			f := flaky{newLogistic(6, 100, 30, 0.1), &n, c.fail}
			w := make([]float64, f.Dim())
			result, err := SAGA{Passes: Passes{Seed: 3}}.Minimize(ctx, f, w, Penalty{}, nil)
			require.ErrorIs(t, err, c.want, name)
			assert.Equal(t, c.reason, result.Reason, name)
			requireFinite(t, w)
			assert.Less(t, value(t, f, w, Penalty{}), value(t, f, make([]float64, f.Dim()), Penalty{}))
			cancel()
		}
	}
}

func TestSAGAStepsAllocateNothing(t *testing.T) {
	f := newLogistic(6, 100, 30, 0.1)
	w := make([]float64, f.Dim())
	r, err := newPassRun(t.Context(), newBlocks(f, 3), w, Penalty{L2: 0.3}, Passes{})
	require.NoError(t, err)
	r.rule = newSAGARule(r, -1)
	require.NoError(t, r.epoch(r.order))
	epochsAllocateNothing(t, r)
}
