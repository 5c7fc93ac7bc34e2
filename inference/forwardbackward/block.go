package forwardbackward

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/sparse"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Lanes is the number of lattices that [Workspace.AddMarginalsBlock] processes at once.
const Lanes = simd.Lanes

// fewestLabels is the number of labels from which a block is faster than single lattices. The
// kernels need as many.
const fewestLabels = Lanes

// block holds the tables of up to Lanes lattices with the same shared or sparse edges, which
// advance together. In the tables, the numbers of the lattices for a label are next to each other.
// After the end of its lattice, a lane contains zeros.
type block struct {
	node  []float64        // T x L x Lanes: potentials; the backward recursion replaces them by into
	alpha []float64        // T x L x Lanes
	beta  []float64        // L x Lanes: of one position
	norm  [][Lanes]float64 // T: c_t

	across []float64 // L x L: the transposed potentials of shared edges, or empty
	dots   []float64 // Lanes for each listed pair
	closed []float64 // L x -Inf: the scores of a lane after the end of its lattice
	idle   []float64 // L: takes the marginals of such a lane
	lane   []float64 // L: one lane

	pattern               *sparse.Pattern // of the lines below
	rowLines, columnLines []int32         // the lines of its layouts, in whole groups
}

// AddMarginalsBlock is [Workspace.AddMarginals] for several lattices: it adds c times the marginals
// under scores s[k] to dst[k] and sets logZ[k]. It is faster if the scores have the same shared or
// sparse edges and similar lengths, because it then processes Lanes lattices at once. The results
// are the same up to rounding.
//
// The lattices in dst may share one slice of edges, which then gets the sum over all lattices. Only
// then blocks are used.
//
// AddMarginalsBlock returns the number of lattices before the first error. On error, the lattices
// from there on are unchanged.
func (w *Workspace) AddMarginalsBlock(dst, s []structured.Lattice, c float64, logZ []float64) (n int, err error) {
	if len(dst) != len(s) || len(logZ) != len(s) {
		return 0, fmt.Errorf("%w: %d gradients and %d values for %d lattices", structured.ErrShape, len(dst), len(logZ), len(s))
	}
	for n < len(s) {
		end := min(n+Lanes, len(s))
		if w.addBlock(dst[n:end], s[n:end], c, logZ[n:end]) {
			n = end
			continue
		}
		for ; n < end; n++ {
			if logZ[n], err = w.AddMarginals(&dst[n], &s[n], c); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// addBlock is AddMarginalsBlock for at most Lanes lattices. It returns false and changes nothing if
// they do not form a block, or if the scaled recursion may be inaccurate for one of them.
func (w *Workspace) addBlock(dst, s []structured.Lattice, c float64, logZ []float64) bool {
	longest := 0
	for k := range s {
		if s[k].T > s[longest].T {
			longest = k
		}
	}
	first := &s[longest]
	if w.Exact || len(s) < 2 || first.T < 2 || first.L < fewestLabels || first.Check() != nil {
		return false
	}
	switch first.Shape() {
	case structured.SharedEdges:
	case structured.SparseEdges:
		if first.Pairs.Pattern().Closed {
			return false
		}
	default:
		return false
	}
	for k := range s {
		if !alike(&s[k], first) || !sameSlice(dst[k].Edge, dst[0].Edge) || dst[k].Pairs != dst[0].Pairs || sameSize(&dst[k], &s[k]) != nil {
			return false
		}
	}
	if e := dst[0].Edge; len(e) > 0 && (len(e) != len(first.Edge) || dst[0].Pairs != first.Pairs) {
		return false
	}
	w.s = first
	if _, ok := w.edgePotentials(); !ok {
		return false
	}
	w.block.prepare(w)
	if !w.blockForward(s, logZ) {
		return false
	}
	w.blockBackward(dst, c)
	if len(dst[0].Edge) > 0 {
		w.addBlockEdges(dst[0].Edge, c)
	}
	return true
}

// alike reports whether s is valid and has the edges of x.
func alike(s, x *structured.Lattice) bool {
	if s == x {
		return true
	}
	return s.L == x.L && s.Pairs == x.Pairs && len(s.Edge) == len(x.Edge) && len(s.Node) == s.T*s.L &&
		(sameSlice(s.Edge, x.Edge) || simd.Same(s.Edge, x.Edge))
}

func sameSlice(x, y []float64) bool { return len(x) == len(y) && (len(x) == 0 || &x[0] == &y[0]) }

// prepare sizes the tables for the scores of w, whose potentials are ready.
func (b *block) prepare(w *Workspace) {
	l, n := w.s.L, w.s.T*w.s.L*Lanes
	b.node, b.alpha, b.beta = vec.Resize(b.node, n), vec.Resize(b.alpha, n), vec.Resize(b.beta, l*Lanes)
	b.norm = vec.Resize(b.norm, w.s.T)
	b.lane, b.idle = vec.Resize(b.lane, l), vec.Resize(b.idle, l)
	if len(b.closed) < l {
		b.closed = vec.Resize(b.closed, l)
		vec.Fill(b.closed, math.Inf(-1))
	}
	switch p := w.sparse.pattern; {
	case w.s.Pairs == nil && len(b.across) == 0:
		b.across = vec.Resize(b.across, l*l)
		for i := range l {
			for j, v := range w.edge[i*l : (i+1)*l] {
				b.across[j*l+i] = v
			}
		}
	case w.s.Pairs != nil && b.pattern != p:
		b.pattern, b.rowLines, b.columnLines = p, padded(b.rowLines, &p.Rows), padded(b.columnLines, &p.Columns)
	}
}

// padded sets dst to the lines of y, in whole groups. The lines that fill the last group repeat its
// first line.
func padded(dst []int32, y *sparse.Layout) []int32 {
	dst = append(dst[:0], y.Line...)
	for len(dst) < y.Lanes() {
		dst = append(dst, dst[len(dst)&^(Lanes-1)])
	}
	return dst
}

// blockForward is scaledForward for a block.
func (w *Workspace) blockForward(s []structured.Lattice, logZ []float64) (ok bool) {
	b, stride, most := &w.block, w.s.L*Lanes, w.edgeM
	if w.s.Pairs != nil {
		most = w.sparse.most
	}
	for k := range s {
		logZ[k] = float64(max(s[k].T-1, 0)) * most
	}
	product := [Lanes]float64{1, 1, 1, 1} // of norms whose logarithm is not yet added
	var rows [Lanes][]float64
	var shift, least [Lanes]float64
	for t := range w.s.T {
		for k := range rows {
			if rows[k] = b.closed[:w.s.L]; k < len(s) && t < s[k].T {
				rows[k] = s[k].NodeAt(t)
			}
		}
		node, to := b.node[t*stride:(t+1)*stride], b.alpha[t*stride:(t+1)*stride]
		if !simd.ExpLanes(node, &rows, &shift, &least) {
			return false
		}
		for k := range s {
			if t < s[k].T && !(least[k] >= logTiny && shift[k] > -math.MaxFloat64) {
				return false
			}
		}
		var from []float64
		if t == 0 {
			vec.Fill(to, 1)
		} else if from = b.alpha[(t-1)*stride : t*stride]; w.s.Pairs != nil {
			w.sparse.rowLanes(b, to, from)
		} else {
			simd.VecMatLanes(to, from, w.edge)
		}
		norm := &b.norm[t]
		simd.NormLanes(to, node, norm, &least)
		for k := range s {
			if t >= s[k].T {
				continue
			}
			c := norm[k]
			if c == 0 || least[k] < tiny && t > 0 && w.blockLost(t, k) {
				return false
			}
			logZ[k] += shift[k]
			if product[k] *= c; product[k] < 1e-8 || product[k] > 1e8 {
				logZ[k] += math.Log(product[k])
				product[k] = 1
			}
		}
	}
	for k := range s {
		logZ[k] += math.Log(product[k])
	}
	return true
}

// blockLost reports whether a nonzero product of lane k at t is below tiny.
func (w *Workspace) blockLost(t, k int) bool {
	b, l := &w.block, w.s.L
	stride := l * Lanes
	node, to, c := b.node[t*stride:(t+1)*stride], b.alpha[t*stride:(t+1)*stride], b.norm[t][k]
	from := b.takeLane(b.alpha[(t-1)*stride:t*stride], k)
	for j := range l {
		at := j*Lanes + k
		if to[at]*c >= tiny || node[at] == 0 {
			continue
		}
		if w.s.Pairs != nil && w.sparse.reachable(from, j) || w.s.Pairs == nil && reachable(from, w.edge, j) {
			return true
		}
	}
	return false
}

// takeLane returns lane k of x, valid until the next call.
func (b *block) takeLane(x []float64, k int) []float64 {
	for j := range b.lane {
		b.lane[j] = x[j*Lanes+k]
	}
	return b.lane
}

// blockBackward is scaledBackward for a block. It also adds c times the node marginals to dst.
func (w *Workspace) blockBackward(dst []structured.Lattice, c float64) {
	b, l, last := &w.block, w.s.L, w.s.T-1
	stride := l * Lanes
	var rows [Lanes][]float64
	var sum [Lanes]float64 // of into, by lane
	for t := last; t >= 0; t-- {
		if t < last {
			if into := b.node[(t+1)*stride : (t+2)*stride]; w.s.Pairs != nil {
				w.sparse.columnLanes(b, b.beta, into, &sum)
			} else {
				simd.VecMatLanes(b.beta, into, b.across)
			}
		} else {
			clear(b.beta)
		}
		for k := range rows {
			if rows[k] = b.idle; k >= len(dst) || t >= dst[k].T {
				continue
			}
			rows[k] = dst[k].NodeAt(t)
			if t == dst[k].T-1 {
				for j := k; j < stride; j += Lanes {
					b.beta[j] = 1
				}
			}
		}
		simd.BackLanes(b.beta, b.node[t*stride:(t+1)*stride], b.alpha[t*stride:(t+1)*stride], &b.norm[t], &sum)
		simd.AddLanes(&rows, c, b.beta)
	}
}

// addBlockEdges adds c times the expected counts of the edges to dst, summed over the lattices.
func (w *Workspace) addBlockEdges(dst []float64, c float64) {
	b, l := &w.block, w.s.L
	stride := l * Lanes
	n := (w.s.T - 1) * stride
	from, into := b.alpha[:n], b.node[stride:]
	if w.s.Pairs == nil {
		w.mat = vec.Resize(w.mat, l*l)
		simd.SumOuterLanes(w.mat, from, into, l)
		simd.MulAdd(dst, c, w.edge, w.mat)
		return
	}
	p := b.pattern
	b.dots = vec.Resize(b.dots, Lanes*len(p.To))
	clear(b.dots)
	const most = 4 // positions that PairLanes takes
	for at := 0; at < n; at += most * stride {
		end := min(at+most*stride, n)
		simd.PairLanes(b.dots, from[at:end], into[at:end], p.First, p.To, stride)
	}
	simd.AddSums(dst, c, w.sparse.potential, b.dots)
}

// rowLanes is row for interleaved vectors. Each vector x sums to 1, or is 0.
func (e *sparseEdges) rowLanes(b *block, dst, x []float64) {
	e.productLanes(b, dst, x, &e.pattern.Columns, e.byColumn, b.columnLines, &[Lanes]float64{1, 1, 1, 1}, e.columnSum)
}

// columnLanes is column for interleaved vectors x with the given sums.
func (e *sparseEdges) columnLanes(b *block, dst, x []float64, sum *[Lanes]float64) {
	e.productLanes(b, dst, x, &e.pattern.Rows, e.byRow, b.rowLines, sum, e.rowSum)
}

func (e *sparseEdges) productLanes(b *block, dst, x []float64, y *sparse.Layout, corrections []float64, lines []int32, sum *[Lanes]float64, again func(x []float64, line int) float64) {
	var start, least [Lanes]float64
	for k, v := range sum {
		start[k] = e.background * v
	}
	simd.GatherLanes(dst, corrections, x, y.Index, y.First, lines, &start, &least)
	for k, v := range least {
		limit := lost * start[k]
		if v >= limit {
			continue
		}
		lane := b.takeLane(x, k)
		for j := range lane {
			if dst[j*Lanes+k] < limit {
				dst[j*Lanes+k] = again(lane, j)
			}
		}
	}
}
