package crf

import "github.com/trellis-nlp/trellis/internal/fingerprint"

// dictionary numbers names from 0. It concatenates their bytes and finds them by fingerprint. The
// rare names whose fingerprint another name has are found in a separate map.
type dictionary struct {
	hasher  *fingerprint.Hasher
	table   fingerprint.Table
	text    []byte
	end     []int            // end of each name in text
	doubles map[string]int32 // names with the fingerprint of another name
}

func newDictionary() *dictionary { return &dictionary{hasher: fingerprint.NewHasher(0)} }

func (d *dictionary) len() int { return len(d.end) }

// name returns name id. The slice is valid until the next name is added.
func (d *dictionary) name(id int32) []byte {
	lo := 0
	if id > 0 {
		lo = d.end[id-1]
	}
	return d.text[lo:d.end[id]]
}

func (d *dictionary) names() []string {
	text, names, lo := string(d.text), make([]string, d.len()), 0
	for id, hi := range d.end {
		names[id], lo = text[lo:hi], hi
	}
	return names
}

// lookup returns the number of name. It adds an unknown name if add is set, and otherwise returns
// -1.
func (d *dictionary) lookup(name []byte, add bool) int32 {
	print := d.hasher.Of(name)
	id, taken := d.find(print, name)
	if id < 0 && add {
		return d.add(print, name, taken)
	}
	return id
}

// find returns the number of name, or -1, and whether some name has this fingerprint.
func (d *dictionary) find(print uint64, name []byte) (id int32, taken bool) {
	id = d.table.Find(print)
	if id < 0 || string(d.name(id)) == string(name) {
		return id, id >= 0
	}
	if id, ok := d.doubles[string(name)]; ok {
		return id, true
	}
	return -1, true
}

// add adds a name that is not in the dictionary.
func (d *dictionary) add(print uint64, name []byte, taken bool) int32 {
	next := int32(d.len())
	d.text = append(d.text, name...)
	d.end = append(d.end, len(d.text))
	if !taken {
		d.table.Insert(print, next)
		return next
	}
	if d.doubles == nil {
		d.doubles = make(map[string]int32)
	}
	d.doubles[string(name)] = next
	return next
}

// merge adds the names of another dictionary, in their order, and returns their numbers.
func (d *dictionary) merge(other *dictionary) []int32 {
	numbers := make([]int32, other.len())
	for k := range numbers {
		numbers[k] = d.lookup(other.name(int32(k)), true)
	}
	return numbers
}

// reset removes all names and keeps the memory.
func (d *dictionary) reset() {
	d.table.Reset()
	d.text, d.end, d.doubles = d.text[:0], d.end[:0], nil
}

// A finder finds the numbers of names. It adds unknown names to a dictionary if add is set.
type finder struct {
	known *dictionary
	fresh *dictionary // where to add names, with the numbers ^k; nil means known, with the numbers k
	add   bool
}

// find returns false if the name is unknown and not added.
func (f *finder) find(name []byte) (int32, bool) {
	id := f.number(f.known.hasher.Of(name), name)
	return id, id >= 0 || f.add
}

// number returns the number of a name, or -1 if it is unknown and not added.
func (f *finder) number(print uint64, name []byte) int32 {
	id, taken := f.known.find(print, name)
	switch {
	case id >= 0 || !f.add:
		return id
	case f.fresh == nil:
		return f.known.add(print, name, taken)
	}
	if id, taken = f.fresh.find(print, name); id < 0 {
		id = f.fresh.add(print, name, taken)
	}
	return ^id
}
