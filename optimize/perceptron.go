package optimize

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ StochasticMethod = AveragedPerceptron{}

// AveragedPerceptron subtracts the gradient of the loss of each batch, without a rate. It returns
// the average of the initial weights and the weights after every step (Collins 2002). A step takes
// O(touched) time. The method is meant for the perceptron loss, whose gradient is zero if the model
// is right. It ends when no example changes the weights. Penalties are an error, because the
// average minimises no objective.
type AveragedPerceptron struct {
	Passes
}

// Minimize implements [StochasticMethod].
func (m AveragedPerceptron) Minimize(ctx context.Context, f Stochastic, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	r, err := newPassRun(ctx, f, w, p, m.Passes)
	if err == nil && p != (Penalty{}) {
		err = fmt.Errorf("%w: the averaged perceptron supports no penalty, but L1 = %g and L2 = %g; SGD with Average supports L2", ErrPenalty, p.L1, p.L2)
	}
	if err != nil {
		return finish(ctx, r.result, err)
	}
	r.rule = newPerceptronRule(w)
	return r.run(m, m.Passes, report)
}

type perceptronRule struct {
	w       []float64
	average *average
}

func newPerceptronRule(w []float64) *perceptronRule {
	p := &perceptronRule{w: w, average: newAverage(w)}
	p.average.count(1, 1) // the starting weights
	return p
}

func (p *perceptronRule) before([]int) float64 { return 1 }

func (p *perceptronRule) after(g *Sparse, _ []int, _ float64) error {
	for _, k := range g.touched {
		if v := g.val[k]; v != 0 {
			p.w[k] -= v
			p.average.note(int(k), -v)
		}
	}
	p.average.count(1, 1)
	return nil
}

func (p *perceptronRule) settle()                   { p.average.fold(p.w) }
func (p *perceptronRule) weights() []float64        { return p.average.weights(p.w) }
func (p *perceptronRule) rate() float64             { return 0 }
func (p *perceptronRule) state(c *checkpoint.Coder) { p.average.state(c) }
