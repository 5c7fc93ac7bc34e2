package crf

import (
	"fmt"
	"math/bits"
)

// A slot is a place of a table: free where N is 0.
type slot struct {
	Key uint64 // mixed fingerprint
	Ref uint32 // where the features are; see store
	N   uint32
}

// A table finds attributes by their keys: open addressing with linear probing over slots in ascending order
// of their keys, so that a search ends at the first greater key. The home of a key is the share of the slots
// that it is of 2^64, a slot is at its home or behind it without a gap, and the last slot is free. That is
// four slots a cache line, and the order of the keys alone decides the bytes.
type table struct {
	slots []slot
	homes uint64 // the homes are slots[:homes]; what does not fit at the end is behind them
	used  int
}

// keyOf spreads a fingerprint, which may be a small number, over all 64 bits: a bijection, by the golden ratio.
func keyOf(fingerprint uint64) uint64 { return fingerprint * 0x9E3779B97F4A7C15 }

func (t *table) home(key uint64) uint64 {
	h, _ := bits.Mul64(key, t.homes)
	return h
}

// newTable places slots, which are in ascending order of their keys, with one free for three used.
func newTable(used []slot) table {
	t := table{homes: uint64(len(used)) + uint64(len(used))/3 + 1, used: len(used)}
	t.slots = make([]slot, 0, t.homes+16)
	for _, s := range used {
		for uint64(len(t.slots)) < t.home(s.Key) {
			t.slots = append(t.slots, slot{})
		}
		t.slots = append(t.slots, s)
	}
	for uint64(len(t.slots)) < t.homes {
		t.slots = append(t.slots, slot{})
	}
	t.slots = append(t.slots, slot{})
	return t
}

// find returns the slot of a key, a free one if there is none.
func (t *table) find(key uint64) slot { return t.search(t.home(key), key) }

// search is find from the home of the key on.
func (t *table) search(home, key uint64) slot {
	for at := home; ; at++ {
		if s := t.slots[at]; s.Key >= key || s.N == 0 {
			if s.Key != key {
				return slot{}
			}
			return s
		}
	}
}

// check tells whether the table is as its comment says, so that no search leaves it, and counts what is used.
func (t *table) check() error {
	n := uint64(len(t.slots))
	if t.homes == 0 || n <= t.homes || t.slots[n-1].N != 0 {
		return fmt.Errorf("%w: a table of %d slots with %d homes", ErrModel, n, t.homes)
	}
	t.used = 0
	var last, start uint64 // the last key, and the first slot of those without a gap up to here
	for at := range t.slots {
		s := &t.slots[at]
		if s.N == 0 {
			if s.Key != 0 || s.Ref != 0 {
				return fmt.Errorf("%w: slot %d is free but not zero", ErrModel, at)
			}
			start = uint64(at) + 1
			continue
		}
		if home := t.home(s.Key); home < start || home > uint64(at) || t.used > 0 && s.Key <= last {
			return fmt.Errorf("%w: slot %d holds a key that belongs elsewhere", ErrModel, at)
		}
		last = s.Key
		t.used++
	}
	return nil
}
