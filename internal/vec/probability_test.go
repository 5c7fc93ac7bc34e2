package vec_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trellis-nlp/trellis/internal/vec"
)

func TestEntropy(t *testing.T) {
	assert.Zero(t, vec.Entropy(nil, 1))
	assert.InDelta(t, math.Log(2), vec.Entropy([]float64{0.5, 0, 0.5}, 1), 1e-15)
	assert.InDelta(t, 0.5*math.Log(2), vec.Entropy([]float64{0.25, 0.25}, 0.5), 1e-15)
}

func TestDraw(t *testing.T) {
	weight := []float64{0, 1, 0, 3, 0}
	for u, want := range map[float64]int{0: 1, 0.249: 1, 0.25: 3, 0.999: 3, 1: 3} {
		assert.Equal(t, want, vec.Draw(weight, u), "u = %v", u)
	}
}
