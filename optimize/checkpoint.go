package optimize

import (
	"fmt"
	"io"
	"math"
	"time"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

// ErrCheckpoint means that a checkpoint is damaged or belongs to another run. The message says what
// differs.
var ErrCheckpoint = checkpoint.ErrUnfit

// Checkpoint writes the state that a run needs to continue from this step; see [Resume]. It works
// only during the report, and only for steps of the methods of this package.
//
// Size in bytes for each weight:
//
//   - [AROW] and [AdaGrad]: 16 to 20
//   - [Adam]: 32
//   - [SGD]: 8, or 16 with L1 or Average
//   - [AveragedPerceptron] and [PassiveAggressive]: 16
//   - [LBFGS] and [OWLQN]: 16, and 8 for each past step
//
// [BCFW] and [SAGA] also store their gradients of each example.
func (s *Step) Checkpoint(w io.Writer) error {
	if s.state == nil {
		return fmt.Errorf("%w: checkpoints work only for methods of package optimize", ErrOption)
	}
	c := checkpoint.NewWriter(w)
	s.state(c)
	return c.Close()
}

// Resume returns the method m, a [BatchMethod] or [StochasticMethod] of this package, set up to
// continue from a checkpoint. The next Minimize ignores the contents of w. Given the same
// objective, it makes the same steps, bit for bit, with the same reports and the same result as the
// run that wrote the checkpoint. Counters and seconds also continue.
//
// The options of m, the penalty, and the dimension and length of the objective must be the same as
// in that run; otherwise Minimize fails with [ErrCheckpoint]. Only the maximum, Epochs or
// MaxIterations, may differ, so a run that reached its maximum can continue. There are two
// exceptions:
//
//   - Epochs of [SGD] with Average must be equal, because they decide where the average begins.
//   - Epochs of the first method of a [WarmStart] must be equal once that method has finished.
//
// [BCFW] measures an extra gap at its last epoch, so its number of evaluations depends on Epochs.
//
// The checkpoint must be the next bytes of from, and only one run can read it. Damaged bytes cause
// an error, after which w is undefined.
func Resume[M any](m M, from io.Reader) (M, error) {
	return resume(m, checkpoint.NewReader(from))
}

// resumable is a method that can continue from a checkpoint.
type resumable interface {
	// resumed returns the method, of the same type, set up to continue from the checkpoint.
	resumed(from *checkpoint.Coder) any
}

func resume[M any](m M, from *checkpoint.Coder) (M, error) {
	r, ok := any(m).(resumable)
	if !ok {
		return m, fmt.Errorf("%w: %T does not support checkpoints", ErrOption, m)
	}
	return r.resumed(from).(M), nil
}

func (m LBFGS) resumed(from *checkpoint.Coder) any              { m.resume = from; return m }
func (m OWLQN) resumed(from *checkpoint.Coder) any              { m.resume = from; return m }
func (m WarmStart) resumed(from *checkpoint.Coder) any          { m.resume = from; return m }
func (m SGD) resumed(from *checkpoint.Coder) any                { m.resume = from; return m }
func (m AdaGrad) resumed(from *checkpoint.Coder) any            { m.resume = from; return m }
func (m Adam) resumed(from *checkpoint.Coder) any               { m.resume = from; return m }
func (m SAGA) resumed(from *checkpoint.Coder) any               { m.resume = from; return m }
func (m AveragedPerceptron) resumed(from *checkpoint.Coder) any { m.resume = from; return m }
func (m PassiveAggressive) resumed(from *checkpoint.Coder) any  { m.resume = from; return m }
func (m AROW) resumed(from *checkpoint.Coder) any               { m.resume = from; return m }
func (m BCFW) resumed(from *checkpoint.Coder) any               { m.resume = from; return m }

// maxCount leaves room for further counting.
const maxCount = math.MaxInt / 2

// caps are the options that may differ.
var caps = []string{"Epochs", "MaxIterations"}

// sameRun encodes or checks the identity of a run.
func sameRun(c *checkpoint.Coder, method any, dim int, p Penalty) {
	c.SameFields("the method", "", method, caps...)
	c.Same("the dimension", dim)
	c.Same("L1", p.L1)
	c.Same("L2", p.L2)
}

func (r *Result) state(c *checkpoint.Coder) {
	for _, n := range []*int{&r.Updates, &r.Steps, &r.Evaluations} {
		c.Int(n, 0, maxCount)
	}
	for _, x := range []*float64{&r.Objective, &r.GradNorm, &r.Gap} {
		c.Number(x)
	}
	reason := int(r.Reason)
	c.Int(&reason, int(running), len(reasons)-1)
	r.Reason = Reason(reason)
}

func (g *progress) state(c *checkpoint.Coder) {
	c.Float(&g.floor)
	c.Floats(g.past)
	c.Int(&g.seen, 0, maxCount)
}

// elapsed encodes the time since a run began, or restores the beginning as if there had been no
// interruption.
func elapsed(c *checkpoint.Coder, began *time.Time) {
	seconds := time.Since(*began).Seconds()
	if c.Float(&seconds); c.Reading() {
		*began = time.Now().Add(-time.Duration(max(0, min(seconds, 1e9)) * float64(time.Second)))
	}
}

// state encodes or decodes the history. Before the first pair, factor is 0.
func (h *history) state(c *checkpoint.Coder) {
	c.Int(&h.count, 0, len(h.s))
	c.Int(&h.head, 0, len(h.s)-1)
	c.Float(&h.factor)
	for i := 1; i <= h.count && c.Err() == nil; i++ {
		k := h.pair(i)
		c.Float(&h.rho[k])
		c.Floats32(h.s[k])
		c.Floats32(h.y[k])
	}
	scaled := h.scale != nil
	if c.Bool(&scaled); scaled && h.scale == nil {
		h.scale = make([]float32, len(h.s[0]))
	}
	c.Floats32(h.scale)
}

// state encodes or decodes the average. Call it after a fold, when late is 0.
func (a *average) state(c *checkpoint.Coder) {
	if a == nil {
		return
	}
	c.Float(&a.sum)
	c.Float(&a.share)
	c.Floats(a.total)
}
