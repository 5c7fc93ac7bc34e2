package attrfile

import (
	"encoding/binary"
	"math/bits"
	"unsafe"

	"github.com/trellis-nlp/trellis/internal/lines"
)

// plainItem is the fast path of [Reader.item], in one pass over the bytes, for lines without a
// backslash. It returns false for a line with a declaration, a colon in its label or two colons in
// an attribute.
func (r *Reader) plainItem(it *Items, line []byte) bool {
	start, names, labels, flat, warnings := len(r.buf), len(r.names), len(it.Labels), len(it.flat), r.warnings
	if !r.lent {
		r.buf = append(r.buf, line...)
	}
	if !r.plainFields(it, line, start) || len(it.Labels) == labels {
		r.buf, r.names, it.Labels, it.flat, r.warnings = r.buf[:start], r.names[:names], it.Labels[:labels], it.flat[:flat], warnings
		return false
	}
	it.lines = append(it.lines, r.lines.Number)
	r.tokens = append(r.tokens, token{len(it.flat) - flat, !r.lent})
	return true
}

// plainFields reads the fields of a line into it. The line begins at start in r.buf. It returns
// false if the line is not plain.
func (r *Reader) plainFields(it *Items, line []byte, start int) bool {
	labelled := false
	from, colon := 0, -1 // positions in the field
	flat := it.flat
	for at := 0; at <= len(line); at += 8 {
		var w uint64
		if at+8 <= len(line) {
			w = binary.LittleEndian.Uint64(line[at:])
		} else {
			var rest [8]byte
			rest[copy(rest[:], line[at:])] = '\t' // the tab ends the last field
			w = binary.LittleEndian.Uint64(rest[:])
		}
		for m := lines.Equal(w, '\t') | lines.Equal(w, ':'); m != 0; m &= m - 1 {
			i := at + bits.TrailingZeros64(m)/8
			if i < len(line) && line[i] == ':' {
				if colon >= 0 {
					return false
				}
				colon = i
				continue
			}
			name, value, to := from, colon, i
			from, colon = i+1, -1
			switch {
			case name == to: // one of several tabs
				continue
			case !labelled && (value >= 0 || line[name] == '@'):
				return false
			case !labelled:
				it.Labels = append(it.Labels, r.name(line, name, to, start))
				labelled = true
				continue
			}
			a := Attribute{Value: 1}
			if value >= 0 {
				var err error
				if a.Value, err = r.value(line[value+1 : to]); err != nil {
					return false // item reads it again and reports it
				}
				to = value
			}
			a.Name = r.name(line, name, to, start)
			flat = append(flat, a)
		}
	}
	it.flat = flat
	return true
}

// name returns line[from:to], or records the range until the end of the sentence, when all names
// become substrings of one string.
func (r *Reader) name(line []byte, from, to, start int) string {
	if r.lent {
		return unsafe.String(&line[from], to-from)
	}
	r.names = append(r.names, field{int32(start + from), int32(start + to)})
	return ""
}
