package vec_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trellis-nlp/trellis/internal/vec"
)

func TestResizeKeepsMemory(t *testing.T) {
	x := make([]int, 5)
	assert.Same(t, &x[0], &vec.Resize(x, 3)[0])
	assert.Len(t, vec.Resize(x, 3), 3)
	assert.Len(t, vec.Resize(x[:1], 5), 5)
	assert.Len(t, vec.Resize(x, 9), 9)
}

func TestFirstBad(t *testing.T) {
	inf := math.Inf(1)
	for n := range 11 {
		x := make([]float64, n)
		vec.Fill(x, math.MaxFloat64) // sums overflow
		assert.Equal(t, -1, vec.FirstBad(x))
		vec.Fill(x, math.Inf(-1))
		assert.Equal(t, -1, vec.FirstBad(x))
		for k := range x {
			for _, bad := range []float64{math.NaN(), inf} {
				vec.Fill(x, 1)
				x[n-1] = inf
				x[k] = bad
				assert.Equal(t, k, vec.FirstBad(x))
			}
		}
	}
}

func TestArgMaxTakesTheLowestIndex(t *testing.T) {
	inf := math.Inf(-1)
	for _, c := range []struct {
		x  []float64
		v  float64
		at int
	}{{nil, inf, 0}, {[]float64{inf, inf}, inf, 0}, {[]float64{1, 3, 3}, 3, 1}, {[]float64{inf, -2}, -2, 1}} {
		v, at := vec.ArgMax(c.x)
		assert.Equal(t, c.v, v)
		assert.Equal(t, c.at, at)
	}
}

func TestScale(t *testing.T) {
	x := []float64{1, math.Inf(-1), -3}
	vec.Scale(x, 2)
	assert.Equal(t, []float64{2, math.Inf(-1), -6}, x)
	vec.Scale(x, 0)
	assert.Equal(t, []float64{0, 0, 0}, x)
}

func TestBlock(t *testing.T) {
	assert.Nil(t, vec.Block(nil, 4, 2))
	assert.Equal(t, []float64{1, 2}, vec.Block([]float64{1, 2}, 4, 2))
	assert.Equal(t, []float64{5, 6}, vec.Block([]float64{1, 2, 3, 4, 5, 6}, 4, 2))
}
