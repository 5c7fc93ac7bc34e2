package check

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
)

// sharedLength is the number of tokens from which equal sentences are hardly equal by chance.
const sharedLength = 5

// checkSentences looks for sentences with the same words.
func (c *Checker) checkSentences() {
	seed := maphash.MakeSeed()
	buckets := make(map[uint64][]int32) // the first sentence of each set, and those with other labels
	var key []byte
	for i := range c.sentences {
		s := &c.sentences[i]
		key = key[:0]
		for _, t := range c.tokens[s.start:s.end] {
			key = binary.LittleEndian.AppendUint32(key, uint32(t.word))
		}
		hash := maphash.Bytes(seed, key)
		var before []*sentence
		for _, k := range buckets[hash] {
			if other := &c.sentences[k]; c.sameWords(s, other) {
				before = append(before, other)
			}
		}
		if c.compare(s, before) {
			buckets[hash] = append(buckets[hash], int32(i))
		}
	}
}

func (c *Checker) sameWords(a, b *sentence) bool {
	return slices.EqualFunc(c.tokens[a.start:a.end], c.tokens[b.start:b.end], func(x, y token) bool { return x.word == y.word })
}

// compare compares a sentence with those before it that have the same words. It reports whether
// later sentences should be compared with it.
func (c *Checker) compare(s *sentence, before []*sentence) bool {
	if len(before) == 0 {
		return true
	}
	isNew := true // in its set, or with its labels
	if k := slices.IndexFunc(before, func(x *sentence) bool { return !c.sameLabels(s, x) }); k >= 0 {
		other := before[k]
		t := int32(0)
		for c.tokens[s.start+t].label == c.tokens[other.start+t].label {
			t++
		}
		c.find(Warning, "conflict", "sentences that have other labels elsewhere", c.place(s, s.start+t, fmt.Sprintf("%q is %s, but %s in %s:%d",
			shortened(c.names[c.tokens[s.start+t].word]), c.names[c.tokens[s.start+t].label], c.names[c.tokens[other.start+t].label],
			c.files[other.file], c.tokens[other.start+t].line)))
	}
	for _, other := range before {
		if other.set == s.set && c.sameLabels(s, other) {
			isNew = false
		}
	}
	if s.end-s.start < sharedLength {
		return isNew
	}
	other := before[0]
	switch {
	case other.set != s.set:
		c.find(Warning, "shared", fmt.Sprintf("sentences of %s that %s has too (of %d tokens or more)", s.set, other.set, sharedLength), c.place(s, s.start, c.asIn(s, other)))
	default:
		c.find(Note, "repeated", fmt.Sprintf("repeated sentences in %s (of %d tokens or more)", s.set, sharedLength), c.place(s, s.start, c.asIn(s, other)))
	}
	return isNew
}

// asIn returns the first words of a sentence and the place of its twin.
func (c *Checker) asIn(s, other *sentence) string {
	text := ""
	for _, t := range c.tokens[s.start:s.end] {
		if text != "" {
			text += " "
		}
		text += c.names[t.word]
		if len(text) > 60 {
			break
		}
	}
	return fmt.Sprintf("%q, as in %s:%d", shortened(text), c.files[other.file], c.tokens[other.start].line)
}
