package optimize

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ StochasticMethod = SAGA{}

// SAGA is the variance-reduced gradient method of Defazio, Bach & Lacoste-Julien 2014 with the non-uniform
// sampling of Schmidt, Babanezhad, Ahmed, Defazio, Clifton & Sarkar 2015 (their SAGA variant), for smooth convex
// losses and L2. It keeps the last gradient g_j of each of the N examples. A step draws an example i with
// probability p_i, takes its gradient g at the present weights, makes
//
//	w <- w - rate ((g - g_i)/(N p_i) + 1/N sum_j g_j + 2 L2/N w),   g_i <- g
//
// and so follows the gradient of the whole objective, up to an error that vanishes at the minimum: unlike that
// of [SGD] the rate need not fall, and the method converges linearly, in a few tens of passes where [LBFGS] takes
// hundreds. The rate is the mean of 1/(max L_j + 2 L2/N) and 1/(mean L_j + 2 L2/N), with L_i the
// curvature that example i shows along its gradient: doubled until a step of 1/L_i lowers f_i by
// ||g||^2/(2 L_i), and tried half as large at later visits, the more rarely the more often that failed. Two
// epochs in a row that do not lower GradNorm halve the rate, and so does a measured gap above the tolerance.
//
// An epoch is N steps. The first visits each example once, by plain steps along its gradient; later, half of
// the steps go to the examples in turn, half are drawn in proportion to L_i. Steps are lazy on coordinates that
// the example does not touch.
//
// Objective and GradNorm of [Step] are of the penalty and the last known loss and gradient of each example. With
// L2, the run ends when Gap = ||gradient of F||^2 / (4 L2), an upper bound of F(w) - min F, is at most
// Tolerance times the objective, where 0 is 1e-4 and Period and Floor are unused; a pass of its own measures
// it once GradNorm promises as much. Without L2 the rules of [Passes] hold.
//
// A BatchSize above 1 joins neighbouring examples to blocks, which are sampled and kept as one: more passes, in
// less memory, and workers of f can share a step.
//
// Memory: 4 bytes for each coordinate of the support of each example, rounded to float32, and 24 for each
// weight. L1 is refused.
type SAGA struct {
	Passes
}

// Minimize implements [StochasticMethod].
func (m SAGA) Minimize(ctx context.Context, f Stochastic, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	passes := m.Passes
	if p.L2 > 0 {
		passes.Tolerance, passes.Floor = -1, -1
	}
	passes.BatchSize = 1
	r, err := newPassRun(ctx, newBlocks(f, m.BatchSize), w, p, passes)
	if err == nil && p.L1 > 0 {
		err = fmt.Errorf("%w: SAGA's steps have no exact zeros for L1 = %g; OWL-QN, AdaGrad and SGD have", ErrPenalty, p.L1)
	}
	if err != nil {
		return finish(ctx, r.result, err)
	}
	r.rule = newSAGARule(r, orDefault(m.Tolerance, 1e-4))
	return r.run(m, passes, report)
}

// sagaRule keeps w as scale * v; what is called w in its code is v.
type sagaRule struct {
	run       *passRun
	w         []float64
	scale     float64
	decay     float64 // 2 L2/N
	tolerance float64

	sum  []sagaSum // a coordinate
	due  float64   // multiple of the sum that v could have had subtracted so far
	step float64   // the last rate

	trust  float64 // factor of the rate
	lowest float64 // GradNorm of an epoch
	waited int     // epochs since

	start    []int     // place in gradient of each example, and the end
	gradient []float32 // of the examples, in the order of the first visit of their support
	example  []sagaExample
	seen     float64 // number of examples visited
	largest  float64 // L_i, at least
	total    float64 // of all L_i

	trial     *Sparse   // the gradient of trial points, which nobody reads
	saved     []float64 // what trial points write over
	turn      []int     // examples, shuffled
	next      int       // in turn
	catchSpan func(lo, hi int)
}

// sagaSum is what SAGA knows of a coordinate.
type sagaSum struct {
	g   float64 // sum of the gradients kept
	had float64 // of due
}

type sagaExample struct {
	loss float64 // at the last visit
	odds float64 // 1/(N p) in this epoch, 0 in the first
	l    float64 // L_i, 0 before the first
	wait uint8   // visits until the next trial of a smaller l
	held uint8   // such trials in a row that failed
}

// smallestL and largestL bound L_i, so that their sum is finite and a search ends.
const (
	smallestL = 1e-100
	largestL  = 1e101
)

// maxHeld bounds the wait between trials, 2^maxHeld - 1 visits.
const maxHeld = 4

