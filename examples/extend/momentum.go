package extend

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/trellis-nlp/trellis/optimize"
)

// Momentum is stochastic gradient descent with Polyak's momentum. Each step uses one example. It
// accepts an L2 but no L1 penalty.
type Momentum struct {
	Epochs int
	Rate   float64 // learning rate
	Beta   float64 // fraction of the previous step added to the next one, in [0, 1)
	Seed   uint64  // determines the order of the examples
}

var _ optimize.StochasticMethod = Momentum{}

// Minimize implements [optimize.StochasticMethod].
func (m Momentum) Minimize(ctx context.Context, f optimize.Stochastic, w []float64, p optimize.Penalty, report func(*optimize.Step) error) (optimize.Result, error) {
	result := optimize.Result{Objective: math.NaN(), GradNorm: math.NaN(), Gap: math.NaN()}
	if p.L1 != 0 {
		return result, optimize.ErrPenalty
	}
	rng := rand.New(rand.NewPCG(m.Seed, 0))
	gradient, velocity := optimize.NewSparse(len(w)), make([]float64, len(w))
	decay := 2 * p.L2 / float64(f.Len())
	for result.Steps < m.Epochs {
		sum := 0.0
		for _, i := range rng.Perm(f.Len()) {
			gradient.Reset()
			loss, err := f.EvalBatch(ctx, gradient, w, 1, []int{i})
			if err != nil {
				return result, err
			}
			sum += loss
			for k := range velocity {
				velocity[k] = m.Beta*velocity[k] - m.Rate*(gradient.At(k)+decay*w[k])
				w[k] += velocity[k]
			}
			result.Updates++
			result.Evaluations++
		}
		result.Steps++
		result.Objective = sum + p.Value(w)
		result.Reason = optimize.LimitReached
		stop, err := notify(report, result, w, result.Steps == m.Epochs)
		if stop || err != nil {
			result.Reason = optimize.Stopped
			return result, err
		}
	}
	return result, nil
}
