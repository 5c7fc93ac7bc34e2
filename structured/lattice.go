package structured

import (
	"errors"
	"fmt"
	"slices"
	"sort"

	"github.com/trellis-nlp/trellis/internal/vec"
)

// ErrNoPath means that no path has a finite score: each one passes a -Inf, or T > 0 and L = 0.
var ErrNoPath = errors.New("no path has a finite score")

// ErrStructure means that a loss or cost is not defined for a structure: lattice, segments or
// pruned higher-order CRF.
var ErrStructure = errors.New("not defined on this structure")

// ErrShape means that the sizes of lattices, paths or targets do not match.
var ErrShape = errors.New("shape mismatch")

// Lattice holds one real number for each node and edge of a trellis of T positions and L labels.
// Its edges have one of four shapes:
//
//   - none (len 0): every edge is zero;
//   - shared (len L*L): one matrix for all positions, as for transition weights. In a gradient or
//     in counts it holds the sum over positions;
//   - per position (len (T-1)*L*L): one matrix for each step from t-1 to t;
//   - sparse (Pairs is not nil): shared, with one number for each listed pair of labels. Inference
//     takes time proportional to L plus the number of pairs, instead of L*L. Use it if most
//     transitions of many labels have no weight.
//
// At T = 2, shared edges and edges per position coincide. The zero Lattice has no positions and
// exactly one path, the empty one.
type Lattice struct {
	T, L int
	Node []float64 // T x L: Node[t*L+j]
	Edge []float64 // none, L x L: Edge[i*L+j], or (T-1) x L x L: Edge[((t-1)*L+i)*L+j]

	// Pairs, unless nil, makes the edges sparse: Edge holds one number for each of its pairs.
	Pairs *Pairs
}

// EdgeShape is one of the four shapes of edges.
type EdgeShape int

// The shapes of a Lattice's edges.
const (
	NoEdges EdgeShape = iota
	SharedEdges
	PositionEdges
	SparseEdges
)

// NewLattice returns a lattice of zeros.
func NewLattice(t, l int, edges EdgeShape) *Lattice {
	s := new(Lattice)
	s.Reset(t, l, edges)
	return s
}

// Reset gives s the shape t x l with the given edge shape and sets every number to zero. It reuses
// the memory of s.
func (s *Lattice) Reset(t, l int, edges EdgeShape) {
	s.Resize(t, l, edges)
	clear(s.Node)
	clear(s.Edge)
}

// Resize is Reset without the zeros: the numbers are undefined. With [SparseEdges] the Pairs of s
// stay, and must be pairs of l labels.
func (s *Lattice) Resize(t, l int, edges EdgeShape) {
	s.T, s.L = t, l
	s.Node = vec.Resize(s.Node, t*l)
	n := 0
	if edges != SparseEdges {
		s.Pairs = nil
	}
	switch edges {
	case SparseEdges:
		if s.Pairs == nil || s.Pairs.Labels() != l {
			panic(fmt.Sprintf("structured: no pairs of %d labels for sparse edges", l))
		}
		n = s.Pairs.Len()
	case SharedEdges:
		n = l * l
	case PositionEdges:
		n = max(t-1, 0) * l * l
	}
	s.Edge = vec.Resize(s.Edge, n)
}

// Shape returns the shape of the edges. At T = 2, where two shapes coincide, it returns
// SharedEdges.
func (s *Lattice) Shape() EdgeShape {
	switch {
	case s.Pairs != nil:
		return SparseEdges
	case len(s.Edge) == 0:
		return NoEdges
	case len(s.Edge) == s.L*s.L:
		return SharedEdges
	}
	return PositionEdges
}

// NodeAt returns the L numbers of position t. The slice aliases s.
func (s *Lattice) NodeAt(t int) []float64 { return s.Node[t*s.L : (t+1)*s.L] }

// EdgeAt returns the L x L numbers of the step from t-1 to t, for t in 1..T-1. Row i belongs to
// label i at t-1. The slice aliases s. It is nil if s has no edges. Sparse edges have no such
// matrix: EdgeAt panics, and [Lattice.EdgeScore] reads single edges of any shape.
func (s *Lattice) EdgeAt(t int) []float64 {
	if s.Pairs != nil {
		panic("structured: EdgeAt of a lattice with sparse edges")
	}
	n := s.L * s.L
	return vec.Block(s.Edge, (t-1)*n, n)
}

