package crf

import (
	"math"
	"math/bits"
	"slices"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

// An attribute with at least wideFrom features is wide: a pass keeps its weights as a row of all
// labels, in one matrix that stays in the cache, where adding a whole row is faster than picking its
// features one by one.
const wideFrom = 6

// A plan lays the attributes of a data set out for passes over it: each token's wide attributes as
// offsets of their rows, the others as the features themselves, so that little is looked up on the way. It
// takes attributes of value 1 only.
type plan struct {
	x      *index
	stride int     // length of a row: the labels, rounded up to 4
	attr   []int32 // the attribute of each row
	rows   []run   // and its features
	bits   uint    // that a label takes

	wideFirst   []uint32 // n+1: the wide attributes of token t are wide[wideFirst[t]:wideFirst[t+1]]
	wide        []uint32 // offsets of rows
	narrowFirst []uint32 // n+1: the same for the features of the others
	narrow      []uint32 // feature << bits | label

	weights []float64 // rows x stride: the weights of the present whole pass
	masks   []uint8   // a bit for each number of such a matrix that is a feature, as [simd.AddMasked] has them
}

// newPlan returns nil where the data set does not fit: values other than 1, or too many features.
func newPlan(d *Dataset, x *index) *plan {
	p := &plan{x: x, stride: (x.labels + 3) &^ 3, bits: uint(bits.Len(uint(x.labels - 1)))}
	if len(d.value) > 0 || uint64(x.dim())<<p.bits > math.MaxUint32 {
		return nil
	}
	row := make([]int32, len(x.start)-1)
	for a := range row {
		if row[a] = -1; x.start[a+1]-x.start[a] >= wideFrom {
			row[a] = int32(len(p.attr))
			p.attr = append(p.attr, int32(a))
			p.rows = append(p.rows, run{uint32(x.start[a]), uint32(x.start[a+1])})
		}
	}
	if uint64(p.size()) > math.MaxUint32 {
		return nil
	}
	wides, narrows := 0, 0
	for _, a := range d.attr {
		if row[a] >= 0 {
			wides++
		} else {
			narrows += x.start[a+1] - x.start[a]
		}
	}
	if uint64(max(wides, narrows)) > math.MaxUint32 {
		return nil
	}
	n := d.Tokens()
	p.wideFirst, p.narrowFirst = make([]uint32, 1, n+1), make([]uint32, 1, n+1)
	p.wide, p.narrow = make([]uint32, 0, wides), make([]uint32, 0, narrows)
	for t := range n {
		for _, a := range d.attr[d.first[t]:d.first[t+1]] {
			if row[a] >= 0 {
				p.wide = append(p.wide, uint32(int(row[a])*p.stride))
				continue
			}
			for q := x.start[a]; q < x.start[a+1]; q++ {
				p.narrow = append(p.narrow, uint32(q)<<p.bits|uint32(x.label[q]))
			}
		}
		p.wideFirst, p.narrowFirst = append(p.wideFirst, uint32(len(p.wide))), append(p.narrowFirst, uint32(len(p.narrow)))
	}
	return p
}

// size is that of a matrix of the wide attributes.
func (p *plan) size() int { return len(p.attr) * p.stride }

// matrix returns m, or a new matrix of the wide attributes if there is none yet.
func (p *plan) matrix(m []float64) []float64 {
	if m == nil {
		m = make([]float64, p.size())
	}
	return m
}

// spread sets the matrix m from the weights w.
func (p *plan) spread(m, w []float64) {
	for r, a := range p.attr {
		row := m[r*p.stride : (r+1)*p.stride]
		clear(row)
		for q := p.x.start[a]; q < p.x.start[a+1]; q++ {
			row[p.x.label[q]] = w[q]
		}
	}
}

// collect sets the features of w that the matrix m has.
func (p *plan) collect(w, m []float64) {
	for r, a := range p.attr {
		row := m[r*p.stride : (r+1)*p.stride]
		for q := p.x.start[a]; q < p.x.start[a+1]; q++ {
			w[q] = row[p.x.label[q]]
		}
	}
}

// gather adds the features of the matrix m to grad.
func (p *plan) gather(grad, m []float64) {
	for r, a := range p.attr {
		row := m[r*p.stride : (r+1)*p.stride]
		for q := p.x.start[a]; q < p.x.start[a+1]; q++ {
			grad[q] += row[p.x.label[q]]
		}
	}
}

// pick is index.score of the tokens lo..hi-1, for a few sentences under weights that change in between.
func (p *plan) pick(dst *structured.Lattice, k *tokens, lo, hi int, w []float64, scale float64) {
	dst.Reset(hi-lo, p.x.labels, p.x.edges())
	for t := lo; t < hi; t++ {
		row := dst.NodeAt(t - lo)
		for _, offset := range p.wide[p.wideFirst[t]:p.wideFirst[t+1]] {
			of := p.rows[offset/uint32(p.stride)]
			labels := p.x.label[of.from:of.to]
			for q, v := range w[of.from:of.to] {
				row[labels[q]] += v
			}
		}
		p.addNarrow(row, t, w)
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
			dst.Add(int(f>>(shift&31)), c*row[f&mask])
		}
	}
	p.x.pullEdges(dst, g, k, lo, c)
}

