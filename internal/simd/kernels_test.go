package simd

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func random(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for k := range x {
		x[k] = rng.NormFloat64()
	}
	return x
}

func TestKernelsEqualTheirReferenceLoops(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 70 {
		x, y := random(rng, n), random(rng, n)
		dot, largest, sum := 0.0, math.Inf(-1), 0.0
		axpy := append([]float64(nil), y...)
		for k, v := range x {
			dot += v * y[k]
			largest = math.Max(largest, v)
			sum += math.Exp(v)
			axpy[k] += 0.5 * v
		}
		assert.InDelta(t, dot, Dot(x, y), 1e-12)
		assert.Equal(t, largest, Max(x))
		assert.InDelta(t, math.Exp(LogSumExp(x)), sum, 1e-12*(1+sum))
		Axpy(y, 0.5, x)
		assert.InDeltaSlice(t, axpy, y, 1e-15)
	}
}

func TestLogSumExpKeepsInRange(t *testing.T) {
	inf := math.Inf(-1)
	assert.Equal(t, inf, LogSumExp(nil))
	assert.Equal(t, inf, LogSumExp([]float64{inf, inf}))
	assert.InDelta(t, 1e4+math.Log(2), LogSumExp([]float64{1e4, inf, 1e4}), 1e-9)
	assert.InDelta(t, -1e4+math.Log(2), LogSumExp([]float64{-1e4, -1e4}), 1e-9)
}
