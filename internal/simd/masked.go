package simd

// AddMasked adds x to rows of the matrix m, given by the offsets of their first numbers, in the
// columns that the row masks select. Masks have one bit per number, in bytes of four bits each, the
// lowest bit first.
//
//	for _, o := range offsets {
//		for j, v := range x {
//			if masks[(o+j)/4]>>(j%4)&1 != 0 {
//				m[o+j] += v
//			}
//		}
//	}
//
// The length of x and the offsets must be multiples of 4. No mask may exceed 15.
func AddMasked(m []float64, masks []uint8, offsets []uint32, x []float64) {
	if avx2 && len(x) > 0 {
		checkRows(min(len(m), 4*len(masks)), offsets, len(x))
		addMaskedAVX2(m, masks, offsets, x)
		return
	}
	addMaskedGo(m, masks, offsets, x)
}

func addMaskedGo(m []float64, masks []uint8, offsets []uint32, x []float64) {
	for _, o := range offsets {
		row := m[o:][:len(x)]
		mask := masks[o/4:][:len(x)/4]
		for j, v := range x {
			if mask[j/4]>>(j%4)&1 != 0 {
				row[j] += v
			}
		}
	}
}
