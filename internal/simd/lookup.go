package simd

// Beyond is the result of [Lookup] for a key that is greater than all keys of its line.
const Beyond = 1

// Lookup looks up keys in lines of a table. A line has eight numbers: four pairs of a key and a
// value, in ascending order of keys. For each key and its line, Lookup computes
//
//	dst[i] = 0
//	for pair := range 4 of table[8*lines[i]:] {
//		if the pair's key is keys[i] {
//			dst[i] = its value
//		}
//	}
//	if the last pair's key is less than keys[i] {
//		dst[i] = Beyond
//	}
//
// A key that occurs twice in a line gets the bits of both values. dst and lines must be at least as
// long as keys.
func Lookup(dst, table []uint64, lines []uint32, keys []uint64) {
	dst, lines = dst[:len(keys)], lines[:len(keys)]
	if !avx2 {
		lookupGo(dst, table, lines, keys)
		return
	}
	last := uint32(0)
	for _, k := range lines {
		last = max(last, k)
	}
	if len(lines) > 0 && 8*uint64(last)+8 > uint64(len(table)) {
		panic("simd: line outside the table")
	}
	lookupAVX2(dst, table, lines, keys)
}

func lookupGo(dst, table []uint64, lines []uint32, keys []uint64) {
	for i, key := range keys {
		line := (*[8]uint64)(table[8*uint64(lines[i]):])
		dst[i] = 0
		for pair := 0; pair < 8; pair += 2 {
			if line[pair] == key {
				dst[i] |= line[pair+1]
			}
		}
		if line[6] < key {
			dst[i] = Beyond
		}
	}
}
