package layer_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/layer"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// The error names the first invalid sequence, for any number of threads.
func TestErrorsNameTheSequence(t *testing.T) {
	const n, width, l = 90, 4, 4
	of := func(b *layer.Batch, n, t int) []float32 { return b.Emissions[(n*width+t)*l:][:l] }
	var value *structured.ValueError
	for name, c := range map[string]struct {
		spoil func(b *layer.Batch, y layer.Target)
		want  error
		loss  bool // only the loss returns the error
	}{
		"NaN": {func(b *layer.Batch, _ layer.Target) { of(b, 31, 2)[1] = nan }, value, false},
		"Inf": {func(b *layer.Batch, _ layer.Target) { of(b, 31, 2)[1] = inf }, value, false},
		"no path": {func(b *layer.Batch, _ layer.Target) {
			for j := range l {
				of(b, 31, 1)[j] = -inf
			}
		}, structured.ErrNoPath, false},
		"forbidden": {func(b *layer.Batch, y layer.Target) { y.Labels[31*width], of(b, 31, 0)[1] = 1, -inf }, losses.ErrForbidden, true},
		"label":     {func(_ *layer.Batch, y layer.Target) { y.Labels[31*width+1] = l }, structured.ErrShape, true},
		"label beside an unknown one": {func(_ *layer.Batch, y layer.Target) {
			y.Labels[31*width+1], y.Labels[31*width+2] = -1, l
		}, structured.ErrShape, true},
	} {
		b, y := random(2, n, width, l)
		y.Norms = nil
		even := y
		even.Weights = nil
		for _, k := range []int{31, 32, 89} {
			b.Lengths[k] = width
			clear(y.Labels[k*width:][:width])
			clear(b.Emissions[k*width*l:][:width*l])
		}
		c.spoil(b, y)
		of(b, 32, 0)[0], of(b, 89, 0)[0] = nan, nan // later sequences, which the error must not name
		for _, threads := range []int{1, 2, 8, 90} {
			chain := layer.Chain{Threads: threads}
			errs := map[string]error{
				"loss":          chain.Loss(ctx, gradientOf(b), nil, b, y, losses.CrossEntropy{}),
				"equal weights": chain.Loss(ctx, gradientOf(b), nil, b, even, losses.CrossEntropy{}),
			}
			if !c.loss {
				errs["marginals"] = chain.Marginals(ctx, nil, make([]float32, n), b)
				errs["decode"] = chain.Decode(ctx, make([]int, n*width), nil, b)
				errs["posterior"] = chain.Posterior(ctx, make([]int, n*width), nil, b)
			}
			for method, err := range errs {
				var at *layer.SequenceError
				require.ErrorAs(t, err, &at, "%s, %s", name, method)
				assert.Equal(t, 31, at.Sequence, "%s, %s, %d threads: %v", name, method, threads, err)
				assert.Contains(t, err.Error(), "sequence 31: ")
				if c.want == value {
					var got *structured.ValueError
					require.ErrorAs(t, err, &got, "%s, %s", name, method)
					assert.Equal(t, [2]int{2, 1}, [2]int{got.T, got.Label}, "its place")
				} else {
					assert.ErrorIs(t, err, c.want, "%s, %s", name, method)
				}
			}
		}
	}
}

