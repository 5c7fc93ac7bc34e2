package losses

import (
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Workspace is the scratch memory of the losses on lattices. The zero value is ready to use. A
// Workspace must not be used by two goroutines at the same time. Custom losses may use its
// decoders.
type Workspace struct {
	Viterbi         viterbi.Workspace
	ForwardBackward forwardbackward.Workspace

	lattice problem[structured.Lattice, int]
	block   evaluation
	mu      structured.Lattice // node marginals
	path    []int

	moved  structured.Lattice // for large-margin-softmax
	slopes []float64          // length T, for large-margin-softmax
}

// Problem returns scores s and target y as a [Problem], which is valid until the next call. If grad
// is not nil, Problem sets it to zero in the shape of s, and the methods of the problem add to it.
// grad must not be s.
func (w *Workspace) Problem(grad, s *structured.Lattice, y structured.Target) (Problem, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	if err := y.Check(s); err != nil {
		return nil, err
	}
	w.lattice.open(w, &w.ForwardBackward, &w.Viterbi, grad, s, pathsOf(y))
	return &w.lattice, nil
}

func pathsOf(y structured.Target) TargetOf[structured.Lattice, int] {
	return TargetOf[structured.Lattice, int]{Path: y.Path, Soft: y.Soft, Partial: y.Partial}
}

func (*Workspace) score(s *structured.Lattice, y []int) float64  { return s.PathScore(y) }
func (*Workspace) add(s *structured.Lattice, y []int, v float64) { s.AddPath(y, v) }
func (*Workspace) reset(dst, like *structured.Lattice)           { dst.ResetLike(like) }
func (*Workspace) copy(dst, s *structured.Lattice)               { s.Copy(dst) }
func (*Workspace) scale(s *structured.Lattice, c float64)        { s.Scale(c) }
func (*Workspace) addScaled(dst, a, b *structured.Lattice, c float64) error {
	return structured.AddScaled(dst, a, b, c)
}
func (*Workspace) numbers(s *structured.Lattice) [3][]float64 { return [3][]float64{s.Node, s.Edge} }
func (*Workspace) tokens(s *structured.Lattice) int           { return s.T }

func (*Workspace) fillCost(dst, s *structured.Lattice, c structured.Cost, gold []int) error {
	return c.Fill(dst, gold, s.L)
}

func (w *Workspace) expectedScore(grad, s, q *structured.Lattice, v float64) (float64, error) {
	var to []float64
	if grad != nil {
		to = grad.Node
	}
	sum, err := addExpected(0, to, s.Node, q.Node, v)
	if err != nil || s.T < 2 {
		return sum, err
	}
	if grad != nil {
		to = grad.Edge
	}
	if s.Pairs != nil && q.Pairs == nil {
		return addExpectedPairs(sum, grad, s, q, v)
	}
	return addExpectedEdges(sum, to, s.Edge, q.Edge, s.L*s.L, v)
}

// addExpectedPairs is addExpected for the edges of scores s with sparse edges and counts q with
// matrices.
func addExpectedPairs(sum float64, grad, s, q *structured.Lattice, v float64) (float64, error) {
	for at, p := range q.Edge {
		if p == 0 {
			continue
		}
		i, j := at/s.L%s.L, at%s.L
		score, to := [1]float64{s.EdgeScore(1, i, j)}, []float64(nil)
		if k := s.Pairs.Find(i, j); grad != nil && k >= 0 {
			to = grad.Edge[k : k+1]
		}
		var err error
		if sum, err = addExpected(sum, to, score[:], q.Edge[at:at+1], v); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// addExpected returns sum plus q.s. If grad is not nil, it adds v times q to grad.
func addExpected(sum float64, grad, s, q []float64, v float64) (float64, error) {
	for k, p := range q {
		if p == 0 {
			continue
		}
		if !(math.Abs(p) <= math.MaxFloat64) {
			return 0, fmt.Errorf("%w: count %v in a soft target", structured.ErrTarget, p)
		}
		sum += p * s[k]
		if grad != nil {
			grad[k] += v * p
		}
	}
	return sum, nil
}

// addExpectedEdges is addExpected for edge matrices of n numbers. s may share one matrix while q
// has one for each position.
func addExpectedEdges(sum float64, grad, s, q []float64, n int, v float64) (float64, error) {
	if len(s) == 0 || len(q) == len(s) {
		return addExpected(sum, grad, s, q[:len(s)], v)
	}
	var err error
	var to []float64
	for at := 0; at < len(q) && err == nil; at += n {
		of := at % len(s)
		if grad != nil {
			to = grad[of : of+n]
		}
		sum, err = addExpected(sum, to, s[of:of+n], q[at:at+n], v)
	}
	return sum, err
}

// uniform returns 1/L for each node and 1/L^2 for each edge, or false if s forbids anything.
func (*Workspace) uniform(q, s *structured.Lattice) bool {
	forbids := func(x []float64) bool { return slices.Contains(x, math.Inf(-1)) }
	if forbids(s.Node) || forbids(s.Edge) || s.Pairs != nil && s.Pairs.Pattern().Closed {
		return false
	}
	q.ResetLike(s)
	p := 1 / float64(s.L)
	vec.Fill(q.Node, p)
	if q.Shape() != structured.PositionEdges {
		vec.Fill(q.Edge, float64(max(s.T-1, 0))*p*p)
	} else {
		vec.Fill(q.Edge, p*p)
	}
	return true
}

func (w *Workspace) decode(s *structured.Lattice) ([]int, float64, error) {
	w.path = vec.Resize(w.path, s.T)
	score, err := w.Viterbi.Decode(w.path, s)
	return w.path, score, err
}

func (w *Workspace) goldMarginals(mu []float64, s *structured.Lattice, gold []int) (float64, error) {
	logZ, err := w.ForwardBackward.Marginals(&w.mu, s, structured.NoEdges)
	if err != nil {
		return 0, err
	}
	for t, g := range gold {
		mu[t] = w.mu.NodeAt(t)[g]
	}
	return logZ, nil
}

func (*Workspace) weighGold(dst, s *structured.Lattice, gold []int, weight []float64) {
	dst.Reset(s.T, s.L, structured.NoEdges)
	for t, g := range gold {
		dst.NodeAt(t)[g] = weight[t]
	}
}

func (*Workspace) fixGold(s *structured.Lattice, gold []int, t int) {
	row := s.NodeAt(t)
	v := row[gold[t]]
	vec.Fill(row, math.Inf(-1))
	row[gold[t]] = v
}

func (*Workspace) addNodes(to []float64, s *structured.Lattice, y []int, v float64) {
	for t, j := range y {
		to[t*s.L+j] += v
	}
}

func (*Workspace) agree(x, y []int) float64 { return agreeing(x, y) }

// agreeing counts the positions where two paths have the same label.
func agreeing(x, y []int) float64 {
	n := 0
	for t, j := range x {
		if y[t] == j {
			n++
		}
	}
	return float64(n)
}
