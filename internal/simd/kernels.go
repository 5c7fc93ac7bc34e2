package simd

import "math"

// The assembly kernels require rows of at least lanes numbers. Kernels with little work per number
// are called only for rows of at least long numbers, because a call costs as much as a short loop.
const (
	lanes = 4
	long  = 16
)

// Axpy computes
//
//	for k, v := range x {
//		dst[k] += a * v
//	}
//
// dst must be at least as long as x.
func Axpy(dst []float64, a float64, x []float64) {
	dst = dst[:len(x)]
	if avx2 && len(x) >= long {
		axpyAVX2(dst, a, x)
	} else {
		axpyGo(dst, a, x)
	}
}

// Dot returns sum after
//
//	for k, v := range x {
//		sum += v * y[k]
//	}
//
// y must be at least as long as x.
func Dot(x, y []float64) float64 {
	y = y[:len(x)]
	if avx2 && len(x) >= long {
		return dotAVX2(x, y)
	}
	return dotGo(x, y)
}

// Mul computes
//
//	for k, v := range x {
//		dst[k] = c * v * y[k]
//	}
//
// dst and y must be at least as long as x. dst may be x or y.
func Mul(dst []float64, c float64, x, y []float64) {
	dst, y = dst[:len(x)], y[:len(x)]
	if avx2 && len(x) >= long {
		mulAVX2(dst, c, x, y)
	} else {
		mulGo(dst, c, x, y)
	}
}

// MulAdd computes
//
//	for k, v := range x {
//		dst[k] += c * v * y[k]
//	}
//
// dst and y must be at least as long as x.
func MulAdd(dst []float64, c float64, x, y []float64) {
	dst, y = dst[:len(x)], y[:len(x)]
	if avx2 && len(x) >= long {
		mulAddAVX2(dst, c, x, y)
	} else {
		mulAddGo(dst, c, x, y)
	}
}

// MulSum computes
//
//	least = +Inf
//	for k, v := range x {
//		dst[k] = v * y[k]
//		sum += dst[k]
//		least = min(least, dst[k])
//	}
//
// dst and y must be at least as long as x. dst may be x or y. x and y must not contain NaN.
func MulSum(dst, x, y []float64) (sum, least float64) {
	dst, y = dst[:len(x)], y[:len(x)]
	if avx2 && len(x) >= long {
		return mulSumAVX2(dst, x, y)
	}
	return mulSumGo(dst, x, y)
}

// Scale computes
//
//	for k, v := range x {
//		dst[k] = c * v
//	}
//
// dst must be at least as long as x, and may be x.
func Scale(dst []float64, c float64, x []float64) {
	dst = dst[:len(x)]
	if avx2 && len(x) >= long {
		scaleAVX2(dst, c, x)
	} else {
		scaleGo(dst, c, x)
	}
}

// Max returns the largest number of x, or -Inf if x is empty. x must not contain NaN.
func Max(x []float64) float64 {
	if avx2 && len(x) >= long {
		return maxAVX2(x)
	}
	return maxGo(x)
}

// Exp computes
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
// where exp(d) is 0 for d < -708, so that no result is subnormal. No d may exceed 709. dst must be
// at least as long as x, and may be x. x must not contain NaN, and shift must be finite.
func Exp(dst, x []float64, shift float64) (least float64) {
	dst = dst[:len(x)]
	if avx2 && len(x) >= lanes {
		return expAVX2(dst, x, shift)
	}
	return expGo(dst, x, shift)
}

// LogSumExp returns log(sum of exp(v)) over the numbers v of x, shifted by their maximum so that
// nothing overflows. It returns -Inf if x is empty or contains only -Inf. x must not contain NaN or
// +Inf.
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

// VecMat computes the product of a row vector a with a matrix m, len(a) x len(dst):
//
//	for j := range dst {
//		dst[j] = 0
//		for i, v := range a {
//			dst[j] += v * m[i*len(dst)+j]
//		}
//	}
//
// dst must not overlap a or m.
func VecMat(dst, a, m []float64) {
	m = m[:len(a)*len(dst)]
	if avx2 && len(dst) >= lanes && len(a) > 0 {
		vecMatAVX2(dst, a, m)
	} else {
		vecMatGo(dst, a, m)
	}
}

// MatVec computes the product of a matrix m, len(dst) x len(v), with a column vector v:
//
//	for i := range dst {
//		dst[i] = 0
//		for j, x := range v {
//			dst[i] += m[i*len(v)+j] * x
//		}
//	}
//
// dst must not overlap m or v.
func MatVec(dst, m, v []float64) {
	m = m[:len(dst)*len(v)]
	if avx2 && len(dst) >= lanes && len(v) >= lanes {
		matVecAVX2(dst, m, v)
	} else {
		matVecGo(dst, m, v)
	}
}

// SumOuter computes the sum of the outer products of the rows of a and b, both T x n. dst is n x n:
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
// dst must not overlap a or b. n must be positive.
func SumOuter(dst, a, b []float64, n int) {
	dst, a = dst[:n*n], a[:len(a)/n*n]
	b = b[:len(a)]
	if avx2 && n >= lanes {
		sumOuterAVX2(dst, a, b, n)
	} else {
		sumOuterGo(dst, a, b, n)
	}
}

// MaxPlus is [VecMat] with max for + and + for *, one step of the Viterbi recursion:
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
// The result equals that of the loop, bit for bit, on every machine. dst must not overlap a or m,
// which must not contain NaN or +Inf.
func MaxPlus(dst, a, m []float64) {
	m = m[:len(a)*len(dst)]
	if avx2 && len(dst) >= lanes && len(a) > 0 {
		maxPlusAVX2(dst, a, m)
	} else {
		maxPlusGo(dst, a, m)
	}
}

// MaxPlusRow adds one row of [MaxPlus] to the maxima in dst:
//
//	for j, v := range row {
//		if s := a + v; s > dst[j] {
//			dst[j] = s
//		}
//	}
//
// It equals the loop bit for bit. dst must be at least as long as row. No number may be NaN or
// +Inf.
func MaxPlusRow(dst []float64, a float64, row []float64) {
	dst = dst[:len(row)]
	if avx2 && len(row) >= long {
		maxPlusRowAVX2(dst, a, row)
	} else {
		maxPlusRowGo(dst, a, row)
	}
}
