package optimize

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// The loops below use four or two partial sums, so that an addition does not wait for the previous
// one.

// sweep adds c a to v and returns the product of the sum with b. A nil a is zero. With a nil b
// there is no product.
func sweep(v []float64, c float64, a, b []float32) float64 {
	switch {
	case b == nil:
		addScaled(v, c, a)
		return 0
	case a == nil:
		return dot(b, v)
	}
	var p, q, r, t float64
	a, b = a[:len(v)], b[:len(v)]
	k := 0
	for ; k+4 <= len(v); k += 4 {
		v, a, b := v[k:k+4:k+4], a[k:k+4:k+4], b[k:k+4:k+4]
		v0, v1 := v[0]+c*float64(a[0]), v[1]+c*float64(a[1])
		v2, v3 := v[2]+c*float64(a[2]), v[3]+c*float64(a[3])
		v[0], v[1], v[2], v[3] = v0, v1, v2, v3
		p += v0 * float64(b[0])
		q += v1 * float64(b[1])
		r += v2 * float64(b[2])
		t += v3 * float64(b[3])
	}
	addScaled(v[k:], c, a[k:])
	return (p + q) + (r + t) + dot(b[k:], v[k:])
}

func dot(a []float32, v []float64) float64 {
	var p, q, r, t float64
	v = v[:len(a)]
	k := 0
	for ; k+4 <= len(a); k += 4 {
		a, v := a[k:k+4:k+4], v[k:k+4:k+4]
		p += float64(a[0]) * v[0]
		q += float64(a[1]) * v[1]
		r += float64(a[2]) * v[2]
		t += float64(a[3]) * v[3]
	}
	for ; k < len(a); k++ {
		p += float64(a[k]) * v[k]
	}
	return (p + q) + (r + t)
}

func addScaled(v []float64, c float64, a []float32) {
	v = v[:len(a)]
	for k, x := range a {
		v[k] += c * float64(x)
	}
}

// weighted returns the sum of scale[k] y[k]^2.
func weighted(scale, y []float32) float64 {
	var p, q float64
	y = y[:len(scale)]
	for k, d := range scale {
		if x := float64(d) * float64(y[k]) * float64(y[k]); k&1 == 0 {
			p += x
		} else {
			q += x
		}
	}
	return p + q
}

// difference sets s to next - w and y to nextGrad - grad, and returns s.y, s.s and y.y.
func difference(s, y []float32, w, next, grad, nextGrad []float64) (sy, ss, yy float64) {
	var sy1, ss1, yy1 float64
	n := len(s)
	y, w, next, grad, nextGrad = y[:n], w[:n], next[:n], grad[:n], nextGrad[:n]
	for k := range s {
		a, b := float32(next[k]-w[k]), float32(nextGrad[k]-grad[k])
		s[k], y[k] = a, b
		x, z := float64(a), float64(b)
		if k&1 == 0 {
			sy, ss, yy = sy+x*z, ss+x*x, yy+z*z
		} else {
			sy1, ss1, yy1 = sy1+x*z, ss1+x*x, yy1+z*z
		}
	}
	return sy + sy1, ss + ss1, yy + yy1
}

// norm2 returns ||v||. Unlike floats.Norm it does not guard against overflow of the square.
func norm2(v []float64) float64 { return math.Sqrt(floats.Dot(v, v)) }
