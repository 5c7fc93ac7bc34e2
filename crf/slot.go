package crf

import (
	"fmt"
	"math"
	"math/bits"
	"unsafe"

	"github.com/trellis-nlp/trellis/internal/simd"
)

// A slot is a place of a table: free where N is 0.
type slot struct {
	Key uint64 // mixed fingerprint; freeKey in a free slot
	Ref uint32 // where the features are; see store
	N   uint32
}

// freeKey is that of free slots, and of no attribute: no key is greater.
const freeKey = 1<<64 - 1

// window is how many slots a cache line holds, which a search looks at without a branch.
const window = 4

// A table finds attributes by their keys: open addressing with linear probing over slots in ascending order
// of their keys. The home of a key is the start of a cache line, the line that is as far from the first as the key
// is from 0; a slot is at its home or behind it without a gap, and the last line is free. So the place of a key is as
// far behind its home as there are smaller keys from there on, which is counted without a branch: searches that wait
// for memory wait at the same time, since none is held up by the guess how another ends.
type table struct {
	slots []slot
	lines uint64 // that are homes; what does not fit at the end is behind them
	used  int
}

// keyOf spreads a fingerprint, which may be a small number, over all 64 bits: a bijection, by the golden ratio.
func keyOf(fingerprint uint64) uint64 { return fingerprint * 0x9E3779B97F4A7C15 }

// line is the number of the line that is the home of a key.
func (t *table) line(key uint64) uint32 {
	line, _ := bits.Mul64(key, t.lines)
	return uint32(line)
}

// prefetch asks the cache for lines.
func (t *table) prefetch(lines []uint32) {
	simd.Prefetch((*byte)(unsafe.Pointer(&t.slots[0])), lines)
}

// newTable places slots, which are in ascending order of their keys, with one free for two used.
func newTable(used []slot) table {
	t := table{lines: uint64(len(used))*3/8 + 1, used: len(used)}
	t.slots = make([]slot, 0, t.lines*window+16)
	free := slot{Key: freeKey}
	for _, s := range used {
		for len(t.slots) < window*int(t.line(s.Key)) {
			t.slots = append(t.slots, free)
		}
		t.slots = append(t.slots, s)
	}
	for uint64(len(t.slots)) < t.lines*window || len(t.slots)%window > 0 {
		t.slots = append(t.slots, free)
	}
	for range window {
		t.slots = append(t.slots, free)
	}
	return t
}

// find returns the slot of a key; its N is 0 if there is none.
func (t *table) find(key uint64) slot {
	line := t.line(key)
	s := t.within(line, key)
	for s == nil {
		line++
		s = t.within(line, key)
	}
	if s.Key != key {
		return slot{}
	}
	return *s
}

// within returns the first slot of a line with a key that is not smaller, nil if there is none.
func (t *table) within(line uint32, key uint64) *slot {
	w := (*[window]slot)(t.slots[window*uint64(line):])
	_, a := bits.Sub64(w[0].Key, key, 0) // 1 if it is smaller
	_, b := bits.Sub64(w[1].Key, key, 0)
	_, c := bits.Sub64(w[2].Key, key, 0)
	_, d := bits.Sub64(w[3].Key, key, 0)
	if d != 0 {
		return nil
	}
	return &w[(a+b+c)%window]
}

// check tells whether the table is as its comment says, so that no search leaves it, and counts what is used.
func (t *table) check() error {
	n := uint64(len(t.slots))
	if t.lines == 0 || t.lines > math.MaxUint32 || n%window > 0 || n/window <= t.lines {
		return fmt.Errorf("%w: a table of %d slots with %d lines of homes", ErrModel, n, t.lines)
	}
	t.used = 0
	var last, start uint64 // the last key, and where a home could lie that leads here without a gap
	for at := range t.slots {
		s := &t.slots[at]
		if s.N == 0 {
			if s.Key != freeKey || s.Ref != 0 {
				return fmt.Errorf("%w: slot %d is free, but its content is not that of a free one", ErrModel, at)
			}
			start = uint64(at) + 1
			continue
		}
		if home := window * uint64(t.line(s.Key)); home < start || home > uint64(at) || s.Key == freeKey || t.used > 0 && s.Key <= last {
			return fmt.Errorf("%w: slot %d holds a key that belongs elsewhere", ErrModel, at)
		}
		last = s.Key
		t.used++
	}
	for _, s := range t.slots[n-window:] {
		if s.N != 0 {
			return fmt.Errorf("%w: the last slots of a table are not free", ErrModel)
		}
	}
	return nil
}
