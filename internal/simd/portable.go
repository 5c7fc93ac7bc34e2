package simd

import "math"

// The portable kernels. The exported functions check the arguments.

func axpyGo(dst []float64, a float64, x []float64) {
	dst = dst[:len(x)]
	for k, v := range x {
		dst[k] += a * v
	}
}

func dotGo(x, y []float64) float64 {
	y = y[:len(x)]
	var s0, s1, s2, s3 float64
	k := 0
	for ; k+4 <= len(x); k += 4 {
		s0 += x[k] * y[k]
		s1 += x[k+1] * y[k+1]
		s2 += x[k+2] * y[k+2]
		s3 += x[k+3] * y[k+3]
	}
	for ; k < len(x); k++ {
		s0 += x[k] * y[k]
	}
	return (s0 + s1) + (s2 + s3)
}

func mulGo(dst []float64, c float64, x, y []float64) {
	dst, y = dst[:len(x)], y[:len(x)]
	for k, v := range x {
		dst[k] = c * v * y[k]
	}
}

func mulAddGo(dst []float64, c float64, x, y []float64) {
	dst, y = dst[:len(x)], y[:len(x)]
	for k, v := range x {
		dst[k] += c * v * y[k]
	}
}

func mulSumGo(dst, x, y []float64) (sum, least float64) {
	dst, y = dst[:len(x)], y[:len(x)]
	least = math.Inf(1)
	for k, v := range x {
		v *= y[k]
		dst[k] = v
		sum += v
		if v < least {
			least = v
		}
	}
	return sum, least
}

func scaleGo(dst []float64, c float64, x []float64) {
	dst = dst[:len(x)]
	for k, v := range x {
		dst[k] = c * v
	}
}

func maxGo(x []float64) float64 {
	m := math.Inf(-1)
	for _, v := range x {
		if v > m {
			m = v
		}
	}
	return m
}

func expGo(dst, x []float64, shift float64) (least float64) {
	dst = dst[:len(x)]
	least = math.Inf(1)
	for k, v := range x {
		d := v - shift
		dst[k] = 0
		if d >= -708 {
			dst[k] = math.Exp(d)
		}
		if d < least && d > math.Inf(-1) {
			least = d
		}
	}
	return least
}

func sumExpGo(x []float64, shift float64) (sum float64) {
	for _, v := range x {
		sum += math.Exp(v - shift)
	}
	return sum
}

func vecMatGo(dst, a, m []float64) {
	clear(dst)
	n := len(dst)
	for i, v := range a {
		if v != 0 {
			axpyGo(dst, v, m[i*n:(i+1)*n])
		}
	}
}

func matVecGo(dst, m, v []float64) {
	n := len(v)
	for i := range dst {
		dst[i] = dotGo(v, m[i*n:(i+1)*n])
	}
}

func sumOuterGo(dst, a, b []float64, n int) {
	clear(dst)
	for t := 0; t < len(a); t += n {
		row := b[t : t+n]
		for i, v := range a[t : t+n] {
			if v != 0 {
				axpyGo(dst[i*n:(i+1)*n], v, row)
			}
		}
	}
}

func maxPlusGo(dst, a, m []float64) {
	for j := range dst {
		dst[j] = math.Inf(-1)
	}
	n := len(dst)
	for i, v := range a {
		maxPlusRowGo(dst, v, m[i*n:(i+1)*n])
	}
}

// maxPlusRowGo selects bits instead of floats, because for floats the compiler emits a branch that
// is often mispredicted.
func maxPlusRowGo(dst []float64, a float64, row []float64) {
	dst = dst[:len(row)]
	for j, v := range row {
		best, s := dst[j], a+v
		bits := math.Float64bits(best)
		if u := math.Float64bits(s); s > best {
			bits = u
		}
		dst[j] = math.Float64frombits(bits)
	}
}
