package simd

import "math"

// GatherDot multiplies a sparse matrix with a vector x. The matrix is in groups of four lines of
// equal length. Step k of a group has one value of each line, and the index of the number of x that
// it multiplies:
//
//	for g := range len(first) - 1 {
//		for lane := range 4 {
//			dst[4*g+lane] = 0
//			for k := first[g]; k < first[g+1]; k++ {
//				dst[4*g+lane] += value[4*k+lane] * x[index[4*k+lane]]
//			}
//		}
//	}
//
// dst has four numbers for each group. The caller ensures that the indices are in the range of x,
// and that the steps in first ascend from 0 to len(index)/4.
func GatherDot(dst, value, x []float64, index, first []int32) {
	dst, value = dst[:4*(len(first)-1)], value[:len(index)]
	if avx2 {
		gatherDotAVX2(dst, value, x, index, first)
	} else {
		gatherDotGo(dst, value, x, index, first)
	}
}

// GatherMax is [GatherDot] with max for + and + for *, starting from -Inf. The result equals that
// of the loop, bit for bit, on every machine. No number may be NaN or +Inf.
func GatherMax(dst, value, x []float64, index, first []int32) {
	dst, value = dst[:4*(len(first)-1)], value[:len(index)]
	if avx2 {
		gatherMaxAVX2(dst, value, x, index, first)
	} else {
		gatherMaxGo(dst, value, x, index, first)
	}
}

// PairDots computes the dot products of listed pairs of rows of the matrices a and b, which have
// stride numbers per row. Row i of a is paired with the rows to[first[i]:first[i+1]] of b:
//
//	for i := range len(first) - 1 {
//		for k := first[i]; k < first[i+1]; k++ {
//			dst[k] = 0
//			for t := range stride {
//				dst[k] += a[i*stride+t] * b[to[k]*stride+t]
//			}
//		}
//	}
//
// stride must be a positive multiple of 4. The caller ensures that the rows are in the range of b.
func PairDots(dst, a, b []float64, first, to []int32, stride int) {
	dst, a = dst[:len(to)], a[:(len(first)-1)*stride]
	if avx2 {
		pairDotsAVX2(dst, a, b, first, to, stride)
	} else {
		pairDotsGo(dst, a, b, first, to, stride)
	}
}

func gatherDotGo(dst, value, x []float64, index, first []int32) {
	k := 0
	for g := range len(first) - 1 {
		var s0, s1, s2, s3 float64
		for end := 4 * int(first[g+1]); k < end; k += 4 {
			v, n := value[k:k+4:k+4], index[k:k+4:k+4]
			s0 += v[0] * x[n[0]]
			s1 += v[1] * x[n[1]]
			s2 += v[2] * x[n[2]]
			s3 += v[3] * x[n[3]]
		}
		to := dst[4*g : 4*g+4 : 4*g+4]
		to[0], to[1], to[2], to[3] = s0, s1, s2, s3
	}
}

func gatherMaxGo(dst, value, x []float64, index, first []int32) {
	k := 0
	for g := range len(first) - 1 {
		to := dst[4*g : 4*g+4 : 4*g+4]
		for lane := range to {
			to[lane] = math.Inf(-1)
		}
		for end := 4 * int(first[g+1]); k < end; k += 4 {
			v, n := value[k:k+4:k+4], index[k:k+4:k+4]
			for lane, best := range to {
				if s := v[lane] + x[n[lane]]; s > best {
					to[lane] = s
				}
			}
		}
	}
}

func pairDotsGo(dst, a, b []float64, first, to []int32, stride int) {
	for i := range len(first) - 1 {
		row := a[i*stride : (i+1)*stride]
		for k := first[i]; k < first[i+1]; k++ {
			dst[k] = dotGo(row, b[int(to[k])*stride:][:stride])
		}
	}
}
