package optimize

import "gonum.org/v1/gonum/floats"

// history holds the last steps and gradient changes, which stand for the inverse Hessian H (Nocedal &
// Wright 2006, algorithm 7.4). They are rounded to float32, in half the memory: H is only a guess.
type history struct {
	s, y  [][]float32 // memory x n: steps, and changes of the smooth gradient
	rho   []float64   // 1 / s.y
	alpha []float64
	count int // pairs held
	head  int // where the next pair goes
	// scale is the shape of H before the first pair, its diagonal up to a factor; nil is all ones.
	scale []float32
}

func newHistory(memory, n int) *history {
	h := &history{rho: make([]float64, memory), alpha: make([]float64, memory)}
	for range memory {
		h.s, h.y = append(h.s, make([]float32, n)), append(h.y, make([]float32, n))
	}
	return h
}

// add notes the step from w to next, unless the curvature along it is not positive: then H would not be
// positive definite.
func (h *history) add(w, next, grad, nextGrad []float64) {
	s, y := h.s[h.head], h.y[h.head]
	var sy, ss, yy float64
	for k := range s {
		a, b := float32(next[k]-w[k]), float32(nextGrad[k]-grad[k])
		s[k], y[k] = a, b
		sy += float64(a) * float64(b)
		ss += float64(a) * float64(a)
		yy += float64(b) * float64(b)
	}
	if !(sy > 0 && sy*sy > 1e-28*ss*yy) {
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
		h.alpha[k] = h.rho[k] * dot(h.s[k], v)
		addScaled(v, -h.alpha[k], h.y[k])
	}
	h.start(v)
	for i := h.count; i >= 1; i-- {
		k := (h.head - i + m) % m
		beta := h.rho[k] * dot(h.y[k], v)
		addScaled(v, h.alpha[k]-beta, h.s[k])
	}
}

// start multiplies v by H before the first pair: the scale times the factor that the newest pair asks for.
func (h *history) start(v []float64) {
	m := len(h.s)
	newest := (h.head - 1 + m) % m
	y, sum := h.y[newest], 0.0
	if h.scale == nil {
		for _, b := range y {
			sum += float64(b) * float64(b)
		}
		floats.Scale(1/(h.rho[newest]*sum), v)
		return
	}
	for k, b := range y {
		sum += float64(h.scale[k]) * float64(b) * float64(b)
	}
	factor := 1 / (h.rho[newest] * sum)
	for k, d := range h.scale {
		v[k] *= factor * float64(d)
	}
}

func dot(a []float32, v []float64) float64 {
	sum := 0.0
	for k, x := range a {
		sum += float64(x) * v[k]
	}
	return sum
}

func addScaled(v []float64, c float64, a []float32) {
	for k, x := range a {
		v[k] += c * float64(x)
	}
}
