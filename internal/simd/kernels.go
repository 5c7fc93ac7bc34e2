package simd

import "math"

// Axpy is
//
//	for k, v := range x {
//		dst[k] += a * v
//	}
//
// dst is at least as long as x.
func Axpy(dst []float64, a float64, x []float64) {
	dst = dst[:len(x)]
	for k, v := range x {
		dst[k] += a * v
	}
}

// Dot is
//
//	for k, v := range x {
//		sum += v * y[k]
//	}
//
// y is at least as long as x.
func Dot(x, y []float64) float64 {
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

// Max is the largest number of x, -Inf of none. x holds no NaN.
func Max(x []float64) float64 {
	m := math.Inf(-1)
	for _, v := range x {
		if v > m {
			m = v
		}
	}
	return m
}

// LogSumExp is log(sum of exp(v)) over the numbers of x, shifted by their largest so that
// nothing overflows; -Inf of none or of -Inf alone. x holds no NaN and no +Inf.
func LogSumExp(x []float64) float64 {
	m := Max(x)
	if math.IsInf(m, -1) {
		return m
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - m)
	}
	return m + math.Log(sum)
}
