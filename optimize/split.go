package optimize

import (
	"sync"

	"gonum.org/v1/gonum/floats"
)

// threaded is an [Objective] that uses several goroutines.
type threaded interface{ Threads() int }

// blockSize is the number of coordinates that are summed without interruption. Sums of blocks are
// added in order, so that the result does not depend on the number of goroutines.
const blockSize = 1 << 14

// A splitter runs loops over the coordinates of vectors on several goroutines.
type splitter struct {
	threads int
	sums    []float64 // of blocks
}

func newSplitter(f Objective) *splitter {
	if t, ok := f.(threaded); ok {
		return &splitter{threads: t.Threads()}
	}
	return &splitter{threads: 1}
}

// each calls f for all blocks of n coordinates.
func (s *splitter) each(n int, f func(block, lo, hi int)) {
	blocks := (n + blockSize - 1) / blockSize
	part := func(k, threads int) {
		for b := blocks * k / threads; b < blocks*(k+1)/threads; b++ {
			f(b, b*blockSize, min(n, (b+1)*blockSize))
		}
	}
	threads := max(1, min(s.threads, blocks))
	var wait sync.WaitGroup
	for k := 1; k < threads; k++ {
		wait.Go(func() { part(k, threads) })
	}
	part(0, threads)
	wait.Wait()
}

// sum returns the sum of f over all blocks of n coordinates.
func (s *splitter) sum(n int, f func(lo, hi int) float64) float64 {
	s.sums = append(s.sums[:0], make([]float64, (n+blockSize-1)/blockSize)...)
	s.each(n, func(b, lo, hi int) { s.sums[b] = f(lo, hi) })
	return floats.Sum(s.sums)
}

func (s *splitter) dot(a, b []float64) float64 {
	return s.sum(len(a), func(lo, hi int) float64 { return floats.Dot(a[lo:hi], b[lo:hi]) })
}
