package viterbi

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/trellis-nlp/trellis/structured"
)

// benchLattices returns many sentences of 25 tokens with shared edges. With only one, the branch
// predictor would learn it.
func benchLattices(l int) []*structured.Lattice {
	r := rand.New(rand.NewPCG(17, 18))
	sentences := make([]*structured.Lattice, 64)
	edge := random(r, 25, l, structured.SharedEdges, kinds["normal"]).Edge
	for k := range sentences {
		sentences[k] = random(r, 25, l, structured.NoEdges, kinds["normal"])
		sentences[k].Edge = edge
	}
	return sentences
}

func bench(b *testing.B, decode func(w *Workspace, s *structured.Lattice) error) {
	for _, l := range []int{9, 22, 50} {
		b.Run(fmt.Sprintf("L=%d", l), func(b *testing.B) {
			var w Workspace
			sentences := benchLattices(l)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if err := decode(&w, sentences[n%len(sentences)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	path := make([]int, 25)
	bench(b, func(w *Workspace, s *structured.Lattice) error { _, err := w.Decode(path, s); return err })
}

func BenchmarkKBest10(b *testing.B) {
	var paths []Path
	bench(b, func(w *Workspace, s *structured.Lattice) (err error) { paths, err = w.KBest(paths, s, 10); return err })
}

func BenchmarkBeam4(b *testing.B) {
	path := make([]int, 25)
	bench(b, func(w *Workspace, s *structured.Lattice) error { _, err := w.Beam(path, s, 4); return err })
}

func BenchmarkMaxMarginals(b *testing.B) {
	m := structured.NewLattice(25, 0, structured.NoEdges)
	bench(b, func(w *Workspace, s *structured.Lattice) error {
		m.Resize(s.T, s.L, structured.SharedEdges)
		return w.MaxMarginals(m, s)
	})
}
