package nonnegative

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/trellis-nlp/trellis/optimize"
)

const (
	// relativeStep is the step of the differences of gradients, relative to the weight or to 1.
	relativeStep = 0.1
	// ridge is the share of the largest curvature that is added to all, so that the first matrix is
	// positive definite.
	ridge = 1e-3
	// sweeps is the maximum number of rounds of coordinate descent for a step.
	sweeps = 500
	// armijo is the share of the promised decrease that a step must reach.
	armijo = 1e-4
)

// A Problem is a function f with its minimum for the last costs.
type Problem struct {
	f       optimize.Objective
	w, grad []float64
	value   float64     // of f
	hessian [][]float64 // approximate
}

// New starts at w, which it does not change.
func New(ctx context.Context, f optimize.Objective, w []float64) (*Problem, error) {
	if f.Dim() != len(w) {
		return nil, fmt.Errorf("%w: %d weights for an objective of dimension %d", optimize.ErrOption, len(w), f.Dim())
	}
	for k, x := range w {
		if !(x >= 0 && finite(x)) {
			return nil, fmt.Errorf("%w: starting weight %d is %g: want a finite number that is not negative", optimize.ErrOption, k, x)
		}
	}
	p := &Problem{f: f, w: slices.Clone(w), grad: make([]float64, len(w))}
	var err error
	if p.value, err = p.eval(ctx, p.grad, p.w); err == nil {
		err = p.measure(ctx)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Weights returns the weights of the last minimum. They are valid until the next call of Minimize
// and must not be changed.
func (p *Problem) Weights() []float64 { return p.w }

// Value returns f at the last minimum, without the costs.
func (p *Problem) Value() float64 { return p.value }

func (p *Problem) eval(ctx context.Context, grad, w []float64) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	value, err := p.f.Eval(ctx, grad, w)
	if sum := floats.Sum(grad); err == nil && !finite(value+sum) {
		err = fmt.Errorf("%w: objective is %g, sum of the gradient is %g", optimize.ErrNotFinite, value, sum)
	}
	return value, err
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// measure sets the matrix to differences of gradients, made symmetric.
func (p *Problem) measure(ctx context.Context) error {
	n := len(p.w)
	p.hessian = make([][]float64, n)
	for k := range p.hessian {
		p.hessian[k] = make([]float64, n)
	}
	grad, at := make([]float64, n), slices.Clone(p.w)
	var most float64
	for k, x := range p.w {
		step := relativeStep * max(x, 1)
		at[k] = x + step
		if _, err := p.eval(ctx, grad, at); err != nil {
			return err
		}
		at[k] = x
		for j := range grad {
			own := (grad[j] - p.grad[j]) / (2 * step)
			p.hessian[k][j] += own
			p.hessian[j][k] += own
		}
		most = max(most, p.hessian[k][k])
	}
	if most == 0 {
		most = 1
	}
	for k := range p.hessian {
		p.hessian[k][k] = max(p.hessian[k][k], 0) + ridge*most
	}
	return nil
}

// Minimize moves to the minimum for these costs. It ends after a number of iterations, or when the
// quadratic problem promises to lower the objective by at most a fraction tolerance of it.
func (p *Problem) Minimize(ctx context.Context, costs []float64, iterations int, tolerance float64) error {
	if len(costs) != len(p.w) || !finite(floats.Sum(costs)) {
		return fmt.Errorf("%w: costs %v for %d weights: want as many finite numbers", optimize.ErrOption, costs, len(p.w))
	}
	next, grad := make([]float64, len(p.w)), make([]float64, len(p.w))
	for range iterations {
		now := p.value + floats.Dot(costs, p.w)
		dir, slope := p.direction(costs)
		if -slope <= tolerance*math.Abs(now) {
			return nil
		}
		for step := 1.0; ; step /= 2 {
			if -slope*step <= 0x1p-52*math.Abs(now) {
				return nil // rounding hides any further decrease
			}
			for k, x := range p.w {
				next[k] = max(0, x+step*dir[k])
			}
			value, err := p.eval(ctx, grad, next)
			if err != nil {
				return err
			}
			if value+floats.Dot(costs, next) <= now+armijo*step*slope {
				p.value = value
				break
			}
		}
		p.update(next, grad)
		copy(p.w, next)
		copy(p.grad, grad)
	}
	return nil
}

// direction returns the step to the minimum of the quadratic problem over w + step >= 0, and the
// slope of the objective along it.
func (p *Problem) direction(costs []float64) (dir []float64, slope float64) {
	dir = make([]float64, len(p.w))
	first := make([]float64, len(p.w)) // gradient of the quadratic problem at 0
	floats.AddTo(first, p.grad, costs)
	grad := slices.Clone(first) // and at dir
	for range sweeps {
		var moved float64
		for k, row := range p.hessian {
			to := max(-p.w[k], dir[k]-grad[k]/row[k])
			if by := to - dir[k]; by != 0 {
				dir[k] = to
				floats.AddScaled(grad, by, row)
				moved = max(moved, math.Abs(by))
			}
		}
		if moved < 1e-10 {
			break
		}
	}
	return dir, floats.Dot(first, dir)
}

// update changes the matrix by the formula of BFGS, so that it maps the step to next to the
// difference of the gradients.
func (p *Problem) update(next, grad []float64) {
	n := len(p.w)
	s, y, hs := make([]float64, n), make([]float64, n), make([]float64, n)
	floats.SubTo(s, next, p.w)
	floats.SubTo(y, grad, p.grad)
	for k, row := range p.hessian {
		hs[k] = floats.Dot(row, s)
	}
	sy, shs := floats.Dot(s, y), floats.Dot(s, hs)
	if !(sy > 1e-10*shs) { // rounding hides the curvature
		return
	}
	for k, row := range p.hessian {
		floats.AddScaled(row, y[k]/sy, y)
		floats.AddScaled(row, -hs[k]/shs, hs)
	}
}
