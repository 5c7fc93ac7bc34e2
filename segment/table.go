package segment

import "math/bits"

// hashStart is the hash of the empty string.
const hashStart = 0x811C9DC5

// extend returns the hash of a string that c follows.
func extend(hash, c uint32) uint32 {
	hash = (hash ^ c) * 0x9E3779B1
	return hash ^ hash>>15
}

// finish makes a key of a hash. Keys are not 0.
func finish(hash uint32) uint32 {
	hash *= 0x85EBCA6B
	return max(1, hash^hash>>13)
}

// A table maps keys other than 0 to values, by open addressing.
type table[V any] struct {
	slots []slot[V] // at least half of them are free
	shift int
	len   int
}

type slot[V any] struct {
	key   uint32
	value V
}

// newTable returns a table with room for n keys.
func newTable[V any](n int) table[V] {
	size := 2
	for size < 2*n {
		size *= 2
	}
	return table[V]{slots: make([]slot[V], size), shift: 33 - bits.Len(uint(size))}
}

// at returns the slot of a key, or the free one where it belongs.
func (t *table[V]) at(key uint32) *slot[V] {
	for k := key * 0x9E3779B1 >> t.shift; ; k++ {
		s := &t.slots[int(k)&(len(t.slots)-1)]
		if s.key == key || s.key == 0 {
			return s
		}
	}
}

// put sets the value of a key.
func (t *table[V]) put(key uint32, value V) {
	s := t.at(key)
	if s.key == 0 {
		t.len++
	}
	*s = slot[V]{key, value}
}

// get returns the value of a key, or zero.
func (t *table[V]) get(key uint32) V { return t.at(key).value }

// has reports whether the table has a key.
func (t *table[V]) has(key uint32) bool { return key != 0 && t.at(key).key != 0 }
