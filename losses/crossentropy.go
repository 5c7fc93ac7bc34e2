package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss    = CrossEntropy{}
	_ General = CrossEntropy{}
)

// CrossEntropy is the loss of a conditional random field: log Z(s) - s(g), minus the log
// probability of the gold path. It supports every kind of target. For a soft target it is the
// cross-entropy with the target distribution, up to the entropy of that distribution, which does
// not depend on the scores. For a partial target it is minus the log probability of the set of
// paths.
//
// Two regularizers counter overconfidence:
//
//   - Smoothing mixes in the loss for the uniform distribution over all paths of finite score
//     (Szegedy et al. 2016, here over paths).
//   - Entropy subtracts a multiple of the entropy of p_s. A positive weight penalises confident
//     distributions (Pereyra et al. 2017), a negative one uncertain distributions (Grandvalet &
//     Bengio 2004).
type CrossEntropy struct {
	Gamma     float64 // inverse temperature; 0 means 1
	Smoothing float64 // share of the uniform distribution in the target, in [0, 1)
	Entropy   float64 // weight of the entropy that is subtracted
}

// Traits implements [HasTraits]. With partial targets the loss is not convex.
func (c CrossEntropy) Traits() Traits { return Traits{Smooth: true, Convex: c.Entropy == 0} }

// Eval implements [Loss].
func (c CrossEntropy) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	return evalOn(c, grad, s, y, w)
}

// EvalOn implements [General].
func (c CrossEntropy) EvalOn(p Problem) (float64, error) {
	gamma := orOne(c.Gamma)
	logZ, err := p.LogZ(nil, 0, gamma, 1)
	if err != nil {
		return 0, err
	}
	score, err := p.Target(gamma, c.Smoothing-1)
	if err != nil {
		return 0, err
	}
	if c.Smoothing == 0 && c.Entropy == 0 {
		if p.SoftTarget() {
			return logZ - score, nil
		}
		return max(logZ-score, 0), nil
	}
	v := logZ - (1-c.Smoothing)*score
	if c.Smoothing != 0 {
		mean, err := p.MeanScore(-c.Smoothing)
		if err != nil {
			return 0, err
		}
		v -= c.Smoothing * mean
	}
	if c.Entropy != 0 {
		h, err := p.Entropy(gamma, gamma*logZ, -c.Entropy)
		if err != nil {
			return 0, err
		}
		v -= c.Entropy * h
	}
	return v, nil
}
