package metrics

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCalibration(t *testing.T) {
	c := Calibrator{Bins: 4}
	for _, token := range []struct {
		p     float64
		right bool
	}{
		{0.1, false}, {0.2, true}, // bin 0..0.25: mean 0.15, accuracy 0.5
		{0.6, true}, {0.6, true}, {0.6, false}, // 0.5..0.75: mean 0.6, accuracy 2/3
		{0.75, true}, {1, true}, {0.95, false}, // 0.75..1: mean 0.9, accuracy 2/3
	} {
		require.NoError(t, c.Add(token.p, token.right))
	}
	r := c.Calibration()
	assert.InDelta(t, (2*0.35+3*(2./3-0.6)+3*(0.9-2./3))/8, r.ECE, 1e-12)
	assert.InDelta(t, 0.35, r.Greatest, 1e-12)
	assert.InDelta(t, (0.01+0.64+0.16+0.16+0.36+0.0625+0+0.9025)/8, r.Brier, 1e-12)
	assert.InDelta(t, 4.8/8, r.Mean, 1e-12)
	assert.Equal(t, 8, r.Tokens)
	require.Len(t, r.Bins, 3, "a bin without a token is left out")
	assert.Equal(t, Bin{Low: 0.75, High: 1, Tokens: 3, Mean: 0.9, Accuracy: 2. / 3}, r.Bins[2])
}

// With true probabilities, the error vanishes as the number of tokens grows.
func TestCalibrationOfTrueProbabilities(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var c Calibrator
	for range 100000 {
		p := rng.Float64()
		require.NoError(t, c.Add(p, rng.Float64() < p))
	}
	r := c.Calibration()
	assert.Less(t, r.ECE, 0.01)
	assert.InDelta(t, 1./6, r.Brier, 0.005, "the mean of p(1-p)")
	assert.Len(t, r.Bins, usualBins)
}

func TestCalibrationOfNothing(t *testing.T) {
	var c Calibrator
	for _, p := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
		assert.ErrorIs(t, c.Add(p, true), ErrProbability)
	}
	assert.Equal(t, &Calibration{Bins: []Bin{}}, c.Calibration())
}
