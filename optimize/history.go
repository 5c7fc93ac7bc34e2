package optimize

import "gonum.org/v1/gonum/floats"

// historySize resolves the option Memory: the number of steps in a history, 6 by default.
func historySize(memory int) int {
	if memory <= 0 {
		return 6
	}
	return memory
}

// history holds the last steps and gradient changes, which represent the inverse Hessian H (Nocedal
// & Wright 2006, algorithm 7.4). They are rounded to float32 to halve the memory, since H is only
// an approximation.
type history struct {
	s, y  [][]float32 // memory x n: steps, and changes of the smooth gradient
	rho   []float64   // 1 / s.y
	alpha []float64
	count int // pairs held
	head  int // where the next pair goes
	// factor times scale is the initial diagonal of H, before the first pair. The newest pair
	// determines factor. A nil scale means all ones.
	factor float64
	scale  []float32
	split  *splitter
}

func newHistory(memory, n int, split *splitter) *history {
	h := &history{split: split, rho: make([]float64, memory), alpha: make([]float64, memory)}
	for range memory {
		h.s, h.y = append(h.s, make([]float32, n)), append(h.y, make([]float32, n))
	}
	return h
}

// add stores the step from w to next. It skips steps without positive curvature, because H would
// not be positive definite.
func (h *history) add(w, next, grad, nextGrad []float64) {
	s, y := h.s[h.head], h.y[h.head]
	sums := make([][4]float64, (len(s)+blockSize-1)/blockSize)
	h.split.each(len(s), func(b, lo, hi int) {
		x := &sums[b]
		x[0], x[1], x[2] = difference(s[lo:hi], y[lo:hi], w[lo:hi], next[lo:hi], grad[lo:hi], nextGrad[lo:hi])
		if h.scale != nil {
			x[3] = weighted(h.scale[lo:hi], y[lo:hi])
		}
	})
	var sy, ss, yy, scaled float64
	for _, x := range sums {
		sy, ss, yy, scaled = sy+x[0], ss+x[1], yy+x[2], scaled+x[3]
	}
	if !(sy > 0 && sy*sy > 1e-28*ss*yy) {
		// The slot held the oldest pair, which is now overwritten.
		h.count = min(h.count, len(h.s)-1)
		return
	}
	if h.scale != nil {
		yy = scaled
	}
	h.rho[h.head], h.factor = 1/sy, sy/yy
	h.head = (h.head + 1) % len(h.s)
	h.count = min(h.count+1, len(h.s))
}

// pair returns the index of the i-th newest pair, counted from 1.
func (h *history) pair(i int) int { return (h.head - i + len(h.s)) % len(h.s) }

// apply sets v to H v. There must be at least one pair. Each sweep over v adds a vector and
// computes the product with the next.
func (h *history) apply(v []float64) {
	along := h.sweep(v, 0, nil, h.s[h.pair(1)])
	for i := 1; i <= h.count; i++ { // newest first
		k := h.pair(i)
		h.alpha[k] = h.rho[k] * along
		var next []float32
		if i < h.count {
			next = h.s[h.pair(i+1)]
		}
		along = h.sweep(v, -h.alpha[k], h.y[k], next)
	}
	h.split.each(len(v), func(_, lo, hi int) {
		if h.scale == nil {
			floats.Scale(h.factor, v[lo:hi])
			return
		}
		v := v[lo:hi]
		for k, d := range h.scale[lo:hi] {
			v[k] *= h.factor * float64(d)
		}
	})
	along = h.sweep(v, 0, nil, h.y[h.pair(h.count)])
	for i := h.count; i >= 1; i-- {
		k := h.pair(i)
		var next []float32
		if i > 1 {
			next = h.y[h.pair(i-1)]
		}
		along = h.sweep(v, h.alpha[k]-h.rho[k]*along, h.s[k], next)
	}
}

// sweep is the function sweep on all goroutines.
func (h *history) sweep(v []float64, c float64, a, b []float32) float64 {
	return h.split.sum(len(v), func(lo, hi int) float64 {
		switch {
		case a == nil:
			return sweep(v[lo:hi], c, nil, b[lo:hi])
		case b == nil:
			return sweep(v[lo:hi], c, a[lo:hi], nil)
		}
		return sweep(v[lo:hi], c, a[lo:hi], b[lo:hi])
	})
}
