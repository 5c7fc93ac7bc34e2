package simd

// Line is the bytes of a cache line.
const Line = 64

// Prefetch asks the cache for memory that will be needed soon, without waiting for it:
//
//	for _, k := range lines {
//		ask for the cache line at base + Line*k
//	}
//
// It reads nothing, so that no address does harm.
func Prefetch(base *byte, lines []uint32) {
	if avx2 {
		prefetchAVX2(base, lines)
	}
}
