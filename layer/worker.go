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

	node    []float64 // T_n x L
	scores  structured.Lattice
	grad    structured.Lattice
	partial structured.Lattice
	norms   []float64 // T_n
	byNorm  []float64 // T_n
	work    losses.Workspace

	sums []float64 // sums of the shared gradients of the current block
}

// load returns the lattice of sequence n. It is valid until the next load.
func (w *worker) load(n int) *structured.Lattice {
	b := w.chain.job.batch
	t := b.length(n)
	w.node = widen(w.node, b.Emissions[n*b.T*b.L:][:t*b.L])
	if t > 0 {
		for k, v := range b.Start {
			w.node[k] += float64(v)
		}
		for k, v := range b.End {
			w.node[(t-1)*b.L+k] += float64(v)
		}
	}
	w.scores = structured.Lattice{T: t, L: b.L, Node: w.node, Edge: w.chain.edge}
	return &w.scores
}

// target returns the target of sequence n: a path, or a set of paths if a label is unknown.
func (w *worker) target(n int) (structured.Target, error) {
	j := &w.chain.job
	labels := j.target.Labels[n*j.batch.T:][:j.batch.length(n)]
	for _, label := range labels {
		if label < 0 {
			err := structured.Fixed(&w.partial, j.batch.L, labels)
			return structured.Target{Partial: &w.partial}, err
		}
	}
	return structured.PathTarget(labels), nil
}

func (w *worker) loss(n int) error {
	j := &w.chain.job
	s := w.load(n)
	y, err := w.target(n)
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
	weight := 1.0
	if len(j.target.Weights) > 0 {
		weight = float64(j.target.Weights[n])
	}
	return w.store(n, v, weight)
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
	s := w.load(n)
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
	return w.store(n, v, 1)
}

// store writes the value of sequence n and weight times w.grad and w.byNorm. It adds the shared
// gradients to the sums of the block.
func (w *worker) store(n int, v, weight float64) error {
	j := &w.chain.job
	if len(j.values) > 0 {
		j.values[n] = float32(v)
	}
	if j.grad == nil {
		return nil
	}
	b, g := j.batch, &w.grad
	if len(g.Node) != len(w.scores.Node) || len(g.Edge) != len(w.scores.Edge) {
		return fmt.Errorf("%w: the gradient of the loss has a different shape from the scores", structured.ErrShape)
	}
	if len(j.grad.Emissions) > 0 {
		narrow(j.grad.Emissions[n*b.T*b.L:][:b.T*b.L], g.Node, weight)
	}
	if len(j.grad.Norms) > 0 {
		narrow(j.grad.Norms[n*b.T:][:b.T], w.byNorm, weight)
	}
	if !j.shared || w.scores.T == 0 {
		return nil
	}
	at := w.sums
	for _, x := range [][]float64{g.Edge, g.NodeAt(0)[:len(b.Start)], g.NodeAt(w.scores.T - 1)[:len(b.End)]} {
		for k, v := range x {
			at[k] += weight * v
		}
		at = at[len(x):]
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
	s := w.load(n)
	score, err := w.work.Viterbi.Decode(w.path(n), s)
	return w.label(n, score, err)
}

func (w *worker) posterior(n int) error {
	s := w.load(n)
	right, err := w.work.ForwardBackward.Posterior(w.path(n), s)
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
