package optimize

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ StochasticMethod = SAGA{}

// SAGA is the variance-reduced gradient method of Defazio, Bach & Lacoste-Julien 2014, for smooth
// convex losses and L2. Its non-uniform sampling is the SAGA variant of Schmidt, Babanezhad, Ahmed,
// Defazio, Clifton & Sarkar 2015. It stores the last gradient g_j of each of the N examples. A step
// draws an example i with probability p_i, computes its gradient g at the current weights, and sets
//
//	w <- w - rate ((g - g_i)/(N p_i) + 1/N sum_j g_j + 2 L2/N w),   g_i <- g
//
// So a step follows the gradient of the whole objective, with an error that vanishes at the
// minimum. Unlike in [SGD], the rate need not fall. The method converges linearly, in a few tens of
// passes where [LBFGS] takes hundreds.
//
// The rate is the mean of 1/(max L_j + 2 L2/N) and 1/(mean L_j + 2 L2/N). L_i is the curvature of
// example i along its gradient. It is doubled until a step of 1/L_i lowers f_i by ||g||^2/(2 L_i).
// Later visits try half of it, less often the more such trials fail. If GradNorm does not fall for
// two epochs in a row, the rate is halved. A measured gap above the tolerance also halves it.
//
// An epoch is N steps. The first epoch visits each example once, with plain steps along its
// gradient. In later epochs, half of the steps visit the examples in shuffled order, and half are
// drawn in proportion to L_i. Steps are lazy on coordinates that the example does not touch.
//
// Objective and GradNorm of [Step] use the penalty and the last known loss and gradient of each
// example. With L2, the run ends when Gap = ||gradient of F||^2 / (4 L2), an upper bound of F(w) -
// min F, is at most Tolerance times the objective. A Tolerance of 0 means 1e-4; Period and Floor
// are unused. An extra pass measures the gap once GradNorm suggests that it is small enough.
// Without L2 the rules of [Passes] apply.
//
// A BatchSize above 1 joins neighbouring examples to blocks, which are sampled and stored as one.
// This takes more passes and less memory, and workers of f can share a step.
//
// Memory: 4 bytes for each coordinate of the support of each example, rounded to float32, and 24
// bytes for each weight. L1 is an error.
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
		err = fmt.Errorf("%w: SAGA does not support L1 = %g: its steps have no exact zeros; use OWL-QN, AdaGrad or SGD", ErrPenalty, p.L1)
	}
	if err != nil {
		return finish(ctx, r.result, err)
	}
	r.rule = newSAGARule(r, orDefault(m.Tolerance, 1e-4))
	return r.run(m, passes, report)
}

// sagaRule stores the weights as scale * v. The field w is v.
type sagaRule struct {
	run       *passRun
	w         []float64
	scale     float64
	decay     float64 // 2 L2/N
	tolerance float64

	sum  []sagaSum // one for each coordinate
	due  float64   // total multiple of the sum due so far for v
	step float64   // the last rate

	trust  float64 // factor of the rate
	lowest float64 // least GradNorm of an epoch
	waited int     // epochs since then

	start    []int     // index of each example in gradient, and the end
	gradient []float32 // gradients of the examples, in the order in which their support was first visited
	example  []sagaExample
	seen     float64 // number of examples visited
	largest  float64 // upper bound of the L_i
	total    float64 // sum of the L_i

	saved     sagaSaved // what trial points overwrite
	turn      []int     // examples, shuffled
	next      int       // index in turn
	catchSpan func(lo, hi int)
}

// sagaSum is the state of one coordinate.
type sagaSum struct {
	g   float64 // sum of the stored gradients
	had float64 // part of due that is applied
}

type sagaExample struct {
	loss float64 // at the last visit
	odds float64 // 1/(N p) in this epoch, 0 in the first
	l    float64 // L_i, 0 before the first visit
	wait uint8   // visits until the next trial of a smaller l
	held uint8   // failed trials in a row
}

// smallestL and largestL bound L_i, so that the sum of the L_i is finite and each search ends.
const (
	smallestL = 1e-100
	largestL  = 1e101
)

// maxHeld bounds the wait between trials to 2^maxHeld - 1 visits.
const maxHeld = 4

func newSAGARule(r *passRun, tolerance float64) *sagaRule {
	n := r.f.Len()
	s := &sagaRule{
		run: r, w: r.w, scale: 1, trust: 1, lowest: math.Inf(1), decay: 2 * r.p.L2 / float64(n), tolerance: tolerance,
		sum: make([]sagaSum, len(r.w)), start: make([]int, n+1), example: make([]sagaExample, n),
		turn: append([]int(nil), r.order...), next: n,
	}
	// Each support is visited twice, so that all gradients are in one slice.
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

// catchUp makes the steps that skipped coordinate k.
func (s *sagaRule) catchUp(k int) {
	if c := &s.sum[k]; c.had != s.due {
		s.w[k] -= (s.due - c.had) * c.g
		c.had = s.due
	}
}

// before also touches the support in g, in the order of gradient.
func (s *sagaRule) before(batch []int) float64 {
	s.run.f.Support(batch, s.catchSpan)
	return s.scale
}

func (s *sagaRule) after(g *Sparse, batch []int, loss float64) error {
	i := batch[0]
	e := &s.example[i]
	sq := g.squared()
	if sq > math.MaxFloat32 {
		return fmt.Errorf("%w: squared gradient norm %g exceeds float32", ErrNotFinite, sq)
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
	s.scale *= max(1-s.step*s.decay, 1e-12) // not 0 if L2 is much larger than the losses
	by := s.step / s.scale
	n := float64(len(s.example))
	// The sum below already includes the new gradient, hence the - 1/n.
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
	// patience is the number of epochs without a lower GradNorm after which the rate is halved.
	patience = 2
	// leastTrust is well below the third of 1/L for which the convergence of SAGA is proved.
	leastTrust = 1.0 / 64
)

// smallGradient is the squared norm below which rounding would dominate the search for L_i.
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
	s.saved.save(g, s.w)
	defer s.saved.restore(g, s.w)
	for first := true; ; first = false {
		by := 1 / (l * s.scale)
		for j, k := range s.saved.touched {
			s.w[k] = s.saved.w[j] - by*s.saved.g[j]
		}
		g.Reset()
		at, err := s.run.f.EvalBatch(s.run.ctx, g, s.w, s.scale, batch)
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
			return 0, fmt.Errorf("%w: the loss of an example has unbounded curvature along its gradient", ErrNotFinite)
		}
		l *= 2
	}
}

// sagaSaved holds a gradient and the weights that it touches.
type sagaSaved struct {
	touched []int32
	g, w    []float64
}

func (s *sagaSaved) save(g *Sparse, w []float64) {
	s.touched, s.g, s.w = append(s.touched[:0], g.touched...), s.g[:0], s.w[:0]
	for _, k := range g.touched {
		s.g, s.w = append(s.g, g.val[k]), append(s.w, w[k])
	}
}

func (s *sagaSaved) restore(g *Sparse, w []float64) {
	g.Reset()
	for j, k := range s.touched {
		g.Add(int(k), s.g[j])
		w[k] = s.w[j]
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
	// Systematic sampling: the other steps are evenly spaced on a line where example i has length
	// L_i.
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
		c.Fail("curvature %g", e.l)
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
	s.distrust() // the weights are even less reliable than the stored gradients
	return running, nil
}

// distrust halves the rate.
func (s *sagaRule) distrust() {
	s.trust, s.waited = max(leastTrust, s.trust/2), 0
}
