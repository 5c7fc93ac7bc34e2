package optimize

import (
	"fmt"
	"io"
	"math"
	"time"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

// ErrCheckpoint says that a checkpoint is damaged, or is of another run; its text says what differs.
var ErrCheckpoint = checkpoint.ErrUnfit

// Checkpoint writes all that a run needs to go on from this step, see [Resume]. It works during the report
// only, and in steps of the methods of this package only.
//
// Its size, in bytes a weight: [AROW] and [AdaGrad] 16 to 20, [Adam] 32, [SGD] 8, 16 with L1 or Average,
// [AveragedPerceptron] and [PassiveAggressive] 16, [LBFGS] and [OWLQN] 16 and 8 for each past step; [BCFW] and
// [SAGA] keep their gradients of each example too.
func (s *Step) Checkpoint(w io.Writer) error {
	if s.state == nil {
		return fmt.Errorf("%w: a step that keeps no state", ErrOption)
	}
	c := checkpoint.NewWriter(w)
	s.state(c)
	return c.Close()
}

// Resume returns the method m, a [BatchMethod] or [StochasticMethod] of this package, such that the next
// Minimize, whose w may hold anything, goes on from the checkpoint: it makes the same steps, bit for bit, with
// the same reports and the same result, as the run that wrote it would have made, given the same objective. The
// counters and the seconds go on, too.
//
// The options of m, the penalty, and the dimension and length of the objective must be those of that run, or
// Minimize fails with [ErrCheckpoint]. Only the cap may differ, Epochs or MaxIterations: a run that ended there
// can go on. (But for the epochs of [SGD] with Average, which decide where its average begins, those of
// the first method of a [WarmStart] which is done with it; and the extra gap that [BCFW] measures at its last epoch
// counts among the evaluations.)
//
// From must hold the checkpoint's bytes next, and is read by one run. Any bytes do no harm but an error, after
// which w is of no use.
func Resume[M any](m M, from io.Reader) (M, error) {
	return resume(m, checkpoint.NewReader(from))
}

// A resumable method can go on from a checkpoint.
type resumable interface {
	// resumed returns the method, with the same type, that goes on from there.
	resumed(from *checkpoint.Coder) any
}

func resume[M any](m M, from *checkpoint.Coder) (M, error) {
	r, ok := any(m).(resumable)
	if !ok {
		return m, fmt.Errorf("%w: %T keeps no checkpoints", ErrOption, m)
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

// maxCount leaves room to count on.
const maxCount = math.MaxInt / 2

// caps are the options that may differ.
var caps = []string{"Epochs", "MaxIterations"}

// sameRun codes what makes a run the one that it is.
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

// elapsed codes the time since a run began, and sets when it did as if it had not been interrupted.
func elapsed(c *checkpoint.Coder, began *time.Time) {
	seconds := time.Since(*began).Seconds()
	if c.Float(&seconds); c.Reading() {
		*began = time.Now().Add(-time.Duration(max(0, min(seconds, 1e9)) * float64(time.Second)))
	}
}

// A history before its first pair has no factor yet.
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

// state codes what is there after a fold, where late is 0.
func (a *average) state(c *checkpoint.Coder) {
	if a == nil {
		return
	}
	c.Float(&a.sum)
	c.Float(&a.share)
	c.Floats(a.total)
}
