package simd

import (
	"bytes"
	"unsafe"
)

// Same reports whether x and y hold the same bits.
func Same(x, y []float64) bool {
	if len(x) != len(y) || len(x) == 0 {
		return len(x) == len(y)
	}
	return bytes.Equal(unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 8*len(x)), unsafe.Slice((*byte)(unsafe.Pointer(&y[0])), 8*len(y)))
}
