package semimarkov

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Decode returns the best segmentation of s and its score. The package comment defines the order of
// ties. Decode overwrites dst from its start and reuses its memory; dst may be nil.
// It takes O(T (M L + L^2)) time.
func (w *Workspace) Decode(dst []Segment, s *Lattice) (y []Segment, score float64, err error) {
	y = dst[:0]
	if done, err := w.prepare(s); done {
		return y, 0, err
	}
	w.maxima()
	l := s.L
	score, j := vec.ArgMax(w.ends[s.T*l:])
	if math.IsInf(score, -1) {
		return y, 0, structured.ErrNoPath
	}
	if score > math.MaxFloat64 {
		return y, 0, errOverflow
	}
	for end := s.T; ; {
		g := Segment{w.startOf(end, j), end, j}
		y = append(y, g)
		if g.Start == 0 {
			break
		}
		end, j = g.Start, w.before(g.Start, j)
	}
	slices.Reverse(y)
	return y, score, nil
}

// maxima fills ends[e][j] with the score of the best prefix whose last segment ends at e with label
// j. It fills starts[t][j] with the score of the best prefix before a segment of label j that
// starts at t, including the edge.
func (w *Workspace) maxima() {
	s := w.s
	l := s.L
	clear(w.starts[:l])
	for e := 1; e <= s.T; e++ {
		ends := w.ends[e*l : (e+1)*l]
		vec.Fill(ends, math.Inf(-1))
		for d := 1; d <= min(s.M, e); d++ {
			from := w.starts[(e-d)*l : (e-d+1)*l]
			for j, v := range s.At(e-d, d) {
				if v += from[j]; v > ends[j] {
					ends[j] = v
				}
			}
		}
		if e == s.T {
			break
		}
		next := w.starts[e*l : (e+1)*l]
		if edge := s.EdgeAt(e); edge != nil {
			simd.MaxPlus(next, ends, edge)
			continue
		}
		most := simd.Max(ends)
		vec.Fill(next, most)
	}
}

// startOf returns the latest start of a segment of label j that gives the best prefix up to end. It
// adds the same numbers as maxima, so the comparison is exact.
func (w *Workspace) startOf(end, j int) int {
	l := w.s.L
	start := end - 1
	for w.starts[start*l+j]+w.s.At(start, end-start)[j] != w.ends[end*l+j] {
		start--
	}
	return start
}

// before returns the lowest label before the boundary at t that gives the best prefix up to a
// segment of label j.
func (w *Workspace) before(t, j int) int {
	l, edge := w.s.L, w.s.EdgeAt(t)
	for i, v := range w.ends[t*l : (t+1)*l] {
		if edge != nil {
			v += edge[i*l+j]
		}
		if v == w.starts[t*l+j] {
			return i
		}
	}
	return 0 // not reached: only segments with a prefix are traced back
}
