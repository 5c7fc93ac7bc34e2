package losses

import (
	"errors"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// A Problem is one sentence on any of the structures: its scores s, its target, and the gradient that a [General]
// loss builds up. A labelling y is a path of a lattice or of a pruned chain, or a segmentation; c is the cost of
// labellings given the gold one, nil for Hamming.
//
// Methods with a weight v add v times the gradient of the value that they return to the gradient, if the caller asked
// for one. Errors are those of the inference, structured.ErrTarget where a method needs a gold labelling and the
// target is another one, and ErrForbidden.
type Problem interface {
	// Gold returns s(g), the score of the gold labelling g, which is finite.
	Gold() (float64, error)
	// AddGold adds v times the indicator of the gold labelling to the gradient.
	AddGold(v float64)
	// Target returns the score of a target of any kind: s(g), the expected score of a soft target, or
	// (1/gamma) log Z of gamma s over the labellings of a partial one.
	Target(gamma, v float64) (float64, error)

	// SoftTarget reports a soft target, whose counts need not be those of a labelling: a loss may then be negative.
	SoftTarget() bool

	// Max returns max_y (s + scale c)(y).
	Max(c structured.Cost, scale float64) (float64, error)
	// AddBest adds v times the indicator of the labelling that the last Max found to the gradient.
	AddBest(v float64)
	// SmoothMax returns the recursion of Max over s + scale c with each of its maxima smoothed by the squared norm.
	SmoothMax(c structured.Cost, scale, gamma, v float64) (float64, error)
	// LogZ returns (1/gamma) log Z(gamma (s + scale c)).
	LogZ(c structured.Cost, scale, gamma, v float64) (float64, error)
	// Risk returns scale E[c(y)] under gamma s.
	Risk(c structured.Cost, scale, gamma, v float64) (float64, error)

	// LogMarginals returns (1/gamma) sum_t log mu(t, g_t), where mu(t, j) is the probability of label j at token t
	// under gamma s.
	LogMarginals(gamma, v float64) (float64, error)
	// MeanScore returns the mean of s(y) over the labellings of finite score.
	MeanScore(v float64) (float64, error)
	// Entropy returns the entropy of the distribution under gamma s, in nats, given its log Z.
	Entropy(gamma, logZ, v float64) (float64, error)
	// Mixture returns max over mu of [s(mu) - |mu|^2 / (2 gamma)] + |g|^2 / (2 gamma) - s(g), for the mixtures mu of
	// labellings, |mu| their norm over nodes or segments, and |g|^2 the number of tokens or of gold segments. The
	// search ends after so many rounds. The gradient is that of the maximum alone, mu.
	Mixture(gamma float64, rounds int, v float64) (float64, error)
}

// A TargetOf is what training wants of one sentence whose lattice is an L and whose labellings are lists of E. Only
// one of its fields is set.
type TargetOf[L, E any] struct {
	// Path is the gold labelling.
	Path []E
	// Soft holds the expected counts of a distribution over labellings, as structured.Target does.
	Soft *L
	// Partial names a set of labellings: 0 on what they may use, -Inf elsewhere.
	Partial *L
}

// check reports more than one kind of target.
func (y TargetOf[L, E]) check() error {
	if y.Soft != nil && y.Partial != nil || y.Path != nil && (y.Soft != nil || y.Partial != nil) {
		return fmt.Errorf("%w: more than one of path, soft and partial", structured.ErrTarget)
	}
	return nil
}

// A structure is the arithmetic and the inference of lattices L whose labellings are lists of E.
type structure[L any, E comparable] interface {
	score(s *L, y []E) float64
	add(s *L, y []E, v float64)
	reset(dst, like *L) // zeros in the shape of like
	copy(dst, s *L)
	scale(s *L, c float64)
	addScaled(dst, a, b *L, c float64) error
	numbers(s *L) [3][]float64 // those of nodes or segments first
	fillCost(dst, s *L, c structured.Cost, gold []E) error
	// expectedScore returns sum_e q(e) s(e) and, unless grad is nil, adds v times q to it.
	expectedScore(grad, s, q *L, v float64) (float64, error)
	// uniform makes q the expected counts of the uniform distribution over all labellings of s, in the shape of s, and
	// reports whether there is a closed form.
	uniform(q, s *L) bool

	decode(s *L) ([]E, float64, error) // valid until the next call
	smoothMax(grad, s *L, gamma, v float64) (float64, error)
	logZ(s *L) (float64, error)
	addMarginals(grad, s *L, v float64) (float64, error)
	expectation(s, c *L) (float64, error)
	addExpectationGradient(grad, s, c *L, v float64) (float64, error)

	tokens(s *L) int
	// goldMarginals fills mu, T long, with the probabilities of the gold labels and returns log Z.
	goldMarginals(mu []float64, s *L, gold []E) (float64, error)
	// weighGold makes dst the lattice that sums weight[t] over the tokens that a labelling gives their gold label.
	weighGold(dst, s *L, gold []E, weight []float64)
	// fixGold forbids the labels of token t but the gold one.
	fixGold(s *L, gold []E, t int)

	// addNodes adds v to the places in numbers(s)[0] of what y consists of.
	addNodes(to []float64, s *L, y []E, v float64)
	// agree returns how many of these places two labellings share.
	agree(x, y []E) float64
}

// A problem implements Problem on a structure.
type problem[L any, E comparable] struct {
	in      structure[L, E]
	grad, s *L // grad is nil where nobody asked for a gradient
	target  TargetOf[L, E]
	best    []E // of the last Max

	cost, augmented, tempered, restricted, counts L

	mu, weight []float64 // T
	support    support[L, E]
}

// open makes p the problem of a target that fits the scores, with a gradient of zeros.
func (p *problem[L, E]) open(in structure[L, E], grad, s *L, y TargetOf[L, E]) {
	p.in, p.grad, p.s, p.target, p.best = in, grad, s, y, nil
	if grad != nil {
		in.reset(grad, s)
	}
}

// gold returns the gold labelling of a target that must have one.
func (p *problem[L, E]) gold() ([]E, error) {
	if p.target.Soft != nil || p.target.Partial != nil {
		return nil, fmt.Errorf("%w: want a gold labelling; cross-entropy takes soft and partial targets", structured.ErrTarget)
	}
	return p.target.Path, nil
}

func (p *problem[L, E]) Gold() (float64, error) {
	gold, err := p.gold()
	if err != nil {
		return 0, err
	}
	score := p.in.score(p.s, gold)
	if math.IsInf(score, -1) {
		return 0, fmt.Errorf("%w: gold labelling", ErrForbidden)
	}
	return score, nil
}

func (p *problem[L, E]) AddGold(v float64) {
	if p.grad != nil {
		p.in.add(p.grad, p.target.Path, v)
	}
}

func (p *problem[L, E]) Target(gamma, v float64) (float64, error) {
	switch {
	case p.target.Soft != nil:
		return p.expectedScore(p.target.Soft, v)
	case p.target.Partial != nil:
		if err := p.in.addScaled(&p.restricted, p.s, p.target.Partial, 1); err != nil {
			return 0, err
		}
		logZ, err := p.addLogZ(&p.restricted, gamma, v)
		if errors.Is(err, structured.ErrNoPath) {
			err = fmt.Errorf("%w: every labelling of a partial target", ErrForbidden)
		}
		return logZ, err
	}
	score, err := p.Gold()
	if err == nil {
		p.AddGold(v)
	}
	return score, err
}

func (p *problem[L, E]) SoftTarget() bool { return p.target.Soft != nil }

func (p *problem[L, E]) expectedScore(q *L, v float64) (float64, error) {
	score, err := p.in.expectedScore(p.grad, p.s, q, v)
	if err == nil && math.IsInf(score, -1) {
		err = fmt.Errorf("%w: soft target", ErrForbidden)
	}
	return score, err
}

// costOf fills p.cost with the cost of the gold labelling.
func (p *problem[L, E]) costOf(c structured.Cost) (*L, error) {
	gold, err := p.gold()
	if err != nil {
		return nil, err
	}
	if c == nil {
		c = structured.Hamming{}
	}
	return &p.cost, p.in.fillCost(&p.cost, p.s, c, gold)
}

// augment returns s + scale c, s itself at scale 0.
func (p *problem[L, E]) augment(c structured.Cost, scale float64) (*L, error) {
	if scale == 0 {
		return p.s, nil
	}
	cost, err := p.costOf(c)
	if err != nil {
		return nil, err
	}
	return &p.augmented, p.in.addScaled(&p.augmented, p.s, cost, scale)
}

// temper returns gamma s, s itself at gamma 1.
func (p *problem[L, E]) temper(s *L, gamma float64) *L {
	if gamma == 1 {
		return s
	}
	p.in.copy(&p.tempered, s)
	p.in.scale(&p.tempered, gamma)
	return &p.tempered
}

func (p *problem[L, E]) Max(c structured.Cost, scale float64) (float64, error) {
	s, err := p.augment(c, scale)
	if err != nil {
		return 0, err
	}
	var score float64
	p.best, score, err = p.in.decode(s)
	return score, err
}

func (p *problem[L, E]) AddBest(v float64) {
	if p.grad != nil {
		p.in.add(p.grad, p.best, v)
	}
}

func (p *problem[L, E]) SmoothMax(c structured.Cost, scale, gamma, v float64) (float64, error) {
	s, err := p.augment(c, scale)
	if err != nil {
		return 0, err
	}
	return p.in.smoothMax(p.grad, s, gamma, v)
}

func (p *problem[L, E]) LogZ(c structured.Cost, scale, gamma, v float64) (float64, error) {
	s, err := p.augment(c, scale)
	if err != nil {
		return 0, err
	}
	return p.addLogZ(s, gamma, v)
}

// addLogZ returns (1/gamma) log Z(gamma s) and adds v times its gradient, the marginals.
func (p *problem[L, E]) addLogZ(s *L, gamma, v float64) (float64, error) {
	s = p.temper(s, gamma)
	var logZ float64
	var err error
	if p.grad == nil {
		logZ, err = p.in.logZ(s)
	} else {
		logZ, err = p.in.addMarginals(p.grad, s, v)
	}
	return logZ / gamma, err
}

func (p *problem[L, E]) Risk(c structured.Cost, scale, gamma, v float64) (float64, error) {
	cost, err := p.costOf(c)
	if err != nil {
		return 0, err
	}
	mean, err := p.addExpectation(p.temper(p.s, gamma), cost, v*scale*gamma)
	return scale * mean, err
}

// addExpectation returns E[c] under scores s and adds v times its gradient.
func (p *problem[L, E]) addExpectation(s, c *L, v float64) (float64, error) {
	if p.grad == nil {
		return p.in.expectation(s, c)
	}
	return p.in.addExpectationGradient(p.grad, s, c, v)
}

func (p *problem[L, E]) MeanScore(v float64) (float64, error) {
	q := &p.counts
	if !p.in.uniform(q, p.s) { // the distribution of scores that are all level
		level := &p.restricted
		p.in.copy(level, p.s)
		for _, x := range p.in.numbers(level) {
			for k, v := range x {
				if v > math.Inf(-1) {
					x[k] = 0
				}
			}
		}
		p.in.reset(q, p.s)
		if _, err := p.in.addMarginals(q, level, 1); err != nil {
			return 0, err
		}
	}
	return p.expectedScore(q, v)
}

// Entropy has H = log Z - E[s(y)] with p(y) = exp(s(y))/Z, so that dH/ds(e) = -Cov(1(e), s(y)).
func (p *problem[L, E]) Entropy(gamma, logZ, v float64) (float64, error) {
	s := p.temper(p.s, gamma)
	finite := &p.restricted // what is forbidden has no probability, and no share in E[s]
	p.in.copy(finite, s)
	for _, x := range p.in.numbers(finite) {
		for k, v := range x {
			if math.IsInf(v, -1) {
				x[k] = 0
			}
		}
	}
	mean, err := p.addExpectation(s, finite, -v*gamma)
	return max(logZ-mean, 0), err
}

// rare is the marginal from which on log mu(t, j) is the difference of two log Z: the weight 1/mu of anything rarer
// would come near the end of the numbers.
const rare = 1e-100

// LogMarginals: with P the probability under gamma s, the gradient of log mu(t, j) is P(e | y_t = j) - mu(e). The sum
// over tokens is the covariance of the indicators with the lattice that weighs each gold label by 1/mu(t, g_t): one
// expected-cost recursion.
func (p *problem[L, E]) LogMarginals(gamma, v float64) (float64, error) {
	gold, err := p.gold()
	if err != nil {
		return 0, err
	}
	s, n := p.temper(p.s, gamma), p.in.tokens(p.s)
	p.mu, p.weight = vec.Resize(p.mu, n), vec.Resize(p.weight, n)
	logZ, err := p.in.goldMarginals(p.mu, s, gold)
	if err != nil {
		return 0, err
	}
	sum, rares := 0.0, 0
	for t, mu := range p.mu {
		if mu > rare {
			sum += math.Log(min(mu, 1))
			p.weight[t] = 1 / mu
			continue
		}
		p.weight[t] = 0
		logZt, err := p.through(s, gold, t, v)
		if err != nil {
			return 0, err
		}
		sum -= logZ - logZt
		rares++
	}
	if p.grad == nil {
		return sum / gamma, nil
	}
	if rares > 0 {
		if _, err := p.in.addMarginals(p.grad, s, -v*float64(rares)); err != nil {
			return 0, err
		}
	}
	if rares < n {
		p.in.weighGold(&p.cost, s, gold, p.weight)
		if _, err := p.in.addExpectationGradient(p.grad, s, &p.cost, v); err != nil {
			return 0, err
		}
	}
	return sum / gamma, nil
}

// through returns log Z over the labellings that give token t its gold label, and adds v times its gradient.
func (p *problem[L, E]) through(s *L, gold []E, t int, v float64) (float64, error) {
	p.in.copy(&p.restricted, s)
	p.in.fixGold(&p.restricted, gold, t)
	logZ, err := p.addLogZ(&p.restricted, 1, v)
	if errors.Is(err, structured.ErrNoPath) {
		err = fmt.Errorf("%w: gold label of token %d", ErrForbidden, t)
	}
	return logZ, err
}

func (p *problem[L, E]) Mixture(gamma float64, rounds int, v float64) (float64, error) {
	score, err := p.Gold()
	if err != nil {
		return 0, err
	}
	best, above, err := p.support.mixture(p.in, p.s, len(p.target.Path), gamma, rounds)
	if err != nil {
		return 0, err
	}
	if p.grad != nil {
		for k, q := range p.support.weight {
			p.in.add(p.grad, p.support.paths[k], v*q)
		}
	}
	return best - score + above, nil
}

func orOne(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}
