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
	axpyGo(dst[:len(x)], a, x)
}

// Dot is
//
//	for k, v := range x {
//		sum += v * y[k]
//	}
//
// y is at least as long as x.
func Dot(x, y []float64) float64 {
	return dotGo(x, y[:len(x)])
}

// Mul is
//
//	for k, v := range x {
//		dst[k] = c * v * y[k]
//	}
//
// dst and y are at least as long as x; dst may be x or y.
func Mul(dst []float64, c float64, x, y []float64) {
	mulGo(dst[:len(x)], c, x, y[:len(x)])
}

// MulAdd is
//
//	for k, v := range x {
//		dst[k] += c * v * y[k]
//	}
//
// dst and y are at least as long as x.
func MulAdd(dst []float64, c float64, x, y []float64) {
	mulAddGo(dst[:len(x)], c, x, y[:len(x)])
}

// MulSum is
//
//	least = +Inf
//	for k, v := range x {
//		dst[k] = v * y[k]
//		sum += dst[k]
//		least = min(least, dst[k])
//	}
//
// dst and y are at least as long as x; dst may be x or y. There is no NaN.
func MulSum(dst, x, y []float64) (sum, least float64) {
	return mulSumGo(dst[:len(x)], x, y[:len(x)])
}

// Scale is
//
//	for k, v := range x {
//		dst[k] = c * v
//	}
//
// dst is at least as long as x, and may be x.
func Scale(dst []float64, c float64, x []float64) {
	scaleGo(dst[:len(x)], c, x)
}

// Max is the largest number of x, -Inf of none. x holds no NaN.
func Max(x []float64) float64 { return maxGo(x) }

// Exp is
//
//	least = +Inf
//	for k, v := range x {
//		d := v - shift
//		dst[k] = exp(d)
//		if d > -Inf {
//			least = min(least, d)
//		}
//	}
//
// exp(-Inf) is 0; what is too small or too large for a float64 is 0 or +Inf. dst is at least as
// long as x, and may be x. x holds no NaN, and shift is finite.
func Exp(dst, x []float64, shift float64) (least float64) {
	return expGo(dst[:len(x)], x, shift)
}

// LogSumExp is log(sum of exp(v)) over the numbers of x, shifted by their largest so that
// nothing overflows; -Inf of none or of -Inf alone. x holds no NaN and no +Inf.
func LogSumExp(x []float64) float64 {
	m := maxGo(x)
	if math.IsInf(m, -1) {
		return m
	}
	return m + math.Log(sumExpGo(x, m))
}

// VecMat is the product of a row vector a with a matrix m, len(a) x len(dst):
//
//	for j := range dst {
//		dst[j] = 0
//		for i, v := range a {
//			dst[j] += v * m[i*len(dst)+j]
//		}
//	}
//
// dst overlaps neither.
func VecMat(dst, a, m []float64) {
	vecMatGo(dst, a, m[:len(a)*len(dst)])
}

// MatVec is the product of a matrix m, len(dst) x len(v), with a column vector v:
//
//	for i := range dst {
//		dst[i] = 0
//		for j, x := range v {
//			dst[i] += m[i*len(v)+j] * x
//		}
//	}
//
// dst overlaps neither.
func MatVec(dst, m, v []float64) {
	matVecGo(dst, m[:len(dst)*len(v)], v)
}

// SumOuter is the sum of the outer products of the rows of a and b, both T x n; dst is n x n:
//
//	for i := range n {
//		for j := range n {
//			dst[i*n+j] = 0
//			for t := range len(a) / n {
//				dst[i*n+j] += a[t*n+i] * b[t*n+j]
//			}
//		}
//	}
//
// dst overlaps neither. n > 0.
func SumOuter(dst, a, b []float64, n int) {
	sumOuterGo(dst[:n*n], a, b[:len(a)], n)
}

// MaxPlus is [VecMat] with max for + and + for *, a step of the Viterbi recursion:
//
//	for j := range dst {
//		dst[j] = -Inf
//		for i, v := range a {
//			if s := v + m[i*len(dst)+j]; s > dst[j] {
//				dst[j] = s
//			}
//		}
//	}
//
// The result is that of the loop, bit by bit, on every machine. dst overlaps neither a nor m, which
// hold no NaN and no +Inf.
func MaxPlus(dst, a, m []float64) {
	maxPlusGo(dst, a, m[:len(a)*len(dst)])
}

// MaxPlusRow is one row of [MaxPlus], taken into what dst holds:
//
//	for j, v := range row {
//		if s := a + v; s > dst[j] {
//			dst[j] = s
//		}
//	}
//
// bit by bit. dst is at least as long as row. There is no NaN and no +Inf.
func MaxPlusRow(dst []float64, a float64, row []float64) {
	maxPlusRowGo(dst[:len(row)], a, row)
}
