package fingerprint

import "math/bits"

// Table maps fingerprints to ids that the caller chooses. The zero Table is empty and ready. Many may read
// one that nobody writes.
//
// It is one flat array with open addressing and linear probing: a fingerprint and its id lie in one cache line, and
// nothing is ever removed.
type Table struct {
	slots []slot // a power of two, at most 5/8 of them taken
	shift uint   // 64 - log2(len(slots))
	n     int
}

// slot is free if print is 0.
type slot struct {
	print uint64 // with taken set
	id    int32
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
	if len(t.slots) == 0 {
		return -1
	}
	mask := uint64(len(t.slots) - 1)
	for i := t.home(print); ; i++ {
		s := &t.slots[i&mask]
		if s.print == print|taken {
			return s.id
		}
		if s.print == 0 {
			return -1
		}
	}
}

// Insert adds a fingerprint, below [Modulus], with its id. If it is there already, nothing changes. It returns the id
// that the table now holds for it, and whether it was added.
func (t *Table) Insert(print uint64, id int32) (int32, bool) {
	if t.n >= limit(len(t.slots)) {
		t.Grow(max(8, 2*t.n))
	}
	s := t.slot(print)
	if s.print != 0 {
		return s.id, false
	}
	*s = slot{print: print | taken, id: id}
	t.n++
	return id, true
}

// Grow makes room for n fingerprints in all.
func (t *Table) Grow(n int) {
	if n <= limit(len(t.slots)) {
		return
	}
	size := 8
	for limit(size) < n {
		size *= 2
	}
	old := t.slots
	t.slots = make([]slot, size)
	t.shift = 64 - uint(bits.TrailingZeros(uint(size)))
	for _, s := range old {
		if s.print != 0 {
			*t.slot(s.print &^ taken) = s
		}
	}
}

// Reset empties the table and keeps its memory.
func (t *Table) Reset() {
	clear(t.slots)
	t.n = 0
}

// slot returns where a fingerprint is or would be.
func (t *Table) slot(print uint64) *slot {
	mask := uint64(len(t.slots) - 1)
	for i := t.home(print); ; i++ {
		if s := &t.slots[i&mask]; s.print == 0 || s.print == print|taken {
			return s
		}
	}
}

// home is where the search begins. Fingerprints of short strings are small numbers, so they are spread by a product.
func (t *Table) home(print uint64) uint64 { return print * 0x9e3779b97f4a7c15 >> t.shift }

// limit returns how many of size slots may be taken.
func limit(size int) int { return size / 8 * 5 }
