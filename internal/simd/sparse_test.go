package simd

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// groups draws a sparse matrix for a vector of n numbers.
func groups(rng *rand.Rand, n int) (index, first []int32) {
	first = []int32{0}
	for range rng.IntN(8) {
		for range rng.IntN(9) * 4 {
			index = append(index, int32(rng.IntN(n)))
		}
		first = append(first, int32(len(index)/4))
	}
	return index, first
}

func TestGather(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	for range 500 {
		n := 1 + rng.IntN(40)
		index, first := groups(rng, n)
		lines := 4 * (len(first) - 1)
		value, x := random(rng, len(index)), random(rng, n)
		want, got, size := make([]float64, lines), make([]float64, lines), make([]float64, lines)
		for k, i := range index {
			g := 0
			for int(first[g+1]) <= k/4 {
				g++
			}
			want[4*g+k%4] += value[k] * x[i]
			size[4*g+k%4] += math.Abs(value[k] * x[i])
		}
		GatherDot(got, value, x, index, first)
		requireClose(t, want, got, size)
		gatherDotGo(got, value, x, index, first)
		requireClose(t, want, got, size)

		value, x = edgy(rng, len(index)), edgy(rng, n)
		for k := range want {
			want[k] = -inf
		}
		for k, i := range index {
			g := 0
			for int(first[g+1]) <= k/4 {
				g++
			}
			if s := value[k] + x[i]; s > want[4*g+k%4] {
				want[4*g+k%4] = s
			}
		}
		GatherMax(got, value, x, index, first)
		require.True(t, Same(want, got), "want %v, got %v", want, got)
		gatherMaxGo(got, value, x, index, first)
		require.True(t, Same(want, got), "want %v, got %v", want, got)
	}
}

func TestPairDots(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 34))
	for range 300 {
		rows, stride := 1+rng.IntN(9), 4*(1+rng.IntN(9))
		first, to := []int32{0}, []int32(nil)
		for range rows {
			for j := range rows {
				if rng.IntN(3) == 0 {
					to = append(to, int32(j))
				}
			}
			first = append(first, int32(len(to)))
		}
		a, b := random(rng, rows*stride), random(rng, rows*stride)
		want, got, size := make([]float64, len(to)), make([]float64, len(to)), make([]float64, len(to))
		for i := range rows {
			for k := first[i]; k < first[i+1]; k++ {
				for c := range stride {
					v := a[i*stride+c] * b[int(to[k])*stride+c]
					want[k] += v
					size[k] += math.Abs(v)
				}
			}
		}
		PairDots(got, a, b, first, to, stride)
		requireClose(t, want, got, size)
		pairDotsGo(got, a, b, first, to, stride)
		requireClose(t, want, got, size)
	}
}
