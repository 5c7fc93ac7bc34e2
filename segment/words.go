package segment

import "slices"

// A lexicon holds what training says of words, by the hashes of their characters in lower case.
type lexicon struct {
	words   table[info]
	longest int // characters of the longest word
}

// maxWord bounds the characters of the words in a lexicon.
const maxWord = 20

// find returns what training says of a word.
func (l *lexicon) find(hash uint32) info { return l.words.get(finish(hash)) }

// An info is what training says of a word, in few bits. It is 0 for an unknown word.
type info uint16

// infoBits is the number of bits that an info uses.
const infoBits = 11

func (w info) count() uint32   { return uint32(w) & 7 }      // bucket of the number of occurrences
func (w info) starter() uint32 { return uint32(w) >> 3 & 7 } // share of sentence starts among capitals
func (w info) casing() uint32  { return uint32(w) >> 6 & 3 } // share in lower case within sentences
func (w info) closer() uint32  { return uint32(w) >> 8 & 7 } // share of sentence ends

// counts are how often a word occurs.
type counts struct {
	all     int32
	first   int32 // starts a sentence with a capital
	capital int32 // has a capital within a sentence
	small   int32 // has none there
	last    int32 // ends a sentence
}

// add adds other counts, or subtracts them if times is -1.
func (c *counts) add(d counts, times int32) {
	c.all += times * d.all
	c.first += times * d.first
	c.capital += times * d.capital
	c.small += times * d.small
	c.last += times * d.last
}

// info returns the summary of counts.
func (c *counts) info() info {
	if c.all == 0 {
		return 0
	}
	n := info(1)
	for limit := int32(1); n < 6 && c.all > limit; limit *= 4 {
		n++
	}
	return n | share(c.first, c.first+c.capital)<<3 | (share(c.small, c.small+c.capital)+1)/2<<6 | share(c.last, c.all)<<8
}

// share returns the bucket of a share: 0 for a share of nothing, and from 1 for almost none to 6
// for almost all.
func share(part, all int32) info {
	switch {
	case all == 0:
		return 0
	case part*20 < all:
		return 1
	case part*5 < all:
		return 2
	case part*2 < all:
		return 3
	case part*5 < all*4:
		return 4
	case part*20 < all*19:
		return 5
	}
	return 6
}

// A match is the longest words of a lexicon that start at a character, end before it, and lie
// around it.
type match struct {
	begin, end, cover  uint8 // characters, 0 for none
	beginInfo, endInfo info
	spot               bool // the character is a spot
}

// match finds the words of a lexicon that run from a spot to another one or to white space.
func (a *analysis) match(l *lexicon) {
	a.matches = slices.Grow(a.matches[:0], len(a.chars))[:len(a.chars)]
	clear(a.matches)
	for _, i := range a.spots {
		a.matches[i].spot = true
	}
	for _, i := range a.spots {
		hash := uint32(hashStart)
		begin := &a.matches[i]
		for j := int(i); j < int(i)+l.longest && !isBlank(a.chars[j].class); {
			hash = extend(hash, a.chars[j].hash)
			j++
			end := &a.matches[j]
			if !end.spot && !isBlank(a.chars[j].class) {
				continue
			}
			w := l.find(hash)
			if w == 0 {
				continue
			}
			n := uint8(j - int(i))
			begin.begin, begin.beginInfo = n, w
			if end.end < n {
				end.end, end.endInfo = n, w
			}
			for k := int(i) + 1; k < j; k++ {
				a.matches[k].cover = max(a.matches[k].cover, n)
			}
		}
	}
}
