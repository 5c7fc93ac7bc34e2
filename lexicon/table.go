package lexicon

import (
	"cmp"
	"errors"
	"math/bits"
	"slices"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// table maps the fingerprint of a string to its number. Keys ascend. The keys with upper bits b are
// keys[homes[b]:homes[b+1]], typically one or two.
type table struct {
	hasher  *fingerprint.Hasher
	base    int      // fingerprint base of the hasher
	shift   uint     // 64 - the number of upper bits
	homes   []uint32 // 2^bits + 1
	keys    []uint64
	numbers []uint32 // of the keys
}

// keyOf spreads a fingerprint over all 64 bits. It multiplies by the golden ratio, which is a
// bijection.
func keyOf(fingerprint uint64) uint64 { return fingerprint * 0x9E3779B97F4A7C15 }

var errTooLarge = errors.New("too many entries")

func newTableOf(numbers map[string]uint32) (table, error) {
	list, texts := make([]uint32, 0, len(numbers)), make([]string, 0, len(numbers))
	for s, n := range numbers {
		list, texts = append(list, n), append(texts, s)
	}
	return newTable(list, func(dst []uint64, h *fingerprint.Hasher) []uint64 {
		for _, s := range texts {
			dst = append(dst, h.OfString(s))
		}
		return dst
	})
}

// newTable uses the first base under which all strings have different fingerprints. prints appends
// the fingerprints to dst, in the order of numbers.
func newTable(numbers []uint32, prints func(dst []uint64, h *fingerprint.Hasher) []uint64) (table, error) {
	if uint64(len(numbers)) > 1<<31 {
		return table{}, errTooLarge
	}
	type pair struct {
		key    uint64
		number uint32
	}
	list, found := make([]pair, 0, len(numbers)), make([]uint64, 0, len(numbers))
	for base := range fingerprint.Bases {
		t := table{base: base, hasher: fingerprint.NewHasher(base)}
		list, found = list[:0], prints(found[:0], t.hasher)
		for k, n := range numbers {
			list = append(list, pair{keyOf(found[k]), n})
		}
		slices.SortFunc(list, func(a, b pair) int { return cmp.Compare(a.key, b.key) })
		collide := false
		for k := 1; k < len(list); k++ {
			collide = collide || list[k-1].key == list[k].key
		}
		if collide {
			continue
		}
		for _, p := range list {
			t.keys, t.numbers = append(t.keys, p.key), append(t.numbers, p.number)
		}
		t.settle()
		return t, nil
	}
	return table{}, errors.New("words have colliding fingerprints under all bases")
}

// settle computes the homes of the keys.
func (t *table) settle() {
	upper := bits.Len(uint(len(t.keys)))
	t.shift = uint(64 - upper)
	t.homes = make([]uint32, 1<<upper+1)
	k := 0
	for b := range t.homes {
		for k < len(t.keys) && t.keys[k]>>t.shift < uint64(b) {
			k++
		}
		t.homes[b] = uint32(k)
	}
}

// find returns the number of the string with this fingerprint.
func (t *table) find(print uint64) (uint32, bool) {
	if len(t.keys) == 0 {
		return 0, false
	}
	key := keyOf(print)
	b := key >> t.shift
	for k := t.homes[b]; k < t.homes[b+1]; k++ {
		if t.keys[k] == key {
			return t.numbers[k], true
		}
	}
	return 0, false
}

// word returns the number of a word, looked up as written and then in lower case. lower is scratch
// memory.
func (t *table) word(word string, lower *[]byte) (uint32, bool) {
	if n, ok := t.find(t.hasher.OfString(word)); ok {
		return n, true
	}
	*lower = appendLower((*lower)[:0], word)
	return t.find(t.hasher.Of(*lower))
}

// check verifies what find relies on: keys in their homes, and numbers below limit.
func (t *table) check(limit uint32) error {
	upper := bits.Len(uint(len(t.keys)))
	if len(t.homes) != 1<<upper+1 || len(t.numbers) != len(t.keys) {
		return errors.New("lists of different lengths")
	}
	t.shift = uint(64 - upper)
	for k := 1; k < len(t.keys); k++ {
		if t.keys[k-1] >= t.keys[k] {
			return errors.New("keys out of order")
		}
	}
	for _, n := range t.numbers {
		if n >= limit {
			return errors.New("number out of range")
		}
	}
	k := 0
	for b, home := range t.homes {
		for k < len(t.keys) && t.keys[k]>>t.shift < uint64(b) {
			k++
		}
		if home != uint32(k) {
			return errors.New("keys outside their homes")
		}
	}
	return nil
}
