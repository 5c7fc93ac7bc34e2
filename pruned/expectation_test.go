package pruned_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

func TestExpectationAgreesWithEnumeration(t *testing.T) {
	var w pruned.Workspace
	rng := rand.New(rand.NewPCG(8, 7))
	for name, s := range cases(9) {
		for order := range s.Order() + 1 {
			var c, want, got pruned.Lattice
			c.Reset(s.Kept(), order)
			for _, v := range tables(&c) {
				for k := range v {
					v[k] = rng.NormFloat64()
				}
			}
			z, mean := logZ(s), 0.0
			for y := range paths(s) {
				if p := math.Exp(definition(s, y) - z); p > 0 {
					mean += p * definition(&c, y)
				}
			}
			want.ResetLike(s)
			for y := range paths(s) {
				if p := math.Exp(definition(s, y) - z); p > 0 {
					want.AddPath(y, 0.5*p*(definition(&c, y)-mean))
				}
			}
			v, err := w.Expectation(s, &c)
			require.NoError(t, err, name)
			require.InDelta(t, mean, v, 1e-9, name)
			got.ResetLike(s)
			v, err = w.AddExpectationGradient(&got, s, &c, 0.5)
			require.NoError(t, err, name)
			require.InDelta(t, mean, v, 1e-9, name)
			near(t, &want, &got, 1e-9, name)
		}
	}
}

func TestArithmetic(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 7))
	s := random(rng, 4, 2, 0)
	var twice, sum, low, other pruned.Lattice
	s.Copy(&twice)
	twice.Scale(2)
	require.NoError(t, pruned.AddScaled(&sum, s, s, 1))
	near(t, &twice, &sum, 1e-12, "s + s")
	require.NoError(t, pruned.AddScaled(&sum, s, &twice, 0))
	near(t, s, &sum, 0, "s + 0")
	low.Reset(s.Kept(), 0)
	low.Node[0] = 3
	require.NoError(t, pruned.AddScaled(&sum, s, &low, 2))
	require.InDelta(t, s.Node[0]+6, sum.Node[0], 1e-12)
	require.ErrorIs(t, pruned.AddScaled(&sum, &low, s, 1), structured.ErrShape)
	other.Reset(random(rng, 4, 2, 0).Kept(), 2)
	require.ErrorIs(t, pruned.AddScaled(&sum, s, &other, 1), structured.ErrShape)
	_, err := new(pruned.Workspace).Expectation(&low, s)
	require.ErrorIs(t, err, structured.ErrShape)
	twice.Node[0] = -inf
	twice.Scale(0)
	for _, v := range tables(&twice) {
		require.Equal(t, make([]float64, len(v)), v)
	}
	new(pruned.Lattice).Copy(&sum)
	require.Zero(t, sum.Len())
}
