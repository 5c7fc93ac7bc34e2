package trellis

import (
	"bytes"

	"github.com/trellis-nlp/trellis/text"
)

// maxParagraph is the number of bytes after which a paragraph is cut, to bound the memory.
const maxParagraph = 1 << 20

// A paragrapher finds the ends of paragraphs in text that arrives piece by piece. A paragraph ends
// with the first blank line after some text, as in package text.
type paragrapher struct {
	byLine bool // each line end ends a paragraph

	scanned     int // bytes of the current paragraph that were read
	seen, blank bool
}

// endsByLine reports whether a tokenizer ends a sentence at each line end, so that each line can be
// labelled by itself.
func endsByLine(t text.Tokenizer) bool {
	switch t := t.(type) {
	case text.Space:
		return true
	case *text.Rules:
		return t.Lines || t.WholeLines
	}
	return false
}

// next returns the length of the paragraph that data starts with, or 0 if data ends before the
// paragraph does. In the next call data must start with the same paragraph, or with the one after
// it. Last means that nothing follows data.
func (p *paragrapher) next(data []byte, last bool) int {
	if p.scanned == 0 {
		p.seen, p.blank = false, true
	}
	for end := min(len(data), maxParagraph); p.scanned < end; p.scanned++ {
		switch data[p.scanned] {
		case '\r':
			if p.scanned+1 == len(data) && !last {
				return 0 // a line feed may follow
			}
			if p.scanned+1 < len(data) && data[p.scanned+1] == '\n' {
				continue
			}
			fallthrough
		case '\n':
			if p.seen && (p.blank || p.byLine) {
				return p.end(p.scanned + 1)
			}
			p.blank = true
		case ' ', '\t':
		default:
			p.seen, p.blank = true, false
		}
	}
	switch {
	case len(data) >= maxParagraph:
		return p.end(cutAt(data[:maxParagraph]))
	case last:
		return p.end(len(data))
	}
	return 0
}

func (p *paragrapher) end(n int) int {
	p.scanned = 0
	return n
}

// cutAt returns where to cut a long paragraph: after the last line end, else after the last space,
// else before the character that is not complete.
func cutAt(data []byte) int {
	for _, c := range []byte{'\n', ' '} {
		if n := bytes.LastIndexByte(data, c) + 1; n > 0 {
			return n
		}
	}
	const longest = 4 // bytes of a character in UTF-8
	for n := len(data) - 1; n > len(data)-longest; n-- {
		if data[n]&0xc0 == 0xc0 { // the first byte of a character
			return n
		}
		if data[n] < 0x80 {
			break
		}
	}
	return len(data)
}
