package simd

import "math"

// Lanes is the number of vectors that the kernels on interleaved vectors process at once. Number j
// of the vector in lane k is at index Lanes*j+k.
const Lanes = lanes

// ExpLanes computes, for each lane k,
//
//	shift[k] = max(-MaxFloat64, the largest number of rows[k])
//	least[k] = +Inf
//	for j, v := range rows[k] {
//		d := v - shift[k]
//		dst[Lanes*j+k] = exp(d)
//		if d > -Inf {
//			least[k] = min(least[k], d)
//		}
//	}
//
// where exp is that of [Exp]. It reports whether all numbers are finite or -Inf. Otherwise the
// results are undefined. dst has Lanes times the length of a row.
func ExpLanes(dst []float64, rows *[Lanes][]float64, shift, least *[Lanes]float64) (valid bool) {
	n := checkLanes(len(dst))
	for _, row := range rows {
		_ = row[:n]
	}
	if !avx2 || n < lanes {
		return expLanesGo(dst, rows, shift, least)
	}
	valid = expLanesAVX2(dst, rows, shift, least)
	for k, v := range least {
		if math.IsInf(v, -1) {
			least[k] = leastAbove(rows[k][:n], shift[k])
		}
	}
	return valid
}

// leastAbove returns the least v-shift of the numbers of x above -Inf, or +Inf.
func leastAbove(x []float64, shift float64) float64 {
	least := math.Inf(1)
	for _, v := range x {
		if d := v - shift; d < least && d > math.Inf(-1) {
			least = d
		}
	}
	return least
}

// checkLanes returns the length of the vectors of n interleaved numbers.
func checkLanes(n int) int {
	if n%lanes != 0 {
		panic("simd: not a multiple of the lanes")
	}
	return n / lanes
}

// VecMatLanes is [VecMat] for interleaved vectors dst and a:
//
//	n := len(dst) / Lanes
//	for j := range n {
//		for k := range Lanes {
//			dst[Lanes*j+k] = 0
//			for i := range len(a) / Lanes {
//				dst[Lanes*j+k] += a[Lanes*i+k] * m[i*n+j]
//			}
//		}
//	}
//
// dst must not overlap a or m.
func VecMatLanes(dst, a, m []float64) {
	m = m[:checkLanes(len(a))*checkLanes(len(dst))]
	if avx2 && len(a) > 0 {
		vecMatLanesAVX2(dst, a, m)
	} else {
		vecMatLanesGo(dst, a, m)
	}
}

// NormLanes multiplies dst by x, then divides each lane k by its sum, unless that is 0:
//
//	least[k] = +Inf
//	for j := range len(dst) / Lanes {
//		dst[Lanes*j+k] *= x[Lanes*j+k]
//		sum[k] += dst[Lanes*j+k]
//		least[k] = min(least[k], dst[Lanes*j+k])
//	}
//	for j := range len(dst) / Lanes {
//		dst[Lanes*j+k] /= sum[k]
//	}
//
// Numbers must not be negative or NaN. x must be as long as dst.
func NormLanes(dst, x []float64, sum, least *[Lanes]float64) {
	checkLanes(len(dst))
	x = x[:len(dst)]
	if avx2 {
		normLanesAVX2(dst, x, sum, least)
	} else {
		normLanesGo(dst, x, sum, least)
	}
}

// BackLanes computes, for each lane k,
//
//	for j := range len(beta) / Lanes {
//		b := beta[Lanes*j+k]
//		if alpha[Lanes*j+k] == 0 {
//			b = 0
//		}
//		node[Lanes*j+k] *= b / norm[k]
//		sum[k] += node[Lanes*j+k]
//		beta[Lanes*j+k] = alpha[Lanes*j+k] * b
//	}
//
// where 1 / norm[k] is 0 if norm[k] is 0. node and alpha must be as long as beta.
func BackLanes(beta, node, alpha []float64, norm, sum *[Lanes]float64) {
	checkLanes(len(beta))
	node, alpha = node[:len(beta)], alpha[:len(beta)]
	if avx2 {
		backLanesAVX2(beta, node, alpha, norm, sum)
	} else {
		backLanesGo(beta, node, alpha, norm, sum)
	}
}

