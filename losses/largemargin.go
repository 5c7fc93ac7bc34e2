package losses

import (
	"errors"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// ErrNorms means that an [AngularLoss] lacks the norms that it needs, or that they are invalid.
var ErrNorms = errors.New("missing or invalid norms of the gold labels' weights and inputs")

// AngularLoss depends on more than the scores of a linear layer. It also depends on norm[t] = |w_j|
// |x_t|, where j is the gold label at t, w_j its weights and x_t the input. The cosine between w_j
// and x_t is the contribution w_j.x_t to the node score, divided by norm[t]. Its [Traits] include
// Angular, unless its options make the norms unnecessary.
type AngularLoss interface {
	Loss
	// EvalWithNorms is Eval with the norms, of length T. Each norm is at least the absolute node
	// score of its gold label. If grad is not nil, EvalWithNorms sets gradNorm, of length T, to the
	// derivatives with respect to the norms.
	EvalWithNorms(grad *structured.Lattice, gradNorm []float64, s *structured.Lattice, norm []float64, y structured.Target, w *Workspace) (float64, error)
}

var _ AngularLoss = LargeMarginSoftmax{}

const maxMargin = 4

// LargeMarginSoftmax is cross-entropy with an angular margin (Liu, Wen, Yu & Yang 2016, here for
// paths). The node score n cos(theta) of each gold label, with n = |w| |x|, becomes n psi(theta) <=
// n cos(theta), both in s(g) and in Z. For the same score, the angle between the weights of a gold
// label and its inputs must be Margin times smaller. With k = 0..m-1 such that theta lies in [k
// pi/m, (k+1) pi/m],
//
//	psi(theta) = (-1)^k cos(m theta) - 2 k
//
// Blend is lambda in (lambda cos + psi) / (1 + lambda), which Liu et al. use in training: it is
// large at first and then lowered. It is unrelated to the cost of [SoftmaxMargin].
//
// Margin 1 is [CrossEntropy]. The loss is not convex, and not differentiable where n = 0, for
// example at zero weights.
type LargeMarginSoftmax struct {
	Margin int     // 1..4; 0 means 2
	Blend  float64 // weight of the plain score relative to the margin score; 0 means the margin score alone
	Gamma  float64 // inverse temperature; 0 means 1
}

// Traits implements [HasTraits].
func (m LargeMarginSoftmax) Traits() Traits {
	if m.Margin == 1 {
		return CrossEntropy{}.Traits()
	}
	return Traits{Smooth: true, NeedsStart: true, Angular: true}
}

// Eval implements [Loss] for margin 1. Other margins need the norms: the error is [ErrNorms].
func (m LargeMarginSoftmax) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	if err := onlyGold(s, y, w); err != nil {
		return 0, err
	}
	if m.Margin != 1 && s.T > 0 {
		return 0, fmt.Errorf("%w: margins above 1 need norms", ErrNorms)
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
		return 0, fmt.Errorf("%w: %w: %d norms and %d derivatives for T = %d", ErrNorms, structured.ErrShape, len(norm), len(gradNorm), s.T)
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
			return 0, fmt.Errorf("%w: %v at position %d: want at least the absolute value of the score %v", ErrNorms, n, t, v)
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
	for t, g := range gold { // chain rule through the gold nodes
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

// angularScore returns (lambda s + n psi) / (1 + lambda) and its derivatives with respect to s and
// n, at cos(theta) = s / n. At n = 0 the angle is undefined and the result is s.
func angularScore(margin int, lambda, s, n float64) (v, byScore, byNorm float64) {
	if n == 0 {
		return s, 1, 0
	}
	c := min(max(s/n, -1), 1)
	psi, slope := angle(margin, c)
	return (lambda*s + n*psi) / (1 + lambda), (lambda + slope) / (1 + lambda), (psi - c*slope) / (1 + lambda)
}

// angle returns psi of c = cos(theta) and its derivative with respect to c. It uses cos(m theta) =
// T_m(c) and dT_m/dc = m U_{m-1}(c), the Chebyshev polynomials of the first and second kind.
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