// step is pull onto the weights v themselves, and onto those of wide attributes in m. dst is v; row is scratch memory that
// it returns.
func (p *plan) step(dst spans, v, m, row []float64, g *structured.Lattice, k *tokens, lo, hi int, c float64) []float64 {
	if p.masks == nil {
		p.masks = make([]uint8, p.size()/4)
		for r, a := range p.attr {
			for _, j := range p.x.label[p.x.start[a]:p.x.start[a+1]] {
				p.masks[r*p.stride/4+int(j)/4] |= 1 << (j % 4)
			}
		}
	}
	row = slices.Grow(row[:0], p.stride)[:p.stride]
	for t := lo; t < hi; t++ {
		any := false
		for j, v := range g.NodeAt(t - lo) {
			row[j] = c * v
			any = any || v != 0
		}
		if !any {
			continue
		}
		simd.AddMasked(m, p.masks, p.wide[p.wideFirst[t]:p.wideFirst[t+1]], row)
		shift, mask := p.bits, uint32(1)<<p.bits-1
		for _, f := range p.narrow[p.narrowFirst[t]:p.narrowFirst[t+1]] {
			v[f>>(shift&31)] += row[f&mask]
		}
	}
	p.x.pullEdges(dst, g, k, lo, c)
	return row
}

// addNarrow adds the weights of the other features of token t to row.
func (p *plan) addNarrow(row []float64, t int, w []float64) {
	shift, mask := p.bits, uint32(1)<<p.bits-1
	for _, f := range p.narrow[p.narrowFirst[t]:p.narrowFirst[t+1]] {
		row[f&mask] += w[f>>(shift&31)]
	}
}

// score is index.score of the tokens lo..hi-1 under the weights w, those of wide attributes in the matrix m.
func (p *plan) score(dst *structured.Lattice, m []float64, k *tokens, lo, hi int, w []float64) {
	dst.Reset(hi-lo, p.x.labels, p.x.edges())
	for t := lo; t < hi; t++ {
		row := dst.NodeAt(t - lo)
		simd.AddRows(row, m, p.wide[p.wideFirst[t]:p.wideFirst[t+1]])
		p.addNarrow(row, t, w)
	}
	if len(dst.Edge) > 0 {
		p.x.scoreEdges(dst, k, lo, hi, w)
	}
}

// pull is index.pull, with the wide attributes' part in the matrix m. dst is grad.
func (p *plan) pull(dst spans, grad, m []float64, g *structured.Lattice, k *tokens, lo, hi int, c float64) {
	for t := lo; t < hi; t++ {
		row := g.NodeAt(t - lo)
		if isZero(row) {
			continue
		}
		simd.AddToRows(m, p.wide[p.wideFirst[t]:p.wideFirst[t+1]], c, row)
		shift, mask := p.bits, uint32(1)<<p.bits-1
		for _, f := range p.narrow[p.narrowFirst[t]:p.narrowFirst[t+1]] {
			grad[f>>(shift&31)] += c * row[f&mask]
		}
	}
	p.x.pullEdges(dst, g, k, lo, c)
}
