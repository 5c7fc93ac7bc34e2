package features

import "math/bits"

const (
	memoWords   = 1 << 14 // that a memo remembers ...
	memoNumbers = 1 << 20 // ... or fewer, to stay below so many numbers of 8 bytes in all memos together
	memoBytes   = 32      // of the longest word
	keyWidth    = 1 + memoBytes/8
	ownWidth    = keyWidth + 1
)

// memo remembers what rows hold of words: for each hash of a word the last two that had it. It keeps the words' bytes,
// for their memory is the caller's.
type memo struct {
	stride  int      // of an entry: the word's length + 1, its bytes in four numbers, its serial number, its part of a row
	mask    uint64   // number of hashes - 1
	tags    []uint32 // 2 x (mask + 1): more of the hashes of the words
	last    []uint8  // mask + 1: which of the two came last
	entries []uint64 // 2 x (mask + 1) x stride
}

// newMemo returns one of so many memos, for words with width numbers.
func newMemo(width, memos int) memo {
	stride, words := ownWidth+width, memoWords
	for words > 2 && words*stride > memoNumbers/memos {
		words /= 2
	}
	return memo{stride: stride, mask: uint64(words/2 - 1), tags: make([]uint32, words), last: make([]uint8, words/2),
		entries: make([]uint64, words*stride)}
}

// places returns the number of words that it remembers.
func (m *memo) places() int { return len(m.tags) }

// find returns the memory for a word: its place, and an entry from the serial number on, which is 0 if the caller is
// to fill it. It is nil for a word that is too long.
func (m *memo) find(s string) (place int, numbers []uint64) {
	n := len(s)
	if n > memoBytes {
		return -1, nil
	}
	// Loads overlap, and with the length they tell the bytes.
	var a, b, c, d uint64
	switch {
	case n > 16:
		a, b, c, d = load(s, 0), load(s, 8), load(s, n-16), load(s, n-8)
	case n >= 8:
		a, b = load(s, 0), load(s, n-8)
	case n >= 4:
		a = load4(s, 0) | load4(s, n-4)<<32
	case n > 0:
		a = uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16
	}
	hi, lo := bits.Mul64(a^c*0x9e3779b97f4a7c15^uint64(n), b^d^0xbf58476d1ce4e5b9)
	hash := (hi ^ lo) * 0x94d049bb133111eb
	place = m.choose(hash>>32&m.mask, uint32(hash))
	e := m.entries[place*m.stride:][:m.stride]
	if e[0] != uint64(n+1) || e[1] != a || e[2] != b || e[3] != c || e[4] != d {
		e[0], e[1], e[2], e[3], e[4], e[keyWidth] = uint64(n+1), a, b, c, d, 0
	}
	return place, e[keyWidth:]
}

// choose returns the place of the word with that tag, of the two of a hash: if it has none, that of the word that
// came less recently.
func (m *memo) choose(hash uint64, tag uint32) int {
	tags := m.tags[2*hash:][:2]
	way := uint8(0)
	if tags[1] == tag {
		way = 1
	}
	if tags[way] != tag {
		way = 1 - m.last[hash]
		tags[way] = tag
	}
	m.last[hash] = way
	return int(2*hash) + int(way)
}

func load(s string, i int) uint64 { return load4(s, i) | load4(s, i+4)<<32 }

func load4(s string, i int) uint64 {
	s = s[i : i+4]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
