package crf

import (
	"math"
	"math/bits"
	"slices"
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

// wideFrom is the number of features from which an attribute is wide. A pass keeps the weights of a
// wide attribute as a row of all labels, in one matrix that stays in the cache. Adding a whole row
// is faster than adding its features one by one.
const wideFrom = 6

// run is the range from..to-1 of features.
type run struct{ from, to uint32 }

// plan lays out the attributes of a data set for passes over all sentences. The wide attributes of
// a token are stored as row offsets, the narrow ones as their features, which saves lookups. A plan
// supports only attributes of value 1.
//
// Weights and gradients are packed in a vector of dim numbers followed by a matrix. The vector has
// the features of the narrow attributes first, the most frequent next to each other in the cache.
// The features of label pairs keep their own places. The matrix has the rows of the wide
// attributes.
type plan struct {
	x      *index
	stride int   // length of a row: the number of labels, rounded up to a multiple of 4
	rows   []run // features of each row
	bits   uint  // number of bits of a label

	wideFirst   []uint32 // n+1: the wide attributes of token t are wide[wideFirst[t]:wideFirst[t+1]]
	wide        []uint32 // row offsets
	narrowFirst []uint32 // n+1: the same for narrow
	narrow      []uint32 // packed feature << bits | label

	feature []int32   // feature at each packed place of the narrow attributes
	weights []float64 // packed weights of the current pass
	edges   []float64 // scores of shared edges in the current pass
	masks   []uint8   // one bit per matrix element that is a feature, in the format of [simd.AddMasked]
}

// newPlan returns nil if the data set does not allow a plan: values other than 1, or too many
// features. It fills the lists of the tokens with several goroutines.
func newPlan(d *Dataset, x *index, threads int) *plan {
	p := &plan{x: x, stride: (x.labels + 3) &^ 3, bits: uint(bits.Len(uint(x.labels - 1)))}
	if len(d.value) > 0 || uint64(x.dim())<<p.bits > math.MaxUint32 {
		return nil
	}
	at := p.place(d) // place of each narrow attribute; ^row of a wide one
	if uint64(len(p.rows)*p.stride) > math.MaxUint32 {
		return nil
	}
	n := d.Tokens()
	ends := make([]struct{ wides, narrows int }, threads+1) // before each part of the tokens
	parts := func(part func(k, lo, hi int)) {
		var wait sync.WaitGroup
		for k := range threads {
			wait.Go(func() { part(k, n*k/threads, n*(k+1)/threads) })
		}
		wait.Wait()
	}
	parts(func(k, lo, hi int) {
		wides, narrows := 0, 0
		for _, a := range d.attr[d.first[lo]:d.first[hi]] {
			if at[a] < 0 {
				wides++
			} else {
				narrows += x.start[a+1] - x.start[a]
			}
		}
		ends[k+1].wides, ends[k+1].narrows = wides, narrows
	})
	for k := range threads {
		ends[k+1].wides += ends[k].wides
		ends[k+1].narrows += ends[k].narrows
	}
	all := ends[threads]
	if uint64(max(all.wides, all.narrows)) > math.MaxUint32 {
		return nil
	}
	p.wideFirst, p.narrowFirst = make([]uint32, n+1), make([]uint32, n+1)
	p.wide, p.narrow = make([]uint32, all.wides), make([]uint32, all.narrows)
	parts(func(k, lo, hi int) {
		wide, narrow := p.wide[:ends[k].wides], p.narrow[:ends[k].narrows]
		for t := lo; t < hi; t++ {
			for _, a := range d.attr[d.first[t]:d.first[t+1]] {
				if at[a] < 0 {
					wide = append(wide, uint32(int(^at[a])*p.stride))
					continue
				}
				for q, j := range x.label[x.start[a]:x.start[a+1]] {
					narrow = append(narrow, (uint32(at[a])+uint32(q))<<p.bits|uint32(j))
				}
			}
			p.wideFirst[t+1], p.narrowFirst[t+1] = uint32(len(wide)), uint32(len(narrow))
		}
	})
	return p
}

// place assigns a place to each attribute of d, sorted by frequency in classes of powers of 2.
func (p *plan) place(d *Dataset) []int32 {
	x := p.x
	at := make([]int32, len(x.start)-1)
	for _, a := range d.attr {
		at[a]++
	}
	var classes [32]int // number of attributes per bit length of the count
	for _, n := range at {
		classes[bits.Len32(uint32(n))]++
	}
	next := 0
	for k := range slices.Backward(classes[:]) {
		classes[k], next = next, next+classes[k]
	}
	order := make([]int32, len(at))
	for a, n := range at {
		k := bits.Len32(uint32(n))
		order[classes[k]] = int32(a)
		classes[k]++
	}
	for _, a := range order {
		own := run{uint32(x.start[a]), uint32(x.start[a+1])}
		if own.to-own.from >= wideFrom {
			at[a] = ^int32(len(p.rows))
			p.rows = append(p.rows, own)
			continue
		}
		at[a] = int32(len(p.feature))
		for q := own.from; q < own.to; q++ {
			p.feature = append(p.feature, int32(q))
		}
	}
	return at
}

func (p *plan) size() int { return p.matrixAt() + len(p.rows)*p.stride }

func (p *plan) matrixAt() int { return (p.x.dim() + 7) &^ 7 }

// vector returns v, or new packed weights if v is empty.
func (p *plan) vector(v []float64) []float64 {
	if v == nil {
		v = make([]float64, p.size())
	}
	return v
}

// pack copies weights w to part k of n of v.
func (p *plan) pack(v, w []float64, k, n int) {
	narrow, rows := p.part(k, n)
	for i := narrow.from; i < narrow.to; i++ {
		v[i] = w[p.feature[i]]
	}
	for r := rows.from; r < rows.to; r++ {
		row := p.row(v, int(r))
		clear(row)
		of := p.rows[r]
		for q, j := range p.x.label[of.from:of.to] {
			row[j] = w[int(of.from)+q]
		}
	}
	if k == 0 {
		copy(v[p.x.transAt():p.x.dim()], w[p.x.transAt():])
	}
}

// unpack is the inverse of pack. It first adds others to v.
func (p *plan) unpack(w, v []float64, k, n int, others ...[]float64) {
	narrow, rows := p.part(k, n)
	add := func(lo, hi int) {
		for _, o := range others {
			floats.Add(v[lo:hi], o[lo:hi])
		}
	}
	add(int(narrow.from), int(narrow.to))
	for i := narrow.from; i < narrow.to; i++ {
		w[p.feature[i]] = v[i]
	}
	add(p.matrixAt()+int(rows.from)*p.stride, p.matrixAt()+int(rows.to)*p.stride)
	for r := rows.from; r < rows.to; r++ {
		row := p.row(v, int(r))
		of := p.rows[r]
		for q, j := range p.x.label[of.from:of.to] {
			w[int(of.from)+q] = row[j]
		}
	}
	if k == 0 {
		add(p.x.transAt(), p.x.dim())
		copy(w[p.x.transAt():], v[p.x.transAt():p.x.dim()])
	}
}

// part returns part k of n of the features of the narrow attributes and of the rows.
func (p *plan) part(k, n int) (narrow, rows run) {
	f, r := len(p.feature), len(p.rows)
	return run{uint32(f * k / n), uint32(f * (k + 1) / n)}, run{uint32(r * k / n), uint32(r * (k + 1) / n)}
}

func (p *plan) row(v []float64, r int) []float64 { return v[p.matrixAt()+r*p.stride:][:p.stride] }

// pick is index.score of tokens lo..hi-1 with unpacked weights, for a few sentences at a time.
func (p *plan) pick(dst *structured.Lattice, k *tokens, lo, hi int, w []float64, scale float64) {
	p.x.reset(dst, hi-lo)
	for t := lo; t < hi; t++ {
		row := dst.NodeAt(t - lo)
		for _, offset := range p.wide[p.wideFirst[t]:p.wideFirst[t+1]] {
			of := p.rows[offset/uint32(p.stride)]
			labels := p.x.label[of.from:of.to]
			for q, v := range w[of.from:of.to] {
				row[labels[q]] += v
			}
		}
		shift, mask := p.bits, uint32(1)<<p.bits-1
		for _, f := range p.narrow[p.narrowFirst[t]:p.narrowFirst[t+1]] {
			row[f&mask] += w[p.feature[f>>(shift&31)]]
		}
	}
	if len(dst.Edge) > 0 {
		p.x.scoreEdges(dst, k, lo, hi, w)
	}
	if scale != 1 {
		dst.Scale(scale)
	}
}

// put is index.pull, the transpose of pick.
func (p *plan) put(dst *optimize.Sparse, g *structured.Lattice, k *tokens, lo, hi int, c float64) {
	for t := lo; t < hi; t++ {
		row := g.NodeAt(t - lo)
		if isZero(row) {
			continue
		}
		for _, offset := range p.wide[p.wideFirst[t]:p.wideFirst[t+1]] {
			of := p.rows[offset/uint32(p.stride)]
			labels, values := p.x.label[of.from:of.to], dst.Span(int(of.from), int(of.to))
			for q, j := range labels {
				values[q] += c * row[j]
			}
		}
		shift, mask := p.bits, uint32(1)<<p.bits-1
		for _, f := range p.narrow[p.narrowFirst[t]:p.narrowFirst[t+1]] {
			dst.Add(int(p.feature[f>>(shift&31)]), c*row[f&mask])
		}
	}
	p.x.pullEdges(dst, g, k, lo, c)
}

// score is index.score of tokens lo..hi-1 with packed weights. Edges, unless nil, is the result of
// sharedEdges.
func (p *plan) score(dst *structured.Lattice, v, edges []float64, k *tokens, lo, hi int) {
	p.x.resize(dst, hi-lo)
	p.scoreNodes(dst, v, lo, hi)
	if edges != nil {
		copy(dst.Edge, edges)
		return
	}
	clear(dst.Edge)
	if len(dst.Edge) > 0 {
		p.x.scoreEdges(dst, k, lo, hi, v[:p.x.dim()])
	}
}

// scoreNodes sets the nodes of dst, which has the shape of the scores, to those of score.
func (p *plan) scoreNodes(dst *structured.Lattice, v []float64, lo, hi int) {
	clear(dst.Node)
	m := v[p.matrixAt():]
	shift, mask := p.bits, uint32(1)<<p.bits-1
	for t := lo; t < hi; t++ {
		row := dst.NodeAt(t - lo)
		simd.AddRowsUnchecked(row, m, p.wide[p.wideFirst[t]:p.wideFirst[t+1]])
		for _, f := range p.narrow[p.narrowFirst[t]:p.narrowFirst[t+1]] {
			row[f&mask] += v[f>>(shift&31)]
		}
	}
}

// sharedEdges returns the scores of shared or sparse edges with packed weights, in the memory of
// edges. It returns nil if edges are not shared.
func (p *plan) sharedEdges(edges, v []float64) []float64 {
	if p.x.pairs != nil {
		return append(edges[:0], v[p.x.transAt():p.x.bigramsAt()]...)
	}
	if p.x.edges() != structured.SharedEdges {
		return nil
	}
	edges = slices.Grow(edges[:0], p.x.labels*p.x.labels)[:p.x.labels*p.x.labels]
	clear(edges)
	for q, pair := range p.x.trans {
		edges[pair] = v[p.x.transAt()+q]
	}
	return edges
}

// pull is index.pull onto the packed gradient dst.
func (p *plan) pull(dst *training.Dense, g *structured.Lattice, k *tokens, lo, hi int, c float64) {
	p.pullNodes(*dst, g, lo, hi, c)
	p.x.pullEdges(dst, g, k, lo, c)
}

// pullNodes is pull for the nodes.
func (p *plan) pullNodes(v []float64, g *structured.Lattice, lo, hi int, c float64) {
	m := v[p.matrixAt():]
	shift, mask := p.bits, uint32(1)<<p.bits-1
	for t := lo; t < hi; t++ {
		row := g.NodeAt(t - lo)
		if isZero(row) {
			continue
		}
		simd.AddToRows(m, p.wide[p.wideFirst[t]:p.wideFirst[t+1]], c, row)
		for _, f := range p.narrow[p.narrowFirst[t]:p.narrowFirst[t+1]] {
			v[f>>(shift&31)] += c * row[f&mask]
		}
	}
}

// step is pull onto packed weights. It changes only elements of the matrix that are features. It
// uses row as scratch and returns it.
func (p *plan) step(dst *training.Dense, row []float64, g *structured.Lattice, k *tokens, lo, hi int, c float64) []float64 {
	if p.masks == nil {
		p.masks = make([]uint8, len(p.rows)*p.stride/4)
		for r, of := range p.rows {
			for _, j := range p.x.label[of.from:of.to] {
				p.masks[r*p.stride/4+int(j)/4] |= 1 << (j % 4)
			}
		}
	}
	row = slices.Grow(row[:0], p.stride)[:p.stride]
	v := *dst
	m := v[p.matrixAt():]
	shift, mask := p.bits, uint32(1)<<p.bits-1
	for t := lo; t < hi; t++ {
		zero := true
		for j, d := range g.NodeAt(t - lo) {
			row[j] = c * d
			zero = zero && d == 0
		}
		if zero {
			continue
		}
		simd.AddMasked(m, p.masks, p.wide[p.wideFirst[t]:p.wideFirst[t+1]], row)
		for _, f := range p.narrow[p.narrowFirst[t]:p.narrowFirst[t+1]] {
			v[f>>(shift&31)] += row[f&mask]
		}
	}
	p.x.pullEdges(dst, g, k, lo, c)
	return row
}
