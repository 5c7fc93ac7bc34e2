package losses

import (
	"errors"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Problem is one sentence on one of the structures: its scores s, its target, and the gradient that
// a [General] loss accumulates. A labelling y is a path of a lattice or of a pruned lattice, or a
// segmentation. c is the cost of labellings relative to the gold labelling; nil means Hamming.
//
// Methods with a weight v return a value. If the caller requested a gradient, they also add v times
// the gradient of that value to it.
//
// Errors: the errors of the inference, ErrForbidden, and structured.ErrTarget if a method needs a
// gold labelling and the target is of another kind.
type Problem interface {
	// Gold returns s(g), the score of the gold labelling g. The score is finite.
	Gold() (float64, error)
	// AddGold adds v times the indicator of the gold labelling to the gradient.
	AddGold(v float64)
	// Target returns the score of a target of any kind: s(g) for a path, the expected score for a
	// soft target, and (1/gamma) log Z of gamma s over the labellings of a partial target.
	Target(gamma, v float64) (float64, error)

	// SoftTarget reports whether the target is soft. Nothing checks that the counts belong to a
	// distribution over labellings, so a loss may be negative.
	SoftTarget() bool

	// Max returns max_y (s + scale c)(y).
	Max(c structured.Cost, scale float64) (float64, error)
	// AddBest adds v times the indicator of the labelling found by the last Max to the gradient.
	AddBest(v float64)
	// SmoothMax is Max with each maximum of the recursion smoothed by the squared norm.
	SmoothMax(c structured.Cost, scale, gamma, v float64) (float64, error)
	// LogZ returns (1/gamma) log Z(gamma (s + scale c)).
	LogZ(c structured.Cost, scale, gamma, v float64) (float64, error)
	// Risk returns scale E[c(y)] under gamma s.
	Risk(c structured.Cost, scale, gamma, v float64) (float64, error)

	// LogMarginals returns (1/gamma) sum_t log mu(t, g_t), where mu(t, j) is the probability of
	// label j at token t under gamma s.
	LogMarginals(gamma, v float64) (float64, error)
	// MeanScore returns the mean of s(y) over the labellings with a finite score.
	MeanScore(v float64) (float64, error)
	// Entropy returns the entropy, in nats, of the distribution under gamma s, given its log Z.
	Entropy(gamma, logZ, v float64) (float64, error)
	// Mixture returns max over mu of [s(mu) - |mu|^2 / (2 gamma)] + |g|^2 / (2 gamma) - s(g). Here
	// mu ranges over the mixtures of labellings, and |mu| is the norm over nodes or segments. |g|^2
	// is the number of tokens or of gold segments. The search stops after at most the given number
	// of rounds. The gradient is the gradient of the maximum alone, mu.
	Mixture(gamma float64, rounds int, v float64) (float64, error)
}

// TargetOf is the training target of one sentence, for lattices of type L and labellings that are
// lists of E. At most one field may be set.
type TargetOf[L, E any] struct {
	// Path is the gold labelling.
	Path []E
	// Soft holds the expected counts of a distribution over labellings, as in structured.Target.
	Soft *L
	// Partial describes a set of labellings: 0 for allowed elements, -Inf for the others.
	Partial *L
}

// check returns an error if more than one kind of target is set.
func (y TargetOf[L, E]) check() error {
	if y.Soft != nil && y.Partial != nil || y.Path != nil && (y.Soft != nil || y.Partial != nil) {
		return fmt.Errorf("%w: more than one of path, soft and partial is set", structured.ErrTarget)
	}
	return nil
}

// structure is the arithmetic and inference of lattices L whose labellings are lists of E.
type structure[L any, E comparable] interface {
	score(s *L, y []E) float64
	add(s *L, y []E, v float64)
	reset(dst, like *L) // zeros in the shape of like
	copy(dst, s *L)
	scale(s *L, c float64)
	addScaled(dst, a, b *L, c float64) error
	numbers(s *L) [3][]float64 // nodes or segments come first
	fillCost(dst, s *L, c structured.Cost, gold []E) error
	// expectedScore returns sum_e q(e) s(e). If grad is not nil, it adds v times q to grad.
	expectedScore(grad, s, q *L, v float64) (float64, error)
	// uniform sets q to the expected counts of the uniform distribution over all labellings of s,
	// in the shape of s. It returns false if there is no closed form.
	uniform(q, s *L) bool

	decode(s *L) ([]E, float64, error) // valid until the next call

	tokens(s *L) int
	// goldMarginals fills mu, of length T, with the probabilities of the gold labels and returns
	// log Z.
	goldMarginals(mu []float64, s *L, gold []E) (float64, error)
	// weighGold sets dst to a lattice that scores a labelling by the sum of weight[t] over its
	// correct labels.
	weighGold(dst, s *L, gold []E, weight []float64)
	// fixGold forbids all labels of token t except the gold label.
	fixGold(s *L, gold []E, t int)

	// addNodes adds v to the elements of numbers(s)[0] that y uses.
	addNodes(to []float64, s *L, y []E, v float64)
	// agree returns the number of these elements that two labellings share.
	agree(x, y []E) float64
}

// sums computes sums over all labellings.
type sums[L any] interface {
	LogZ(s *L) (float64, error)
	AddMarginals(grad, s *L, v float64) (float64, error)
	Expectation(s, c *L) (float64, error)
	AddExpectationGradient(grad, s, c *L, v float64) (float64, error)
}

// maxima computes smoothed maxima over all labellings.
type maxima[L any] interface {
	SmoothMax(grad, s *L, gamma, v float64) (float64, error)
}

// problem implements Problem on a structure.
type problem[L any, E comparable] struct {
	in      structure[L, E]
	sums    sums[L]
	maxima  maxima[L]
	grad, s *L // grad is nil if no gradient is requested
	target  TargetOf[L, E]
	best    []E // result of the last Max

	given []float64 // results of the next calls of LogZ, whose gradients are already added

	cost, augmented, tempered, restricted, counts L

	mu, weight []float64 // length T
	support    support[L, E]
}

// open initialises p for a target that fits the scores, and sets the gradient to zero.
func (p *problem[L, E]) open(in structure[L, E], sums sums[L], maxima maxima[L], grad, s *L, y TargetOf[L, E]) {
	p.start(in, sums, maxima, grad, s, y)
	if grad != nil {
		in.reset(grad, s)
	}
}

// start initialises p for a target that fits the scores.
func (p *problem[L, E]) start(in structure[L, E], sums sums[L], maxima maxima[L], grad, s *L, y TargetOf[L, E]) {
	p.in, p.sums, p.maxima, p.grad, p.s, p.target, p.best, p.given = in, sums, maxima, grad, s, y, nil, nil
}

// gold returns the gold labelling, or an error if the target has none.
func (p *problem[L, E]) gold() ([]E, error) {
	if p.target.Soft != nil || p.target.Partial != nil {
		return nil, fmt.Errorf("%w: want a gold labelling; only cross-entropy supports soft and partial targets", structured.ErrTarget)
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

// costOf fills p.cost with the costs relative to the gold labelling.
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

// augment returns s + scale c, or s itself if scale is 0.
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

// temper returns gamma s, or s itself if gamma is 1.
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
	return p.maxima.SmoothMax(p.grad, s, gamma, v)
}

func (p *problem[L, E]) LogZ(c structured.Cost, scale, gamma, v float64) (float64, error) {
	if len(p.given) > 0 {
		z := p.given[0]
		p.given = p.given[1:]
		return z, nil
	}
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
		logZ, err = p.sums.LogZ(s)
	} else {
		logZ, err = p.sums.AddMarginals(p.grad, s, v)
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
		return p.sums.Expectation(s, c)
	}
	return p.sums.AddExpectationGradient(p.grad, s, c, v)
}

func (p *problem[L, E]) MeanScore(v float64) (float64, error) {
	q := &p.counts
	if !p.in.uniform(q, p.s) { // use the distribution under scores of 0
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
		if _, err := p.sums.AddMarginals(q, level, 1); err != nil {
			return 0, err
		}
	}
	return p.expectedScore(q, v)
}

// Entropy uses H = log Z - E[s(y)] with p(y) = exp(s(y))/Z, so dH/ds(e) = -Cov(1(e), s(y)).
func (p *problem[L, E]) Entropy(gamma, logZ, v float64) (float64, error) {
	s := p.temper(p.s, gamma)
	finite := &p.restricted // forbidden elements have probability 0 and do not count in E[s]
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

// rare is the smallest marginal that is used directly. Below it, log mu(t, j) is computed as the
// difference of two log Z, because the weight 1/mu would approach overflow.
const rare = 1e-100

// LogMarginals uses that the gradient of log mu(t, j) is P(e | y_t = j) - mu(e), with P the
// probability under gamma s. The sum over tokens is a covariance of the indicators with a lattice
// that weighs each gold label by 1/mu(t, g_t). So one expected-cost recursion computes it.
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
		if _, err := p.sums.AddMarginals(p.grad, s, -v*float64(rares)); err != nil {
			return 0, err
		}
	}
	if rares < n {
		p.in.weighGold(&p.cost, s, gold, p.weight)
		if _, err := p.sums.AddExpectationGradient(p.grad, s, &p.cost, v); err != nil {
			return 0, err
		}
	}
	return sum / gamma, nil
}

// through returns log Z over the labellings with the gold label at token t, and adds v times its
// gradient.
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
