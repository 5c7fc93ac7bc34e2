package crf

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/structured"
)

// An attribute with at least wideFrom features is wide: a pass keeps its weights as a row of all
// labels, in one matrix that stays in the cache, where adding a whole row is faster than picking its
// features one by one.
const wideFrom = 6

// A plan lays the attributes of a data set out for passes over all of it: each token's wide attributes
// as offsets of their rows, the others as the features themselves, so that nothing is looked up on
// the way. It takes attributes of value 1 only.
type plan struct {
	x      *index
	stride int     // length of a row: the labels, rounded up to 4
	attr   []int32 // the attribute of each row

	wideFirst   []int    // n+1: the wide attributes of token t are wide[wideFirst[t]:wideFirst[t+1]]
	wide        []uint32 // offsets of rows
	narrowFirst []int    // n+1: the same for the features of the others
	narrow      []uint32 // features
	label       []uint16 // and their labels

	weights []float64 // rows x stride: the weights of the present pass
}

// newPlan returns nil where the data set does not fit: values other than 1, or too many features.
func newPlan(d *Dataset, x *index) *plan {
	p := &plan{x: x, stride: (x.labels + 3) &^ 3}
	if len(d.value) > 0 || uint64(x.dim()) > math.MaxUint32 || x.labels > math.MaxUint16 {
		return nil
	}
	row := make([]int32, len(x.start)-1)
	wides, narrows := 0, 0
	for a := range row {
		if row[a] = -1; x.start[a+1]-x.start[a] >= wideFrom {
			row[a] = int32(len(p.attr))
			p.attr = append(p.attr, int32(a))
		}
	}
	if uint64(p.size()) > math.MaxUint32 {
		return nil
	}
	for _, a := range d.attr {
		if row[a] >= 0 {
			wides++
		} else {
			narrows += x.start[a+1] - x.start[a]
		}
	}
	n := d.Tokens()
	p.wideFirst, p.narrowFirst = make([]int, 1, n+1), make([]int, 1, n+1)
	p.wide, p.narrow, p.label = make([]uint32, 0, wides), make([]uint32, 0, narrows), make([]uint16, 0, narrows)
	for t := range n {
		for _, a := range d.attr[d.first[t]:d.first[t+1]] {
			if row[a] >= 0 {
				p.wide = append(p.wide, uint32(int(row[a])*p.stride))
				continue
			}
			for q := x.start[a]; q < x.start[a+1]; q++ {
				p.narrow, p.label = append(p.narrow, uint32(q)), append(p.label, uint16(x.label[q]))
			}
		}
		p.wideFirst, p.narrowFirst = append(p.wideFirst, len(p.wide)), append(p.narrowFirst, len(p.narrow))
	}
	p.weights = make([]float64, p.size())
	return p
}

// size is that of a matrix of the wide attributes.
func (p *plan) size() int { return len(p.attr) * p.stride }

// spread sets the matrix of weights from w.
func (p *plan) spread(w []float64) {
	for r, a := range p.attr {
		row := p.weights[r*p.stride : (r+1)*p.stride]
		clear(row)
		for q := p.x.start[a]; q < p.x.start[a+1]; q++ {
			row[p.x.label[q]] = w[q]
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

// score is index.score of the tokens lo..hi-1 under the weights w, which were spread.
func (p *plan) score(dst *structured.Lattice, k *tokens, lo, hi int, w []float64) {
	dst.Reset(hi-lo, p.x.labels, p.x.edges())
	for t := lo; t < hi; t++ {
		row := dst.NodeAt(t - lo)
		simd.AddRows(row, p.weights, p.wide[p.wideFirst[t]:p.wideFirst[t+1]])
		from, to := p.narrowFirst[t], p.narrowFirst[t+1]
		labels := p.label[from:to]
		for i, q := range p.narrow[from:to] {
			row[labels[i]] += w[q]
		}
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
		from, to := p.narrowFirst[t], p.narrowFirst[t+1]
		labels := p.label[from:to]
		for i, q := range p.narrow[from:to] {
			grad[q] += c * row[labels[i]]
		}
	}
	p.x.pullEdges(dst, g, k, lo, c)
}
