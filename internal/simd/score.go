package simd

import (
	"math/bits"
	"unsafe"
)

// A List receives values that [Find] has found.
type List struct {
	To   *byte  // memory for the values
	Used uint64 // bytes in use
	Step uint64 // bytes of each value: 8, or 4 for the lower half. To has 8 bytes after the last one

	// Find prefetches the lines at First and Second + Scale*v and at Third + ThirdScale*v for the
	// lower half v of a value.
	Scale      uint64
	First      *byte
	Second     *byte
	ThirdScale uint64
	Third      *byte
}

// Ask computes the keys of fingerprints and their lines in a table, and starts loading the lines:
//
//	for i, p := range prints {
//		keys[i] = p * factor
//		lines[i] = the upper 64 bits of keys[i] * count
//	}
//
// The table has 8 numbers in each of at least count lines. keys and lines must be at least as long
// as prints.
func Ask(keys []uint64, lines []uint32, prints []uint64, factor uint64, table []uint64, count uint64) {
	keys, lines = keys[:len(prints)], lines[:len(prints)]
	if avx2 {
		askAsm(keys, lines, prints, factor, &table[0], count)
		return
	}
	askGo(keys, lines, prints, factor, count)
}

func askGo(keys []uint64, lines []uint32, prints []uint64, factor, count uint64) {
	for i, p := range prints {
		key := p * factor
		line, _ := bits.Mul64(key, count)
		keys[i], lines[i] = key, uint32(line)
	}
}

// Find looks up keys in a table and appends their values to lists. A line of the table has eight
// numbers: four pairs of a key and a value, in ascending order of keys. lines are where the search
// for each key starts. It ends in the first line whose last key is not less, or after the table. A
// key that is not in the table has the value 0. The list of a value is
//
//	ways[value>>32&0xffff]
//
// which is below 4. All lists need room for all keys.
func Find(table []uint64, lines []uint32, keys []uint64, ways *[1 << 16]uint8, lists *[4]List) {
	lines = lines[:len(keys)]
	if avx2 && len(table) >= 8 {
		findAsm(table, lines, keys, ways, lists)
		return
	}
	findGo(table, lines, keys, ways, lists)
}

func findGo(table []uint64, lines []uint32, keys []uint64, ways *[1 << 16]uint8, lists *[4]List) {
	for i, key := range keys {
		value := uint64(0)
		for at := 8 * int(lines[i]); at+8 <= len(table); at += 8 {
			line := (*[8]uint64)(table[at:])
			for pair := 0; pair < 8; pair += 2 {
				if line[pair] == key {
					value = line[pair+1]
				}
			}
			if line[6] >= key {
				break
			}
		}
		x := &lists[ways[value>>32&0xffff]]
		to := unsafe.Add(unsafe.Pointer(x.To), x.Used)
		if x.Step == 4 {
			*(*uint32)(to) = uint32(value)
		} else {
			*(*uint64)(to) = value
		}
		x.Used += x.Step
	}
}

// AddRuns adds runs of weights to dst. The lower half of a run is its start, the upper half its
// length:
//
//	for _, r := range runs {
//		for k := uint32(r); k < uint32(r)+uint32(r>>32); k++ {
//			dst[outcomes[k]] += float64(values[k])
//		}
//	}
//
// outcomes and values have the same length. It panics if an index is out of range.
func AddRuns(dst []float64, outcomes []uint16, values []float32, runs []uint64) {
	values = values[:len(outcomes)]
	ok := false
	if avx2 {
		ok = addRunsAsm(dst, outcomes, values, runs)
	} else {
		ok = addRunsGo(dst, outcomes, values, runs)
	}
	if !ok {
		panic("simd: run out of range")
	}
}

func addRunsGo(dst []float64, outcomes []uint16, values []float32, runs []uint64) bool {
	for _, r := range runs {
		from, to := uint64(uint32(r)), uint64(uint32(r))+r>>32
		if to > uint64(len(outcomes)) {
			return false
		}
		w := values[from:to]
		for q, o := range outcomes[from:to] {
			if int(o) >= len(dst) {
				return false
			}
			dst[o] += float64(w[q])
		}
	}
	return true
}

// Round sets dst to the numbers of x, rounded to float32. dst must be at least as long as x.
func Round(dst []float32, x []float64) {
	dst = dst[:len(x)]
	if avx2 {
		roundAsm(dst, x)
		return
	}
	roundGo(dst, x)
}

func roundGo(dst []float32, x []float64) {
	for i, v := range x {
		dst[i] = float32(v)
	}
}
