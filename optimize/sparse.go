package optimize

import (
	"fmt"
	"math"
	"math/bits"
)

// Sparse accumulates a vector with few nonzero coordinates. It stores dense values, a bit for each
// touched coordinate, and the list of touched coordinates. Add takes O(1) and Reset O(touched)
// time. Once the list has its working size, nothing allocates.
//
// A Sparse is not safe for concurrent use. Let each worker fill its own, and merge them in a fixed
// order with [Sparse.AddSparse].
type Sparse struct {
	val     []float64 // dim; 0 where untouched
	set     []uint64  // bit k&63 of set[k>>6]: whether k is touched
	touched []int32   // in the order of the first touch
}

// NewSparse returns an accumulator of dim zeros. It panics if dim is negative or above 2^31 - 1.
func NewSparse(dim int) *Sparse {
	if dim < 0 || dim > math.MaxInt32 {
		panic(fmt.Sprintf("optimize: sparse vector of dimension %d", dim))
	}
	return &Sparse{val: make([]float64, dim), set: make([]uint64, (dim+63)/64)}
}

// At returns the value of coordinate k.
func (s *Sparse) At(k int) float64 { return s.val[k] }

// Touched returns the coordinates touched since the last Reset, each once, in the order of their
// first touch. The slice is valid until the next call of another method.
func (s *Sparse) Touched() []int32 { return s.touched }

// Add adds v to coordinate k.
func (s *Sparse) Add(k int, v float64) {
	s.val[k] += v
	if bit := uint64(1) << (k & 63); s.set[k>>6]&bit == 0 {
		s.set[k>>6] |= bit
		s.touched = append(s.touched, int32(k))
	}
}

// Span touches the coordinates [lo, hi) and returns their values. The caller may add to the values
// until the next Reset.
func (s *Sparse) Span(lo, hi int) []float64 {
	span := s.val[lo:hi:hi]
	for b := lo >> 6; b<<6 < hi; b++ {
		mask := ^uint64(0)
		if first := lo - b<<6; first > 0 {
			mask <<= first
		}
		if n := hi - b<<6; n < 64 {
			mask &= 1<<n - 1
		}
		if fresh := mask &^ s.set[b]; fresh != 0 {
			s.mark(b, fresh)
		}
	}
	return span
}

// mark touches the coordinates of the bits fresh of word b.
func (s *Sparse) mark(b int, fresh uint64) {
	s.set[b] |= fresh
	for ; fresh != 0; fresh &= fresh - 1 {
		s.touched = append(s.touched, int32(b<<6+bits.TrailingZeros64(fresh)))
	}
}

// AddSparse adds other, of the same dimension, in O(touched of other).
func (s *Sparse) AddSparse(other *Sparse) {
	for _, k := range other.touched {
		s.Add(int(k), other.val[k])
	}
}

// Reset sets every coordinate to 0, untouched.
func (s *Sparse) Reset() {
	for _, k := range s.touched {
		s.val[k] = 0
		s.set[k>>6] = 0
	}
	s.touched = s.touched[:0]
}

func (s *Sparse) squared() float64 {
	var sum float64
	for _, k := range s.touched {
		sum += s.val[k] * s.val[k]
	}
	return sum
}
