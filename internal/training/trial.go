package training

import (
	"context"
	"errors"

	"github.com/trellis-nlp/trellis/optimize"
)

// Try makes one step on a function of one weight, to find penalties and options that the method
// does not support. Errors wrap [optimize.ErrPenalty] or [optimize.ErrOption].
func (m Method) Try() error {
	w := make([]float64, 1)
	stop := func(*optimize.Step) error { return optimize.ErrStop }
	if warm, ok := m.Batch.(optimize.WarmStart); ok {
		m.Batch = warm.Then
	}
	var err error
	if m.Stochastic != nil {
		_, err = m.Stochastic.Minimize(context.Background(), parabola{}, w, m.Penalty, stop)
	} else {
		_, err = m.Batch.Minimize(context.Background(), parabola{}, w, m.Penalty, stop)
	}
	if errors.Is(err, optimize.ErrPenalty) || errors.Is(err, optimize.ErrOption) {
		return err
	}
	return nil
}

// A parabola is (w-1)^2 / 2, for either kind of method.
type parabola struct{}

func (parabola) Dim() int { return 1 }
func (parabola) Len() int { return 1 }

func (parabola) Support(_ []int, visit func(lo, hi int)) { visit(0, 1) }

func (parabola) Eval(_ context.Context, grad, w []float64) (float64, error) {
	grad[0] = w[0] - 1
	return grad[0] * grad[0] / 2, nil
}

func (parabola) EvalBatch(_ context.Context, g *optimize.Sparse, w []float64, scale float64, batch []int) (float64, error) {
	d := scale*w[0] - 1
	g.Add(0, float64(len(batch))*d)
	return float64(len(batch)) * d * d / 2, nil
}
