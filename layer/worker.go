package layer

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// worker is the scratch memory of one thread.
type worker struct {
	chain *Chain
	run   func() // loop

	scores  structured.Lattice
	grad    structured.Lattice
	partial structured.Lattice
	norms   []float64 // T_n
	byNorm  []float64 // T_n
	work    losses.Workspace
	group   group

	sums []float64 // sums of the shared gradients of the current block
}

// load sets s to the lattice of sequence n. It reuses the memory of the nodes of s.
func (w *worker) load(s *structured.Lattice, n int) {
	b := w.chain.job.batch
	t := b.length(n)
	node := widen(s.Node, b.Emissions[n*b.T*b.L:][:t*b.L])
	if t > 0 {
		for k, v := range b.Start {
			node[k] += float64(v)
		}
		for k, v := range b.End {
			node[(t-1)*b.L+k] += float64(v)
		}
	}
	*s = structured.Lattice{T: t, L: b.L, Node: node, Edge: w.chain.edge}
}

// target returns the target of sequence n: a path, or a set of paths in the given memory if a label
// is unknown.
func (w *worker) target(partial *structured.Lattice, n int) (structured.Target, error) {
	j := &w.chain.job
	labels := j.target.Labels[n*j.batch.T:][:j.batch.length(n)]
	for _, label := range labels {
		if label < 0 {
			err := structured.Fixed(partial, j.batch.L, labels)
			return structured.Target{Partial: partial}, err
		}
	}
	return structured.PathTarget(labels), nil
}

func (w *worker) loss(n int) error {
	j := &w.chain.job
	s := &w.scores
	w.load(s, n)
	y, err := w.target(&w.partial, n)
	if err != nil {
		return err
	}
	var grad *structured.Lattice
	if j.grad != nil {
		grad = &w.grad
	}
	w.byNorm = vec.Resize(w.byNorm, s.T)
	clear(w.byNorm)
	var v float64
	if of, ok := j.loss.(losses.AngularLoss); ok && len(j.target.Norms) > 0 {
		w.loadNorms(n, y.Path)
		v, err = of.EvalWithNorms(grad, w.byNorm, s, w.norms, y, &w.work)
	} else {
		v, err = j.loss.Eval(grad, s, y, &w.work)
	}
	if err != nil {
		return err
	}
	return w.store(n, s, &w.grad, w.grad.Edge, v, j.weight(n))
}

// weight returns the weight of sequence n.
func (j *job) weight(n int) float64 {
	if len(j.target.Weights) > 0 {
		return float64(j.target.Weights[n])
	}
	return 1
}

// loadNorms converts the norms of sequence n to float64. Scores and norms are computed separately
// in float32. So a score at cosine 1 may slightly exceed its norm, which loadNorms corrects.
func (w *worker) loadNorms(n int, gold []int) {
	const slack = 1e-4
	j := &w.chain.job
	w.norms = widen(w.norms, j.target.Norms[n*j.batch.T:][:w.scores.T])
	for t, label := range gold {
		if label >= w.scores.L {
			return // the loss returns the error
		}
		if v := math.Abs(w.scores.NodeAt(t)[label]); v > w.norms[t] && v <= w.norms[t]*(1+slack) {
			w.norms[t] = v
		}
	}
}

func (w *worker) marginals(n int) error {
	s := &w.scores
	w.load(s, n)
	var v float64
	var err error
	if w.chain.job.grad == nil {
		v, err = w.work.ForwardBackward.LogZ(s)
	} else {
		w.byNorm = vec.Resize(w.byNorm, s.T)
		clear(w.byNorm)
		v, err = w.work.ForwardBackward.Marginals(&w.grad, s, s.Shape())
	}
	if err != nil {
		return err
	}
	return w.store(n, s, &w.grad, w.grad.Edge, v, 1)
}

// store writes the value v of sequence n with scores s, and weight times the gradients g and
// w.byNorm. It adds the shared gradients to the sums of the block, of transitions those in edges.
func (w *worker) store(n int, s, g *structured.Lattice, edges []float64, v, weight float64) error {
	j := &w.chain.job
	if len(j.values) > 0 {
		j.values[n] = float32(v)
	}
	if j.grad == nil {
		return nil
	}
	b := j.batch
	if len(g.Node) != len(s.Node) || len(g.Edge) != len(s.Edge) {
		return fmt.Errorf("%w: the gradient of the loss has a different shape from the scores", structured.ErrShape)
	}
	if len(j.grad.Emissions) > 0 {
		narrow(j.grad.Emissions[n*b.T*b.L:][:b.T*b.L], g.Node, weight)
	}
	if len(j.grad.Norms) > 0 {
		narrow(j.grad.Norms[n*b.T:][:b.T], w.byNorm, weight)
	}
	if !j.shared {
		return nil
	}
	add := func(to, x []float64) {
		for k, v := range x {
			to[k] += weight * v
		}
	}
	add(w.sums, edges)
	if at := w.sums[len(b.Transitions):]; s.T > 0 {
		add(at, g.NodeAt(0)[:len(b.Start)])
		add(at[len(b.Start):], g.NodeAt(s.T - 1)[:len(b.End)])
	}
	return nil
}

// narrow writes weight * v to the start of dst and zeros after it.
func narrow(dst []float32, v []float64, weight float64) {
	for k, v := range v {
		dst[k] = float32(weight * v)
	}
	clear(dst[len(v):])
}

func (w *worker) decode(n int) error {
	w.load(&w.scores, n)
	score, err := w.work.Viterbi.Decode(w.path(n), &w.scores)
	return w.label(n, score, err)
}

func (w *worker) posterior(n int) error {
	w.load(&w.scores, n)
	right, err := w.work.ForwardBackward.Posterior(w.path(n), &w.scores)
	return w.label(n, right, err)
}

// path returns the output labels of sequence n.
func (w *worker) path(n int) []int {
	j := &w.chain.job
	return j.labels[n*j.batch.T:][:w.scores.T]
}

// label stores the results of decode and posterior.
func (w *worker) label(n int, v float64, err error) error {
	if err != nil {
		return err
	}
	j := &w.chain.job
	if len(j.values) > 0 {
		j.values[n] = float32(v)
	}
	for t := w.scores.T; t < j.batch.T; t++ {
		j.labels[n*j.batch.T+t] = -1
	}
	return nil
}
