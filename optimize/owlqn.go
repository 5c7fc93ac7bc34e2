package optimize

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

var _ BatchMethod = OWLQN{}

// OWLQN is the orthant-wise limited-memory quasi-Newton method (Andrew & Gao 2007) for smooth
// losses with L1, L2 or both. Weights that L1 eliminates are exactly 0. Its line search backtracks
// and never increases the objective. With L1 = 0 it is plain L-BFGS with that line search.
type OWLQN struct {
	Limits
	// Memory is the number of past steps that determine the direction; 0 means 6.
	Memory int
}

const (
	armijo        = 1e-4 // fraction of the predicted decrease that a step must achieve
	maxBacktracks = 50
)

// Minimize implements [BatchMethod].
func (m OWLQN) Minimize(ctx context.Context, f Objective, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	r, err := newBatchRun(ctx, m, f, w, p, report, m.Limits, m.Memory)
	if err != nil {
		return r.finish(Failed, err)
	}
	o := &owlqnRun{batchRun: r, pseudo: make([]float64, len(w))}
	return r.finish(o.run())
}

type owlqnRun struct {
	*batchRun
	pseudo []float64 // pseudo-gradient at w
}

func (o *owlqnRun) run() (Reason, error) {
	value, fresh, reason, err := o.begin()
	if err != nil || reason != running {
		return reason, err
	}
	norm := pseudoGradient(o.pseudo, o.grad, o.w, o.p.L1)
	if fresh {
		value += o.p.L1 * floats.Norm(o.w, 1)
		if reason := o.start(value, norm); reason != running {
			return reason, nil
		}
	}
	for {
		step := 1.0
		if !o.direction() {
			step = 1 / norm
		}
		nextValue, err := o.search(value, step)
		switch {
		case errors.Is(err, errRounding) && o.small(norm, roundingTolerance):
			return Converged, nil
		case errors.Is(err, errNoStep) && o.history.count > 0:
			o.history.count = 0 // retry with steepest descent
			continue
		case errors.Is(err, errNoStep) && o.small(norm, roundingTolerance):
			return Converged, nil
		case errors.Is(err, errNoStep):
			return NoProgress, nil
		case err != nil:
			return Failed, err
		}
		value = nextValue
		norm = pseudoGradient(o.pseudo, o.nextGrad, o.next, o.p.L1)
		if reason, err := o.accept(value, norm); reason != running || err != nil {
			return reason, err
		}
	}
}

// direction sets dir to -H pseudo without the coordinates that are not descent directions. It
// reports whether it used a history for H.
func (o *owlqnRun) direction() bool {
	copy(o.dir, o.pseudo)
	known := o.history.count > 0
	if known {
		o.history.apply(o.dir)
	}
	floats.Scale(-1, o.dir)
	if o.p.L1 == 0 {
		return known
	}
	left := false
	for k, d := range o.dir {
		if d*o.pseudo[k] >= 0 {
			o.dir[k] = 0
		} else {
			left = true
		}
	}
	if !left {
		o.history.count = 0
		floats.ScaleTo(o.dir, -1, o.pseudo)
		return false
	}
	return known
}

var (
	errNoStep   = errors.New("no step lowers the objective")
	errRounding = fmt.Errorf("%w: decrease is below rounding", errNoStep)
)

// search sets next to the first of w + step dir, w + step/2 dir, ..., each projected on the orthant
// of w, that lowers the objective enough. It sets nextGrad to the smooth gradient there and returns
// the objective.
func (o *owlqnRun) search(value, step float64) (float64, error) {
	var last error
	for range maxBacktracks {
		moved := false
		gain := 0.0 // pseudo . (next - w), the predicted change
		for k, w := range o.w {
			x := w + step*o.dir[k]
			if o.p.L1 > 0 && x*orthant(w, o.pseudo[k]) <= 0 {
				x = 0
			}
			o.next[k] = x
			moved = moved || x != w
			gain += o.pseudo[k] * (x - w)
		}
		if !moved || -gain <= 0x1p-52*math.Abs(value) {
			return 0, errRounding
		}
		var next float64
		next, last = o.eval(o.nextGrad, o.next)
		switch {
		case errors.Is(last, ErrNotFinite): // too far: backtrack
		case last != nil:
			return 0, last
		default:
			next += o.p.L1 * floats.Norm(o.next, 1)
			if next <= value+armijo*gain {
				return next, nil
			}
		}
		step /= 2
	}
	if last != nil {
		return 0, last
	}
	return 0, errNoStep
}

// orthant returns the sign that w may have after a step: its own sign, or the sign of the descent
// at 0.
func orthant(w, pseudo float64) float64 {
	if w != 0 {
		return w
	}
	return -pseudo
}

// pseudoGradient sets dst to the subgradient of least norm of the smooth part plus l1 ||w||_1,
// whose negative is the steepest descent. It returns the norm (Andrew & Gao 2007, equation 4).
func pseudoGradient(dst, grad, w []float64, l1 float64) float64 {
	for k, g := range grad {
		switch {
		case w[k] > 0:
			g += l1
		case w[k] < 0:
			g -= l1
		default:
			g = math.Copysign(max(0, math.Abs(g)-l1), g)
		}
		dst[k] = g
	}
	return norm2(dst)
}
