package simd

// AddRows adds rows of the matrix m, each given by the offset of its first number, to dst:
//
//	for _, o := range offsets {
//		for j := range dst {
//			dst[j] += m[o+j]
//		}
//	}
func AddRows(dst, m []float64, offsets []uint32) {
	for _, o := range offsets {
		row := m[o:][:len(dst)]
		for j, v := range row {
			dst[j] += v
		}
	}
}

// AddToRows adds c*x to rows of the matrix m, each given by the offset of its first number:
//
//	for _, o := range offsets {
//		for j, v := range x {
//			m[o+j] += c * v
//		}
//	}
func AddToRows(m []float64, offsets []uint32, c float64, x []float64) {
	for _, o := range offsets {
		row := m[o:][:len(x)]
		for j, v := range x {
			row[j] += c * v
		}
	}
}
