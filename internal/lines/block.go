package lines

import (
	"bytes"
	"io"
)

// A Block is a run of whole sentences, as bytes.
type Block struct {
	Text []byte
	from Reader // its position, without the bytes
}

// Len returns the number of bytes.
func (b *Block) Len() int { return len(b.Text) }

// Open returns a reader of the lines of b.
func (b *Block) Open() Reader {
	l := b.from
	l.Chunk, l.NUL = b.Text, noNUL
	if i := bytes.IndexByte(b.Text, 0); i >= 0 {
		l.NUL = i
	}
	return l
}

// describe sets the position of b to the next line.
func (l *Reader) describe(b *Block) {
	b.from = Reader{Name: l.Name, Limit: l.Limit, Number: l.Number, BOM: l.BOM, Err: io.EOF, begun: true, locate: l.locate}
}

// Put sets b to text that follows line number.
func (l *Reader) Put(b *Block, text string, number int) {
	l.describe(b)
	b.Text = append(b.Text[:0], text...)
	b.from.Number = number
}

// Cut moves the next sentences into b, about size bytes. lastEnd returns the end of the last
// complete sentence in text. It considers only ends after from, which is the start of a line, and
// returns 0 if there are none.
func (l *Reader) Cut(b *Block, size int, lastEnd func(text []byte, from int) int) error {
	if _, err := l.Line(0); err != nil && len(l.Chunk) == l.Pos {
		return l.Wrap(err)
	}
	l.Mark()
	l.describe(b)
	end := 0
	for seen := 0; end == 0; {
		text := l.Chunk[l.Pos:]
		if len(text) >= size {
			end = lastEnd(text, seen)
			seen = max(seen, bytes.LastIndexByte(text[seen:], '\n')+1+seen)
		}
		switch {
		case end > 0:
		case l.Err != nil:
			end, b.from.Err = len(text), l.Err
		case len(text) > l.Limit+MaxLine || len(text)-seen > max(size, MaxLine):
			end = len(text) // too long: the reader of the block returns the error
		default:
			l.fill()
		}
	}
	b.Text = append(b.Text[:0], l.Chunk[l.Pos:l.Pos+end]...)
	l.Pos += end
	l.Number += bytes.Count(b.Text, []byte{'\n'})
	return nil
}
