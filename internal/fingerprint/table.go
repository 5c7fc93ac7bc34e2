package fingerprint

import "math/bits"

// Table maps fingerprints to ids that the caller chooses. The zero Table is empty and ready. Many may read
// one that nobody writes.
//
// It is two flat arrays with open addressing and linear probing: who finds nothing, as with most attributes of rare
// words, has not touched the ids. (One array of pairs was no faster where something is found, and slower where not.)
// Nothing is ever removed.
type Table struct {
	prints []uint64 // with taken set, 0 where free; a power of two of them, at most 3/4 used
	ids    []int32
	shift  uint // 64 - log2(len(prints))
	n      int
}

// taken is a bit that no fingerprint has.
const taken = 1 << 63

// NewTable returns a table that holds n fingerprints before it grows.
func NewTable(n int) *Table {
	t := &Table{}
	t.Grow(n)
	return t
}

// Len returns the number of fingerprints.
func (t *Table) Len() int { return t.n }

// Find returns the id of a fingerprint, -1 if it is not there.
func (t *Table) Find(print uint64) int32 {
	if len(t.prints) == 0 {
		return -1
	}
	if i := t.place(print | taken); t.prints[i] != 0 {
		return t.ids[i]
	}
	return -1
}

// Insert adds a fingerprint, below [Modulus], with its id. If it is there already, nothing changes. It returns the id
// that the table now holds for it, and whether it was added.
func (t *Table) Insert(print uint64, id int32) (int32, bool) {
	if t.n >= limit(len(t.prints)) {
		t.Grow(max(8, 2*t.n))
	}
	i := t.place(print | taken)
	if t.prints[i] != 0 {
		return t.ids[i], false
	}
	t.prints[i], t.ids[i] = print|taken, id
	t.n++
	return id, true
}

// Grow makes room for n fingerprints in all.
func (t *Table) Grow(n int) {
	if n <= limit(len(t.prints)) {
		return
	}
	size := 8
	for limit(size) < n {
		size *= 2
	}
	prints, ids := t.prints, t.ids
	t.prints, t.ids = make([]uint64, size), make([]int32, size)
	t.shift = 64 - uint(bits.TrailingZeros(uint(size)))
	for i, print := range prints {
		if print != 0 {
			k := t.place(print)
			t.prints[k], t.ids[k] = print, ids[i]
		}
	}
}

// Reset empties the table and keeps its memory.
func (t *Table) Reset() {
	clear(t.prints)
	t.n = 0
}

// place returns where a fingerprint, with taken set, is or would be. Fingerprints of short strings are small numbers,
// so they are spread by a product.
func (t *Table) place(print uint64) int {
	mask := uint64(len(t.prints) - 1)
	for i := print * 0x9e3779b97f4a7c15 >> t.shift; ; i++ {
		if there := t.prints[i&mask]; there == print || there == 0 {
			return int(i & mask)
		}
	}
}

// limit returns how many of size places may be used.
func limit(size int) int { return size / 4 * 3 }