func newSAGARule(r *passRun, tolerance float64) *sagaRule {
	n := r.f.Len()
	s := &sagaRule{
		run: r, w: r.w, scale: 1, trust: 1, lowest: math.Inf(1), decay: 2 * r.p.L2 / float64(n), tolerance: tolerance,
		sum: make([]sagaSum, len(r.w)), start: make([]int, n+1), example: make([]sagaExample, n),
		trial: NewSparse(len(r.w)), turn: append([]int(nil), r.order...), next: n,
	}
	// Each support is walked twice, so as to have all gradients in one piece.
	count := func(lo, hi int) { r.g.Span(lo, hi) }
	for i := range n {
		r.g.Reset()
		r.f.Support(r.order[i:i+1], count)
		s.start[i+1] = s.start[i] + len(r.g.touched)
	}
	s.gradient = make([]float32, s.start[n])
	s.catchSpan = func(lo, hi int) {
		r.g.Span(lo, hi)
		for k := lo; k < hi; k++ {
			s.catchUp(k)
		}
	}
	return s
}

// catchUp makes the steps that left coordinate k alone.
func (s *sagaRule) catchUp(k int) {
	if c := &s.sum[k]; c.had != s.due {
		s.w[k] -= (s.due - c.had) * c.g
		c.had = s.due
	}
}

// before also touches the support in g, whose order gradient keeps.
func (s *sagaRule) before(batch []int) float64 {
	s.run.f.Support(batch, s.catchSpan)
	return s.scale
}

func (s *sagaRule) after(g *Sparse, batch []int, loss float64) error {
	i := batch[0]
	e := &s.example[i]
	sq := g.squared()
	if sq > math.MaxFloat32 {
		return fmt.Errorf("%w: the squared norm %g of a gradient is too large to keep", ErrNotFinite, sq)
	}
	l, err := s.curvature(g, batch, loss, sq)
	if err != nil {
		return err
	}
	if e.l == 0 {
		s.seen++
	}
	s.total += l - e.l
	s.largest = max(s.largest, l)
	e.l, e.loss = l, loss
	s.step = s.trust * (1/(s.largest+s.decay) + 1/(s.total/s.seen+s.decay)) / 2
	s.scale *= max(1-s.step*s.decay, 1e-12) // not 0 where L2 drowns the losses
	by := s.step / s.scale
	n := float64(len(s.example))
	// The sum below has the new gradient already, hence the - 1/n.
	direct := by * (e.odds - 1/n)
	if e.odds == 0 {
		direct = by
	}
	kept := s.gradient[s.start[i]:s.start[i+1]]
	for j, k := range g.touched {
		now := float32(g.val[k])
		change := float64(now) - float64(kept[j])
		s.w[k] -= direct * change
		s.sum[k].g += change
		kept[j] = now
	}
	if e.odds > 0 {
		s.due += by / n
	}
	if s.scale < smallestScale {
		s.settle()
	}
	return nil
}

const (
	// patience is the number of epochs without a lower GradNorm that halve the rate.
	patience = 2
	// leastTrust is well below the third of 1/L for which SAGA's convergence is proved.
	leastTrust = 1.0 / 64
)

// smallGradient is the squared norm below which rounding would decide the search for L_i.
const smallGradient = 1e-8

// curvature returns L_i, after a search if one is due.
func (s *sagaRule) curvature(g *Sparse, batch []int, loss, sq float64) (float64, error) {
	e := &s.example[batch[0]]
	l := e.l / 2
	switch {
	case e.wait > 0:
		e.wait--
		return e.l, nil
	case e.l == 0 && s.seen > 0:
		l = s.total / s.seen / 2
	case e.l == 0:
		l = 1
	}
	l = max(l, smallestL)
	if sq < smallGradient {
		return max(l, e.l), nil
	}
	s.saved = s.saved[:0]
	for _, k := range g.touched {
		s.saved = append(s.saved, s.w[k])
	}
	defer func() {
		for j, k := range g.touched {
			s.w[k] = s.saved[j]
		}
	}()
	for first := true; ; first = false {
		by := 1 / (l * s.scale)
		for j, k := range g.touched {
			s.w[k] = s.saved[j] - by*g.val[k]
		}
		s.trial.Reset()
		at, err := s.run.f.EvalBatch(s.run.ctx, s.trial, s.w, s.scale, batch)
		s.run.result.Evaluations++
		switch {
		case err != nil:
			return 0, err
		case at <= loss-sq/(2*l)+1e-14*math.Abs(loss):
			if first || e.l == 0 {
				e.held = 0
			} else {
				e.held = min(e.held+1, maxHeld)
			}
			e.wait = 1<<e.held - 1
			return l, nil
		case l > largestL/2:
			return 0, fmt.Errorf("%w: the loss of an example has no curvature along its gradient", ErrNotFinite)
		}
		l *= 2
	}
}

