package corpus

import (
	"bytes"
	"io"

	"github.com/trellis-nlp/trellis/internal/lines"
)

// A Block is a run of whole sentences, still as bytes. One goroutine reads the blocks of an input
// ([Reader.Block]), others parse them at the same time ([Reader.Open]). The zero value is ready, and its
// memory is used again.
//
// The sentences of all blocks are those of the input, and the blocks' texts are its text. Only what
// stands between two sentences may come at the end of a block, with its io.EOF, rather than before
// the second one.
type Block struct {
	lines.Block
	layout Layout
	opts   Options
	id     int
}

// Block reads on until it has size bytes and the end of a sentence, and moves what there is up to the last
// end into b. It waits for no byte more. At the end of the input it returns io.EOF. What is wrong with the
// sentences, and an error of the input, is told by those who read the block.
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
	// Where no row has told the columns yet, the first one must be found, and in b again.
	number := r.lines.Number
	b.layout, b.opts, b.id = r.layout, r.opts, r.id
	var s Sentence
	if err := r.Read(&s); err != nil && (err != io.EOF || s.text == "") {
		return err
	}
	r.lines.Put(&b.Block, s.text, number)
	return nil
}

// Open makes r read the sentences of b, which must be left alone until r has read them. Positions are
// those in the input of b.
func (r *Reader) Open(b *Block) {
	*r = Reader{lines: b.Open(), opts: b.opts, layout: b.layout, id: b.id, looked: true, block: string(b.Text)}
}

// lastEnd returns where the last sentence of text ends, or 0 if none does behind from, where a line starts.
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
