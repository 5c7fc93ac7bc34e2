package structured

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/sparse"
)

// Pairs lists the label pairs of sparse edges. A lattice with sparse edges has one number for each
// listed pair, the same at all positions. The edges of the other pairs are zero. [Compress] can
// also close labels: then the pairs that are not listed and start or end with a closed label are
// forbidden. Pairs are immutable and safe for concurrent use.
type Pairs struct{ pattern sparse.Pattern }

// NewPairs returns a list of pairs of l labels. The pair of labels i and j has the number i*l+j.
// The numbers must ascend. The error wraps ErrShape.
func NewPairs(l int, pairs []int32) (*Pairs, error) {
	for k, pair := range pairs {
		if pair < 0 || int(pair) >= l*l || k > 0 && pair <= pairs[k-1] {
			return nil, fmt.Errorf("%w: pair %d at index %d for %d labels: want ascending numbers below %d", ErrShape, pair, k, l, l*l)
		}
	}
	return &Pairs{*sparse.New(l, pairs, nil, nil)}, nil
}

// Compress returns the pairs whose numbers in the L x L matrix edge differ from the background, and
// these numbers. The background is 0, or -Inf from or to the labels that forbid most pairs. The
// lattices with the dense and with the sparse edges score all paths alike.
func Compress(l int, edge []float64) (*Pairs, []float64) {
	row, column := make([]bool, l), make([]bool, l)
	for i := range row {
		forbidden := 0
		for _, v := range edge[i*l : (i+1)*l] {
			if math.IsInf(v, -1) {
				forbidden++
			}
		}
		row[i] = 2*forbidden > l
	}
	for j := range column {
		forbidden, allowed := 0, 0
		for i := range row {
			switch {
			case row[i]:
			case math.IsInf(edge[i*l+j], -1):
				forbidden++
			default:
				allowed++
			}
		}
		column[j] = forbidden > allowed
	}
	var pairs []int32
	var values []float64
	for k, v := range edge {
		background := 0.0
		if row[k/l] || column[k%l] {
			background = math.Inf(-1)
		}
		if v != background {
			pairs, values = append(pairs, int32(k)), append(values, v)
		}
	}
	return &Pairs{*sparse.New(l, pairs, row, column)}, values
}

// Labels returns the number of labels L.
func (p *Pairs) Labels() int { return p.pattern.N }

// Len returns the number of listed pairs.
func (p *Pairs) Len() int { return len(p.pattern.To) }

// Find returns the index of the pair of labels i and j in the list, or -1.
func (p *Pairs) Find(i, j int) int { return p.pattern.Find(i, j) }

// Pattern returns the pairs in the form that the packages of this module compute with.
func (p *Pairs) Pattern() *sparse.Pattern { return &p.pattern }

// background returns the score of the pair i, j if it is not listed.
func (p *Pairs) background(i, j int) float64 { return allow(p.pattern.Open(i, j)) }

// expand sets dst, L x L, to the numbers of the listed pairs and zero elsewhere. With forbid,
// forbidden pairs get -Inf.
func (p *Pairs) expand(dst, values []float64, forbid bool) {
	l := p.Labels()
	clear(dst[:l*l])
	for i := range l {
		row := dst[i*l : (i+1)*l]
		if forbid && p.pattern.Closed {
			for j := range row {
				row[j] = p.background(i, j)
			}
		}
		to, first := p.pattern.Row(i)
		for k, j := range to {
			row[j] = values[first+k]
		}
	}
}

// ResizeSparse is [Lattice.Resize] with sparse edges.
func (s *Lattice) ResizeSparse(t int, pairs *Pairs) {
	s.Pairs = pairs
	s.Resize(t, pairs.Labels(), SparseEdges)
}

// ResetLike gives s the shape of x and sets every number to zero. It reuses the memory of s.
func (s *Lattice) ResetLike(x *Lattice) {
	s.resizeLike(x)
	clear(s.Node)
	clear(s.Edge)
}

func (s *Lattice) resizeLike(x *Lattice) {
	s.Pairs = x.Pairs
	s.Resize(x.T, x.L, x.Shape())
}

// Dense sets dst to the scores s with shared instead of sparse edges. Other edges are copied. dst
// must not be s.
func (s *Lattice) Dense(dst *Lattice) {
	if s.Pairs == nil {
		s.Copy(dst)
		return
	}
	dst.Resize(s.T, s.L, SharedEdges)
	copy(dst.Node, s.Node)
	s.Pairs.expand(dst.Edge, s.Edge, true)
}

// EdgeScore returns the number of the edge from label i at t-1 to label j at t, for any shape of
// edges. For a shared or sparse edge it is the same at all t.
func (s *Lattice) EdgeScore(t, i, j int) float64 {
	switch s.Shape() {
	case NoEdges:
		return 0
	case SparseEdges:
		if k := s.Pairs.Find(i, j); k >= 0 {
			return s.Edge[k]
		}
		return s.Pairs.background(i, j)
	}
	return s.EdgeAt(t)[i*s.L+j]
}
