package corpus

import (
	"encoding/binary"
	"math/bits"
)

// plainItem is [AttributeReader.item] for nearly all lines that have no backslash, in one pass over their bytes. It
// leaves a line that declares something, or has a colon in its label or two in an attribute, to that, and returns false.
func (r *AttributeReader) plainItem(it *Items, line []byte) bool {
	start, names, flat, warnings := len(r.buf), len(r.names), len(it.flat), r.warnings
	r.buf = append(r.buf, line...)
	i := plainItem{r: r, it: it, line: r.buf[start:], start: start, names: names, colon: -1}
	if !i.scan() || !i.end(len(line)) || len(r.names) == names {
		r.buf, r.names, it.flat, r.warnings = r.buf[:start], r.names[:names], it.flat[:flat], warnings
		return false
	}
	it.lines = append(it.lines, r.lines.number)
	return true
}

// A plainItem is a line on its way into r and it.
type plainItem struct {
	r     *AttributeReader
	it    *Items
	line  []byte
	start int // of line in r.buf
	names int // of the lines before
	from  int // where the field starts
	colon int // where its colon is, or -1
}

// scan takes in all fields but the last. It returns false where the line is not plain.
func (i *plainItem) scan() bool {
	at := 0
	for ; at <= len(i.line)-8; at += 8 {
		w := binary.LittleEndian.Uint64(i.line[at:])
		for m := equal(w, '\t') | equal(w, ':'); m != 0; m &= m - 1 {
			if !i.mark(at + bits.TrailingZeros64(m)/8) {
				return false
			}
		}
	}
	for ; at < len(i.line); at++ {
		if c := i.line[at]; (c == '\t' || c == ':') && !i.mark(at) {
			return false
		}
	}
	return true
}

// mark takes in a tab or colon.
func (i *plainItem) mark(at int) bool {
	if i.line[at] == '\t' {
		return i.end(at)
	}
	plain := i.colon < 0
	i.colon = at
	return plain
}

// end ends the field at a tab or the end of the line.
func (i *plainItem) end(at int) bool {
	from, colon := i.from, i.colon
	i.from, i.colon = at+1, -1
	if from == at {
		return true // one of several tabs
	}
	name := field{int32(i.start + from), int32(i.start + at)}
	switch {
	case len(i.r.names) > i.names && colon < 0:
		i.it.flat = append(i.it.flat, Attribute{Value: 1})
	case len(i.r.names) > i.names:
		v, err := i.r.value(i.line[colon+1 : at])
		if err != nil {
			return false // to be found again, and said
		}
		i.it.flat = append(i.it.flat, Attribute{Value: v})
		name.end = int32(i.start + colon)
	case colon >= 0 || i.line[from] == '@':
		return false
	}
	i.r.names = append(i.r.names, name)
	return true
}
