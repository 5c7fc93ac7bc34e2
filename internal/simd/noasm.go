//go:build !amd64 || noasm

package simd

// avx2 is false, so the AVX2 names below are never called.
const avx2 = false

func axpyAVX2(dst []float64, a float64, x []float64)             { axpyGo(dst, a, x) }
func mulAVX2(dst []float64, c float64, x, y []float64)           { mulGo(dst, c, x, y) }
func mulAddAVX2(dst []float64, c float64, x, y []float64)        { mulAddGo(dst, c, x, y) }
func scaleAVX2(dst []float64, c float64, x []float64)            { scaleGo(dst, c, x) }
func maxPlusRowAVX2(dst []float64, a float64, row []float64)     { maxPlusRowGo(dst, a, row) }
func dotAVX2(x, y []float64) float64                             { return dotGo(x, y) }
func mulSumAVX2(dst, x, y []float64) (sum, least float64)        { return mulSumGo(dst, x, y) }
func maxAVX2(x []float64) float64                                { return maxGo(x) }
func expAVX2(dst, x []float64, shift float64) (least float64)    { return expGo(dst, x, shift) }
func sumExpAVX2(x []float64, shift float64) (sum float64)        { return sumExpGo(x, shift) }
func vecMatAVX2(dst, a, m []float64)                             { vecMatGo(dst, a, m) }
func maxPlusAVX2(dst, a, m []float64)                            { maxPlusGo(dst, a, m) }
func matVecAVX2(dst, m, v []float64)                             { matVecGo(dst, m, v) }
func sumOuterAVX2(dst, a, b []float64, n int)                    { sumOuterGo(dst, a, b, n) }
func addRowsAVX2(dst, m []float64, offsets []uint32)             { addRowsGo(dst, m, offsets) }
func prefetchAVX2(*byte, int, []uint32)                          {}
func addRows32AVX2(dst []float64, m []float32, offsets []uint32) { addRowsGo(dst, m, offsets) }
func addToRowsAVX2(m []float64, offsets []uint32, c float64, x []float64) {
	addToRowsGo(m, offsets, c, x)
}
func addMaskedAVX2(m []float64, masks []uint8, offsets []uint32, x []float64) {
	addMaskedGo(m, masks, offsets, x)
}
func gatherDotAVX2(dst, value, x []float64, index, first []int32) {
	gatherDotGo(dst, value, x, index, first)
}
func gatherMaxAVX2(dst, value, x []float64, index, first []int32) {
	gatherMaxGo(dst, value, x, index, first)
}
func pairDotsAVX2(dst, a, b []float64, first, to []int32, stride int) {
	pairDotsGo(dst, a, b, first, to, stride)
}
func expLanesAVX2(dst []float64, rows *[4][]float64, shift, least *[4]float64) (valid bool) {
	return expLanesGo(dst, rows, shift, least)
}
func vecMatLanesAVX2(dst, a, m []float64)                     { vecMatLanesGo(dst, a, m) }
func normLanesAVX2(dst, x []float64, sum, least *[4]float64)  { normLanesGo(dst, x, sum, least) }
func addLanesAVX2(rows *[4][]float64, c float64, x []float64) { addLanesGo(rows, c, x) }
func sumOuterLanesAVX2(dst, a, b []float64, n int)            { sumOuterLanesGo(dst, a, b, n) }
func backLanesAVX2(beta, node, alpha []float64, norm, sum *[4]float64) {
	backLanesGo(beta, node, alpha, norm, sum)
}
func gatherLanesAVX2(dst, value, x []float64, index, first, line []int32, start, least *[4]float64) {
	gatherLanesGo(dst, value, x, index, first, line, start, least)
}
func pairLanesAVX2(dst, a, b []float64, first, to []int32, stride int) {
	pairLanesGo(dst, a, b, first, to, stride)
}
func addSumsAVX2(dst []float64, c float64, y, x []float64) { addSumsGo(dst, c, y, x) }
