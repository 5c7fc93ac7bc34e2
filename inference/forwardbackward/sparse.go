package forwardbackward

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/sparse"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// lost is the share of the background below which an element of a product has lost too many digits
// to negative corrections. It is then summed again, without them.
const lost = 0.02

// sparseEdges computes products of vectors with the L x L potentials of sparse edges. A potential
// is a background plus, for listed pairs, a correction. So a product is the sum of the vector times
// the background, plus the corrections.
type sparseEdges struct {
	pairs  *structured.Pairs // of the potentials, or nil
	values []float64         // the scores from which they were computed
	most   float64           // the greatest score: what exp was shifted by

	pattern    *sparse.Pattern
	potential  []float64 // exp(score - most) of each listed pair
	background float64   // exp(-most)
	correction []float64 // of each listed pair
	byRow      []float64 // the corrections in the layout of the rows
	byColumn   []float64 // the corrections in the layout of the columns
	lanes      []float64 // products in the order of a layout

	left, right []float64 // L x stride: transposed tables
	dots        []float64 // one for each listed pair
}

// prepare computes the potentials of s. It returns the greatest score of an edge. ok is false if a
// finite score would vanish.
func (e *sparseEdges) prepare(s *structured.Lattice) (most float64, ok bool) {
	if e.pairs == s.Pairs && simd.Same(e.values, s.Edge) {
		return e.most, true
	}
	e.pairs = nil
	if vec.FirstBad(s.Edge) >= 0 {
		return 0, false
	}
	p := s.Pairs.Pattern()
	most = max(simd.Max(s.Edge), 0)
	e.potential = vec.Resize(e.potential, len(s.Edge))
	if most > -logTiny || simd.Exp(e.potential, s.Edge, most) < logTiny {
		return 0, false
	}
	e.background = math.Exp(-most)
	e.correction = vec.Resize(e.correction, len(s.Edge))
	for i := range p.N {
		to, first := p.Row(i)
		for k, j := range to {
			e.correction[first+k] = e.potential[first+k]
			if p.Open(i, int(j)) {
				e.correction[first+k] -= e.background
			}
		}
	}
	e.byRow = p.Rows.Arrange(e.byRow, e.correction, 0)
	e.byColumn = p.Columns.Arrange(e.byColumn, e.correction, 0)
	e.lanes = vec.Resize(e.lanes, p.Rows.Lanes())
	e.pairs, e.pattern, e.values, e.most = s.Pairs, p, append(e.values[:0], s.Edge...), most
	return most, true
}

// row sets dst[j] to the sum over i of x[i] times the potential of (i, j). mass is row of of, whose
// numbers are not negative. It may be dst. x may be of, or of with each number multiplied.
func (e *sparseEdges) row(dst, x, mass, of []float64) {
	p := e.pattern
	e.product(dst, x, &p.Columns, e.byColumn, p.OpenRow, p.OpenColumn)
	least := lost * e.background * simd.Dot(of, p.OpenRow)
	for j, m := range mass[:p.N] {
		if m < least*p.OpenColumn[j] {
			dst[j] = e.columnSum(x, j)
		}
	}
}

// column sets dst[i] to the sum over j of the potential of (i, j) times x[j]. It is row with rows
// and columns exchanged.
func (e *sparseEdges) column(dst, x, mass, of []float64) {
	p := e.pattern
	e.product(dst, x, &p.Rows, e.byRow, p.OpenColumn, p.OpenRow)
	least := lost * e.background * simd.Dot(of, p.OpenColumn)
	for i, m := range mass[:p.N] {
		if m < least*p.OpenRow[i] {
			dst[i] = e.rowSum(x, i)
		}
	}
}

// product adds the corrections to the background. An element may have lost digits.
func (e *sparseEdges) product(dst, x []float64, y *sparse.Layout, corrections, openX, open []float64) {
	simd.GatherDot(e.lanes, corrections, x, y.Index, y.First)
	background := e.background * simd.Dot(x, openX)
	lanes := e.lanes[:len(y.Line)]
	for k, j := range y.Line {
		dst[j] = lanes[k] + background*open[j]
	}
}

