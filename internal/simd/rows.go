package simd

import "golang.org/x/exp/constraints"

// AddRows adds rows of the matrix m, given by the offsets of their first numbers, to dst:
//
//	for _, o := range offsets {
//		for j := range dst {
//			dst[j] += m[o+j]
//		}
//	}
func AddRows(dst, m []float64, offsets []uint32) {
	if avx2 && len(dst) >= lanes {
		checkRows(len(m), offsets, len(dst))
		addRowsAVX2(dst, m, offsets)
		return
	}
	addRowsGo(dst, m, offsets)
}

// AddRowsUnchecked is [AddRows] for rows that the caller knows to be in the matrix.
func AddRowsUnchecked(dst, m []float64, offsets []uint32) {
	if avx2 && len(dst) >= lanes {
		addRowsAVX2(dst, m, offsets)
		return
	}
	addRowsGo(dst, m, offsets)
}

// AddRows32 is [AddRows] for a matrix of float32. It converts numbers to float64 before adding
// them:
//
//	for _, o := range offsets {
//		for j := range dst {
//			dst[j] += float64(m[o+j])
//		}
//	}
//
// The result equals that of the loop, bit for bit, on every machine.
func AddRows32(dst []float64, m []float32, offsets []uint32) {
	if avx2 && len(dst) >= lanes {
		checkRows(len(m), offsets, len(dst))
		addRows32AVX2(dst, m, offsets)
		return
	}
	addRowsGo(dst, m, offsets)
}

// AddToRows adds c*x to rows of the matrix m, given by the offsets of their first numbers:
//
//	for _, o := range offsets {
//		for j, v := range x {
//			m[o+j] += c * v
//		}
//	}
//
// The caller ensures that the rows are in the matrix.
func AddToRows(m []float64, offsets []uint32, c float64, x []float64) {
	if avx2 && len(x) >= lanes {
		addToRowsAVX2(m, offsets, c, x)
		return
	}
	addToRowsGo(m, offsets, c, x)
}

// checkRows checks the bounds for the assembly kernels, which do not.
func checkRows(size int, offsets []uint32, n int) {
	last := uint32(0)
	for _, o := range offsets {
		last = max(last, o)
	}
	if len(offsets) > 0 && int(last)+n > size {
		panic("simd: row outside the matrix")
	}
}

func addRowsGo[F constraints.Float](dst []float64, m []F, offsets []uint32) {
	for _, o := range offsets {
		row := m[o:][:len(dst)]
		for j, v := range row {
			dst[j] += float64(v)
		}
	}
}

func addToRowsGo(m []float64, offsets []uint32, c float64, x []float64) {
	for _, o := range offsets {
		row := m[o:][:len(x)]
		for j, v := range x {
			row[j] += c * v
		}
	}
}
