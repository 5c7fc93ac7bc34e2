package losses

import (
	"errors"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// ErrNorms says that an [AngularLoss] lacks the norms that it needs, or that they are none.
var ErrNorms = errors.New("norms of the gold labels' weights and inputs")

// An AngularLoss depends on more of a linear layer than its scores: on norm[t] = |w_j| |x_t|, with j the gold label at
// t, w_j its weights and x_t the input, so that the cosine between the two is the part of the node score that w_j.x_t
// makes, divided by norm[t]. Its [Traits] say Angular, unless its options make it do without.
type AngularLoss interface {
	Loss
	// EvalWithNorms is Eval given the norms, T long, at least the node scores of the gold labels in size. Unless
	// grad is nil it makes gradNorm, T long, the derivatives with respect to the norms.
	EvalWithNorms(grad *structured.Lattice, gradNorm []float64, s *structured.Lattice, norm []float64, y structured.Target, w *Workspace) (float64, error)
}

var _ AngularLoss = LargeMarginSoftmax{}

const maxMargin = 4

// LargeMarginSoftmax is cross-entropy where the node score n cos(theta) of each gold label, n = |w| |x|,
// becomes n psi(theta) <= n cos(theta), in s(g) and in Z alike (Liu, Wen, Yu & Yang 2016, here for
// paths): the angle between a gold label's weights and its inputs has to be Margin times smaller for the
// same score. With k = 0..m-1 such that theta lies in [k pi/m, (k+1) pi/m],
//
//	psi(theta) = (-1)^k cos(m theta) - 2 k
//
// Blend is the lambda of their training, (lambda cos + psi) / (1 + lambda): large at first, then lowered.
// It has nothing to do with the cost of [SoftmaxMargin]. Margin 1 is [CrossEntropy]. It is not
// convex, and has a kink where n = 0, as at weights of zero.
type LargeMarginSoftmax struct {
	Margin int     // 1..4; 0 means 2
	Blend  float64 // weight of the plain score beside the margin's; 0 is the margin alone
	Gamma  float64 // inverse temperature; 0 means 1
}

// Traits implements [HasTraits].
func (m LargeMarginSoftmax) Traits() Traits {
	if m.Margin == 1 {
		return CrossEntropy{}.Traits()
	}
	return Traits{Smooth: true, NeedsStart: true, Angular: true}
}

// Eval implements [Loss]: only margin 1 does without the norms, the error of others is [ErrNorms].
func (m LargeMarginSoftmax) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	if err := onlyGold(s, y, w); err != nil {
		return 0, err
	}
	if m.Margin != 1 && s.T > 0 {
		return 0, fmt.Errorf("%w: a margin above 1 needs them", ErrNorms)
	}
	return CrossEntropy{Gamma: m.Gamma}.Eval(grad, s, y, w)
}

// EvalWithNorms implements [AngularLoss].
func (m LargeMarginSoftmax) EvalWithNorms(grad *structured.Lattice, gradNorm []float64, s *structured.Lattice, norm []float64, y structured.Target, w *Workspace) (float64, error) {
	if _, err := w.Problem(grad, s, y); err != nil {
		return 0, err
	}
	p := &w.lattice
	if _, err := p.Gold(); err != nil {
		return 0, err
	}
	gold := y.Path
	if len(norm) != s.T || grad != nil && len(gradNorm) != s.T {
		return 0, fmt.Errorf("%w: %w: %d, and %d derivatives, for T = %d", ErrNorms, structured.ErrShape, len(norm), len(gradNorm), s.T)
	}
	margin := m.Margin
	if margin == 0 {
		margin = 2
	}
	if margin < 1 || margin > maxMargin {
		return 0, fmt.Errorf("margin %d: want 1 to %d", margin, maxMargin)
	}
	r := &w.moved
	s.Copy(r)
	w.slopes = vec.Resize(w.slopes, s.T)
	for t, g := range gold {
		v, n := s.NodeAt(t)[g], norm[t]
		if !(n >= 0 && n <= math.MaxFloat64 && math.Abs(v) <= n*(1+1e-9)) {
			return 0, fmt.Errorf("%w: %v at position %d for the score %v: want at least its size", ErrNorms, n, t, v)
		}
		moved, byScore, byNorm := angularScore(margin, m.Blend, v, n)
		r.NodeAt(t)[g], w.slopes[t] = moved, byScore
		if grad != nil {
			gradNorm[t] = byNorm
		}
	}
	p.s = r
	v, err := CrossEntropy{Gamma: m.Gamma}.EvalOn(p)
	if err != nil || grad == nil {
		return v, err
	}
	for t, g := range gold { // the chain rule, through the gold nodes
		d := &grad.NodeAt(t)[g]
		gradNorm[t] *= *d
		*d *= w.slopes[t]
	}
	return v, nil
}

// onlyGold checks that the target is a path of finite score.
func onlyGold(s *structured.Lattice, y structured.Target, w *Workspace) error {
	p, err := w.Problem(nil, s, y)
	if err == nil {
		_, err = p.Gold()
	}
	return err
}

// angularScore returns (lambda s + n psi) / (1 + lambda) and its derivatives by s and n, at cos(theta) =
// s / n. At n = 0, where there is no angle, it is s.
func angularScore(margin int, lambda, s, n float64) (v, byScore, byNorm float64) {
	if n == 0 {
		return s, 1, 0
	}
	c := min(max(s/n, -1), 1)
	psi, slope := angle(margin, c)
	return (lambda*s + n*psi) / (1 + lambda), (lambda + slope) / (1 + lambda), (psi - c*slope) / (1 + lambda)
}

// angle returns psi of c = cos(theta) and its derivative by c, with cos(m theta) = T_m(c) and
// dT_m/dc = m U_{m-1}(c), Chebyshev's polynomials of the first and the second kind.
func angle(margin int, c float64) (psi, slope float64) {
	m := float64(margin)
	k := min(math.Floor(m*math.Acos(c)/math.Pi), m-1)
	t0, t1 := 1.0, c // T_{i-1}, T_i
	u0, u1 := 0.0, 1.0
	for range margin - 1 {
		t0, t1 = t1, 2*c*t1-t0
		u0, u1 = u1, 2*c*u1-u0
	}
	sign := 1.0
	if math.Mod(k, 2) == 1 {
		sign = -1
	}
	return sign*t1 - 2*k, sign * m * u1
}
