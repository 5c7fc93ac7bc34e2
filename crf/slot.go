package crf

import (
	"fmt"
	"math"
	"math/bits"
	"unsafe"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/model"
)

// slot is an entry of a table. It is free if N is 0.
type slot struct {
	Key uint64 // mixed fingerprint; freeKey in a free slot
	Ref uint32 // location of the features; see store
	N   uint32
}

// freeKey marks free slots. No attribute has this key, and no key is greater.
const freeKey = 1<<64 - 1

const (
	slotsPerLine = 4 // slots per cache line
	wordsPerLine = 8
)

// table finds attributes by key. It uses open addressing with linear probing over slots that are
// sorted by key.
//
// The home of a key is the first slot of a cache line. The number of that line is proportional to
// the key. A slot is at its home, or after it without a free slot in between. The last line is
// free.
//
// A search of one line needs no branch: a key that is neither in the line nor greater than all keys
// in the line is absent. Without branches the processor does not mispredict, so several searches
// wait for memory at the same time.
type table struct {
	words []uint64 // two words per slot: the key, and Ref + N << 32
	lines uint64   // lines that are homes; overflow of the last home line follows them
	used  int
}

// keyOf spreads a fingerprint, which may be a small number, over all 64 bits. It multiplies by the
// golden ratio, which is a bijection.
func keyOf(fingerprint uint64) uint64 { return fingerprint * keyFactor }

const keyFactor = 0x9E3779B97F4A7C15

// keyBack inverts keyOf: key * keyBack is the fingerprint.
const keyBack = 0xF1DE83E19937733D

// line returns the number of the home line of a key.
func (t *table) line(key uint64) uint32 {
	line, _ := bits.Mul64(key, t.lines)
	return uint32(line)
}

func (t *table) slot(k int) slot { return slotOf(t.words[2*k], t.words[2*k+1]) }

func slotOf(key, value uint64) slot { return slot{key, uint32(value), uint32(value >> 32)} }

func (t *table) len() int { return len(t.words) / 2 }

// linesFor returns the number of home lines for a number of used slots.
func linesFor(used uint64) uint64 { return used*3/8 + 1 }

// newTable places slots that are sorted by key, with one free slot for every two used.
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

// prefetch loads lines into the cache.
func (t *table) prefetch(lines []uint32) {
	simd.Prefetch((*byte)(unsafe.Pointer(&t.words[0])), simd.Line, lines)
}

// find returns the slot of a key. Its N is 0 if the key is absent.
func (t *table) find(key uint64) slot { return t.findFrom(t.line(key), key) }

// findFrom is find with a start line: the home of the key, or a later line if all keys in between
// are smaller.
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

// check verifies the invariants of the table, so that no search leaves it, and counts the used
// slots. It visits the value of each used slot, and fails if visit returns false.
func (t *table) check(visit func(value uint64) bool) error {
	n := len(t.words)
	if t.lines == 0 || t.lines > math.MaxUint32 || n%wordsPerLine > 0 || uint64(n/wordsPerLine) <= t.lines {
		return fmt.Errorf("%w: a table of %d slots cannot have %d home lines", model.ErrModel, n/2, t.lines)
	}
	var last, start uint64 // least next key; first slot from which there is no gap up to here
	used, lines := 0, t.lines
	for at, words := uint64(0), t.words; len(words) >= 2; at, words = at+1, words[2:] {
		key, value := words[0], words[1]
		if value>>32 == 0 {
			if key != freeKey || value != 0 {
				return fmt.Errorf("%w: slot %d is free, but not empty", model.ErrModel, at)
			}
			start = at + 1
			continue
		}
		line, _ := bits.Mul64(key, lines)
		if home := slotsPerLine * line; home < start || home > at || key == freeKey || key < last {
			return fmt.Errorf("%w: slot %d holds a misplaced key", model.ErrModel, at)
		}
		if !visit(value) {
			return fmt.Errorf("%w: slot %d refers to features at an unexpected position", model.ErrModel, at)
		}
		last = key + 1
		used++
	}
	t.used = used
	for at := n - wordsPerLine; at < n; at += 2 {
		if t.words[at] != freeKey {
			return fmt.Errorf("%w: the last line of a table is not free", model.ErrModel)
		}
	}
	return nil
}
