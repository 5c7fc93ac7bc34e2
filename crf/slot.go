package crf

import (
	"fmt"
	"math"
	"math/bits"
	"unsafe"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/model"
)

// A slot is a place of a table: free where N is 0.
type slot struct {
	Key uint64 // mixed fingerprint; freeKey in a free slot
	Ref uint32 // where the features are; see store
	N   uint32
}

// freeKey is that of free slots, and of no attribute: no key is greater.
const freeKey = 1<<64 - 1

const (
	slotsPerLine = 4 // of the cache
	wordsPerLine = 8
)

// A table finds attributes by their keys: open addressing with linear probing over slots in ascending order
// of their keys. The home of a key is the start of a cache line, the line that is as far from the first as the key
// is from 0; a slot is at its home or behind it without a gap, and the last line is free. So a key that is not in its
// line, nor greater than all that are, is not there, and lines are searched without a branch: searches that wait for
// memory wait at the same time, since none is held up by the guess how another ends.
type table struct {
	words []uint64 // two a slot: the key, and Ref + N << 32
	lines uint64   // that are homes; what does not fit at the end is behind them
	used  int
}

// keyOf spreads a fingerprint, which may be a small number, over all 64 bits: a bijection, by the golden ratio.
func keyOf(fingerprint uint64) uint64 { return fingerprint * 0x9E3779B97F4A7C15 }

// keyBack undoes keyOf: key * keyBack is the fingerprint.
const keyBack = 0xF1DE83E19937733D

// line is the number of the line that is the home of a key.
func (t *table) line(key uint64) uint32 {
	line, _ := bits.Mul64(key, t.lines)
	return uint32(line)
}

// slot returns the k-th slot.
func (t *table) slot(k int) slot { return slotOf(t.words[2*k], t.words[2*k+1]) }

func slotOf(key, value uint64) slot { return slot{key, uint32(value), uint32(value >> 32)} }

// len returns the number of slots.
func (t *table) len() int { return len(t.words) / 2 }

// linesFor is the number of lines for so many used slots.
func linesFor(used uint64) uint64 { return used*3/8 + 1 }

// newTable places slots, which are in ascending order of their keys, with one free for two used.
func newTable(used []slot) table {
	t := table{lines: linesFor(uint64(len(used))), used: len(used)}
	t.words = make([]uint64, 0, (t.lines+2)*wordsPerLine)
	pad := func(words int) {
		for len(t.words) < words {
			t.words = append(t.words, freeKey, 0)
		}
	}
	for _, s := range used {
		pad(wordsPerLine * int(t.line(s.Key)))
		t.words = append(t.words, s.Key, uint64(s.Ref)|uint64(s.N)<<32)
	}
	pad(wordsPerLine * int(t.lines))
	pad((len(t.words) + 2*wordsPerLine - 1) / wordsPerLine * wordsPerLine)
	return t
}

// prefetch asks the cache for lines.
func (t *table) prefetch(lines []uint32) {
	simd.Prefetch((*byte)(unsafe.Pointer(&t.words[0])), simd.Line, lines)
}

// find returns the slot of a key; its N is 0 if there is none.
func (t *table) find(key uint64) slot { return t.findFrom(t.line(key), key) }

// findFrom is find from a line on that is the home, or behind it with all keys in between smaller.
func (t *table) findFrom(line uint32, key uint64) slot {
	for at := wordsPerLine * int(line); ; at += 2 {
		if t.words[at] >= key {
			if t.words[at] != key {
				return slot{}
			}
			return slotOf(key, t.words[at+1])
		}
	}
}

// check tells whether the table is as its comment says, so that no search leaves it, and counts what is used.
func (t *table) check() error {
	n := len(t.words)
	if t.lines == 0 || t.lines > math.MaxUint32 || n%wordsPerLine > 0 || uint64(n/wordsPerLine) <= t.lines {
		return fmt.Errorf("%w: a table of %d slots with %d lines of homes", model.ErrModel, n/2, t.lines)
	}
	t.used = 0
	var last, start uint64 // the last key, and where a home could lie that leads here without a gap
	for at := range t.len() {
		key, value := t.words[2*at], t.words[2*at+1]
		if value>>32 == 0 {
			if key != freeKey || value != 0 {
				return fmt.Errorf("%w: slot %d is free, but its content is not that of a free one", model.ErrModel, at)
			}
			start = uint64(at) + 1
			continue
		}
		if home := slotsPerLine * uint64(t.line(key)); home < start || home > uint64(at) || key == freeKey || t.used > 0 && key <= last {
			return fmt.Errorf("%w: slot %d holds a key that belongs elsewhere", model.ErrModel, at)
		}
		last = key
		t.used++
	}
	for at := n - wordsPerLine; at < n; at += 2 {
		if t.words[at] != freeKey {
			return fmt.Errorf("%w: the last slots of a table are not free", model.ErrModel)
		}
	}
	return nil
}
