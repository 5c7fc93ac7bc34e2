package optimize

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/floats"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

// Passes sets how a stochastic method visits the examples and when it ends.
type Passes struct {
	// Epochs is the maximum number of passes; 0 means 100.
	Epochs int
	// BatchSize is the number of examples in a step; 0 means 1.
	BatchSize int
	// Seed seeds the shuffling of the examples, which are shuffled again for each epoch.
	Seed uint64
	// Tolerance ends the run when the last Period epochs lowered the objective of [Step] by less
	// than this fraction of its value. 0 means 1e-6, negative disables the rule.
	Tolerance float64
	// Period is the number of epochs for Tolerance; 0 means 10.
	Period int
	// Floor ends the run when the objective is between 0 and Floor. 0 means 1e-6 of the objective
	// of the first epoch without a penalty, and no floor with a penalty. Negative means no floor.
	Floor float64

	resume *checkpoint.Coder // checkpoint to continue from, or nil
}

func (o Passes) epochs() int {
	if o.Epochs <= 0 {
		return 100
	}
	return o.Epochs
}

// rule is the update of a stochastic method. It may defer work on coordinates that no batch reads.
type rule interface {
	// before brings the coordinates that the batch reads up to date and returns the scale of w. The
	// gradient is zero and untouched at this point.
	before(batch []int) float64
	// after makes one step, given the loss of the batch and its gradient, both finite. On an error
	// the step would not be finite and is not made.
	after(g *Sparse, batch []int, loss float64) error
	// settle brings all of w up to date, at scale 1.
	settle()
	// weights returns the result so far, after settle: w or an average.
	weights() []float64
	// rate returns the current learning rate, 0 for none.
	rate() float64
	// state encodes or decodes the state of the rule except w and the options, after settle.
	state(c *checkpoint.Coder)
}

// sampler is a rule that selects the examples of an epoch itself.
type sampler interface {
	sample(order []int, rng *rand.Rand)
}

// judge is a rule that knows the objective better than the losses of the epoch's batches do.
type judge interface {
	// judge corrects objective, gradient norm and gap of the step, and returns the reason if the
	// run ends with it.
	judge(s *Step) (Reason, error)
}

// passRun runs a rule over the epochs.
type passRun struct {
	ctx       context.Context
	method    StochasticMethod
	f         Stochastic
	w         []float64
	p         Penalty
	rule      rule
	g         *Sparse
	order     []int
	batchSize int
	source    *rand.PCG // source of shuffle
	shuffle   *rand.Rand
	progress  progress
	began     time.Time
	result    Result

	loss, squares float64 // sums over the batches of the current epoch
	batches       int
}

// newPassRun checks the problem; the caller sets the rule.
func newPassRun(ctx context.Context, f Stochastic, w []float64, p Penalty, o Passes) (*passRun, error) {
	r := &passRun{ctx: ctx, f: f, w: w, p: p, batchSize: max(1, o.BatchSize), began: time.Now()}
	r.source = newSource(o.Seed)
	r.shuffle = rand.New(r.source)
	if o.resume != nil {
		clear(w)
	}
	r.result = Result{Objective: math.NaN(), GradNorm: math.NaN(), Gap: math.NaN()}
	r.progress = newProgress(o.Period, o.Tolerance, 1e-6, o.Floor)
	if err := check(f.Dim(), w, p); err != nil {
		return r, err
	}
	if f.Dim() > math.MaxInt32 {
		return r, fmt.Errorf("%w: dimension %d is above 2^31 - 1", ErrOption, f.Dim())
	}
	if f.Len() <= 0 {
		return r, fmt.Errorf("%w: no examples", ErrOption)
	}
	r.g = NewSparse(len(w))
	r.order = make([]int, f.Len())
	for i := range r.order {
		r.order[i] = i
	}
	return r, nil
}

func newSource(seed uint64) *rand.PCG { return rand.NewPCG(seed, 0x7472656c6c6973) }

// state encodes or decodes the run after an epoch.
func (r *passRun) state(c *checkpoint.Coder) {
	sameRun(c, r.method, len(r.w), r.p)
	c.Same("the number of examples", len(r.order))
	elapsed(c, &r.began)
	r.result.state(c)
	r.progress.state(c)
	source, _ := r.source.MarshalBinary() // never fails
	if c.Bytes(&source); c.Err() == nil && c.Reading() {
		if err := r.source.UnmarshalBinary(source); err != nil {
			c.Fail("the random numbers: %w", err)
		}
	}
	for k := range r.order {
		c.Int(&r.order[k], 0, len(r.order)-1)
	}
	c.Floats(r.w)
	r.rule.state(c)
}

func (r *passRun) step(batch []int) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	r.g.Reset()
	scale := r.rule.before(batch)
	loss, err := r.f.EvalBatch(r.ctx, r.g, r.w, scale, batch)
	r.result.Evaluations++
	if err != nil {
		return err
	}
	if !finite(loss) {
		return fmt.Errorf("%w: batch loss is %g", ErrNotFinite, loss)
	}
	sq := r.g.squared()
	if !finite(sq) {
		return fmt.Errorf("%w: squared gradient norm of a batch is %g", ErrNotFinite, sq)
	}
	if err := r.rule.after(r.g, batch, loss); err != nil {
		return err
	}
	r.result.Updates++
	n := float64(len(batch))
	r.loss += loss
	r.squares += sq / (n * n)
	r.batches++
	return nil
}

