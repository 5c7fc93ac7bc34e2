package simd

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSame(t *testing.T) {
	x := []float64{1, math.NaN(), math.Inf(-1), 0, 5}
	y := append([]float64(nil), x...)
	assert.True(t, Same(x, y))
	assert.True(t, Same(nil, x[:0]))
	assert.False(t, Same(x, x[:4]))
	for k := range y {
		y[k] = math.Float64frombits(math.Float64bits(y[k]) ^ 1<<63)
		assert.False(t, Same(x, y), "%d", k)
		y[k] = x[k]
	}
}