func TestErrorsOfShape(t *testing.T) {
	var c layer.Chain
	good := func() (*layer.Batch, layer.Target, *layer.Gradient) {
		b := layer.NewBatch(3, 2, 4)
		return b, layer.Target{Labels: make([]int, 6)}, gradientOf(b)
	}
	for name, spoil := range map[string]func(b *layer.Batch, y *layer.Target, g *layer.Gradient){
		"negative":        func(b *layer.Batch, _ *layer.Target, _ *layer.Gradient) { b.N, b.T = -3, -2 },
		"emissions":       func(b *layer.Batch, _ *layer.Target, _ *layer.Gradient) { b.Emissions = b.Emissions[1:] },
		"transitions":     func(b *layer.Batch, _ *layer.Target, _ *layer.Gradient) { b.Transitions = b.Transitions[1:] },
		"start":           func(b *layer.Batch, _ *layer.Target, _ *layer.Gradient) { b.Start = b.Start[1:] },
		"end":             func(b *layer.Batch, _ *layer.Target, _ *layer.Gradient) { b.End = b.End[1:] },
		"lengths":         func(b *layer.Batch, _ *layer.Target, _ *layer.Gradient) { b.Lengths = []int{1, 1} },
		"too long":        func(b *layer.Batch, _ *layer.Target, _ *layer.Gradient) { b.Lengths = []int{1, 3, 1} },
		"less than empty": func(b *layer.Batch, _ *layer.Target, _ *layer.Gradient) { b.Lengths = []int{1, -1, 1} },
		"labels":          func(_ *layer.Batch, y *layer.Target, _ *layer.Gradient) { y.Labels = nil },
		"weights":         func(_ *layer.Batch, y *layer.Target, _ *layer.Gradient) { y.Weights = make([]float32, 2) },
		"norms":           func(b *layer.Batch, y *layer.Target, _ *layer.Gradient) { y.Norms = make([]float32, 6) },
		"number of norms": func(b *layer.Batch, y *layer.Target, _ *layer.Gradient) {
			b.Start, b.End, y.Norms = nil, nil, make([]float32, 5)
		},
		"by emissions":         func(_ *layer.Batch, _ *layer.Target, g *layer.Gradient) { g.Emissions = g.Emissions[1:] },
		"by transitions":       func(_ *layer.Batch, _ *layer.Target, g *layer.Gradient) { g.Transitions = g.Transitions[1:] },
		"by no transitions":    func(b *layer.Batch, _ *layer.Target, _ *layer.Gradient) { b.Transitions = nil },
		"by no start":          func(b *layer.Batch, _ *layer.Target, _ *layer.Gradient) { b.Start = nil },
		"by norms":             func(_ *layer.Batch, _ *layer.Target, g *layer.Gradient) { g.Norms = g.Norms[1:] },
		"of a loss of its own": nil,
	} {
		b, y, g := good()
		loss := losses.Loss(losses.CrossEntropy{})
		if spoil == nil {
			loss = noGradient{}
		} else {
			spoil(b, &y, g)
		}
		assert.ErrorIs(t, c.Loss(ctx, g, make([]float32, 3), b, y, loss), structured.ErrShape, name)
	}
	b, y, g := good()
	assert.ErrorIs(t, c.Loss(ctx, g, make([]float32, 2), b, y, losses.Risk{}), structured.ErrShape)
	assert.ErrorIs(t, c.Marginals(ctx, g, make([]float32, 2), b), structured.ErrShape)
	assert.ErrorIs(t, c.Decode(ctx, make([]int, 5), nil, b), structured.ErrShape)
	assert.ErrorIs(t, c.Posterior(ctx, nil, nil, b), structured.ErrShape)
	assert.ErrorIs(t, c.Loss(ctx, g, nil, b, y, losses.LargeMarginSoftmax{}), losses.ErrNorms)
	require.NoError(t, c.Loss(ctx, g, nil, b, y, losses.Risk{}), "after errors")
}

// noGradient is a loss that does not compute the gradient.
type noGradient struct{}

func (noGradient) Eval(grad, _ *structured.Lattice, _ structured.Target, _ *losses.Workspace) (float64, error) {
	if grad != nil {
		*grad = structured.Lattice{}
	}
	return 1, nil
}

