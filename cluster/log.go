package cluster

import "math/bits"

// fraction is the number of bits after the binary point of a logarithm.
const fraction = 28

// log2 returns the base-2 logarithm of n > 0 in units of 2^-fraction, rounded to the nearest. It
// squares the mantissa to get one bit after another, so the result is the same on every machine.
func log2(n uint64) int64 {
	whole := bits.Len64(n) - 1
	m := n << (63 - whole) // in [1, 2), with 63 bits after the point
	l := int64(whole)
	for range fraction + 1 {
		l <<= 1
		if m, _ = bits.Mul64(m, m); m >= 1<<63 { // 62 bits after the point: 2 or more
			l++
		} else {
			m <<= 1
		}
	}
	return (l + 1) >> 1
}

// logs is a table of the logarithms of small numbers.
type logs []int64

// maxLogs limits the table to 8 MiB.
const maxLogs = 1 << 20

// newLogs returns the logarithms of 1..n, or of 1..maxLogs if that is less.
func newLogs(n int) logs {
	t := make(logs, min(n+1, maxLogs))
	for k := 1; k < len(t); k++ {
		t[k] = log2(uint64(k))
	}
	return t
}

// of returns log2 n, and 0 for n = 0.
func (t logs) of(n uint64) int64 {
	if n < uint64(len(t)) {
		return t[n]
	}
	return log2(n)
}

// times returns f(n) = n log2 n, with f(0) = 0.
func (t logs) times(n uint64) int64 { return int64(n) * t.of(n) }