// Check returns an error that wraps ErrShape if the lengths of s match none of the shapes.
func (s *Lattice) Check() error {
	switch {
	case s.T < 0 || s.L < 0:
		return fmt.Errorf("%w: lattice has T = %d positions and L = %d labels: want 0 or more", ErrShape, s.T, s.L)
	case len(s.Node) != s.T*s.L:
		return fmt.Errorf("%w: lattice of T = %d, L = %d has %d nodes: want %d", ErrShape, s.T, s.L, len(s.Node), s.T*s.L)
	}
	if p := s.Pairs; p != nil {
		if p.Labels() != s.L || len(s.Edge) != p.Len() {
			return fmt.Errorf("%w: lattice of L = %d has %d sparse edges: want %d for L = %d", ErrShape, s.L, len(s.Edge), p.Len(), p.Labels())
		}
		return nil
	}
	n := s.L * s.L
	if e := len(s.Edge); e != 0 && e != n && e != max(s.T-1, 0)*n {
		return fmt.Errorf("%w: lattice of T = %d, L = %d has %d edges: want 0, %d or %d",
			ErrShape, s.T, s.L, e, n, max(s.T-1, 0)*n)
	}
	return nil
}

// Validate checks the shape of s and that every number is finite or -Inf. The error wraps ErrShape
// or is a *ValueError with the position of the first bad number.
func (s *Lattice) Validate() error {
	if err := s.Check(); err != nil {
		return err
	}
	if k := vec.FirstBad(s.Node); k >= 0 {
		return &ValueError{T: k / s.L, From: -1, Label: k % s.L, Value: s.Node[k]}
	}
	if k := vec.FirstBad(s.Edge); k >= 0 {
		if s.Pairs != nil {
			i := sort.Search(s.L, func(i int) bool { return int(s.Pairs.pattern.First[i+1]) > k })
			return &ValueError{T: -1, From: i, Label: int(s.Pairs.pattern.To[k]), Value: s.Edge[k]}
		}
		e := &ValueError{T: k/(s.L*s.L) + 1, From: k / s.L % s.L, Label: k % s.L, Value: s.Edge[k]}
		if s.Shape() == SharedEdges && s.T != 2 {
			e.T = -1
		}
		return e
	}
	return nil
}

// ValueError reports a NaN or +Inf among scores.
type ValueError struct {
	T     int // position; -1 for a shared edge
	From  int // label at T-1 for an edge; -1 for a node
	Label int // label at T
	Value float64
}

// Error returns the value and its position.
func (e *ValueError) Error() string {
	place := fmt.Sprintf("node (t=%d, label=%d)", e.T, e.Label)
	switch {
	case e.From >= 0 && e.T < 0:
		place = fmt.Sprintf("shared edge (from=%d, label=%d)", e.From, e.Label)
	case e.From >= 0:
		place = fmt.Sprintf("edge (t=%d, from=%d, label=%d)", e.T, e.From, e.Label)
	}
	return fmt.Sprintf("score of %s is %v: want a finite number or -Inf", place, e.Value)
}

// PathScore returns the score of the path y in s. It panics if y does not have T labels or a label
// is outside 0..L-1. [Lattice.CheckPath] checks both.
func (s *Lattice) PathScore(y []int) float64 {
	if len(y) != s.T {
		panic(fmt.Sprintf("structured: path of %d labels in a lattice of T = %d", len(y), s.T))
	}
	shared := s.Shape() == SharedEdges
	sum := 0.0
	for t, j := range y {
		if t > 0 { // edge first, in the order of the decoders: equal to the last bit
			if shared {
				sum += s.Edge[y[t-1]*s.L+j]
			} else {
				sum += s.EdgeScore(t, y[t-1], j)
			}
		}
		sum += s.NodeAt(t)[j]
	}
	return sum
}

// CheckPath returns an error that wraps ErrShape if y is not a path of s.
func (s *Lattice) CheckPath(y []int) error {
	if len(y) != s.T {
		return fmt.Errorf("%w: path of %d labels in a lattice of T = %d", ErrShape, len(y), s.T)
	}
	for t, j := range y {
		if j < 0 || j >= s.L {
			return fmt.Errorf("%w: path has label %d at position %d: want 0..%d", ErrShape, j, t, s.L-1)
		}
	}
	return nil
}

// AddPath adds v to the nodes and edges of s along the path y. On a lattice of zeros, AddPath(y, 1)
// makes the indicator lattice of y. If s has no edges, only nodes change. Sparse edges change where
// a pair is listed.
func (s *Lattice) AddPath(y []int, v float64) {
	shared := s.Shape() == SharedEdges
	for t, j := range y {
		s.Node[t*s.L+j] += v
		switch {
		case t == 0:
		case shared:
			s.Edge[y[t-1]*s.L+j] += v
		default:
			s.AddEdge(t, y[t-1], j, v)
		}
	}
}