// epoch makes one pass over the examples of order. It shuffles them first, or lets the rule select
// them.
func (r *passRun) epoch(order []int) error {
	if s, ok := r.rule.(sampler); ok {
		s.sample(order, r.shuffle)
	} else {
		r.shuffle.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	r.loss, r.squares, r.batches = 0, 0, 0
	if s, ok := r.rule.(*sgdRule); ok && s.direct != nil {
		return s.descend(r, order)
	}
	for lo := 0; lo < len(order); lo += r.batchSize {
		if err := r.step(order[lo:min(lo+r.batchSize, len(order))]); err != nil {
			return err
		}
	}
	r.rule.settle()
	return nil
}

// wholeBatch is the number of examples between two checks of the context in an evaluation pass.
const wholeBatch = 256

// whole returns the loss of all examples at w, and stores its gradient in g.
func (r *passRun) whole(w []float64) (float64, error) {
	var sum float64
	batch := make([]int, 0, wholeBatch)
	r.g.Reset()
	for i := range r.f.Len() {
		if batch = append(batch, i); len(batch) < wholeBatch && i+1 < r.f.Len() {
			continue
		}
		if err := r.ctx.Err(); err != nil {
			return 0, err
		}
		loss, err := r.f.EvalBatch(r.ctx, r.g, w, 1, batch)
		r.result.Evaluations++
		if err != nil {
			return 0, err
		}
		sum += loss
		batch = batch[:0]
	}
	if sq := r.g.squared(); !finite(sum) || !finite(sq) {
		return 0, fmt.Errorf("%w: loss is %g, squared gradient norm is %g", ErrNotFinite, sum, sq)
	}
	return sum, nil
}

// runRule runs rule unless err reports a bad problem or option.
func (r *passRun) runRule(m StochasticMethod, o Passes, rule rule, err error, report func(*Step) error) (Result, error) {
	if err != nil {
		return finish(r.ctx, r.result, err)
	}
	r.rule = rule
	return r.run(m, o, report)
}

// run makes the epochs and stores the weights in w, whatever ends the run.
func (r *passRun) run(m StochasticMethod, o Passes, report func(*Step) error) (Result, error) {
	r.method, r.result.Reason = m, running
	if o.resume != nil {
		r.state(o.resume)
		if err := o.resume.Close(); err != nil {
			return finish(r.ctx, r.result, err)
		}
		r.result.Reason = r.end(o)
	}
	var err error
	for r.result.Reason == running && err == nil {
		if err = r.epoch(r.order); err == nil {
			r.result.Reason, err = r.endEpoch(o, report)
		}
	}
	r.rule.settle()
	copy(r.w, r.rule.weights())
	if err == nil && o.resume != nil {
		err = finiteSlice("weight", r.w) // the checkpoint may come from anywhere
	}
	return finish(r.ctx, r.result, err)
}

// endEpoch counts an epoch, reports it, and returns the reason if the run ends.
func (r *passRun) endEpoch(o Passes, report func(*Step) error) (Reason, error) {
	r.result.Steps++
	step := &Step{
		Number: r.result.Steps, Updates: r.result.Updates,
		Objective: r.loss + r.p.Value(r.w), GradNorm: math.Sqrt(r.squares / float64(r.batches)), Gap: math.NaN(),
		Rate: r.rule.rate(), Weights: r.rule.weights, state: r.state,
	}
	if sq := floats.Dot(r.w, r.w); !finite(sq) {
		return Failed, fmt.Errorf("%w: squared norm of the weights is %g; the learning rate is too high", ErrNotFinite, sq)
	}
	verdict := running
	if j, ok := r.rule.(judge); ok {
		var err error
		if verdict, err = j.judge(step); err != nil {
			return Failed, err
		}
	}
	step.Evaluations, step.Seconds = r.result.Evaluations, time.Since(r.began).Seconds()
	r.result.Objective, r.result.GradNorm, r.result.Gap = step.Objective, step.GradNorm, step.Gap
	if r.result.Steps == 1 {
		r.progress.setFloor(step.Objective, r.p)
	}
	r.result.Reason = r.progress.note(step.Objective)
	switch {
	case verdict != running:
		r.result.Reason = verdict
	case r.squares == 0 && r.p == (Penalty{}):
		r.result.Reason = Converged // no example changes the weights any more
	}
	reason := r.end(o)
	step.Last = reason != running
	if err := send(report, step); err != nil {
		return ended(err)
	}
	return reason, nil
}

// end applies the maximum number of epochs.
func (r *passRun) end(o Passes) Reason {
	if r.result.Reason == running && r.result.Steps >= o.epochs() {
		return LimitReached
	}
	return r.result.Reason
}
