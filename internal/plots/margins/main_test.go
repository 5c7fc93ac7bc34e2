package main

import (
	"bytes"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The losses in the other panels use the scores of the first panel.
func TestScoresAreThoseOfTheLosses(t *testing.T) {
	for _, k := range kinds() {
		for _, n := range []float64{0.5, 1, 3} {
			for step := range 25 {
				theta := math.Pi * float64(step) / 24
				value, err := k.value(n, theta)
				require.NoError(t, err)
				behind := -n*math.Cos(theta) - k.gold(n, theta)
				assert.InDelta(t, math.Log1p(math.Exp(behind)), value, 1e-12, "%s, n %g, theta %g", k.name, n, theta)
			}
		}
	}
}

func TestPsi(t *testing.T) {
	for m := 1; m <= 4; m++ {
		assert.InDelta(t, 1, psi(m, 0), 1e-15)
		assert.InDelta(t, 1-2*float64(m), psi(m, math.Pi), 1e-12)
		for step := range 100 {
			a, b := math.Pi*float64(step)/100, math.Pi*float64(step+1)/100
			assert.Greater(t, psi(m, a), psi(m, b), "it falls")
			assert.Greater(t, psi(m, a)+1e-12, psi(m+1, a), "the more the larger m is")
		}
	}
}

func TestFigureIsThatOfTheDocs(t *testing.T) {
	want, err := os.ReadFile("../../../docs/explanation/losses-margins.svg")
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, draw(&b))
	assert.Equal(t, string(want), b.String(), "go run ./internal/plots/margins docs/explanation/losses-margins.svg draws it again")
}
