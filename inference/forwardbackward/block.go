package forwardbackward

import (
	"cmp"
	"fmt"
	"math"
	"slices"

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

// block holds the tables of lattices with the same shared or sparse edges. Each of the lanes has a
// sequence of lattices, one after the other, and all lanes advance together. In the tables, the
// numbers of the lanes for a label are next to each other. After the end of its last lattice, a
// lane contains zeros.
type block struct {
	lanes [Lanes][]span // each ends with a span without positions
	order []int         // lattices by length
	alone []bool        // lattices that the scaled recursion may not compute accurately

	node  []float64        // T x L x Lanes: potentials; the backward recursion replaces them by into
	alpha []float64        // T x L x Lanes
	beta  []float64        // L x Lanes: of one position
	norm  [][Lanes]float64 // T: c_t

	across []float64 // L x L: the transposed potentials of shared edges, or empty
	dots   []float64 // Lanes for each listed pair
	closed []float64 // L x -Inf: the scores of a lane without a lattice
	idle   []float64 // L: takes the marginals of such a lane
	lane   []float64 // L: one lane

	pattern               *sparse.Pattern // of the lines below
	rowLines, columnLines []int32         // the lines of its layouts, in whole groups
}

// span says that lattice k has the positions first..end-1 of its lane.
type span struct{ k, first, end int }

// AddMarginalsBlock is [Workspace.AddMarginals] for several lattices: it adds c times the marginals
// under scores s[k] to dst[k] and sets logZ[k]. It is faster if the scores have the same shared or
// sparse edges, because it then processes Lanes lattices at once. The results are the same up to
// rounding.
//
// The lattices in dst may share one slice of edges, which then gets the sum over all lattices. Only
// then blocks are used.
//
// AddMarginalsBlock returns the number of lattices before the first error. On error, dst is
// undefined.
func (w *Workspace) AddMarginalsBlock(dst, s []structured.Lattice, c float64, logZ []float64) (n int, err error) {
	if len(dst) != len(s) || len(logZ) != len(s) {
		return 0, fmt.Errorf("%w: %d gradients and %d values for %d lattices", structured.ErrShape, len(dst), len(logZ), len(s))
	}
	done := w.addBlock(dst, s, c, logZ)
	for k := range s {
		if done && !w.block.alone[k] {
			continue
		}
		if logZ[k], err = w.AddMarginals(&dst[k], &s[k], c); err != nil {
			return k, err
		}
	}
	return len(s), nil
}

// addBlock computes the lattices that form a block, except those that it marks as alone. It returns
// false and leaves dst unchanged if the lattices do not form a block.
func (w *Workspace) addBlock(dst, s []structured.Lattice, c float64, logZ []float64) bool {
	if w.Exact || len(s) < 2 || s[0].L < fewestLabels || s[0].Check() != nil {
		return false
	}
	switch s[0].Shape() {
	case structured.SharedEdges:
	case structured.SparseEdges:
		if s[0].Pairs.Pattern().Closed {
			return false
		}
	default:
		return false
	}
	for k := range s {
		if !alike(&s[k], &s[0]) || !sameSlice(dst[k].Edge, dst[0].Edge) || dst[k].Pairs != dst[0].Pairs || sameSize(&dst[k], &s[k]) != nil {
			return false
		}
	}
	if e := dst[0].Edge; len(e) > 0 && (len(e) != len(s[0].Edge) || dst[0].Pairs != s[0].Pairs) {
		return false
	}
	t, ok := w.block.pack(s)
	if !ok || !w.preparePotentials(&s[0]) {
		return false
	}
	w.block.prepare(w, t, s[0].L)
	if !w.blockForward(s, logZ) {
		return false
	}
	w.blockBackward(dst, c)
	if len(dst[0].Edge) > 0 {
		w.addBlockEdges(dst[0].Edge, c)
	}
	return true
}

// preparePotentials computes the potentials of the shared or sparse edges of s. ok is false if a
// finite score would vanish.
func (w *Workspace) preparePotentials(s *structured.Lattice) (ok bool) {
	w.s = s
	if s.Pairs != nil {
		_, ok = w.sparse.prepare(s)
		return ok
	}
	return w.sharedPotentials(s.Edge)
}

// pack distributes the lattices over the lanes, the longest first, each to the shortest lane. It
// returns the length of the longest lane. ok is false if the lanes would be idle too often for a
// block to be faster.
func (b *block) pack(s []structured.Lattice) (longest int, ok bool) {
	b.order, b.alone = vec.Resize(b.order, len(s)), vec.Resize(b.alone, len(s))
	total := 0
	for k := range s {
		b.order[k], b.alone[k] = k, false
		total += s[k].T
	}
	slices.SortFunc(b.order, func(x, y int) int { return cmp.Or(cmp.Compare(s[y].T, s[x].T), cmp.Compare(x, y)) })
	var end [Lanes]int
	for lane := range b.lanes {
		b.lanes[lane] = b.lanes[lane][:0]
	}
	for _, k := range b.order {
		at := 0
		for lane, e := range end {
			if e < end[at] {
				at = lane
			}
		}
		if t := s[k].T; t > 0 {
			b.lanes[at] = append(b.lanes[at], span{k, end[at], end[at] + t})
			end[at] += t
			longest = max(longest, end[at])
		}
	}
	for lane := range b.lanes {
		b.lanes[lane] = append(b.lanes[lane], span{-1, -1, 0})
	}
	return longest, longest > 1 && 2*total >= 5*longest
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

// prepare sizes the tables for t positions and l labels. The potentials of w are ready.
func (b *block) prepare(w *Workspace, t, l int) {
	n := t * l * Lanes
	b.node, b.alpha, b.beta = vec.Resize(b.node, n), vec.Resize(b.alpha, n), vec.Resize(b.beta, l*Lanes)
	b.norm = vec.Resize(b.norm, t)
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

// blockForward is scaledForward for a block. It returns false if a score is invalid.
func (w *Workspace) blockForward(s []structured.Lattice, logZ []float64) (ok bool) {
	b, l, most := &w.block, w.s.L, w.edgeM
	stride := l * Lanes
	if w.s.Pairs != nil {
		most = w.sparse.most
	}
	for k := range s {
		logZ[k] = float64(max(s[k].T-1, 0)) * most
	}
	var current [Lanes]span
	var next [Lanes]int
	for lane := range current {
		current[lane] = b.lanes[lane][0]
	}
	var rows [Lanes][]float64
	var shift, least, product [Lanes]float64 // product of norms whose logarithm is not yet added
	for t := range b.norm {
		for lane, p := range current {
			rows[lane] = b.closed[:l]
			if t < p.end && !b.alone[p.k] {
				rows[lane] = s[p.k].NodeAt(t - p.first)
			}
		}
		node, to, norm := b.node[t*stride:(t+1)*stride], b.alpha[t*stride:(t+1)*stride], &b.norm[t]
		if !simd.ExpLanes(node, &rows, &shift, &least) {
			return false
		}
		for lane, p := range current {
			if t < p.end && !(least[lane] >= logTiny && shift[lane] > -math.MaxFloat64) {
				b.alone[p.k] = true
			}
		}
		if t == 0 {
			vec.Fill(to, 1)
		} else if from := b.alpha[(t-1)*stride : t*stride]; w.s.Pairs != nil {
			w.sparse.rowLanes(b, to, from)
		} else {
			simd.VecMatLanes(to, from, w.edge)
		}
		for lane, p := range current {
			if t == p.first {
				setLane(to, lane, 1)
				product[lane] = 1
			}
		}
		simd.NormLanes(to, node, norm, &least)
		for lane, p := range current {
			if t >= p.end || b.alone[p.k] {
				continue
			}
			if c := norm[lane]; c == 0 || least[lane] < tiny && t > p.first && w.blockLost(t, lane) {
				b.alone[p.k] = true
				continue
			}
			logZ[p.k] += shift[lane]
			c := norm[lane] // above 1e-290, or the lattice is alone
			if product[lane]*c < 1e-290 || product[lane] > 1e200 {
				logZ[p.k] += math.Log(product[lane])
				product[lane] = 1
			}
			if product[lane] *= c; t == p.end-1 {
				logZ[p.k] += math.Log(product[lane])
			}
		}
		for lane, p := range current {
			if t == p.end-1 {
				next[lane]++
				current[lane] = b.lanes[lane][next[lane]]
			}
		}
	}
	return true
}

// setLane sets one lane of x to v.
func setLane(x []float64, lane int, v float64) {
	for j := lane; j < len(x); j += Lanes {
		x[j] = v
	}
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

// blockBackward is scaledBackward for a block. It also adds c times the node marginals to dst. The
// potentials into the first token of a lattice become zeros, so that nothing passes from one
// lattice to another.
func (w *Workspace) blockBackward(dst []structured.Lattice, c float64) {
	b, last := &w.block, len(w.block.norm)-1
	stride := w.s.L * Lanes
	var current [Lanes]span
	var next [Lanes]int
	for lane, spans := range b.lanes {
		next[lane] = max(len(spans)-2, 0)
		current[lane] = spans[next[lane]]
	}
	var rows [Lanes][]float64
	var sum [Lanes]float64 // of into, by lane
	for t := last; t >= 0; t-- {
		if t == last {
			clear(b.beta)
		} else if into := b.node[(t+1)*stride : (t+2)*stride]; w.s.Pairs != nil {
			w.sparse.columnLanes(b, b.beta, into, &sum)
		} else {
			simd.VecMatLanes(b.beta, into, b.across)
		}
		for lane, p := range current {
			rows[lane] = b.idle
			if t < p.end && !b.alone[p.k] {
				rows[lane] = dst[p.k].NodeAt(t - p.first)
				if t == p.end-1 {
					setLane(b.beta, lane, 1)
				}
			}
		}
		node := b.node[t*stride : (t+1)*stride]
		simd.BackLanes(b.beta, node, b.alpha[t*stride:(t+1)*stride], &b.norm[t], &sum)
		simd.AddLanes(&rows, c, b.beta)
		for lane, p := range current {
			if t == p.first && t > 0 {
				setLane(node, lane, 0)
				sum[lane] = 0
				next[lane]--
				current[lane] = b.lanes[lane][next[lane]]
			}
		}
	}
}

// addBlockEdges adds c times the expected counts of the edges to dst, summed over the lattices.
func (w *Workspace) addBlockEdges(dst []float64, c float64) {
	b, l := &w.block, w.s.L
	stride := l * Lanes
	n := (len(b.norm) - 1) * stride
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
