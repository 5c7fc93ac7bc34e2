package structured

import (
	"errors"
	"fmt"
	"math"
)

// ErrTarget says that a target is not of a kind that is wanted, or that it is none at all.
var ErrTarget = errors.New("unfit target")

// A Target is what training wants of one sentence. Just one of its fields is set.
type Target struct {
	// Path is the gold path: T labels.
	Path []int
	// Soft holds the expected counts of a distribution q over paths: the marginal q(t, j) on each
	// node, and on the edges q(t, i, j), or its sum over positions where they are shared.
	Soft *Lattice
	// Partial names a set of paths: 0 on the nodes and edges that they may use, -Inf elsewhere.
	// [Allow] makes one of the labels allowed at each position.
	Partial *Lattice
}

// PathTarget returns the target of one gold path.
func PathTarget(y []int) Target { return Target{Path: y} }

// Check reports, as an error that wraps ErrTarget or ErrShape, a target that does not fit scores s.
func (y Target) Check(s *Lattice) error {
	switch {
	case y.Soft != nil && y.Partial != nil || y.Path != nil && (y.Soft != nil || y.Partial != nil):
		return fmt.Errorf("%w: more than one of path, soft and partial", ErrTarget)
	case y.Soft != nil:
		if y.Soft.Shape() < s.Shape() && s.T > 1 || y.Soft.Shape() == SharedEdges && s.Shape() == PositionEdges {
			return fmt.Errorf("%w: soft target lacks the counts of the scores' edges", ErrShape)
		}
		return sameSize(y.Soft, s)
	case y.Partial != nil:
		return sameSize(y.Partial, s)
	}
	return s.CheckPath(y.Path) // the empty path of an empty sentence may be nil
}

func sameSize(a, s *Lattice) error {
	if a.T != s.T || a.L != s.L {
		return fmt.Errorf("%w: target of T = %d, L = %d for scores of T = %d, L = %d", ErrShape, a.T, a.L, s.T, s.L)
	}
	return a.Check()
}

// ValidateSoft reports, as an error that wraps ErrTarget, counts that belong to no distribution
// over paths: a negative or NaN count, nodes of a position that do not sum to 1, or edges that do
// not sum to the nodes at their ends, each by more than tol.
func ValidateSoft(q *Lattice, tol float64) error {
	if err := q.Check(); err != nil {
		return err
	}
	for _, x := range [][]float64{q.Node, q.Edge} {
		for _, v := range x {
			if !(v >= -tol && v <= math.MaxFloat64) {
				return fmt.Errorf("%w: count %v in a soft target", ErrTarget, v)
			}
		}
	}
	for t := range q.T {
		sum := 0.0
		for _, v := range q.NodeAt(t) {
			sum += v
		}
		if math.Abs(sum-1) > tol {
			return fmt.Errorf("%w: node counts at position %d sum to %v: want 1", ErrTarget, t, sum)
		}
	}
	if len(q.Edge) == 0 {
		return nil
	}
	// Per position, or once over all positions where edges are shared.
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
				return fmt.Errorf("%w: edge counts into position %d do not sum to the node counts of label %d", ErrTarget, t, j)
			}
		}
		clear(from)
		clear(to)
	}
	return nil
}
