package main

import (
	"math"
	"math/rand/v2"
)

// gru is a gated recurrent unit (Cho et al. 2014). From the input x and the previous hidden vector
// h, it computes the next hidden vector h':
//
//	z = sigma(Wz [x h] + bz)    r = sigma(Wr [x h] + br)    c = tanh(Wc [x r*h] + bc)
//	h' = (1 - z)*h + z*c
//
// The first h is 0.
type gru struct {
	in, hidden int
	z, r, c    dense
}

func newGRU(rng *rand.Rand, in, hidden int) gru {
	both := in + hidden
	return gru{in: in, hidden: hidden, z: newDense(rng, both, hidden), r: newDense(rng, both, hidden), c: newDense(rng, both, hidden)}
}

// gruStep holds the values of a step that the backward pass needs.
type gruStep struct {
	seen, gated []float32 // [x h], [x r*h]
	z, r, c     []float32
}

func (g gru) newStep() gruStep {
	vector := func(n int) []float32 { return make([]float32, n) }
	return gruStep{
		seen: vector(g.in + g.hidden), gated: vector(g.in + g.hidden),
		z: vector(g.hidden), r: vector(g.hidden), c: vector(g.hidden),
	}
}

// forward sets out to the hidden vector after h and x.
func (g gru) forward(s gruStep, out, h, x []float32) {
	copy(s.seen, x)
	copy(s.seen[g.in:], h)
	g.z.forward(s.z, s.seen)
	g.r.forward(s.r, s.seen)
	copy(s.gated, x)
	for k := range h {
		s.z[k], s.r[k] = sigmoid(s.z[k]), sigmoid(s.r[k])
		s.gated[g.in+k] = s.r[k] * h[k]
	}
	g.c.forward(s.c, s.gated)
	for k := range h {
		s.c[k] = float32(math.Tanh(float64(s.c[k])))
		out[k] = (1-s.z[k])*h[k] + s.z[k]*s.c[k]
	}
}

// gruScratch is the scratch memory of backward.
type gruScratch struct{ dz, dr, dc, dSeen, dGated []float32 }

func (g gru) newScratch() gruScratch {
	vector := func(n int) []float32 { return make([]float32, n) }
	return gruScratch{
		dz: vector(g.hidden), dr: vector(g.hidden), dc: vector(g.hidden),
		dSeen: vector(g.in + g.hidden), dGated: vector(g.in + g.hidden),
	}
}

// backward replaces dh, the gradient for the hidden vector after the step, by the gradient for the
// hidden vector before it. It adds the gradient for the input to dx.
func (g gru) backward(w gruScratch, s gruStep, dx, dh []float32) {
	clear(w.dSeen)
	clear(w.dGated)
	h := s.seen[g.in:]
	for k, d := range dh {
		w.dc[k] = d * s.z[k] * (1 - s.c[k]*s.c[k])
		w.dz[k] = d * (s.c[k] - h[k]) * s.z[k] * (1 - s.z[k])
	}
	g.c.backward(w.dGated, s.gated, w.dc)
	for k, d := range w.dGated[g.in:] {
		w.dr[k] = d * h[k] * s.r[k] * (1 - s.r[k])
	}
	g.z.backward(w.dSeen, s.seen, w.dz)
	g.r.backward(w.dSeen, s.seen, w.dr)
	for k := range dx {
		dx[k] += w.dSeen[k] + w.dGated[k]
	}
	for k := range dh {
		dh[k] = dh[k]*(1-s.z[k]) + w.dSeen[g.in+k] + w.dGated[g.in+k]*s.r[k]
	}
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }
