package vec

import "math"

// Resize returns a slice of n elements with arbitrary values, in the memory of x if it is large
// enough.
func Resize[E any](x []E, n int) []E {
	if cap(x) < n {
		return make([]E, n)
	}
	return x[:n]
}

// Fill sets all elements of x to v.
func Fill(x []float64, v float64) {
	for k := range x {
		x[k] = v
	}
}

// FirstBad returns the index of the first NaN or +Inf in x, or -1.
func FirstBad(x []float64) int {
	k := 0
	for ; k+4 <= len(x); k += 4 { // four at a time, as long as their sum is finite
		four := x[k : k+4 : k+4]
		if s := (four[0] + four[1]) + (four[2] + four[3]); s-s != 0 {
			break
		}
	}
	for ; k < len(x); k++ {
		if !(x[k] <= math.MaxFloat64) {
			return k
		}
	}
	return -1
}

// ArgMax returns the maximum of x and its lowest index. It returns -Inf and 0 if x is empty or all
// -Inf.
func ArgMax(x []float64) (float64, int) {
	best, at := math.Inf(-1), 0
	for j, v := range x {
		if v > best {
			best, at = v, j
		}
	}
	return best, at
}

// Scale multiplies the elements of x by c, which must be finite. With c = 0 all elements become 0,
// including infinities.
func Scale(x []float64, c float64) {
	if c == 0 {
		clear(x)
		return
	}
	for k := range x {
		x[k] *= c
	}
}

// Block returns the block of n elements of x that starts at offset at. If x has only one block, it
// is used for all offsets. If x is empty, Block returns nil.
func Block(x []float64, at, n int) []float64 {
	switch len(x) {
	case 0:
		return nil
	case n:
		return x
	}
	return x[at : at+n]
}