// sample implements sampler.
func (s *sagaRule) sample(order []int, rng *rand.Rand) {
	n := len(order) / 2
	if s.seen == 0 { // the first epoch visits each example once
		n = len(order)
	}
	for j := range order[:n] {
		if s.next == len(s.turn) {
			rng.Shuffle(len(s.turn), func(i, j int) { s.turn[i], s.turn[j] = s.turn[j], s.turn[i] })
			s.next = 0
		}
		order[j] = s.turn[s.next]
		s.next++
	}
	if s.seen == 0 {
		return
	}
	// The others lie evenly on the line on which example i takes up L_i: systematic sampling.
	s.largest, s.total = 0, 0
	for i := range s.example {
		s.largest = max(s.largest, s.example[i].l)
		s.total += s.example[i].l
	}
	for i := range s.example {
		e := &s.example[i]
		e.odds = 2 / (1 + e.l*float64(len(s.example))/s.total)
	}
	drawn := order[n:]
	at, end, i := rng.Float64(), 0.0, -1
	for j := range drawn {
		point := (at + float64(j)) * s.total / float64(len(drawn))
		for end <= point && i+1 < len(s.example) {
			i++
			end += s.example[i].l
		}
		drawn[j] = i
	}
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
}

func (s *sagaRule) settle() {
	for k := range s.w {
		s.catchUp(k)
		s.w[k] *= s.scale
		s.sum[k].had = 0
	}
	s.due, s.scale = 0, 1
}

func (s *sagaRule) weights() []float64 { return s.w }
func (s *sagaRule) rate() float64      { return s.step }

func (s *sagaRule) state(c *checkpoint.Coder) {
	n := len(s.example)
	seen := int(s.seen)
	c.Int(&seen, 0, n)
	s.seen = float64(seen)
	for _, x := range []*float64{&s.step, &s.trust, &s.largest, &s.total} {
		c.Float(x)
	}
	c.Number(&s.lowest)
	c.Int(&s.waited, 0, maxCount)
	c.Int(&s.next, 0, n)
	for k := range s.turn {
		c.Int(&s.turn[k], 0, n-1)
	}
	for k := range s.sum {
		c.Float(&s.sum[k].g)
	}
	for k := range s.example {
		s.example[k].state(c)
	}
	c.Floats32(s.gradient)
}

func (e *sagaExample) state(c *checkpoint.Coder) {
	c.Float(&e.loss)
	c.Float(&e.odds)
	if c.Float(&e.l); e.l < 0 || e.l > largestL {
		c.Fail("a curvature is %g", e.l)
	}
	wait, held := int(e.wait), int(e.held)
	c.Int(&wait, 0, 1<<maxHeld)
	c.Int(&held, 0, maxHeld)
	e.wait, e.held = uint8(wait), uint8(held)
}

// judge implements judge.
func (s *sagaRule) judge(step *Step) (Reason, error) {
	l2 := s.run.p.L2
	step.Objective = s.run.p.Value(s.w)
	for i := range s.example {
		step.Objective += s.example[i].loss
	}
	var sq float64
	for k := range s.sum {
		v := s.sum[k].g + 2*l2*s.w[k]
		sq += v * v
	}
	step.GradNorm = math.Sqrt(sq)
	if s.waited++; step.GradNorm < s.lowest {
		s.lowest, s.waited = step.GradNorm, 0
	} else if s.waited >= patience {
		s.distrust()
	}
	if l2 == 0 || !(sq/(4*l2) <= s.tolerance*math.Abs(step.Objective)) {
		return running, nil
	}
	loss, err := s.run.whole(s.w)
	if err != nil {
		return Failed, err
	}
	g := s.run.g
	sq = 0
	for k, x := range s.w {
		v := g.val[k] + 2*l2*x
		sq += v * v
	}
	step.Objective, step.GradNorm, step.Gap = loss+s.run.p.Value(s.w), math.Sqrt(sq), sq/(4*l2)
	if step.Gap <= s.tolerance*math.Abs(step.Objective) {
		return Converged, nil
	}
	s.distrust() // the weights are less still than the gradients kept
	return running, nil
}

// distrust halves the rate.
func (s *sagaRule) distrust() {
	s.trust, s.waited = max(leastTrust, s.trust/2), 0
}
