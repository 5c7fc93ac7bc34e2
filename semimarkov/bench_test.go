package semimarkov_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// bench runs f over lattices whose size grows along one of T, M and L. Time grows linearly with T
// and with M. It grows with L^2 only if L exceeds M.
func bench(b *testing.B, f func(w *semimarkov.Workspace, s *semimarkov.Lattice) error) {
	for _, size := range [][3]int{
		{25, 5, 6}, {50, 5, 6}, {100, 5, 6}, {200, 5, 6}, // T
		{100, 5, 1}, {100, 5, 3}, {100, 5, 12}, {100, 5, 24}, // M
		{100, 10, 6}, {100, 20, 6}, {100, 40, 6}, // L
	} {
		b.Run(fmt.Sprintf("T=%d/L=%d/M=%d", size[0], size[1], size[2]), func(b *testing.B) {
			s := random(rand.New(rand.NewPCG(1, 2)), size[0], size[1], size[2], structured.SharedEdges, 1, 0)
			var w semimarkov.Workspace
			b.ReportAllocs()
			for b.Loop() {
				if err := f(&w, s); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size[0]), "ns/token")
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	var y segments
	bench(b, func(w *semimarkov.Workspace, s *semimarkov.Lattice) (err error) {
		y, _, err = w.Decode(y, s)
		return err
	})
}

func BenchmarkMarginals(b *testing.B) {
	var mu semimarkov.Lattice
	bench(b, func(w *semimarkov.Workspace, s *semimarkov.Lattice) error {
		_, err := w.Marginals(&mu, s, structured.SharedEdges)
		return err
	})
}

// BenchmarkGrowth reports time relative to a sentence of 50 tokens, 10 labels and segments of at
// most 8 tokens. It varies the number of tokens, the segment length or the number of labels. The
// two sizes alternate and the fastest run of each counts, so that other load on the machine hardly
// matters.
func BenchmarkGrowth(b *testing.B) {
	at := func(size [3]int) *semimarkov.Lattice {
		return random(rand.New(rand.NewPCG(1, 2)), size[0], size[1], size[2], structured.SharedEdges, 1, 0)
	}
	base := at([3]int{50, 10, 8})
	for _, size := range [][3]int{{100, 10, 8}, {200, 10, 8}, {50, 10, 16}, {50, 10, 32}, {50, 20, 8}, {50, 40, 8}} {
		b.Run(fmt.Sprintf("T=%d/L=%d/M=%d", size[0], size[1], size[2]), func(b *testing.B) {
			pair, mu := []*semimarkov.Lattice{base, at(size)}, [2]semimarkov.Lattice{}
			var w [2]semimarkov.Workspace
			best := [2]time.Duration{math.MaxInt64, math.MaxInt64}
			for b.Loop() {
				for k, s := range pair {
					began := time.Now()
					if _, err := w[k].Marginals(&mu[k], s, structured.SharedEdges); err != nil {
						b.Fatal(err)
					}
					best[k] = min(best[k], time.Since(began))
				}
			}
			b.ReportMetric(float64(best[1])/float64(best[0]), "x")
			b.ReportMetric(0, "ns/op") // the total of both is meaningless
		})
	}
}
