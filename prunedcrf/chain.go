package prunedcrf

import (
	"github.com/trellis-nlp/trellis/pruned"
)

// A chain numbers pairs and triples of labels, and finds the numbers of those that lattices ask for: an
// open-addressed table with linear probing, at most half full.
type chain struct {
	keys  [][3]int32 // by number; the first label of a pair is none
	slots []slot
}

// A slot holds a key, and its number plus one; 0 is a free slot.
type slot struct {
	key    uint64
	number int32
}

// none stands before a pair where a triple has its first label.
const none = -1

// maxLabels is what keys have room for.
const maxLabels = 1 << 20

func pack(h, i, j int) uint64 { return uint64(h+1)<<42 | uint64(i)<<21 | uint64(j) }

// place returns the slot of a key, or the free one where it would be.
func (c *chain) place(key uint64) *slot {
	mask := uint64(len(c.slots) - 1)
	hash := key * 0x9e3779b97f4a7c15 // Fibonacci hashing (Knuth, vol. 3, 6.4)
	for at := hash ^ hash>>32; ; at++ {
		if s := &c.slots[at&mask]; s.number == 0 || s.key == key {
			return s
		}
	}
}

// add gives a pair or triple a number, and reports whether it had none.
func (c *chain) add(h, i, j int) bool {
	if 2*(len(c.keys)+1) > len(c.slots) {
		c.slots = make([]slot, max(16, 2*len(c.slots)))
		for n, key := range c.keys {
			packed := pack(int(key[0]), int(key[1]), int(key[2]))
			*c.place(packed) = slot{packed, int32(n + 1)}
		}
	}
	key := pack(h, i, j)
	s := c.place(key)
	if s.number > 0 {
		return false
	}
	c.keys = append(c.keys, [3]int32{int32(h), int32(i), int32(j)})
	*s = slot{key, int32(len(c.keys))}
	return true
}

// find returns the number of a pair or triple, -1 for one that has none.
func (c *chain) find(h, i, j int) int {
	if len(c.slots) == 0 {
		return -1
	}
	return int(c.place(pack(h, i, j)).number) - 1
}

// visit calls each with the values of the pairs and triples of s that have a number, and with that number.
func (c *chain) visit(s *pruned.Lattice, each func(value *float64, number int)) {
	kept := s.Kept()
	for t := 1; t < s.Len() && s.Order() > 0; t++ {
		edge, triple := s.EdgeAt(t), s.TripleAt(t)
		from, to := kept.At(t-1), kept.At(t)
		for k, i := range from {
			c.row(edge[k*len(to):], none, i, to, each)
		}
		if len(triple) == 0 {
			continue
		}
		for k, h := range kept.At(t - 2) {
			for l, i := range from {
				c.row(triple[(k*len(from)+l)*len(to):], h, i, to, each)
			}
		}
	}
}

// row visits the chains that start with h, i.
func (c *chain) row(values []float64, h, i int, to []int, each func(value *float64, number int)) {
	for m, j := range to {
		if n := c.find(h, i, j); n >= 0 {
			each(&values[m], n)
		}
	}
}
