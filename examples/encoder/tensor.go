package main

import (
	"math"
	"math/rand/v2"
)

// tensor holds weights, their accumulated gradient, and Adam's first and second moments.
type tensor struct {
	value, grad    []float32
	moment, square []float32
}

func newTensor(n int) *tensor {
	return &tensor{
		value: make([]float32, n), grad: make([]float32, n),
		moment: make([]float32, n), square: make([]float32, n),
	}
}

// randomTensor returns n weights drawn uniformly from [-bound, bound).
func randomTensor(r *rand.Rand, n int, bound float64) *tensor {
	p := newTensor(n)
	for k := range p.value {
		p.value[k] = float32(bound * (2*r.Float64() - 1))
	}
	return p
}

// dense is the layer y = W x + b.
type dense struct {
	in, out int
	w       *tensor // out x in
	b       *tensor // out
}

func newDense(r *rand.Rand, in, out int) dense {
	return dense{in: in, out: out, w: randomTensor(r, in*out, math.Sqrt(6/float64(in+out))), b: newTensor(out)}
}

// forward sets y to W x + b. y has length out.
func (d dense) forward(y, x []float32) {
	for j := range y {
		sum := d.b.value[j]
		for k, w := range d.w.value[j*d.in : (j+1)*d.in] {
			sum += w * x[k]
		}
		y[j] = sum
	}
}

// backward adds the gradients for W, b and dx, given the input x and the output gradient dy. dx has
// length in.
func (d dense) backward(dx, x, dy []float32) {
	for j, g := range dy {
		if g == 0 {
			continue
		}
		d.b.grad[j] += g
		w, dw := d.w.value[j*d.in:(j+1)*d.in], d.w.grad[j*d.in:(j+1)*d.in]
		for k := range x {
			dw[k] += g * x[k]
			dx[k] += g * w[k]
		}
	}
}

// adam is the optimizer of Kingma & Ba (2015), with gradient clipping.
type adam struct {
	rate  float64
	bound float64 // on the Euclidean norm of the gradient
	steps int
}

// step updates all weights and clears their gradients.
func (a *adam) step(tensors []*tensor) {
	const beta1, beta2, epsilon = 0.9, 0.999, 1e-8
	norm := 0.0
	for _, p := range tensors {
		for _, g := range p.grad {
			norm += float64(g) * float64(g)
		}
	}
	scale := 1.0
	if norm = math.Sqrt(norm); norm > a.bound {
		scale = a.bound / norm
	}
	a.steps++
	unbias1 := 1 - math.Pow(beta1, float64(a.steps))
	unbias2 := 1 - math.Pow(beta2, float64(a.steps))
	for _, p := range tensors {
		for k, g := range p.grad {
			g := scale * float64(g)
			m := beta1*float64(p.moment[k]) + (1-beta1)*g
			v := beta2*float64(p.square[k]) + (1-beta2)*g*g
			p.moment[k], p.square[k] = float32(m), float32(v)
			p.value[k] -= float32(a.rate * m / unbias1 / (math.Sqrt(v/unbias2) + epsilon))
		}
		clear(p.grad)
	}
}
