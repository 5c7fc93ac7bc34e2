package structured

import (
	"errors"
	"fmt"
	"math"
)

// ErrTarget means that a target is invalid or of the wrong kind.
var ErrTarget = errors.New("invalid target")

// Target is the training target of one sentence. Exactly one of its fields is set.
type Target struct {
	// Path is the gold path, of T labels.
	Path []int
	// Soft holds the expected counts of a distribution q over paths. Each node holds the marginal
	// q(t, j). Each edge holds q(t, i, j), or its sum over positions if edges are shared.
	Soft *Lattice
	// Partial defines a set of paths: nodes and edges are 0 where allowed and -Inf elsewhere.
	// [Allow] makes one from the allowed labels of each position.
	Partial *Lattice
}

// PathTarget returns the target for one gold path.
func PathTarget(y []int) Target { return Target{Path: y} }

// Check returns an error that wraps ErrTarget or ErrShape if the target does not fit scores s.
func (y Target) Check(s *Lattice) error {
	switch {
	case y.Soft != nil && y.Partial != nil || y.Path != nil && (y.Soft != nil || y.Partial != nil):
		return fmt.Errorf("%w: more than one of path, soft and partial is set", ErrTarget)
	case y.Soft != nil:
		if !y.Soft.covers(s) {
			return fmt.Errorf("%w: soft target has no counts for the edges of the scores", ErrShape)
		}
		return sameSize(y.Soft, s)
	case y.Partial != nil:
		return sameSize(y.Partial, s)
	}
	return s.CheckPath(y.Path) // the empty path of an empty sentence may be nil
}

// covers reports whether counts q include all edges of scores s.
func (q *Lattice) covers(s *Lattice) bool {
	if s.T < 2 {
		return true
	}
	switch s.Shape() {
	case SharedEdges:
		return q.Shape() == SharedEdges || q.Shape() == PositionEdges
	case PositionEdges:
		return q.Shape() == PositionEdges
	case SparseEdges:
		return q.Pairs == s.Pairs || q.Pairs == nil && len(q.Edge) > 0
	}
	return true
}

func sameSize(a, s *Lattice) error {
	if a.T != s.T || a.L != s.L {
		return fmt.Errorf("%w: target has T = %d, L = %d, but scores have T = %d, L = %d", ErrShape, a.T, a.L, s.T, s.L)
	}
	return a.Check()
}

// ValidateSoft checks that the counts q belong to a distribution over paths. It returns an error
// that wraps ErrTarget if one of these conditions fails by more than tol:
//
//   - counts are not negative and not NaN;
//   - the nodes of each position sum to 1;
//   - edges sum to the nodes at their two ends.
func ValidateSoft(q *Lattice, tol float64) error {
	if err := q.Check(); err != nil {
		return err
	}
	for _, x := range [][]float64{q.Node, q.Edge} {
		for _, v := range x {
			if !(v >= -tol && v <= math.MaxFloat64) {
				return fmt.Errorf("%w: soft target has count %v", ErrTarget, v)
			}
		}
	}
	for t := range q.T {
		sum := 0.0
		for _, v := range q.NodeAt(t) {
			sum += v
		}
		if math.Abs(sum-1) > tol {
			return fmt.Errorf("%w: soft target: node counts at position %d sum to %v: want 1", ErrTarget, t, sum)
		}
	}
	if len(q.Edge) == 0 || q.Pairs != nil { // sparse edges count only some transitions
		return nil
	}
	// Check each position, or all positions at once if edges are shared.
	from, to := make([]float64, q.L), make([]float64, q.L)
	for t := 1; t < q.T; t++ {
		for j := range q.L {
			from[j] += q.NodeAt(t - 1)[j]
			to[j] += q.NodeAt(t)[j]
		}
		if q.Shape() == SharedEdges && t < q.T-1 {
			continue
		}
		e := q.EdgeAt(t)
		for i := range q.L {
			for j := range q.L {
				from[i] -= e[i*q.L+j]
				to[j] -= e[i*q.L+j]
			}
		}
		for j := range q.L {
			if slack := tol * float64(t); math.Abs(from[j]) > slack || math.Abs(to[j]) > slack {
				return fmt.Errorf("%w: soft target: edge counts into position %d do not sum to the node counts of label %d", ErrTarget, t, j)
			}
		}
		clear(from)
		clear(to)
	}
	return nil
}
