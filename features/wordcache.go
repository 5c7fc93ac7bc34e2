package features

import (
	"math/bits"
	"unsafe"

	"github.com/trellis-nlp/trellis/internal/simd"
)

const (
	cachedWords   = 1 << 14 // words per cache, at most
	cachedNumbers = 1 << 21 // 8-byte numbers in all caches together, at most; a cache has fewer words if needed
	cachedBytes   = 32      // length of the longest cached word
	ownWidth      = len(spelled{}) + 2
)

// spelled is a word of up to cachedBytes bytes: its length + 1, then its bytes. The numbers may
// overlap. Together with the length they determine the bytes.
type spelled [1 + cachedBytes/8]uint64

// spell returns a word as spelled, or zero if the word is too long.
func spell(s string) (w spelled) {
	n := len(s)
	switch {
	case n > cachedBytes:
		return w
	case n > 16:
		w[1], w[2], w[3], w[4] = load(s, 0), load(s, 8), load(s, n-16), load(s, n-8)
	case n >= 8:
		w[1], w[2] = load(s, 0), load(s, n-8)
	case n >= 4:
		w[1] = load4(s, 0) | load4(s, n-4)<<32
	case n > 0:
		w[1] = uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16
	}
	w[0] = uint64(n + 1)
	return w
}

// wordCache keeps the row numbers of words. For each hash it keeps the last two words. It copies
// the bytes of the words, because the caller may reuse their memory. Numbers that only local
// templates use are kept apart, because they are rarely needed.
type wordCache struct {
	stride  int      // length of an entry, in whole cache lines
	rest    int      // numbers of a row that are kept apart
	mask    uint64   // number of hashes - 1
	tags    []uint32 // 2 x (mask + 1): more hash bits of the words
	last    []uint8  // mask + 1: which of the two was used last
	entries []uint64 // 2 x (mask + 1) x stride
	apart   []uint64 // 2 x (mask + 1) x rest
	lines   []uint32 // 0, 1 ...: cache lines of an entry
}

// entry is a cached word: the word, its serial number, the last sentence that uses it, and its
// numbers without those kept apart.
type entry []uint64

func (e entry) serial() *uint64   { return &e[len(spelled{})] }
func (e entry) sentence() *uint64 { return &e[len(spelled{})+1] }
func (e entry) numbers() []uint64 { return e[ownWidth:] }

// newWordCache returns one of caches caches, for words with width numbers. Those from own on are
// kept apart.
func newWordCache(width, own, caches int) wordCache {
	const line = simd.Line / 8
	m := wordCache{stride: (ownWidth + own + line - 1) / line * line, rest: width - own}
	words := cachedWords
	for words > 2 && words*(m.stride+m.rest) > cachedNumbers/caches {
		words /= 2
	}
	m.mask = uint64(words/2 - 1)
	m.tags, m.last = make([]uint32, words), make([]uint8, words/2)
	m.entries, m.apart = make([]uint64, words*m.stride), make([]uint64, words*m.rest)
	for i := range m.stride / line {
		m.lines = append(m.lines, uint32(i))
	}
	return m
}

func (m *wordCache) slots() int { return len(m.tags) }

// slot returns the slot of a word, which may still hold another word, and prefetches it. It returns
// -1 for words that are too long.
func (m *wordCache) slot(w *spelled) int {
	if w[0] == 0 {
		return -1
	}
	hi, lo := bits.Mul64(w[1]^w[3]*0x9e3779b97f4a7c15^w[0], w[2]^w[4]^0xbf58476d1ce4e5b9)
	hash := (hi ^ lo) * 0x94d049bb133111eb
	slot := m.choose(hash>>32&m.mask, uint32(hash))
	simd.Prefetch((*byte)(unsafe.Pointer(&m.entries[slot*m.stride])), simd.Line, m.lines)
	return slot
}

// choose returns the slot with this tag among the two of a hash. If neither has the tag, it returns
// the one used less recently.
func (m *wordCache) choose(hash uint64, tag uint32) int {
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

// at returns the entry of a word at its slot. If the serial number is 0, the caller fills the
// entry.
func (m *wordCache) at(slot int, w *spelled) entry {
	e := entry(m.entries[slot*m.stride:][:m.stride])
	own := (*spelled)(e)
	if (own[0]^w[0])|(own[1]^w[1])|(own[2]^w[2])|(own[3]^w[3])|(own[4]^w[4]) != 0 {
		*own, *e.serial() = *w, 0
	}
	return e
}

// restAt returns the numbers at a slot that are kept apart.
func (m *wordCache) restAt(slot int) []uint64 { return m.apart[slot*m.rest:][:m.rest] }

func load(s string, i int) uint64 { return load4(s, i) | load4(s, i+4)<<32 }

func load4(s string, i int) uint64 {
	s = s[i : i+4]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
