package optimize

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ StochasticMethod = BCFW{}

// BCFW is the block-coordinate Frank-Wolfe method (Lacoste-Julien, Jaggi, Schmidt & Pletscher
// 2013). It minimises f(w) + L2 ||w||^2 for the hinge loss by steps in the dual. An exact line
// search finds the length of each step, so there is no rate. The paper's lambda is 2 L2/N, and its
// objective is this one divided by N.
//
// For each example (or block) i, BCFW stores a plane below f_i, of height c_i at 0 and slope -2 L2
// w_i. The plane is a mean of the tangent planes of f_i at the visits of the example. w is the sum
// of the w_i. With c the sum of the c_i,
//
//	c - L2 ||w||^2 <= min F <= F(w),   Gap = F(w) - c + L2 ||w||^2
//
// The left side, the dual, never falls. Any convex loss works, because every gradient gives such a
// plane. The plane of the hinge loss is (f(y) - f(gold)) w + cost(y); the hinge loss has the fewest
// planes.
//
// The run ends when the gap is at most Tolerance times the objective, where 0 means 1e-3. Period
// and Floor are unused. The gap takes an extra pass over the data, every GapEvery epochs, and
// whenever the sum of the gaps of the examples at their visits meets the tolerance.
//
// A BatchSize above 1 joins neighbouring examples to blocks, each with one plane.
//
// Memory: 12 bytes for each nonzero coordinate of each w_i, at most the support of all examples. L2
// must be positive and L1 zero. The start must be 0, because the w_i of another start are unknown.
type BCFW struct {
	Passes
	// GapEvery is the number of epochs between two gaps. 0 means 10. Negative means to compute a
	// gap only when it seems to meet the tolerance.
	GapEvery int
	// Average returns the mean of the weights after each step t, with shares t, and the gap of this
	// mean.
	Average bool
}

// Minimize implements [StochasticMethod].
func (m BCFW) Minimize(ctx context.Context, f Stochastic, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	passes := m.Passes
	passes.Tolerance, passes.Floor, passes.BatchSize = -1, -1, 1
	r, err := newPassRun(ctx, newBlocks(f, m.BatchSize), w, p, passes)
	switch {
	case err != nil:
	case p.L1 > 0 || p.L2 < 1e-100:
		err = fmt.Errorf("%w: BCFW needs L2 > 0 and L1 = 0, but L1 = %g and L2 = %g", ErrPenalty, p.L1, p.L2)
	case floats.Norm(w, math.Inf(1)) > 0:
		err = fmt.Errorf("%w: BCFW must start from weights of 0", ErrOption)
	}
	if err != nil {
		return finish(ctx, r.result, err)
	}
	r.rule = newBCFWRule(r, m)
	return r.run(m, passes, report)
}

// plane is c - 2 L2 v.w with a sparse v: a lower bound of an example's loss at w.
type plane struct {
	index []int32
	v     []float64
	c     float64
}

type bcfwRule struct {
	run       *passRun
	w         []float64
	l2        float64
	planes    []plane // one for each example
	towards   *Sparse // from v to the v of the tangent plane
	gaps      float64 // sum over the visits of the epoch
	steps     float64
	tolerance float64
	gapEvery  int
	epochs    int
	average   *average // nil for the last weights
}

func newBCFWRule(r *passRun, m BCFW) *bcfwRule {
	b := &bcfwRule{
		run: r, w: r.w, l2: r.p.L2, planes: make([]plane, r.f.Len()), towards: NewSparse(len(r.w)),
		tolerance: orDefault(m.Tolerance, 1e-3), gapEvery: m.GapEvery, epochs: m.epochs(),
	}
	if b.gapEvery == 0 {
		b.gapEvery = 10
	}
	if m.Average {
		b.average = newAverage(r.w)
	}
	return b
}

func (b *bcfwRule) before([]int) float64 { return 1 }

