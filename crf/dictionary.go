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
