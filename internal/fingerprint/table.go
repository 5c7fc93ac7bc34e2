package fingerprint

import "math/bits"

// Table maps fingerprints to ids chosen by the caller. The zero Table is empty and ready.
// Concurrent reads are safe while there is no write. Entries cannot be removed.
//
// It has two flat arrays with open addressing and linear probing. A lookup that fails, as for most
// attributes of rare words, does not touch the ids. (One array of pairs was no faster for
// successful lookups and slower for failed ones.)
type Table struct {
	prints []uint64 // with the bit taken set, 0 if free; the length is a power of two, at most 3/4 are used
	ids    []int32
	shift  uint // 64 - log2(len(prints))
	n      int
}

// taken is a bit that is not set in any fingerprint.
const taken = 1 << 63

// NewTable returns a table with room for n fingerprints.
func NewTable(n int) *Table {
	t := &Table{}
	t.Grow(n)
	return t
}

// Len returns the number of fingerprints.
func (t *Table) Len() int { return t.n }

// Find returns the id of a fingerprint, or -1 if it is not in the table.
func (t *Table) Find(print uint64) int32 {
	if len(t.prints) == 0 {
		return -1
	}
	if i := t.place(print | taken); t.prints[i] != 0 {
		return t.ids[i]
	}
	return -1
}

// FindAll sets ids to the ids of prints, as Find does. The lookups wait for memory at the same
// time.
func (t *Table) FindAll(ids []int32, prints []uint64) {
	for k, print := range prints {
		ids[k] = t.Find(print)
	}
}

// Insert adds a fingerprint below [Modulus] with its id, unless it is already there. It returns the
// id in the table and whether the fingerprint was added.
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

// Grow makes room for n fingerprints in total.
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

// place returns the position of a fingerprint, with taken set, or the free position for it.
// Fingerprints of short strings are small numbers, so a product spreads them.
func (t *Table) place(print uint64) int {
	mask := uint64(len(t.prints) - 1)
	for i := print * 0x9e3779b97f4a7c15 >> t.shift; ; i++ {
		if there := t.prints[i&mask]; there == print || there == 0 {
			return int(i & mask)
		}
	}
}

// limit returns how many of size positions may be used.
func limit(size int) int { return size / 4 * 3 }
