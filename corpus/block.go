package corpus

import (
	"bytes"
	"io"
	"strings"
	"unsafe"

	"github.com/trellis-nlp/trellis/internal/lines"
)

// A Block is a sequence of whole sentences, not yet parsed. One goroutine reads the blocks of an
// input ([Reader.Block]). Others parse them concurrently ([Reader.Open]). The zero value is ready
// to use, and its memory is reused.
//
// The sentences of all blocks are those of the input, and the concatenated texts are its text. The
// text between two sentences may come at the end of a block, with its io.EOF, instead of before the
// second sentence.
type Block struct {
	lines.Block

	// Shared saves a copy of the text in [Reader.Open]. The sentences and their strings are then
	// valid until the block changes.
	Shared bool

	layout Layout
	opts   Options
	id     int
}

// Block reads until it has size bytes and the end of a sentence. It moves the text up to the last
// sentence end into b. It does not wait for more bytes than that. At the end of the input it
// returns io.EOF. Errors in sentences and of the input are reported when the block is read.
func (r *Reader) Block(b *Block, size int) error {
	r.look()
	if r.err != nil {
		return r.err
	}
	if r.layout.Columns > 0 {
		r.err = r.lines.Cut(&b.Block, size, func(text []byte, from int) int { return lastEnd(text, from, r.layout.Format) })
		b.layout, b.opts, b.id = r.layout, r.opts, r.id
		return r.err
	}
	// If no row has determined the columns yet, find the first row here, and again in b.
	number := r.lines.Number
	b.layout, b.opts, b.id = r.layout, r.opts, r.id
	var s Sentence
	if err := r.Read(&s); err != nil && (err != io.EOF || s.text == "") {
		return err
	}
	r.lines.Put(&b.Block, s.text, number)
	return nil
}

// Open makes r read the sentences of b. Do not change b until r has read them. Positions in errors
// refer to the input of b.
func (r *Reader) Open(b *Block) {
	text := unsafe.String(unsafe.SliceData(b.Text), len(b.Text))
	if !b.Shared {
		text = strings.Clone(text)
	}
	*r = Reader{lines: b.Open(), opts: b.opts, layout: b.layout, id: b.id, looked: true, block: text}
}

// lastEnd returns the end of the last sentence of text after from, the start of a line. It returns
// 0 if no sentence ends there.
func lastEnd(text []byte, from int, format Format) int {
	next := bytes.LastIndexByte(text, '\n') + 1
	for next > from {
		start := bytes.LastIndexByte(text[:next-1], '\n') + 1
		line := lines.CutEnd(text[start:next])
		switch {
		case lines.IsBlank(line):
			return next
		case start > 0 && isDocument(line) && format == CoNLL:
			return start
		}
		next = start
	}
	return 0
}
