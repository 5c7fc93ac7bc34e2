package semimarkov

import (
	"math/rand/v2"
	"slices"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
)

// Sample sets each of samples to an independent draw from p(y) under scores s, reusing its memory.
// It runs the forward recursion once. For each draw it then picks the label and length of each
// segment, from last to first, given what follows. The same random source gives the same
// segmentations.
func (w *Workspace) Sample(samples [][]Segment, s *Lattice, rng *rand.Rand) error {
	for k := range samples {
		samples[k] = samples[k][:0]
	}
	if done, err := w.prepare(s); done {
		return err
	}
	if _, err := w.forward(); err != nil {
		return err
	}
	for k := range samples {
		samples[k] = w.draw(samples[k], rng)
	}
	return nil
}

func (w *Workspace) draw(y []Segment, rng *rand.Rand) []Segment {
	s := w.s
	l := s.L
	x := append(w.left[:0], w.ends[s.T*l:]...)
	for end := s.T; ; {
		j := choose(x, rng)
		x = w.term[:min(s.M, end)]
		for d := range x {
			start := end - d - 1
			x[d] = w.starts[start*l+j] + s.At(start, d+1)[j]
		}
		g := Segment{end - choose(x, rng) - 1, end, j}
		y = append(y, g)
		if end = g.Start; end == 0 {
			break
		}
		x = append(w.left[:0], w.ends[end*l:(end+1)*l]...)
		if edge := s.EdgeAt(end); edge != nil {
			for i := range x {
				x[i] += edge[i*l+j]
			}
		}
	}
	slices.Reverse(y)
	return y
}

// choose draws an index k of x with probability proportional to exp(x[k]), and overwrites x. At
// least one number of x must be finite.
func choose(x []float64, rng *rand.Rand) int {
	simd.Exp(x, x, simd.Max(x))
	return vec.Draw(x, rng.Float64())
}
