package optimize

import "gonum.org/v1/gonum/floats"

// history holds the last steps and gradient changes, which stand for the inverse Hessian H (Nocedal &
// Wright 2006, algorithm 7.4).
type history struct {
	s, y  [][]float64 // memory x n: steps, and changes of the smooth gradient
	rho   []float64   // 1 / s.y
	alpha []float64
	count int // pairs held
	head  int // where the next pair goes
}

func newHistory(memory, n int) *history {
	h := &history{rho: make([]float64, memory), alpha: make([]float64, memory)}
	for range memory {
		h.s, h.y = append(h.s, make([]float64, n)), append(h.y, make([]float64, n))
	}
	return h
}

// add notes the step from w to next, unless the curvature along it is not positive: then H would not be
// positive definite.
func (h *history) add(w, next, grad, nextGrad []float64) {
	s, y := h.s[h.head], h.y[h.head]
	floats.SubTo(s, next, w)
	floats.SubTo(y, nextGrad, grad)
	sy := floats.Dot(s, y)
	if !(sy > 1e-14*floats.Norm(s, 2)*floats.Norm(y, 2)) {
		// The slot held the oldest pair, which is lost now.
		h.count = min(h.count, len(h.s)-1)
		return
	}
	h.rho[h.head] = 1 / sy
	h.head = (h.head + 1) % len(h.s)
	h.count = min(h.count+1, len(h.s))
}

// apply sets v to H v.
func (h *history) apply(v []float64) {
	m := len(h.s)
	for i := 1; i <= h.count; i++ { // newest first
		k := (h.head - i + m) % m
		h.alpha[k] = h.rho[k] * floats.Dot(h.s[k], v)
		floats.AddScaled(v, -h.alpha[k], h.y[k])
	}
	newest := (h.head - 1 + m) % m
	floats.Scale(1/(h.rho[newest]*floats.Dot(h.y[newest], h.y[newest])), v)
	for i := h.count; i >= 1; i-- {
		k := (h.head - i + m) % m
		beta := h.rho[k] * floats.Dot(h.y[k], v)
		floats.AddScaled(v, h.alpha[k]-beta, h.s[k])
	}
}
