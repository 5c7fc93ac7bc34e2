package optimize

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// TestHistoryIsTheBFGSMatrix compares with the dense update of Nocedal & Wright 2006, equation
// 6.17. It covers lengths around the size of the unrolled loops, and more pairs than fit.
func TestHistoryIsTheBFGSMatrix(t *testing.T) {
	const memory = 3
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 13} {
		for pairs := 1; pairs <= 2*memory; pairs++ {
			for _, scaled := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d/%d/%v", n, pairs, scaled), func(t *testing.T) {
					rng := rand.New(rand.NewPCG(uint64(n), uint64(pairs)))
					h := newHistory(memory, n, &splitter{threads: 1})
					if scaled {
						h.scale = make([]float32, n)
						for k := range h.scale {
							h.scale[k] = 0.1 + rng.Float32()
						}
					}
					for range pairs {
						w, next, grad, nextGrad := normal(rng, n), normal(rng, n), normal(rng, n), make([]float64, n)
						for k := range grad { // a diagonal Hessian, close enough for s.y > 0
							nextGrad[k] = grad[k] + (1+float64(k))*(next[k]-w[k])
						}
						h.add(w, next, grad, nextGrad)
					}
					require.Equal(t, min(pairs, memory), h.count)
					v := normal(rng, n)
					var want mat.VecDense
					want.MulVec(h.dense(n), mat.NewVecDense(n, append([]float64(nil), v...)))
					h.apply(v)
					assert.Less(t, distance(want.RawVector().Data, v), 1e-9*(1+floats.Norm(v, 2)))
				})
			}
		}
	}
}

// dense computes H by its definition.
func (h *history) dense(n int) *mat.Dense {
	hess := mat.NewDense(n, n, nil)
	newest := h.pair(1)
	var yHy float64
	for k := range n {
		d := 1.0
		if h.scale != nil {
			d = float64(h.scale[k])
		}
		yHy += d * float64(h.y[newest][k]) * float64(h.y[newest][k])
		hess.Set(k, k, d)
	}
	hess.Scale(1/(h.rho[newest]*yHy), hess)
	for i := h.count; i >= 1; i-- {
		k := h.pair(i)
		s, y := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
		for j := range n {
			s.SetVec(j, float64(h.s[k][j]))
			y.SetVec(j, float64(h.y[k][j]))
		}
		left := mat.NewDense(n, n, nil) // I - rho s y'
		left.Outer(-h.rho[k], s, y)
		for j := range n {
			left.Set(j, j, left.At(j, j)+1)
		}
		var next mat.Dense
		next.Product(left, hess, left.T())
		hess.RankOne(&next, h.rho[k], s, s)
	}
	return hess
}

func normal(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for k := range v {
		v[k] = rng.NormFloat64()
	}
	return v
}

const benchmarkWeights = 450_000

func BenchmarkHistory(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	h := newHistory(8, benchmarkWeights, &splitter{threads: 1})
	w, next, grad, nextGrad := normal(rng, benchmarkWeights), normal(rng, benchmarkWeights), normal(rng, benchmarkWeights), make([]float64, benchmarkWeights)
	floats.AddScaledTo(nextGrad, grad, 1, next)
	floats.Sub(nextGrad, w)
	v := normal(rng, benchmarkWeights)
	for range 8 {
		h.add(w, next, grad, nextGrad)
	}
	b.Run("add", func(b *testing.B) {
		for b.Loop() {
			h.add(w, next, grad, nextGrad)
		}
	})
	b.Run("apply", func(b *testing.B) {
		for b.Loop() {
			h.apply(v)
			floats.Scale(1/norm2(v), v)
		}
	})
}

// BenchmarkLBFGSIteration measures an iteration without the work of the objective, which is as
// small as possible.
func BenchmarkLBFGSIteration(b *testing.B) {
	f := function{benchmarkWeights, func(_ context.Context, grad, w []float64) (float64, error) {
		var sum float64
		for k, x := range w {
			h := float64(k%1000 + 1)
			grad[k] = h * (x - 1)
			sum += grad[k] * (x - 1)
		}
		return sum / 2, nil
	}}
	w := make([]float64, benchmarkWeights)
	m := LBFGS{Limits: Limits{MaxIterations: 20, Tolerance: -1, GradientTolerance: -1, Floor: -1}}
	evaluations := 0
	for b.Loop() {
		clear(w)
		result, err := m.Minimize(b.Context(), f, w, Penalty{L2: 1}, nil)
		if err != nil || result.Updates != 20 {
			b.Fatal(result, err)
		}
		evaluations += result.Evaluations
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(20*b.N), "ns/iteration")
	b.ReportMetric(float64(evaluations)/float64(20*b.N), "evaluations/iteration")
}