func (b *bcfwRule) after(g *Sparse, batch []int, loss float64) error {
	p := &b.planes[batch[0]]
	// The tangent plane at w, in the form of p, and the line from p to it.
	c := loss
	b.towards.Reset()
	var slope float64 // w.v
	for j, k := range p.index {
		b.towards.Add(int(k), -p.v[j])
		slope += b.w[k] * p.v[j]
	}
	for _, k := range g.touched {
		if v := g.val[k]; v != 0 {
			b.towards.Add(int(k), -v/(2*b.l2))
			c -= b.w[k] * v
		}
	}
	gap := loss - p.c + 2*b.l2*slope
	curvature := 2 * b.l2 * b.towards.squared()
	if !finite(gap) || !finite(c) || !finite(curvature) {
		return fmt.Errorf("%w: gap of %g with a curvature of %g", ErrNotFinite, gap, curvature)
	}
	b.gaps += gap
	step := 0.0
	if gap > 0 {
		step = 1 // also if curvature is 0
		if gap < curvature {
			step = gap / curvature
		}
	}
	for _, k := range b.towards.touched {
		delta := step * b.towards.val[k]
		b.w[k] += delta
		if b.average != nil {
			b.average.note(int(k), delta)
		}
	}
	p.move(b.towards, g, step, -1/(2*b.l2))
	p.c += step * (c - p.c)
	b.steps++
	if b.average != nil {
		b.average.count(1, b.steps)
	}
	return nil
}

// move sets v to (1-step) v + step scale g. towards.touched begins with p.index.
func (p *plane) move(towards, g *Sparse, step, scale float64) {
	if step == 0 {
		return
	}
	n, kept := len(p.index), 0
	for j, k := range p.index {
		if v := (1-step)*p.v[j] + step*scale*g.val[k]; v != 0 {
			p.index[kept], p.v[kept] = k, v
			kept++
		}
	}
	p.index, p.v = p.index[:kept], p.v[:kept]
	for _, k := range towards.touched[n:] {
		p.index, p.v = append(p.index, k), append(p.v, step*scale*g.val[k])
	}
}

// settle also sums the planes again, so that rounding errors of the steps do not accumulate.
func (b *bcfwRule) settle() {
	if b.average != nil {
		b.average.fold(b.w)
	}
	clear(b.w)
	for i := range b.planes {
		p := &b.planes[i]
		for j, k := range p.index {
			b.w[k] += p.v[j]
		}
	}
}

func (b *bcfwRule) weights() []float64 {
	if b.average != nil {
		return b.average.weights(b.w)
	}
	return b.w
}

func (b *bcfwRule) rate() float64 { return 0 }

func (b *bcfwRule) state(c *checkpoint.Coder) {
	c.Float(&b.steps)
	for i := range b.planes {
		b.planes[i].state(c, b.towards)
	}
	b.average.state(c)
}

// state uses scratch to check that coordinates are unique.
func (p *plane) state(c *checkpoint.Coder, scratch *Sparse) {
	n := len(p.index)
	c.Int(&n, 0, len(scratch.val))
	if c.Err() != nil {
		return
	}
	if c.Reading() {
		p.index, p.v = make([]int32, n), make([]float64, n)
	}
	scratch.Reset()
	for j := range p.index {
		k := int(p.index[j])
		c.Int(&k, 0, len(scratch.val)-1)
		p.index[j] = int32(k)
		scratch.Add(k, 1)
	}
	if len(scratch.touched) != n {
		c.Fail("duplicate coordinate")
	}
	c.Floats(p.v)
	c.Float(&p.c)
}

// judge implements judge. It computes the gap of the weights that the run would return.
func (b *bcfwRule) judge(s *Step) (Reason, error) {
	near := b.gaps <= b.tolerance*s.Objective
	b.gaps = 0
	if !near && s.Number < b.epochs && (b.gapEvery < 0 || s.Number%b.gapEvery != 0) {
		return running, nil
	}
	w := b.weights()
	loss, err := b.run.whole(w)
	if err != nil {
		return Failed, err
	}
	dual := -b.run.p.Value(b.w)
	for i := range b.planes {
		dual += b.planes[i].c
	}
	s.Objective = loss + b.run.p.Value(w)
	s.Gap = max(0, s.Objective-dual)
	if s.Gap <= b.tolerance*s.Objective {
		return Converged, nil
	}
	return running, nil
}
