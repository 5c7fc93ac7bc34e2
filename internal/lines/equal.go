package lines

// Equal compares bytes in parallel: its result has 0x80 at the bytes where w has c, and 0
// elsewhere.
func Equal(w uint64, c byte) uint64 {
	const ones, low = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f
	w ^= ones * uint64(c)
	return ^((w&low + low) | w | low)
}
