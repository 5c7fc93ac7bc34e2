package crfsuite

import (
	"bytes"
	"fmt"
)

// readDict returns the n names of the dictionary at an offset of data, by their numbers. It is an
// error if CRFsuite would not find each name by its hash, or not only that one.
func readDict(data []byte, at, n uint32) ([]string, error) {
	head, err := part(data, uint64(at), dictSize)
	if err != nil {
		return nil, err
	}
	if got := string(head[:4]); got != dictChunk {
		return nil, fmt.Errorf("a dictionary named %q, not %q", got, dictChunk)
	}
	if mark := le.Uint32(head[atDictMark:]); mark != dictMark {
		return nil, fmt.Errorf("a dictionary of another byte order: its mark is %x", mark)
	}
	db, err := part(data, uint64(at), uint64(le.Uint32(head[atDictSize:])))
	if err != nil {
		return nil, err
	}
	if len(db) < dictSize {
		return nil, fmt.Errorf("a dictionary of %d bytes", len(db))
	}
	if have := le.Uint32(head[atLinkCount:]); have != n {
		return nil, fmt.Errorf("%d names, expected %d", have, n)
	}
	links, err := part(db, uint64(le.Uint32(head[atLinks:])), 4*uint64(n))
	if err != nil {
		return nil, err
	}
	d := dict{db: db, links: links, probes: maxProbes * int(n)}
	if err := d.checkTables(); err != nil {
		return nil, err
	}
	return d.names()
}

// maxProbes bounds the slots that finding all names may look at, as a multiple of their number, so that no
// file takes long. Names that are not chosen to collide need one and a half each.
const maxProbes = 16

// A dict is a dictionary of names.
type dict struct {
	db     []byte
	links  []byte // the offset of each name's record
	probes int    // how many more slots find may look at
}

// record returns number and name of the record at an offset, the name with its NUL.
func (d *dict) record(at uint32) (id uint32, name []byte, err error) {
	head, err := part(d.db, uint64(at), recordSize)
	if err != nil {
		return 0, nil, err
	}
	name, err = part(d.db, uint64(at)+recordSize, uint64(le.Uint32(head[4:])))
	return le.Uint32(head), name, err
}

// checkTables reports an error unless the tables have a free slot each and as many others as there are
// names.
func (d *dict) checkTables() error {
	n := len(d.links) / 4
	slots, taken := 0, 0
	for t := range uint32(dictTables) {
		table, err := d.table(t)
		if err != nil {
			return err
		}
		size, before := len(table)/slotSize, taken
		for k := range size {
			if le.Uint32(table[slotSize*k+4:]) != 0 {
				taken++
			}
		}
		// CRFsuite allots as many links as there are pairs of slots.
		if slots += size; size%2 != 0 || slots > 2*n || size > 0 && taken-before == size {
			return fmt.Errorf("hash table %d has %d slots, %d of them taken", t, size, taken-before)
		}
	}
	if slots != 2*n || taken != n {
		return fmt.Errorf("hash tables of %d names in %d slots, for %d names", taken, slots, n)
	}
	return nil
}

// table returns the slots of hash table t.
func (d *dict) table(t uint32) ([]byte, error) {
	ref := d.db[dictHeaderSize+8*t:]
	at, size := le.Uint32(ref), le.Uint32(ref[4:])
	if (at == 0) != (size == 0) {
		return nil, fmt.Errorf("hash table %d has %d slots at offset %d", t, size, at)
	}
	return part(d.db, uint64(at), uint64(size)*slotSize)
}

// names returns copies of all names, each of which is found by its hash.
func (d *dict) names() ([]string, error) {
	names := make([]string, len(d.links)/4)
	size, end := 0, uint64(0)
	for k := range names {
		at := le.Uint32(d.links[4*k:])
		id, name, err := d.record(at)
		if err != nil {
			return nil, err
		}
		if id != uint32(k) {
			return nil, fmt.Errorf("the record of name %d has number %d", k, id)
		}
		// The first NUL, where CRFsuite takes a name to end, must be the last byte. Where records overlap,
		// their names can be longer than the dictionary.
		if size += len(name); size > len(d.db) || len(name) == 0 || bytes.IndexByte(name, 0) != len(name)-1 {
			return nil, fmt.Errorf("name %d does not end in the only NUL", k)
		}
		if err := d.find(name, at); err != nil {
			return nil, err
		}
		end = max(end, uint64(at)+recordSize+uint64(len(name)))
	}
	text := string(d.db[:end])
	for k := range names {
		at := uint64(le.Uint32(d.links[4*k:])) + recordSize
		size := uint64(le.Uint32(d.db[at-4:]))
		names[k] = text[at : at+size-1]
	}
	return names, nil
}

// find looks for a name as CRFsuite does. It is an error if that leads to another record than the one at
// an offset, or to none.
func (d *dict) find(name []byte, at uint32) error {
	hash := lookup3(name)
	table, err := d.table(hash % dictTables)
	if err != nil {
		return err
	}
	size := len(table) / slotSize
	if size == 0 {
		return fmt.Errorf("the name %.40q has no hash table", name[:len(name)-1])
	}
	for k := int(hash>>8) % size; ; k = (k + 1) % size {
		if d.probes--; d.probes < 0 {
			return fmt.Errorf("too many names of the same place in hash table %d", hash%dictTables)
		}
		slot := table[slotSize*k:]
		switch here := le.Uint32(slot[4:]); {
		case here == 0:
			return fmt.Errorf("the name %.40q is not in its hash table", name[:len(name)-1])
		case le.Uint32(slot) != hash:
		case here == at:
			return nil
		default:
			if _, same, err := d.record(here); err != nil || bytes.Equal(name, same) {
				return fmt.Errorf("the name %.40q leads to another record", name[:len(name)-1])
			}
		}
	}
}

// part returns the n bytes of data at an offset.
func part(data []byte, at, n uint64) ([]byte, error) {
	if size := uint64(len(data)); at > size || n > size-at {
		return nil, fmt.Errorf("offset %d and size %d lie beyond %d bytes", at, n, size)
	}
	return data[at : at+n], nil
}
