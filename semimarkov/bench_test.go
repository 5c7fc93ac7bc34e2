package semimarkov_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// bench runs f over lattices whose size grows along one of T, M and L: time grows linearly with T and with M,
// and with L^2 only where L is above M.
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

func BenchmarkLosses(b *testing.B) {
	s := random(rand.New(rand.NewPCG(1, 2)), 100, 5, 6, structured.SharedEdges, 1, 0)
	var w semimarkov.Workspace
	gold, _, err := w.Decode(nil, random(rand.New(rand.NewPCG(3, 4)), 100, 5, 6, structured.SharedEdges, 1, 0))
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range semimarkov.Names() {
		b.Run(name, func(b *testing.B) {
			loss, grad := build(b, name, semimarkov.Options{}), new(lattice)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := loss.Eval(grad, s, gold, &w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
