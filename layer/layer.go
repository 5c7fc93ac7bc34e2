package layer

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// Loss sets values, of length N, to the losses of the sequences of s for the targets y, and grad to
// the gradient of their weighted sum. Either may be nil. Loss uses loss from several goroutines at
// once, each with its own workspace, which the losses of this module allow.
func (c *Chain) Loss(ctx context.Context, grad *Gradient, values []float32, s *Batch, y Target, loss losses.Loss) error {
	if err := check(s, grad, values); err != nil {
		return err
	}
	if err := y.check(s); err != nil {
		return err
	}
	return c.sum(job{ctx: ctx, batch: s, do: (*worker).loss, grad: grad, values: values, target: y, loss: loss})
}

// Marginals sets dst to the marginals of the sequences of s, and logZ, of length N, to their log Z.
// Marginals of shared scores are summed over the batch. Either result may be nil.
func (c *Chain) Marginals(ctx context.Context, dst *Gradient, logZ []float32, s *Batch) error {
	if err := check(s, dst, logZ); err != nil {
		return err
	}
	return c.sum(job{ctx: ctx, batch: s, do: (*worker).marginals, grad: dst, values: logZ})
}

// Decode fills labels, of length N x T, with the best paths of the sequences of s, and padding with
// -1. It fills scores, of length N or nil, with the scores of these paths. Package viterbi
// documents how ties are broken.
func (c *Chain) Decode(ctx context.Context, labels []int, scores []float32, s *Batch) error {
	return c.label(job{ctx: ctx, batch: s, do: (*worker).decode, labels: labels, values: scores})
}

// Posterior fills labels, of length N x T, with the most probable label of each position, and
// padding with -1. Of equally probable labels it takes the lowest. It fills right, of length N or
// nil, with the expected number of right labels. Unlike a best path, the labels may use forbidden
// transitions.
func (c *Chain) Posterior(ctx context.Context, labels []int, right []float32, s *Batch) error {
	return c.label(job{ctx: ctx, batch: s, do: (*worker).posterior, labels: labels, values: right})
}

func check(s *Batch, grad *Gradient, values []float32) error {
	if err := s.check(); err != nil {
		return err
	}
	if grad != nil {
		if err := grad.check(s); err != nil {
			return err
		}
	}
	return fits("values", len(values), s.N)
}

// label runs a job that fills labels.
func (c *Chain) label(j job) error {
	if err := check(j.batch, nil, j.values); err != nil {
		return err
	}
	if len(j.labels) != j.batch.N*j.batch.T {
		return fmt.Errorf("%w: labels has length %d: want %d x %d", structured.ErrShape, len(j.labels), j.batch.N, j.batch.T)
	}
	return c.run(j)
}

// sum runs a job that computes a gradient, and sums the shared gradients of the blocks.
func (c *Chain) sum(j job) error {
	g := j.grad
	j.shared = g != nil && len(g.Transitions)+len(g.Start)+len(g.End) > 0
	j.groups = j.inGroups()
	if err := c.run(j); err != nil || !j.shared {
		return err
	}
	p := j.batch.parameters()
	total := c.sums[:p]
	for at := p; at < len(c.sums); at += p {
		for k, v := range c.sums[at : at+p] {
			total[k] += v
		}
	}
	b := j.batch
	transitions, total := total[:len(b.Transitions)], total[len(b.Transitions):]
	start, end := total[:len(b.Start)], total[len(b.Start):]
	for _, x := range []struct {
		dst []float32
		v   []float64
	}{{g.Transitions, transitions}, {g.Start, start}, {g.End, end}} {
		if len(x.dst) > 0 {
			narrow(x.dst, x.v, 1)
		}
	}
	return nil
}