// AddLanes adds c times each lane of x to a row:
//
//	for k, row := range rows {
//		for j := range row {
//			row[j] += c * x[Lanes*j+k]
//		}
//	}
//
// x must have Lanes times the length of a row. Rows may be the same slice only if it is not used
// afterwards.
func AddLanes(rows *[Lanes][]float64, c float64, x []float64) {
	n := checkLanes(len(x))
	for _, row := range rows {
		_ = row[:n]
	}
	if avx2 && n >= lanes {
		addLanesAVX2(rows, c, x)
	} else {
		addLanesGo(rows, c, x)
	}
}

// SumOuterLanes is [SumOuter] for interleaved rows of n numbers, with the sum over all lanes:
//
//	for i := range n {
//		for j := range n {
//			dst[i*n+j] = 0
//			for t := 0; t < len(a); t += Lanes * n {
//				for k := range Lanes {
//					dst[i*n+j] += a[t+Lanes*i+k] * b[t+Lanes*j+k]
//				}
//			}
//		}
//	}
//
// dst must not overlap a or b. n must be positive, and len(a) a multiple of Lanes*n.
func SumOuterLanes(dst, a, b []float64, n int) {
	dst, b = dst[:n*n], b[:len(a)]
	if len(a)%(lanes*n) != 0 {
		panic("simd: not a whole number of rows")
	}
	if avx2 && n >= lanes {
		sumOuterLanesAVX2(dst, a, b, n)
	} else {
		sumOuterLanesGo(dst, a, b, n)
	}
}

// GatherLanes multiplies a sparse matrix with interleaved vectors x. The matrix is in groups of
// four lines, as in [GatherDot]. Sums start from start, and line holds the number of each line:
//
//	for g := range len(first) - 1 {
//		for q := range 4 {
//			sum := start[k]
//			for p := first[g]; p < first[g+1]; p++ {
//				sum += value[4*p+q] * x[Lanes*index[4*p+q]+k]
//			}
//			dst[Lanes*line[4*g+q]+k] = sum
//			least[k] = min(least[k], sum)
//		}
//	}
//
// for each lane k. If a line occurs twice in a group, the first one counts for dst. The caller
// ensures that indices and lines are in the range of x and dst, and that the steps in first ascend
// from 0 to len(index)/4. No number may be NaN.
func GatherLanes(dst, value, x []float64, index, first, line []int32, start, least *[Lanes]float64) {
	value, line = value[:len(index)], line[:4*(len(first)-1)]
	if avx2 {
		gatherLanesAVX2(dst, value, x, index, first, line, start, least)
	} else {
		gatherLanesGo(dst, value, x, index, first, line, start, least)
	}
}

// PairLanes adds the products of listed pairs of numbers, in each lane. a and b hold interleaved
// rows of stride/Lanes numbers. Number i of a is paired with the numbers to[first[i]:first[i+1]] of
// b:
//
//	for i := range len(first) - 1 {
//		for p := first[i]; p < first[i+1]; p++ {
//			for t := 0; t < len(a); t += stride {
//				for k := range Lanes {
//					dst[Lanes*p+k] += a[t+Lanes*i+k] * b[t+Lanes*to[p]+k]
//				}
//			}
//		}
//	}
//
// len(a) must be one to four times stride. The caller ensures that the numbers in to are below
// stride/Lanes.
func PairLanes(dst, a, b []float64, first, to []int32, stride int) {
	dst, b = dst[:lanes*len(to)], b[:len(a)]
	if len(a)%stride != 0 || len(a) > 4*stride || len(a) == 0 || lanes*(len(first)-1) > stride {
		panic("simd: want one to four rows")
	}
	if avx2 {
		pairLanesAVX2(dst, a, b, first, to, stride)
	} else {
		pairLanesGo(dst, a, b, first, to, stride)
	}
}

// AddSums adds c*y times the sums over all lanes of x to dst:
//
//	for j := range dst {
//		for k := range Lanes {
//			dst[j] += c * y[j] * x[Lanes*j+k]
//		}
//	}
//
// y must be as long as dst, and x Lanes times as long.
func AddSums(dst []float64, c float64, y, x []float64) {
	y, x = y[:len(dst)], x[:lanes*len(dst)]
	if avx2 && len(dst) >= lanes {
		addSumsAVX2(dst, c, y, x)
	} else {
		addSumsGo(dst, c, y, x)
	}
}

