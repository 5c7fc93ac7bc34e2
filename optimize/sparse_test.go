package optimize

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSparseMatchesDense(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, dim := range []int{1, 63, 64, 65, 200} {
		s, other := NewSparse(dim), NewSparse(dim)
		for range 30 {
			dense, seen := make([]float64, dim), make([]bool, dim)
			var order []int32
			touch := func(lo, hi int) {
				for k := lo; k < hi; k++ {
					if !seen[k] {
						seen[k] = true
						order = append(order, int32(k))
					}
				}
			}
			for range rng.IntN(6) {
				lo := rng.IntN(dim)
				v := make([]float64, rng.IntN(dim-lo+1))
				for j := range v {
					v[j] = float64(rng.IntN(5) - 2)
					dense[lo+j] += 3 * v[j]
				}
				addRange(s, lo, 1, v)
				addRange(s, lo, 2, v)
				touch(lo, lo+len(v))
				s.Add(lo, 4)
				dense[lo] += 4
				touch(lo, lo+1)
				k := rng.IntN(dim)
				other.Reset()
				other.Add(k, 0)
				other.Add(lo, 1)
				s.AddSparse(other)
				dense[lo]++
				touch(k, k+1)
			}
			require.Equal(t, order, append([]int32(nil), s.Touched()...))
			for k, v := range dense {
				require.Equal(t, v, s.At(k))
			}
			s.Reset()
			require.Empty(t, s.Touched())
		}
	}
}

// addRange adds alpha*v to the coordinates from lo on.
func addRange(s *Sparse, lo int, alpha float64, v []float64) {
	span := s.Span(lo, lo+len(v))
	for k, x := range v {
		span[k] += alpha * x
	}
}

func TestSparseSpan(t *testing.T) {
	s := NewSparse(130)
	span := s.Span(60, 129)
	require.Len(t, span, 69)
	require.Equal(t, 69, cap(span), "an append does not reach the coordinates behind")
	span[68] = 5
	assert.Equal(t, 5.0, s.At(128))
	assert.Len(t, s.Touched(), 69)
	assert.Empty(t, s.Span(3, 3))
	assert.Len(t, s.Touched(), 69)
	assert.Panics(t, func() { s.Span(100, 131) })
	assert.Panics(t, func() { NewSparse(-1) })
}

func TestSparseAllocatesNothing(t *testing.T) {
	s, v := NewSparse(1000), make([]float64, 50)
	fill := func() {
		s.Reset()
		for lo := 0; lo < 900; lo += 70 {
			addRange(s, lo, 2, v)
			s.Add(lo+60, 1)
		}
	}
	fill()
	assert.Zero(t, testing.AllocsPerRun(20, fill))
}

func BenchmarkSparseSpan(b *testing.B) {
	s, v := NewSparse(1<<20), make([]float64, 22)
	for b.Loop() {
		for lo := 0; lo < 1<<20-32; lo += 9973 {
			addRange(s, lo, 1, v)
			addRange(s, lo, 1, v)
		}
		s.Reset()
	}
}
