package simd

// Line is the size of a cache line in bytes.
const Line = 64

// Prefetch starts loading memory that will be needed soon into the cache, without waiting:
//
//	for _, k := range at {
//		prefetch the cache line of base + size*k
//	}
//
// It reads nothing, so any address is safe.
func Prefetch(base *byte, size int, at []uint32) {
	if avx2 {
		prefetchAVX2(base, size, at)
	}
}