func expLanesGo(dst []float64, rows *[lanes][]float64, shift, least *[lanes]float64) (valid bool) {
	n := len(dst) / lanes
	for k, row := range rows {
		m := -math.MaxFloat64
		for _, v := range row[:n] {
			if !(v < math.Inf(1)) {
				return false
			}
			m = max(m, v)
		}
		shift[k], least[k] = m, leastAbove(row[:n], m)
		for j, v := range row[:n] {
			e := 0.0
			if d := v - m; d >= -708 {
				e = math.Exp(d)
			}
			dst[lanes*j+k] = e
		}
	}
	return true
}

func vecMatLanesGo(dst, a, m []float64) {
	n := len(dst) / lanes
	clear(dst)
	for i := 0; i < len(a); i += lanes {
		a0, a1, a2, a3 := a[i], a[i+1], a[i+2], a[i+3]
		for j, v := range m[i/lanes*n:][:n] {
			to := dst[lanes*j:][:lanes:lanes]
			to[0] += a0 * v
			to[1] += a1 * v
			to[2] += a2 * v
			to[3] += a3 * v
		}
	}
}

func normLanesGo(dst, x []float64, sum, least *[lanes]float64) {
	for k := range sum {
		sum[k], least[k] = 0, math.Inf(1)
		for j := k; j < len(dst); j += lanes {
			v := dst[j] * x[j]
			dst[j] = v
			sum[k] += v
			if v < least[k] {
				least[k] = v
			}
		}
		inv := inverse(sum[k])
		for j := k; j < len(dst); j += lanes {
			dst[j] *= inv
		}
	}
}

// inverse returns 1/v, or 0 if v is 0.
func inverse(v float64) float64 {
	if v == 0 {
		return 0
	}
	return 1 / v
}

func backLanesGo(beta, node, alpha []float64, norm, sum *[lanes]float64) {
	for k := range norm {
		inv, total := inverse(norm[k]), 0.0
		for j := k; j < len(beta); j += lanes {
			b := beta[j]
			if alpha[j] == 0 {
				b = 0
			}
			node[j] = node[j] * b * inv
			total += node[j]
			beta[j] = alpha[j] * b
		}
		sum[k] = total
	}
}

func addLanesGo(rows *[lanes][]float64, c float64, x []float64) {
	n := len(x) / lanes
	for k, row := range rows {
		for j := range row[:n] {
			row[j] += c * x[lanes*j+k]
		}
	}
}

func sumOuterLanesGo(dst, a, b []float64, n int) {
	clear(dst)
	for t := 0; t < len(a); t += lanes * n {
		row := b[t:][:lanes*n]
		for i := range n {
			x := a[t+lanes*i:][:lanes:lanes]
			to := dst[i*n:][:n]
			for j := range to {
				y := row[lanes*j:][:lanes:lanes]
				to[j] += (x[0]*y[0] + x[1]*y[1]) + (x[2]*y[2] + x[3]*y[3])
			}
		}
	}
}

func gatherLanesGo(dst, value, x []float64, index, first, line []int32, start, least *[lanes]float64) {
	for k := range least {
		least[k] = math.Inf(1)
	}
	for g := range len(first) - 1 {
		for q := 3; q >= 0; q-- {
			sum := *start
			for p := first[g]; p < first[g+1]; p++ {
				v, y := value[4*int(p)+q], x[lanes*int(index[4*int(p)+q]):][:lanes:lanes]
				for k := range sum {
					sum[k] += v * y[k]
				}
			}
			to := dst[lanes*int(line[4*g+q]):][:lanes:lanes]
			for k, v := range sum {
				to[k] = v
				if v < least[k] {
					least[k] = v
				}
			}
		}
	}
}

func pairLanesGo(dst, a, b []float64, first, to []int32, stride int) {
	for i := range len(first) - 1 {
		for p := int(first[i]); p < int(first[i+1]); p++ {
			sum := dst[lanes*p:][:lanes:lanes]
			for t := 0; t < len(a); t += stride {
				x, y := a[t+lanes*i:][:lanes:lanes], b[t+lanes*int(to[p]):][:lanes:lanes]
				for k := range sum {
					sum[k] += x[k] * y[k]
				}
			}
		}
	}
}

func addSumsGo(dst []float64, c float64, y, x []float64) {
	for j, v := range y[:len(dst)] {
		k := x[lanes*j:][:lanes:lanes]
		dst[j] += c * v * ((k[0] + k[1]) + (k[2] + k[3]))
	}
}
