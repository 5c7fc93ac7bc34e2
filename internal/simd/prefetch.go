package simd

// Line is the bytes of a cache line.
const Line = 64

// Prefetch asks the cache for memory that will be needed soon, without waiting for it:
//
//	for _, k := range at {
//		ask for the cache line of base + size*k
//	}
//
// It reads nothing, so that no address does harm.
func Prefetch(base *byte, size int, at []uint32) {
	if avx2 {
		prefetchAVX2(base, size, at)
	}
}
