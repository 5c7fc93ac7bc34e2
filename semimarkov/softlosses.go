package semimarkov

import "github.com/trellis-nlp/trellis/losses"

var (
	_ Loss = CrossEntropy{}
	_ Loss = SoftmaxMargin{}
	_ Loss = JensenRiskBound{}
	_ Loss = Risk{}
)

// CrossEntropy is the loss of a semi-Markov conditional random field, log Z(s) - s(g): minus the log
// probability of the gold segmentation (Sarawagi & Cohen 2004).
type CrossEntropy struct {
	Gamma float64 // inverse temperature; 0 means 1
}

// Traits implements [Loss].
func (CrossEntropy) Traits() losses.Traits { return losses.CrossEntropy{}.Traits() }

// Eval implements [Loss].
func (c CrossEntropy) Eval(grad, s *Lattice, gold []Segment, w *Workspace) (float64, error) {
	score, err := goldScore(s, gold)
	if err != nil {
		return 0, err
	}
	return w.softLoss(grad, s, s, gold, score, orOne(c.Gamma))
}

// SoftmaxMargin is log Z(s + c) - s(g), a cross-entropy whose probabilities lean towards costly
// segmentations.
type SoftmaxMargin struct {
	Cost  Cost    // nil means Hamming
	Scale float64 // of the cost; 0 means 1
	Gamma float64 // inverse temperature of s + c; 0 means 1
}

// Traits implements [Loss].
func (SoftmaxMargin) Traits() losses.Traits { return losses.SoftmaxMargin{}.Traits() }

// Eval implements [Loss].
func (m SoftmaxMargin) Eval(grad, s *Lattice, gold []Segment, w *Workspace) (float64, error) {
	score, err := goldScore(s, gold)
	if err != nil {
		return 0, err
	}
	aug, err := w.augment(s, m.Cost, m.Scale, gold)
	if err != nil {
		return 0, err
	}
	return w.softLoss(grad, s, aug, gold, score, orOne(m.Gamma))
}

// softLoss returns (1/gamma) log Z(gamma aug) less the gold score, and its gradient.
func (w *Workspace) softLoss(grad, s, aug *Lattice, gold []Segment, score, gamma float64) (float64, error) {
	reset(grad, s)
	logZ, err := w.addLogZ(grad, aug, gamma, 1)
	if err != nil {
		return 0, err
	}
	if grad != nil {
		grad.Add(gold, -1)
	}
	return max(logZ-score, 0), nil
}

// JensenRiskBound is log E[exp c], the logarithm of the expectation whose place risk gives to c itself: by
// Jensen's inequality at least the risk (Gimpel & Smith 2010). It is smooth and not convex.
type JensenRiskBound struct {
	Cost  Cost    // nil means Hamming
	Scale float64 // of the cost; 0 means 1
	Gamma float64 // inverse temperature of both terms; 0 means 1
}

// Traits implements [Loss].
func (JensenRiskBound) Traits() losses.Traits { return losses.JensenRiskBound{}.Traits() }

// Eval implements [Loss].
func (b JensenRiskBound) Eval(grad, s *Lattice, gold []Segment, w *Workspace) (float64, error) {
	if err := checkGold(s, gold); err != nil {
		return 0, err
	}
	aug, err := w.augment(s, b.Cost, b.Scale, gold)
	if err != nil {
		return 0, err
	}
	gamma := orOne(b.Gamma)
	reset(grad, s)
	high, err := w.addLogZ(grad, aug, gamma, 1)
	if err != nil {
		return 0, err
	}
	low, err := w.addLogZ(grad, s, gamma, -1)
	return max(high-low, 0), err
}

// Risk is E[c], the expected cost of a segmentation drawn from p_s. It is bounded and not convex.
type Risk struct {
	Cost  Cost    // nil means Hamming
	Scale float64 // of the cost; 0 means 1
	Gamma float64 // inverse temperature of s; 0 means 1
}

// Traits implements [Loss].
func (Risk) Traits() losses.Traits { return losses.Risk{}.Traits() }

// Eval implements [Loss].
func (r Risk) Eval(grad, s *Lattice, gold []Segment, w *Workspace) (float64, error) {
	if err := checkGold(s, gold); err != nil {
		return 0, err
	}
	if err := w.costOf(r.Cost, s, gold); err != nil {
		return 0, err
	}
	scale, gamma := orOne(r.Scale), orOne(r.Gamma)
	p := w.temper(s, gamma)
	var mean float64
	var err error
	if grad == nil {
		mean, err = w.Expectation(p, &w.cost)
	} else {
		reset(grad, s)
		mean, err = w.AddExpectationGradient(grad, p, &w.cost, scale*gamma)
	}
	return scale * mean, err
}