// columnSum returns element j of row without corrections.
func (e *sparseEdges) columnSum(x []float64, j int) float64 {
	from, entry := e.pattern.Column(j)
	listed, others, next := 0.0, 0.0, 0
	for k, i := range from {
		listed += x[i] * e.potential[entry[k]]
		others += simd.Dot(x[next:i], e.pattern.OpenRow[next:i])
		next = int(i) + 1
	}
	others += simd.Dot(x[next:], e.pattern.OpenRow[next:])
	return listed + e.background*e.pattern.OpenColumn[j]*others
}

// rowSum returns element i of column without corrections.
func (e *sparseEdges) rowSum(x []float64, i int) float64 {
	to, first := e.pattern.Row(i)
	listed, others, next := 0.0, 0.0, 0
	for k, j := range to {
		listed += x[j] * e.potential[first+k]
		others += simd.Dot(x[next:j], e.pattern.OpenColumn[next:j])
		next = int(j) + 1
	}
	others += simd.Dot(x[next:], e.pattern.OpenColumn[next:])
	return listed + e.background*e.pattern.OpenRow[i]*others
}

// reachable reports whether an edge into j comes from a reachable label.
func (e *sparseEdges) reachable(from []float64, j int) bool {
	rows, entry := e.pattern.Column(j)
	for k, i := range rows {
		if from[i] != 0 && e.potential[entry[k]] != 0 {
			return true
		}
	}
	if e.pattern.OpenColumn[j] == 0 {
		return false
	}
	for i, a := range from {
		if len(rows) > 0 && int(rows[0]) == i {
			rows = rows[1:]
			continue
		}
		if a != 0 && e.pattern.OpenRow[i] != 0 {
			return true
		}
	}
	return false
}

// step is [step] for sparse edges.
func (e *sparseEdges) step(to, from, node []float64) (sum float64, ok bool) {
	e.row(to, from, to, from)
	sum, least := simd.MulSum(to, to, node)
	if least < tiny {
		for j, p := range node {
			if to[j] < tiny && p != 0 && e.reachable(from, j) {
				return 0, false
			}
		}
	}
	return sum, sum != 0
}

// weighByColumn multiplies dst[i] by the potential of (i, j).
func (e *sparseEdges) weighByColumn(dst []float64, j int) {
	p := e.pattern
	from, entry := p.Column(j)
	k := 0
	for i := range dst {
		v := e.background * p.OpenRow[i] * p.OpenColumn[j]
		if k < len(from) && int(from[k]) == i {
			v = e.potential[entry[k]]
			k++
		}
		dst[i] *= v
	}
}

// full sets dst, L x L, to the potentials.
func (e *sparseEdges) full(dst []float64) {
	p := e.pattern
	for i := range p.N {
		row := dst[i*p.N : (i+1)*p.N]
		simd.Scale(row, e.background*p.OpenRow[i], p.OpenColumn)
		to, first := p.Row(i)
		for k, j := range to {
			row[j] = e.potential[first+k]
		}
	}
}

// sumOuter sets dots to the sum over the rows t of a and b, both n x L, of a[t][i] b[t][j] for each
// listed pair i, j, times its potential.
func (e *sparseEdges) sumOuter(a, b []float64, n int) {
	p := e.pattern
	stride := (n + 3) &^ 3
	e.left, e.right = vec.Resize(e.left, p.N*stride), vec.Resize(e.right, p.N*stride)
	transpose(e.left, a, p.N, n, stride)
	transpose(e.right, b, p.N, n, stride)
	e.dots = vec.Resize(e.dots, len(p.To))
	simd.PairDots(e.dots, e.left, e.right, p.First, p.To, stride)
	simd.Mul(e.dots, 1, e.dots, e.potential)
}

// transpose sets the rows of dst, l x stride, to the columns of x, n x l, and pads them with zeros.
func transpose(dst, x []float64, l, n, stride int) {
	t := 0
	for ; t+4 <= n; t += 4 {
		r0, r1, r2, r3 := x[t*l:(t+1)*l], x[(t+1)*l:(t+2)*l], x[(t+2)*l:(t+3)*l], x[(t+3)*l:(t+4)*l]
		r1, r2, r3 = r1[:len(r0)], r2[:len(r0)], r3[:len(r0)]
		for j, v := range r0 {
			to := dst[j*stride+t:][:4:4]
			to[0], to[1], to[2], to[3] = v, r1[j], r2[j], r3[j]
		}
	}
	if t == n {
		return
	}
	for j := range l {
		to := dst[j*stride+t:][:4:4]
		clear(to)
		for k := t; k < n; k++ {
			to[k-t] = x[k*l+j]
		}
	}
}
