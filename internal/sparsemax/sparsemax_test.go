package sparsemax

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The optimality conditions of the projection: weights sum to 1, all positive weights have the same
// distance from gamma x, and no other number is closer.
func TestMaxIsTheProjection(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var w Workspace
	for range 500 {
		x, q := make([]float64, 1+rng.IntN(6)), make([]float64, 6)
		for k := range x {
			if x[k] = rng.NormFloat64(); k > 0 && rng.IntN(5) == 0 {
				x[k] = math.Inf(-1)
			}
		}
		q = q[:len(x)]
		for _, gamma := range []float64{0.1, 1, 10} {
			v := w.Max(q, x, gamma)
			sum, value, squares, distance := 0.0, 0.0, 0.0, math.NaN()
			for k, p := range q {
				if p > 0 {
					sum, value, squares, distance = sum+p, value+p*x[k], squares+p*p, gamma*x[k]-p
				}
			}
			assert.InDelta(t, 1, sum, 1e-12)
			assert.InDelta(t, value+(1-squares)/(2*gamma), v, 1e-12)
			for k, p := range q {
				if p > 0 {
					assert.InDelta(t, distance, gamma*x[k]-p, 1e-12)
				} else {
					assert.LessOrEqual(t, gamma*x[k], distance+1e-12)
				}
			}
		}
	}
}

func TestMaxOfNothing(t *testing.T) {
	q := []float64{1, 1}
	v := new(Workspace).Max(q, []float64{math.Inf(-1), math.Inf(-1)}, 1)
	assert.True(t, math.IsInf(v, -1))
	assert.Equal(t, []float64{0, 0}, q)
}
