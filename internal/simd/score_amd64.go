//go:build !noasm

package simd

// askAsm is askGo.
//
//go:noescape
func askAsm(keys []uint64, lines []uint32, prints []uint64, factor uint64, table *uint64, count uint64)

// findAsm is findGo.
//
//go:noescape
func findAsm(table []uint64, lines []uint32, keys []uint64, ways *[1 << 16]uint8, lists *[4]List)

// addRunsAsm is addRunsGo.
//
//go:noescape
func addRunsAsm(dst []float64, outcomes []uint16, values []float32, runs []uint64) (ok bool)

// roundAsm is roundGo.
//
//go:noescape
func roundAsm(dst []float32, x []float64)

// splitAsm is splitGo.
//
//go:noescape
func splitAsm(most, prev, edge []float64, rows []uint16, low, high []float64, narrow []Narrow)
