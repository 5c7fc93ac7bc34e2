package simd

import "math"

// The kernels in assembly take rows of at least lanes numbers. Those that go over a row once, with
// little to do for each number, are called for long ones only: a call costs as much as the loop.
const (
	lanes = 4
	long  = 16
)

// Axpy is
//
//	for k, v := range x {
//		dst[k] += a * v
//	}
//
// dst is at least as long as x.
func Axpy(dst []float64, a float64, x []float64) {
	dst = dst[:len(x)]
	if avx2 && len(x) >= long {
		axpyAVX2(dst, a, x)
	} else {
		axpyGo(dst, a, x)
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
	if avx2 && len(x) >= long {
		return dotAVX2(x, y)
	}
	return dotGo(x, y)
}

// Mul is
//
//	for k, v := range x {
//		dst[k] = c * v * y[k]
//	}
//
// dst and y are at least as long as x; dst may be x or y.
func Mul(dst []float64, c float64, x, y []float64) {
	dst, y = dst[:len(x)], y[:len(x)]
	if avx2 && len(x) >= long {
		mulAVX2(dst, c, x, y)
	} else {
		mulGo(dst, c, x, y)
	}
}

// MulAdd is
//
//	for k, v := range x {
//		dst[k] += c * v * y[k]
//	}
//
// dst and y are at least as long as x.
func MulAdd(dst []float64, c float64, x, y []float64) {
	dst, y = dst[:len(x)], y[:len(x)]
	if avx2 && len(x) >= long {
		mulAddAVX2(dst, c, x, y)
	} else {
		mulAddGo(dst, c, x, y)
	}
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
	dst, y = dst[:len(x)], y[:len(x)]
	if avx2 && len(x) >= long {
		return mulSumAVX2(dst, x, y)
	}
	return mulSumGo(dst, x, y)
}

// Scale is
//
//	for k, v := range x {
//		dst[k] = c * v
//	}
//
// dst is at least as long as x, and may be x.
func Scale(dst []float64, c float64, x []float64) {
	dst = dst[:len(x)]
	if avx2 && len(x) >= long {
		scaleAVX2(dst, c, x)
	} else {
		scaleGo(dst, c, x)
	}
}

// Max is the largest number of x, -Inf of none. x holds no NaN.
func Max(x []float64) float64 {
	if avx2 && len(x) >= long {
		return maxAVX2(x)
	}
	return maxGo(x)
}

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
// where exp(d) is 0 for d < -708, so that no result is subnormal. No d is above 709. dst is at least
// as long as x, and may be x. x holds no NaN, and shift is finite.
func Exp(dst, x []float64, shift float64) (least float64) {
	dst = dst[:len(x)]
	if avx2 && len(x) >= lanes {
		return expAVX2(dst, x, shift)
	}
	return expGo(dst, x, shift)
}

// LogSumExp is log(sum of exp(v)) over the numbers of x, shifted by their largest so that
// nothing overflows; -Inf of none or of -Inf alone. x holds no NaN and no +Inf.
func LogSumExp(x []float64) float64 {
	m := Max(x)
	if math.IsInf(m, -1) {
		return m
	}
	if avx2 && len(x) >= lanes {
		return m + math.Log(sumExpAVX2(x, m))
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
	m = m[:len(a)*len(dst)]
	if avx2 && len(dst) >= lanes && len(a) > 0 {
		vecMatAVX2(dst, a, m)
	} else {
		vecMatGo(dst, a, m)
	}
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
	m = m[:len(dst)*len(v)]
	if avx2 && len(dst) >= lanes && len(v) >= lanes {
		matVecAVX2(dst, m, v)
	} else {
		matVecGo(dst, m, v)
	}
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
	dst, a = dst[:n*n], a[:len(a)/n*n]
	b = b[:len(a)]
	if avx2 && n >= lanes {
		sumOuterAVX2(dst, a, b, n)
	} else {
		sumOuterGo(dst, a, b, n)
	}
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
	m = m[:len(a)*len(dst)]
	if avx2 && len(dst) >= lanes && len(a) > 0 {
		maxPlusAVX2(dst, a, m)
	} else {
		maxPlusGo(dst, a, m)
	}
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
	dst = dst[:len(row)]
	if avx2 && len(row) >= long {
		maxPlusRowAVX2(dst, a, row)
	} else {
		maxPlusRowGo(dst, a, row)
	}
}
