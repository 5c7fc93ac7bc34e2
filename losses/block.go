package losses

import (
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Lanes is the number of sentences that [Workspace.EvalBlock] processes at once.
const Lanes = forwardbackward.Lanes

// term is a call of [Problem.LogZ].
type term struct {
	cost                 structured.Cost
	scale, gamma, weight float64
}

// termsOf returns the calls of LogZ that l makes for every target, in order. The other elements
// have a gamma of 0. It returns false if the calls are not known: only for losses of this package
// themselves, because a type that embeds one may have another Eval.
func termsOf(l Loss) (terms [2]term, ok bool) {
	switch l := l.(type) {
	case CrossEntropy:
		return [2]term{{nil, 0, orOne(l.Gamma), 1}}, true
	case SoftmaxMargin:
		return [2]term{{l.Cost, orOne(l.Scale), orOne(l.Gamma), 1}}, true
	case JensenRiskBound:
		return termsOf(l.ramp())
	case SoftRamp:
		up, down, err := rampScales(l.Form, l.Scale)
		gamma := orOne(l.Gamma)
		return [2]term{{l.Cost, up, gamma, 1}, {l.Cost, down, gamma, -1}}, err == nil
	}
	return terms, false
}

// InBlocks reports whether [Workspace.EvalBlock] is faster for loss l than single calls of Eval.
func InBlocks(l Loss) bool {
	_, ok := termsOf(l)
	return ok
}

// evaluation is the scratch memory of EvalBlock.
type evaluation struct {
	problems []problem[structured.Lattice, int] // one for each sentence
	given    [][2]float64                       // results of the calls of LogZ
	scores   []structured.Lattice               // scores of one call
	logZ     []float64
	grad     structured.Lattice // gradient of a single sentence
}

// EvalBlock evaluates loss l for several sentences, each as [Loss.Eval] does. It sets values[k] to
// the loss of scores s[k] for the target y[k], and grad[k] to its gradient. But all gradients share
// one slice of edges, which holds the sum over the sentences.
//
// It is faster than Eval if [InBlocks] returns true for the loss and the scores have the same
// shared or sparse edges and similar lengths. The results are the same up to rounding. The scores
// must have no edges, shared edges, or sparse edges with the same Pairs.
//
// EvalBlock returns the number of sentences before the first error. On error, the edges of the
// gradients are undefined.
func (w *Workspace) EvalBlock(l Loss, values []float64, grad, s []structured.Lattice, y []structured.Target) (n int, err error) {
	if len(values) != len(s) || len(grad) != len(s) || len(y) != len(s) {
		return 0, fmt.Errorf("%w: %d values, %d gradients and %d targets for %d sentences", structured.ErrShape, len(values), len(grad), len(y), len(s))
	}
	for k := range s {
		if err := s[k].Check(); err != nil {
			return k, err
		}
		if s[k].Shape() == structured.PositionEdges || len(s[k].Edge) != len(s[0].Edge) || s[k].Pairs != s[0].Pairs {
			return k, fmt.Errorf("%w: a block needs scores with the same shared or sparse edges", structured.ErrShape)
		}
	}
	shareEdges(grad, s)
	if terms, ok := termsOf(l); ok && len(s) > 1 && w.evalTerms(l.(General), terms, values, grad, s, y) {
		return len(s), nil
	}
	shareEdges(grad, s)
	single := &w.block.grad
	for k := range s {
		if values[k], err = l.Eval(single, &s[k], y[k], w); err != nil {
			return k, err
		}
		if len(single.Node) != len(s[k].Node) || len(single.Edge) != len(s[k].Edge) {
			return k, fmt.Errorf("%w: the gradient of the loss has a different shape from the scores", structured.ErrShape)
		}
		copy(grad[k].Node, single.Node)
		for e, v := range single.Edge {
			grad[0].Edge[e] += v
		}
	}
	return len(s), nil
}

// shareEdges sets the gradients to zero, in the shapes of s, with one slice of edges.
func shareEdges(grad, s []structured.Lattice) {
	for k := range s {
		g := &grad[k]
		if k == 0 {
			g.ResetLike(&s[k])
			continue
		}
		*g = structured.Lattice{T: s[k].T, L: s[k].L, Node: vec.Resize(g.Node, len(s[k].Node)), Edge: grad[0].Edge, Pairs: s[k].Pairs}
		clear(g.Node)
	}
}

// evalTerms computes the terms of the loss in blocks, then the rest for each sentence. It returns
// false on any error, which single evaluations then find.
func (w *Workspace) evalTerms(l General, terms [2]term, values []float64, grad, s []structured.Lattice, y []structured.Target) bool {
	b := &w.block
	n := len(s)
	b.problems, b.given = slices.Grow(b.problems[:0], n)[:n], slices.Grow(b.given[:0], n)[:n]
	b.scores, b.logZ = slices.Grow(b.scores[:0], n)[:n], vec.Resize(b.logZ, n)
	for k := range s {
		if y[k].Check(&s[k]) != nil {
			return false
		}
		b.problems[k].start(w, &w.ForwardBackward, &w.Viterbi, &grad[k], &s[k], pathsOf(y[k]))
	}
	count := 0
	for _, t := range terms {
		if t.gamma == 0 {
			break
		}
		for k := range s {
			p := &b.problems[k]
			x, err := p.augment(t.cost, t.scale)
			if err != nil {
				return false
			}
			b.scores[k] = *p.temper(x, t.gamma)
		}
		if _, err := w.ForwardBackward.AddMarginalsBlock(grad, b.scores, t.weight, b.logZ); err != nil {
			return false
		}
		for k, z := range b.logZ {
			b.given[k][count] = z / t.gamma
		}
		count++
	}
	for k := range s {
		p := &b.problems[k]
		p.given = b.given[k][:count]
		var err error
		if values[k], err = l.EvalOn(p); err != nil {
			return false
		}
	}
	return true
}
