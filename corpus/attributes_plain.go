package corpus

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// plainItem is [AttributeReader.item] for nearly all lines that have no backslash, in one pass over their bytes. It
// leaves a line that declares something, or has a colon in its label or two in an attribute, to that, and returns false.
func (r *AttributeReader) plainItem(it *Items, line []byte) bool {
	start, names, labels, flat, warnings := len(r.buf), len(r.names), len(it.Labels), len(it.flat), r.warnings
	if !r.lent {
		r.buf = append(r.buf, line...)
	}
	p := plainItem{r: r, it: it, line: line, start: start, labels: labels, colon: -1}
	if !p.scan() || !p.end(len(line)) || len(it.Labels) == labels {
		r.buf, r.names, it.Labels, it.flat, r.warnings = r.buf[:start], r.names[:names], it.Labels[:labels], it.flat[:flat], warnings
		return false
	}
	it.lines = append(it.lines, r.lines.number)
	r.tokens = append(r.tokens, token{len(it.flat) - flat, !r.lent})
	return true
}

// A plainItem is a line on its way into r and it.
type plainItem struct {
	r      *AttributeReader
	it     *Items
	line   []byte
	start  int // of line in r.buf
	labels int // of the lines before
	from   int // where the field starts
	colon  int // where its colon is, or -1
}

// scan takes in all fields but the last. It returns false where the line is not plain.
func (p *plainItem) scan() bool {
	at := 0
	for ; at <= len(p.line)-8; at += 8 {
		w := binary.LittleEndian.Uint64(p.line[at:])
		for m := equal(w, '\t') | equal(w, ':'); m != 0; m &= m - 1 {
			if !p.mark(at + bits.TrailingZeros64(m)/8) {
				return false
			}
		}
	}
	for ; at < len(p.line); at++ {
		if c := p.line[at]; (c == '\t' || c == ':') && !p.mark(at) {
			return false
		}
	}
	return true
}

// mark takes in a tab or colon.
func (p *plainItem) mark(at int) bool {
	if p.line[at] == '\t' {
		return p.end(at)
	}
	plain := p.colon < 0
	p.colon = at
	return plain
}

// end ends the field at a tab or the end of the line.
func (p *plainItem) end(at int) bool {
	from, colon := p.from, p.colon
	p.from, p.colon = at+1, -1
	if from == at {
		return true // one of several tabs
	}
	if len(p.it.Labels) == p.labels {
		p.it.Labels = append(p.it.Labels, p.name(from, at))
		return colon < 0 && p.line[from] != '@'
	}
	a := Attribute{Value: 1}
	if colon >= 0 {
		var err error
		if a.Value, err = p.r.value(p.line[colon+1 : at]); err != nil {
			return false // to be found again, and said
		}
		at = colon
	}
	a.Name = p.name(from, at)
	p.it.flat = append(p.it.flat, a)
	return true
}

// name returns line[from:to], or notes it for the end of the sentence, when all names become parts of one string.
func (p *plainItem) name(from, to int) string {
	if p.r.lent {
		return unsafe.String(&p.line[from], to-from)
	}
	p.r.names = append(p.r.names, field{int32(p.start + from), int32(p.start + to)})
	return ""
}
