package crfsuite

import (
	"fmt"
	"hash/maphash"
	"math"
	"math/bits"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
)

// index finds the features of attributes by name. It identifies a name only by its 64-bit hash with
// a secret seed. So a lookup reads a single entry and then the features. With N attributes, an
// unknown name is mistaken for a known one with a probability of N / 2^63.
type index struct {
	seed     maphash.Seed
	shift    int       // shift of a hash to the index in entries where its search starts
	entries  []entry   // length is a power of two; some entries are free
	features []Feature // grouped by attribute
}

// entry is free if print is 0.
type entry struct {
	print      uint64
	start, end uint32 // of the features of the attribute
}

// newIndex indexes the attributes of m. The error wraps ErrModel if two attributes have the same
// name.
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

// fill enters the attributes of m under a new seed. It returns false if two names have the same
// hash.
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
			return false, invalid("duplicate attribute %.40q", name)
		}
		start := end
		end += len(m.Attributes[a].Features)
		x.entries[at], names[at] = entry{print, uint32(start), uint32(end)}, uint32(a)
	}
	return true, nil
}

// hash returns the hash of a name, which is never 0.
func (x *index) hash(name string) uint64 { return maphash.String(x.seed, name) | 1 }

// place returns the entry with a hash, or a free entry.
func (x *index) place(print uint64) int {
	for at := int(print >> x.shift); ; at = (at + 1) & (len(x.entries) - 1) {
		if e := x.entries[at].print; e == print || e == 0 {
			return at
		}
	}
}

// find sets dst to the entries of the attributes of an item. Unknown attributes get entries without
// features. It hashes all names before the first lookup, so that the processor can load several
// entries in parallel.
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
