package crf

import "github.com/trellis-nlp/trellis/internal/fingerprint"

// A dictionary numbers names from 0 on. It keeps their bytes one after another and finds them by their
// fingerprints; a name that shares one with another, which hardly ever is, is found by itself.
type dictionary struct {
	hasher  *fingerprint.Hasher
	table   fingerprint.Table
	text    []byte
	end     []int            // of each name in text
	doubles map[string]int32 // names whose fingerprint is another's
}

func newDictionary() *dictionary { return &dictionary{hasher: fingerprint.NewHasher(0)} }

// len returns the number of names.
func (d *dictionary) len() int { return len(d.end) }

// name returns name id, valid until the next one is added.
func (d *dictionary) name(id int32) []byte {
	lo := 0
	if id > 0 {
		lo = d.end[id-1]
	}
	return d.text[lo:d.end[id]]
}

// names returns all names in the order of their numbers.
func (d *dictionary) names() []string {
	text, names, lo := string(d.text), make([]string, d.len()), 0
	for id, hi := range d.end {
		names[id], lo = text[lo:hi], hi
	}
	return names
}

// lookup returns the number of name, which is added if it is new and may be; -1 if there is none.
func (d *dictionary) lookup(name []byte, add bool) int32 {
	print := d.hasher.Of(name)
	id := d.table.Find(print)
	if id >= 0 {
		if string(d.name(id)) == string(name) {
			return id
		}
		if id, ok := d.doubles[string(name)]; ok {
			return id
		}
	}
	if !add {
		return -1
	}
	next := int32(d.len())
	d.text = append(d.text, name...)
	d.end = append(d.end, len(d.text))
	if id < 0 {
		d.table.Insert(print, next)
		return next
	}
	if d.doubles == nil {
		d.doubles = make(map[string]int32)
	}
	d.doubles[string(name)] = next
	return next
}
