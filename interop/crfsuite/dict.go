package crfsuite

import (
	"bytes"
	"fmt"
)

// readDict returns the n names of the dictionary at an offset of data, in the order of their
// numbers. It returns an error if CRFsuite would not find exactly this record for each name.
func readDict(data []byte, at, n uint32) ([]string, error) {
	head, err := part(data, uint64(at), dictSize)
	if err != nil {
		return nil, err
	}
	if got := string(head[:4]); got != dictChunk {
		return nil, fmt.Errorf("dictionary is named %q, expected %q", got, dictChunk)
	}
	if mark := le.Uint32(head[atDictMark:]); mark != dictMark {
		return nil, fmt.Errorf("dictionary has a different byte order: its mark is %x", mark)
	}
	db, err := part(data, uint64(at), uint64(le.Uint32(head[atDictSize:])))
	if err != nil {
		return nil, err
	}
	if len(db) < dictSize {
		return nil, fmt.Errorf("dictionary of %d bytes, expected at least %d", len(db), dictSize)
	}
	if have := le.Uint32(head[atLinkCount:]); have != n {
		return nil, fmt.Errorf("%d names, expected %d", have, n)
	}
	links, err := part(db, uint64(le.Uint32(head[atLinks:])), 4*uint64(n))
	if err != nil {
		return nil, err
	}
	d := dict{db: db, links: links}
	names, hashes, err := d.names()
	if err != nil {
		return nil, err
	}
	return names, d.checkTables(hashes)
}

type dict struct {
	db    []byte
	links []byte // the offset of the record of each name
}

// slot is an entry of a hash table: the hash of a name and the offset of its record.
type slot struct{ hash, at uint32 }

func (d *dict) link(id int) uint32 { return le.Uint32(d.links[4*id:]) }

// record returns the number and name of the record at an offset. The name includes its NUL.
func (d *dict) record(at uint32) (id uint32, name []byte, err error) {
	head, err := part(d.db, uint64(at), recordSize)
	if err != nil {
		return 0, nil, err
	}
	name, err = part(d.db, uint64(at)+recordSize, uint64(le.Uint32(head[4:])))
	return le.Uint32(head), name, err
}

// names returns copies of all names, and their hashes.
func (d *dict) names() ([]string, []uint32, error) {
	n := len(d.links) / 4
	names, hashes := make([]string, n), make([]uint32, n)
	size, end := 0, uint64(0)
	for id := range names {
		at := d.link(id)
		got, name, err := d.record(at)
		if err != nil {
			return nil, nil, err
		}
		if got != uint32(id) {
			return nil, nil, fmt.Errorf("record of name %d has number %d", id, got)
		}
		// CRFsuite ends a name at the first NUL, which must be the last byte. If records overlap,
		// their names can be longer in total than the dictionary.
		if size += len(name); size > len(d.db) || len(name) == 0 || bytes.IndexByte(name, 0) != len(name)-1 {
			return nil, nil, fmt.Errorf("name %d does not end with its only NUL byte", id)
		}
		hashes[id] = lookup3(name)
		end = max(end, uint64(at)+recordSize+uint64(len(name)))
	}
	text := string(d.db[:end])
	for id := range names {
		at := uint64(d.link(id)) + recordSize
		names[id] = text[at : at+uint64(le.Uint32(d.db[at-4:]))-1]
	}
	return names, hashes, nil
}

// maxProbes bounds the number of slots read to find all names, as a multiple of their number, so
// that the time for any file is limited. Names that are not chosen to collide need 1.5 slots each.
const maxProbes = 16

// checkTables looks up all names as CRFsuite does. It goes hash table by hash table, which causes
// fewer cache misses than the order of the names.
func (d *dict) checkTables(hashes []uint32) error {
	n := len(hashes)
	var end [dictTables]int // end of the keys of each table
	for _, hash := range hashes {
		end[hash%dictTables]++
	}
	for t := 1; t < dictTables; t++ {
		end[t] += end[t-1]
	}
	keys, start := make([]slot, n), end
	for id := n - 1; id >= 0; id-- {
		t := hashes[id] % dictTables
		start[t]--
		keys[start[t]] = slot{hashes[id], d.link(id)}
	}
	slots, probes := 0, maxProbes*n
	for t := range dictTables {
		table, err := d.table(t)
		if err != nil {
			return err
		}
		// CRFsuite allocates as many links as there are pairs of slots, and searches up to a free
		// slot.
		size, mine := len(table)/slotSize, keys[start[t]:end[t]]
		if slots += size; size%2 != 0 || slots > 2*n || size > 0 && len(mine) == size || taken(table) != len(mine) {
			return fmt.Errorf("hash table %d has %d slots, %d of them taken, for %d names", t, size, taken(table), len(mine))
		}
		for _, key := range mine {
			if err := d.find(key, table, &probes); err != nil {
				return err
			}
		}
	}
	if slots != 2*n {
		return fmt.Errorf("hash tables of %d slots for %d names", slots, n)
	}
	return nil
}

func (d *dict) table(t int) ([]byte, error) {
	ref := d.db[dictHeaderSize+8*t:]
	at, size := le.Uint32(ref), le.Uint32(ref[4:])
	if (at == 0) != (size == 0) {
		return nil, fmt.Errorf("hash table %d has %d slots at offset %d", t, size, at)
	}
	return part(d.db, uint64(at), uint64(size)*slotSize)
}

// taken returns the number of slots in use.
func taken(table []byte) (n int) {
	for ; len(table) > 0; table = table[slotSize:] {
		if le.Uint32(table[4:]) != 0 {
			n++
		}
	}
	return n
}

// find looks up the name of a key in its table. It returns an error unless it finds the record of
// the key.
func (d *dict) find(key slot, table []byte, probes *int) error {
	size := len(table) / slotSize
	for k := int(key.hash>>8) % size; ; k = (k + 1) % size {
		if *probes--; *probes < 0 {
			return fmt.Errorf("too many collisions in hash table %d", key.hash%dictTables)
		}
		at := le.Uint32(table[slotSize*k+4:])
		if at == key.at && le.Uint32(table[slotSize*k:]) == key.hash {
			return nil
		}
		if at != 0 && le.Uint32(table[slotSize*k:]) != key.hash {
			continue
		}
		_, name, _ := d.record(key.at)
		if at == 0 {
			return fmt.Errorf("name %.40q is not in its hash table", name[:len(name)-1])
		}
		if _, same, err := d.record(at); err != nil || bytes.Equal(name, same) {
			return fmt.Errorf("name %.40q leads to another record", name[:len(name)-1])
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
