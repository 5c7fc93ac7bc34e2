package losses

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

// PrunedTarget is the training target of one sentence on a pruned lattice. A soft or partial target
// has the kept labels and the order of the scores.
type PrunedTarget = TargetOf[pruned.Lattice, int]

// PrunedWorkspace is [Workspace] for losses on pruned lattices.
type PrunedWorkspace struct {
	Pruned pruned.Workspace

	lattice problem[pruned.Lattice, int]
	mu      pruned.Lattice
	cost    structured.Lattice
	path    []int
}

// EvalPruned is the Eval of [Loss] for a general loss on pruned lattices. Order 0 ignores costs on
// edges. If s does not keep a gold label, the error wraps pruned.ErrPruned.
func EvalPruned(l General, grad, s *pruned.Lattice, y PrunedTarget, w *PrunedWorkspace) (float64, error) {
	p, err := w.Problem(grad, s, y)
	if err != nil {
		return 0, err
	}
	return l.EvalOn(p)
}

// Problem is [Workspace.Problem] for pruned lattices.
func (w *PrunedWorkspace) Problem(grad, s *pruned.Lattice, y PrunedTarget) (Problem, error) {
	if err := y.check(); err != nil {
		return nil, err
	}
	var err error
	switch {
	case y.Soft != nil:
		err = samePruned(y.Soft, s)
	case y.Partial != nil:
		err = samePruned(y.Partial, s)
	default:
		err = s.CheckPath(y.Path)
	}
	if err != nil {
		return nil, err
	}
	w.lattice.open(w, &w.Pruned, &w.Pruned, grad, s, y)
	return &w.lattice, nil
}

// samePruned returns an error unless target q has the kept labels and the order of s.
func samePruned(q, s *pruned.Lattice) error {
	if q.Kept() != s.Kept() || q.Order() != s.Order() {
		return fmt.Errorf("%w: target of order %d and scores of order %d differ in order or in kept labels", structured.ErrShape, q.Order(), s.Order())
	}
	return nil
}

func (*PrunedWorkspace) score(s *pruned.Lattice, y []int) float64  { return s.PathScore(y) }
func (*PrunedWorkspace) add(s *pruned.Lattice, y []int, v float64) { s.AddPath(y, v) }
func (*PrunedWorkspace) reset(dst, like *pruned.Lattice)           { dst.ResetLike(like) }
func (*PrunedWorkspace) copy(dst, s *pruned.Lattice)               { s.Copy(dst) }
func (*PrunedWorkspace) scale(s *pruned.Lattice, c float64)        { s.Scale(c) }
func (*PrunedWorkspace) addScaled(dst, a, b *pruned.Lattice, c float64) error {
	return pruned.AddScaled(dst, a, b, c)
}
func (*PrunedWorkspace) numbers(s *pruned.Lattice) [3][]float64 {
	return [3][]float64{s.Node, s.Edge, s.Triple}
}
func (*PrunedWorkspace) tokens(s *pruned.Lattice) int { return s.Len() }

func (w *PrunedWorkspace) fillCost(dst, s *pruned.Lattice, c structured.Cost, gold []int) error {
	if s.Len() == 0 {
		dst.ResetLike(s)
		return nil
	}
	if err := c.Fill(&w.cost, gold, s.Kept().Alphabet()); err != nil {
		return err
	}
	order := 0
	if w.cost.Shape() != structured.NoEdges {
		order = min(s.Order(), 1)
	}
	dst.Reset(s.Kept(), order)
	return dst.AddFirstOrder(&w.cost, 1)
}

func (w *PrunedWorkspace) expectedScore(grad, s, q *pruned.Lattice, v float64) (sum float64, err error) {
	counts, scores := w.numbers(q), w.numbers(s)
	var to [3][]float64
	if grad != nil {
		to = w.numbers(grad)
	}
	for k := range counts {
		if sum, err = addExpected(sum, to[k], scores[k], counts[k], v); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// uniform has no closed form: the number of kept labels differs between tokens.
func (*PrunedWorkspace) uniform(_, _ *pruned.Lattice) bool { return false }

func (w *PrunedWorkspace) decode(s *pruned.Lattice) ([]int, float64, error) {
	w.path = vec.Resize(w.path, s.Len())
	score, err := w.Pruned.Decode(w.path, s)
	return w.path, score, err
}

func (w *PrunedWorkspace) goldMarginals(mu []float64, s *pruned.Lattice, gold []int) (float64, error) {
	logZ, err := w.Pruned.Marginals(&w.mu, s)
	if err != nil {
		return 0, err
	}
	for t, g := range gold {
		mu[t] = w.mu.NodeAt(t)[s.Kept().Index(t, g)]
	}
	return logZ, nil
}

func (*PrunedWorkspace) weighGold(dst, s *pruned.Lattice, gold []int, weight []float64) {
	dst.Reset(s.Kept(), 0)
	for t, g := range gold {
		dst.NodeAt(t)[s.Kept().Index(t, g)] = weight[t]
	}
}

func (*PrunedWorkspace) fixGold(s *pruned.Lattice, gold []int, t int) {
	row, at := s.NodeAt(t), s.Kept().Index(t, gold[t])
	v := row[at]
	vec.Fill(row, math.Inf(-1))
	row[at] = v
}

func (*PrunedWorkspace) addNodes(to []float64, s *pruned.Lattice, y []int, v float64) {
	at := 0
	for t, j := range y {
		to[at+s.Kept().Index(t, j)] += v
		at += len(s.Kept().At(t))
	}
}

func (*PrunedWorkspace) agree(x, y []int) float64 { return agreeing(x, y) }
