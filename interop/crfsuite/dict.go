package crfsuite

import (
	"bytes"
	"fmt"
	"strings"
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
	d := dict{db: db, links: links}
	names, err := d.names()
	if err != nil {
		return nil, err
	}
	return names, d.checkTables()
}

// A dict is a dictionary of names.
type dict struct {
	db    []byte
	links []byte // the offset of each name's record
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

// names returns copies of all names, as parts of one string.
func (d *dict) names() ([]string, error) {
	n := len(d.links) / 4
	size := 0
	for k := range n {
		id, name, err := d.record(le.Uint32(d.links[4*k:]))
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
	}
	var text strings.Builder
	text.Grow(size)
	names := make([]string, n)
	for k := range names {
		_, name, _ := d.record(le.Uint32(d.links[4*k:]))
		start := text.Len()
		text.Write(name[:len(name)-1])
		names[k] = text.String()[start:]
	}
	return names, nil
}

// maxProbes bounds the slots of a table that finding all of its names may look at, as a multiple of
// the number of slots, so that no file takes long. Names that are not chosen to collide need a quarter.
const maxProbes = 16

// checkTables reports an error if not every name is found through the hash tables, and by way of one
// slot only.
func (d *dict) checkTables() error {
	n := len(d.links) / 4
	slots, found := 0, 0
	for t := range uint32(dictTables) {
		ref := d.db[dictHeaderSize+8*t:]
		at, size := le.Uint32(ref), le.Uint32(ref[4:])
		table, err := part(d.db, uint64(at), uint64(size)*slotSize)
		if err != nil {
			return err
		}
		// CRFsuite allots as many links as there are pairs of slots.
		if slots += int(size); (at == 0) != (size == 0) || size%2 != 0 || slots > 2*n {
			return fmt.Errorf("hash table %d has %d slots", t, size)
		}
		filled, err := d.checkTable(t, table)
		if err != nil {
			return err
		}
		if filled > 0 && filled == int(size) {
			return fmt.Errorf("hash table %d is full", t)
		}
		found += filled
	}
	if slots != 2*n || found != n {
		return fmt.Errorf("hash tables of %d names in %d slots, for %d names", found, slots, n)
	}
	return nil
}

// checkTable checks the slots of table t and returns how many are taken.
func (d *dict) checkTable(t uint32, table []byte) (filled int, err error) {
	size := len(table) / slotSize
	slot := func(k int) (hash, at uint32) { return le.Uint32(table[k*slotSize:]), le.Uint32(table[k*slotSize+4:]) }
	probes := 0
	for k := range size {
		hash, at := slot(k)
		if at == 0 {
			continue
		}
		filled++
		id, name, err := d.record(at)
		if err != nil {
			return 0, err
		}
		if uint64(id) >= uint64(len(d.links)/4) || le.Uint32(d.links[4*id:]) != at {
			return 0, fmt.Errorf("hash table %d leads to a record that no name has", t)
		}
		if lookup3(name) != hash || hash%dictTables != t {
			return 0, fmt.Errorf("hash table %d holds a name of another hash", t)
		}
		// Whoever looks for the name starts at its first slot and gives up at a free one.
		for first := int(hash>>8) % size; first != k; first = (first + 1) % size {
			other, at := slot(first)
			if at == 0 {
				return 0, fmt.Errorf("hash table %d hides a name behind a free slot", t)
			}
			if other == hash {
				if _, same, err := d.record(at); err != nil || bytes.Equal(name, same) {
					return 0, fmt.Errorf("the name %.40q is there twice", name[:len(name)-1])
				}
			}
			if probes++; probes > maxProbes*size {
				return 0, fmt.Errorf("hash table %d has too many names of the same place", t)
			}
		}
	}
	return filled, nil
}

// part returns the n bytes of data at an offset.
func part(data []byte, at, n uint64) ([]byte, error) {
	if size := uint64(len(data)); at > size || n > size-at {
		return nil, fmt.Errorf("offset %d and size %d lie beyond %d bytes", at, n, size)
	}
	return data[at : at+n], nil
}
