package crfsuite

import (
	"fmt"
	"hash/maphash"
	"math"
	"math/bits"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
)

// An index finds the features of attributes by name. A name is known by its 64-bit hash alone, with a
// seed that nobody can know, so that a look-up touches a single entry, and then the features: of N
// attributes one that is none of them is taken for one with a probability of N / 2^63.
type index struct {
	seed     maphash.Seed
	shift    int       // of hashes, to where in entries their search starts
	entries  []entry   // a power of two, some of them free
	features []Feature // of one attribute after the other
}

// An entry is free if its print is 0.
type entry struct {
	print      uint64
	start, end uint32 // of the attribute's features
}

// newIndex indexes the attributes of m. It is an error that wraps ErrModel if two have one name.
func newIndex(m *Model) (*index, error) {
	k := m.Features() - len(m.Transitions)
	if uint64(max(k, len(m.Attributes))) > math.MaxUint32 {
		return nil, fmt.Errorf("%w: %d features of %d attributes", ErrTooLarge, k, len(m.Attributes))
	}
	width := bits.Len(uint(len(m.Attributes) + len(m.Attributes)/2 + 1))
	x := &index{shift: 64 - width, entries: make([]entry, 1<<width), features: make([]Feature, 0, k)}
	for _, a := range m.Attributes {
		x.features = append(x.features, a.Features...)
	}
	for {
		done, err := x.fill(m)
		if done || err != nil {
			return x, err
		}
		clear(x.entries)
	}
}

// fill enters the attributes of m under a new seed, which is not done if two names share a hash.
func (x *index) fill(m *Model) (done bool, err error) {
	x.seed = maphash.MakeSeed()
	names := make([]uint32, len(x.entries)) // the attribute of each entry
	end := 0
	for a := range m.Attributes {
		name := m.Attributes[a].Name
		print := x.hash(name)
		at := x.place(print)
		if e := &x.entries[at]; e.print == print {
			if m.Attributes[names[at]].Name != name {
				return false, nil
			}
			return false, invalid("attribute %.40q is there twice", name)
		}
		start := end
		end += len(m.Attributes[a].Features)
		x.entries[at], names[at] = entry{print, uint32(start), uint32(end)}, uint32(a)
	}
	return true, nil
}

// hash returns that of a name, which is never 0.
func (x *index) hash(name string) uint64 { return maphash.String(x.seed, name) | 1 }

// place returns the entry that has a hash, or else a free one.
func (x *index) place(print uint64) int {
	for at := int(print >> x.shift); ; at = (at + 1) & (len(x.entries) - 1) {
		if e := x.entries[at].print; e == print || e == 0 {
			return at
		}
	}
}

// find makes dst the entries of the attributes of an item, those of no features for unknown ones. It
// hashes all names before it looks the first one up, so that the processor waits for many entries at once.
func (x *index) find(dst []entry, item []attrfile.Attribute) []entry {
	dst = dst[:0]
	for k := range item {
		dst = append(dst, entry{print: x.hash(item[k].Name)})
	}
	for k := range dst {
		dst[k] = x.entries[x.place(dst[k].print)]
	}
	return dst
}