// AddEdge adds v to the edge from label i at t-1 to label j at t. It does nothing if s has no such
// edge: no edges, or sparse edges without this pair.
func (s *Lattice) AddEdge(t, i, j int, v float64) {
	switch s.Shape() {
	case NoEdges:
	case SparseEdges:
		if k := s.Pairs.Find(i, j); k >= 0 {
			s.Edge[k] += v
		}
	default:
		s.EdgeAt(t)[i*s.L+j] += v
	}
}

// Copy sets dst to a copy of s.
func (s *Lattice) Copy(dst *Lattice) {
	dst.resizeLike(s)
	copy(dst.Node, s.Node)
	copy(dst.Edge, s.Edge)
}

// Scale multiplies every number of s by c, which must be finite and not negative. c = 0 sets every
// number to zero, even -Inf. Pairs that Compress forbids stay forbidden.
func (s *Lattice) Scale(c float64) {
	vec.Scale(s.Node, c)
	vec.Scale(s.Edge, c)
}

// AddScaled sets dst to a + c*b. For example, it computes cost-augmented scores s + c*cost, or
// scores plus constraints. With c = 0, dst becomes a copy of a. c must be finite, and the shapes of
// a and b must be valid (see [Lattice.Check]).
//
// dst gets the finer edge shape of the two: shared scores plus a cost per position are scores per
// position. Sparse edges stay sparse if the other lattice has none or the same Pairs, and become
// shared otherwise. dst may be a, but not b.
func AddScaled(dst, a, b *Lattice, c float64) error {
	if a.T != b.T || a.L != b.L {
		return fmt.Errorf("%w: cannot add lattices of %d x %d and %d x %d", ErrShape, a.T, a.L, b.T, b.L)
	}
	x, y := edgesOf(a), edgesOf(b)
	if x.pairs != nil && dst == a {
		x.values = slices.Clone(x.values) // they would be overwritten by the matrix
	}
	switch {
	case x.pairs != nil && (y.none() || y.pairs == x.pairs):
		if dst != a {
			dst.resizeLike(a)
		}
	case y.pairs != nil && x.none() && c != 0:
		dst.resizeLike(b)
	default:
		dst.Resize(a.T, a.L, max(x.shape(a), y.shape(b)))
	}
	if c == 0 {
		copy(dst.Node, a.Node)
	} else {
		addScaled(dst.Node, a.Node, b.Node, c)
	}
	if dst.Pairs != nil {
		addBlock(dst.Edge, x.values, y.values, c)
		return nil
	}
	n := a.L * a.L
	// Backwards, so that shared edges of a are read before growing in place overwrites them.
	for at := len(dst.Edge) - n; n > 0 && at >= 0; at -= n {
		to := dst.Edge[at : at+n]
		switch {
		case x.pairs != nil:
			x.pairs.expand(to, x.values, true)
			y.add(to, at, c)
		case y.pairs != nil:
			addBlock(to, vec.Block(x.values, at, n), nil, c)
			y.add(to, at, c)
		default:
			addBlock(to, vec.Block(x.values, at, n), vec.Block(y.values, at, n), c)
		}
	}
	return nil
}

// edges are the edges of a lattice, in any shape.
type edges struct {
	values []float64
	pairs  *Pairs
}

func edgesOf(s *Lattice) edges {
	if len(s.Edge) == 0 {
		return edges{nil, s.Pairs}
	}
	return edges{s.Edge, s.Pairs}
}

func (e edges) none() bool { return e.pairs == nil && len(e.values) == 0 }

// shape returns the shape of the edges of s in a dense lattice.
func (e edges) shape(s *Lattice) EdgeShape {
	if e.pairs != nil {
		return SharedEdges
	}
	return s.Shape()
}

// add adds c times the matrix at index at to the matrix dst.
func (e edges) add(dst []float64, at int, c float64) {
	switch {
	case c == 0 || e.none():
	case e.pairs == nil:
		addScaled(dst, dst, vec.Block(e.values, at, len(dst)), c)
	default:
		l := e.pairs.Labels()
		for i := range l {
			to, first := e.pairs.pattern.Row(i)
			row, k := dst[i*l:(i+1)*l], 0
			for j := range row {
				v := e.pairs.background(i, j)
				if k < len(to) && int(to[k]) == j {
					v = e.values[first+k]
					k++
				}
				row[j] += c * v
			}
		}
	}
}

// addBlock sets dst to x + c*y. A nil x or y means zeros.
func addBlock(dst, x, y []float64, c float64) {
	switch {
	case x == nil && (y == nil || c == 0):
		clear(dst)
	case x == nil:
		for k, v := range y {
			dst[k] = c * v
		}
	case y == nil || c == 0:
		copy(dst, x)
	default:
		addScaled(dst, x, y, c)
	}
}

func addScaled(dst, a, b []float64, c float64) {
	b, dst = b[:len(a)], dst[:len(a)]
	for k, v := range a {
		dst[k] = v + c*b[k]
	}
}
