package viterbi

import (
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// DecodeAmong returns the best path of s whose label at position t is in among[t]. An empty
// among[t] allows every label. It is [Workspace.DecodeConstrained] for lists of labels, in time
// O(sum_t |among[t-1]| |among[t]|).
//
// It does not read the nodes of other labels, and does not check edges for NaN and +Inf. Each list
// must be ascending and below s.L; otherwise the error wraps [structured.ErrShape].
func (w *Workspace) DecodeAmong(path []int, s *structured.Lattice, among [][]uint16) (score float64, err error) {
	return w.decodeAmong(path, s, among, nil)
}

func (w *Workspace) decodeAmong(path []int, s *structured.Lattice, among [][]uint16, b *Bounds) (score float64, err error) {
	if err := s.Check(); err != nil {
		return 0, err
	}
	if len(among) != s.T || len(path) != s.T {
		return 0, fmt.Errorf("%w: allowed labels for %d positions and a path of %d labels, but the lattice has T = %d",
			structured.ErrShape, len(among), len(path), s.T)
	}
	if s.T == 0 {
		return 0, nil
	}
	if s.Pairs != nil {
		if slices.ContainsFunc(among, func(labels []uint16) bool { return len(labels) > 0 }) {
			s = w.full(s)
		} else {
			w.sparse.prepare(s)
		}
	}
	n := s.L
	w.delta = vec.Resize(w.delta, s.T*n)
	w.most = vec.Resize(w.most, s.T*n)
	w.kept, w.labels = vec.Resize(w.kept, s.T), w.labels[:0]
	for t := range s.T {
		delta, most, labels := w.delta[t*n:][:n], w.most[t*n:][:n], among[t]
		if err := checkAmong(labels, t, n); err != nil {
			return 0, err
		}
		if t > 0 && b.splits(s, among[t-1], labels) {
			w.kept[t] = nil
			b.split.step(most, w.delta[(t-1)*n:][:n], b.edge)
		} else if t > 0 {
			prev := w.delta[(t-1)*n:][:n]
			switch w.kept[t] = w.candidates(prev, among[t-1], b); {
			case s.Pairs == nil:
				stepAmong(most, prev, s.EdgeAt(t), w.kept[t], labels)
			case len(w.kept[t]) > 0:
				stepAmong(most, prev, b.edge, w.kept[t], nil)
			default:
				w.sparse.step(most, prev)
			}
		} else {
			clear(most)
		}
		if err := enter(delta, most, s.NodeAt(t), t, labels); err != nil {
			return 0, err
		}
	}
	score, j := argmaxAmong(w.delta[(s.T-1)*n:], among[s.T-1])
	if math.IsInf(score, -1) {
		return 0, structured.ErrNoPath
	}
	for t := s.T - 1; t > 0; t-- {
		path[t] = j
		switch prev := w.delta[(t-1)*n : t*n]; {
		case b.splits(s, among[t-1], among[t]):
			j = beforeAmong(prev, b.edge, j, w.most[t*n+j], b.split.before[j])
		case s.Pairs == nil:
			j = beforeAmong(prev, s.EdgeAt(t), j, w.most[t*n+j], w.kept[t])
		case len(w.kept[t]) > 0:
			j = beforeAmong(prev, b.edge, j, w.most[t*n+j], w.kept[t])
		default:
			j = w.before(s, t, j)
		}
	}
	path[0] = j
	return score, nil
}

// splits reports whether b has a split for the step between labels before and now of s.
func (b *Bounds) splits(s *structured.Lattice, before, now []uint16) bool {
	return b != nil && b.split != nil && s.Pairs == nil && len(before) == 0 && len(now) == 0
}

// checkAmong returns an error unless the labels of position t are ascending and below n.
func checkAmong(labels []uint16, t, n int) error {
	for k, j := range labels {
		if int(j) >= n {
			return fmt.Errorf("%w: allowed label %d at position %d: want 0..%d", structured.ErrShape, j, t, n-1)
		}
		if k > 0 && j <= labels[k-1] {
			return fmt.Errorf("%w: allowed label %d follows label %d at position %d: want ascending labels", structured.ErrShape, j, labels[k-1], t)
		}
	}
	return nil
}

// enter sets delta to most + node for the allowed labels of position t.
func enter(delta, most, node []float64, t int, labels []uint16) error {
	if len(labels) == 0 {
		return enterAll(delta, most, node, t)
	}
	for _, j := range labels {
		v := node[j]
		if !(v <= math.MaxFloat64) {
			return &structured.ValueError{T: t, From: -1, Label: int(j), Value: v}
		}
		delta[j] = most[j] + v
	}
	return nil
}

func enterAll(delta, most, node []float64, t int) error {
	for from := 0; from < len(node); from += 8 {
		rest := node[from:]
		if len(rest) >= 8 { // eight at a time while their sum is finite
			x := (*[8]float64)(rest)
			if sum := ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7])); sum-sum == 0 {
				continue
			}
			rest = rest[:8]
		}
		for j, v := range rest {
			if !(v <= math.MaxFloat64) {
				return &structured.ValueError{T: t, From: -1, Label: from + j, Value: v}
			}
		}
	}
	copy(delta, most)
	simd.Axpy(delta, 1, node) // rounds once, as an addition does
	return nil
}

// stepAmong is step restricted to labels before at t-1 and labels now at t.
func stepAmong(most, prev, edge []float64, before, now []uint16) {
	n := len(most)
	switch {
	case edge == nil:
		v, _ := argmaxAmong(prev, before)
		vec.Fill(most, v)
	case len(now) == 0 && len(before) == 0:
		simd.MaxPlus(most, prev, edge)
	case len(now) == 0:
		vec.Fill(most, math.Inf(-1))
		for _, i := range before {
			simd.MaxPlusRow(most, prev[i], edge[int(i)*n:][:n])
		}
	case len(before) == 0:
		for _, j := range now {
			best := math.Inf(-1)
			at := int(j)
			for _, d := range prev {
				if d += edge[at]; d > best {
					best = d
				}
				at += n
			}
			most[j] = best
		}
	default:
		for _, j := range now {
			best := math.Inf(-1)
			for _, i := range before {
				if d := prev[i] + edge[int(i)*n+int(j)]; d > best {
					best = d
				}
			}
			most[j] = best
		}
	}
}

// argmaxAmong is vec.ArgMax restricted to labels, or over all if labels is empty.
func argmaxAmong(x []float64, labels []uint16) (float64, int) {
	if len(labels) == 0 {
		return vec.ArgMax(x)
	}
	best, at := math.Inf(-1), int(labels[0])
	for _, j := range labels {
		if x[j] > best {
			best, at = x[j], int(j)
		}
	}
	return best, at
}

// beforeAmong is before restricted to labels, or over all if labels is empty.
func beforeAmong(prev, edge []float64, j int, most float64, labels []uint16) int {
	if len(labels) == 0 {
		return before(prev, edge, j, most)
	}
	n := len(prev)
	for _, i := range labels {
		d := prev[i]
		if edge != nil {
			d += edge[int(i)*n+j]
		}
		if d == most {
			return int(i)
		}
	}
	return int(labels[0]) // not reached: only nodes with a prefix are traced back
}
