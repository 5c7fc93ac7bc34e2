//go:build !amd64 || noasm

package simd

func askAsm(keys []uint64, lines []uint32, prints []uint64, factor uint64, _ *uint64, count uint64) {
	askGo(keys, lines, prints, factor, count)
}

func findAsm(table []uint64, lines []uint32, keys []uint64, ways *[1 << 16]uint8, lists *[4]List) {
	findGo(table, lines, keys, ways, lists)
}

func addRunsAsm(dst []float64, outcomes []uint16, values []float32, runs []uint64) bool {
	return addRunsGo(dst, outcomes, values, runs)
}

func roundAsm(dst []float32, x []float64) { roundGo(dst, x) }

func splitAsm(most, prev, edge []float64, rows []uint16, low, high []float64, narrow []Narrow) {
	splitGo(most, prev, edge, rows, low, high, narrow)
}