// Norms that rounding made smaller than their scores are raised; other small norms are refused.
func TestNormsBesideScores(t *testing.T) {
	var c layer.Chain
	b := &layer.Batch{N: 1, T: 1, L: 2, Emissions: []float32{2, 0}}
	y := layer.Target{Labels: []int{0}, Norms: []float32{2 - 1e-6}}
	below, at := make([]float32, 1), make([]float32, 1)
	require.NoError(t, c.Loss(ctx, nil, below, b, y, losses.LargeMarginSoftmax{}))
	y.Norms[0] = 2
	require.NoError(t, c.Loss(ctx, nil, at, b, y, losses.LargeMarginSoftmax{}))
	assert.Equal(t, at, below)
	y.Norms[0] = 1.99
	assert.ErrorIs(t, c.Loss(ctx, nil, at, b, y, losses.LargeMarginSoftmax{}), losses.ErrNorms)
	y.Labels[0] = 2
	assert.ErrorIs(t, c.Loss(ctx, nil, at, b, y, losses.LargeMarginSoftmax{}), structured.ErrShape)
	y.Labels[0] = -1
	assert.ErrorIs(t, c.Loss(ctx, nil, at, b, y, losses.LargeMarginSoftmax{}), structured.ErrTarget)
}

// stopper is a loss that cancels the context at its third sequence.
type stopper struct {
	stop func()
	seen *atomic.Int64
}

func (s stopper) Eval(grad, x *structured.Lattice, y structured.Target, w *losses.Workspace) (float64, error) {
	if s.seen.Add(1) == 3 {
		s.stop()
	}
	return losses.CrossEntropy{}.Eval(grad, x, y, w)
}

func TestCancellationStopsBetweenSequences(t *testing.T) {
	b, y := random(1, 500, 4, 4)
	y.Norms = nil
	for _, threads := range []int{1, 4} {
		c := layer.Chain{Threads: threads}
		stopped, stop := context.WithCancel(ctx)
		seen := new(atomic.Int64)
		err := c.Loss(stopped, gradientOf(b), nil, b, y, stopper{stop, seen})
		require.ErrorIs(t, err, context.Canceled)
		assert.LessOrEqual(t, seen.Load(), int64(3+threads), "%d threads", threads)

		require.ErrorIs(t, c.Decode(stopped, make([]int, b.N*b.T), nil, b), context.Canceled)
		require.NoError(t, c.Decode(ctx, make([]int, b.N*b.T), nil, b), "the layer still works")
	}
}

func TestKeptChainAllocatesNothing(t *testing.T) {
	b, y := random(7, 12, 8, 4)
	grad, values, labels := gradientOf(b), make([]float32, b.N), make([]int, b.N*b.T)
	for name, loss := range lossesByName(t) {
		b, y := prepare(b, y, loss)
		if b.Start == nil {
			grad := *grad
			grad.Start, grad.End = nil, nil
			allocatesNothing(t, name, func(c *layer.Chain) error { return c.Loss(ctx, &grad, values, b, y, loss) })
			continue
		}
		allocatesNothing(t, name, func(c *layer.Chain) error { return c.Loss(ctx, grad, values, b, y, loss) })
		y.Weights = nil
		allocatesNothing(t, name+" of groups", func(c *layer.Chain) error { return c.Loss(ctx, grad, values, b, y, loss) })
	}
	allocatesNothing(t, "Marginals", func(c *layer.Chain) error { return c.Marginals(ctx, grad, values, b) })
	allocatesNothing(t, "Decode", func(c *layer.Chain) error { return c.Decode(ctx, labels, values, b) })
	allocatesNothing(t, "Posterior", func(c *layer.Chain) error { return c.Posterior(ctx, labels, values, b) })
	y.Norms = nil
	for n := range y.Labels {
		y.Labels[n] = -1
	}
	allocatesNothing(t, "unknown labels", func(c *layer.Chain) error {
		return c.Loss(ctx, grad, values, b, y, losses.CrossEntropy{})
	})
}

// allocatesNothing calls f often, with layers of one thread and of several. With several threads,
// chance decides which thread meets the largest sequence, and the runtime may need one more
// goroutine. So these layers may allocate occasionally, but less than once per call.
func allocatesNothing(t *testing.T, name string, f func(c *layer.Chain) error) {
	t.Helper()
	for _, threads := range []int{1, 3} {
		c := &layer.Chain{Threads: threads}
		for range 20 {
			require.NoError(t, f(c), name)
		}
		allocs := testing.AllocsPerRun(50, func() {
			if f(c) != nil {
				panic("an error that the previous call did not have")
			}
		})
		assert.Zero(t, allocs, "%s, %d threads", name, threads)
	}
}
