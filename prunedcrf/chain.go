package prunedcrf

import (
	"github.com/trellis-nlp/trellis/pruned"
)

// chain numbers pairs and triples of labels and looks up their numbers. It is an open-addressed
// table with linear probing, at most half full.
type chain struct {
	keys  [][3]int32 // by number; the first label of a pair is none
	slots []slot
}

// slot holds a key and its number plus one; number 0 means a free slot.
type slot struct {
	key    uint64
	number int32
}

// none takes the place of the first label of a triple in a pair.
const none = -1

// maxLabels is the number of labels that fit into a key.
const maxLabels = 1 << 20

func pack(h, i, j int) uint64 { return uint64(h+1)<<42 | uint64(i)<<21 | uint64(j) }

// place returns the slot of a key, or the free slot where it would be inserted.
func (c *chain) place(key uint64) *slot {
	mask := uint64(len(c.slots) - 1)
	hash := key * 0x9e3779b97f4a7c15 // Fibonacci hashing (Knuth, vol. 3, 6.4)
	for at := hash ^ hash>>32; ; at++ {
		if s := &c.slots[at&mask]; s.number == 0 || s.key == key {
			return s
		}
	}
}

// add numbers a pair or triple and reports whether it is new.
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

// find returns the number of a pair or triple, or -1 if it has none.
func (c *chain) find(h, i, j int) int {
	if len(c.slots) == 0 {
		return -1
	}
	return int(c.place(pack(h, i, j)).number) - 1
}

// visit calls each with the value and number of every numbered pair and triple of s.
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

// row visits the pairs or triples that start with h, i.
func (c *chain) row(values []float64, h, i int, to []int, each func(value *float64, number int)) {
	for m, j := range to {
		if n := c.find(h, i, j); n >= 0 {
			each(&values[m], n)
		}
	}
}
