package corpus

import (
	"bytes"
	"io"
)

// A Block is a run of whole sentences, still as bytes. One goroutine reads the blocks of an input
// ([Reader.Block]), others parse them at the same time ([Reader.Open]). The zero value is ready, and its
// memory is used again.
//
// The sentences of all blocks are those of the input, and the blocks' texts are its text. Only what
// stands between two sentences may come at the end of a block, with its io.EOF, rather than before
// the second one.
type Block struct {
	text   []byte
	lines  lineReader // where text stands, but for its bytes
	layout Layout
	opts   Options
	id     int
}

// Len returns the number of bytes.
func (b *Block) Len() int { return len(b.text) }

// Block reads on until it has size bytes and the end of a sentence, and moves what there is up to the last
// end into b. It waits for no byte more. At the end of the input it returns io.EOF. What is wrong with the
// sentences, and an error of the input, is told by those who read the block.
func (r *Reader) Block(b *Block, size int) error {
	r.look()
	if r.err != nil {
		return r.err
	}
	if r.layout.Columns > 0 {
		r.err = r.lines.block(b, size, r.layout.Format)
		b.layout, b.opts, b.id = r.layout, r.opts, r.id
		return r.err
	}
	// Where no row has told the columns yet, the first one must be found, and in b again.
	number := r.lines.number
	b.layout, b.opts, b.id = r.layout, r.opts, r.id
	var s Sentence
	if err := r.Read(&s); err != nil && (err != io.EOF || s.text == "") {
		return err
	}
	r.lines.describe(b)
	b.text = append(b.text[:0], s.text...)
	b.lines.number = number
	return nil
}

// Open makes r read the sentences of b, which must be left alone until r has read them. Positions are
// those in the input of b.
func (r *Reader) Open(b *Block) {
	*r = Reader{lines: b.open(), opts: b.opts, layout: b.layout, id: b.id, looked: true, block: string(b.text)}
}

// Block is [Reader.Block] for attributes.
func (r *AttributeReader) Block(b *Block, size int) error {
	if r.err == nil {
		r.err = r.lines.block(b, size, CRFsuite)
	}
	return r.err
}

// Open is [Reader.Open] for attributes. The strings of the items are parts of b where that can be, so they are valid as
// long as b is left alone; [Items.Clone] does not change that.
func (r *AttributeReader) Open(b *Block) {
	r.lines, r.warnings, r.lent, r.err = b.open(), Warnings{}, true, nil
}

func (b *Block) open() lineReader {
	l := b.lines
	l.chunk, l.nul = b.text, noNUL
	if i := bytes.IndexByte(b.text, 0); i >= 0 {
		l.nul = i
	}
	return l
}

// describe tells b where the next line stands.
func (l *lineReader) describe(b *Block) {
	b.lines = lineReader{name: l.name, limit: l.limit, number: l.number, begun: true, bom: l.bom, err: io.EOF}
}

// block moves the next sentences into b.
func (l *lineReader) block(b *Block, size int, format Format) error {
	if _, err := l.line(0); err != nil && len(l.chunk) == l.pos {
		return l.wrap(err)
	}
	l.mark()
	l.describe(b)
	end := 0
	for seen := 0; end == 0; {
		text := l.chunk[l.pos:]
		if len(text) >= size {
			end = lastEnd(text, seen, format)
			seen = max(seen, bytes.LastIndexByte(text[seen:], '\n')+1+seen)
		}
		switch {
		case end > 0:
		case l.err != nil:
			end, b.lines.err = len(text), l.err
		case len(text) > l.limit+maxLine || len(text)-seen > max(size, maxLine):
			end = len(text) // too long, as whoever reads the block will say
		default:
			l.fill()
		}
	}
	b.text = append(b.text[:0], l.chunk[l.pos:l.pos+end]...)
	l.pos += end
	l.number += bytes.Count(b.text, []byte{'\n'})
	return nil
}

// lastEnd returns where the last sentence of text ends, or 0 if none does behind from, where a line starts.
func lastEnd(text []byte, from int, format Format) int {
	next := bytes.LastIndexByte(text, '\n') + 1
	for next > from {
		start := bytes.LastIndexByte(text[:next-1], '\n') + 1
		line := cutEnd(text[start:next])
		switch {
		case len(line) == 0 || isBlank(line) && format != CRFsuite:
			return next
		case start > 0 && isDocument(line) && format == CoNLL:
			return start
		}
		next = start
	}
	return 0
}
