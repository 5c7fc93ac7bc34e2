package cluster

import "math/bits"

// fraction is the number of bits behind the point of a logarithm.
const fraction = 28

// log2 returns the logarithm of n > 0 to base 2, in units of 2^-fraction, rounded to the nearest. It
// squares the mantissa for one bit after the other, so it is the same on every machine.
func log2(n uint64) int64 {
	whole := bits.Len64(n) - 1
	m := n << (63 - whole) // in [1, 2), 63 bits behind the point
	l := int64(whole)
	for range fraction + 1 {
		l <<= 1
		if m, _ = bits.Mul64(m, m); m >= 1<<63 { // 62 bits behind the point: 2 or more
			l++
		} else {
			m <<= 1
		}
	}
	return (l + 1) >> 1
}

// logs is a table of the logarithms of small numbers.
type logs []int64

// maxLogs bounds the table: 8 MiB.
const maxLogs = 1 << 20

// newLogs returns the logarithms of 1..n, or of as many as a table should hold.
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
