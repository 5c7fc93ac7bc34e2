package trellis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

// A DocumentWriter writes documents, one after another. It keeps no part of them. The writers of
// package report are some.
type DocumentWriter interface {
	Write(d *Document) error
}

// TagTextFiles labels plain text of files or standard input, and writes each paragraph as a
// document, in order. A paragraph ends at a blank line, or at each line end if the tokenizer ends
// sentences there. A paragraph longer than 1 MiB is cut at a line end. Document.Start counts from
// the start of the file. Paragraphs without tokens are skipped.
//
// Several goroutines label the text. The documents do not depend on their number, and memory does
// not depend on the input. A paragraph of a pipe is written as soon as it is complete.
//
// An option that the model does not support is a *model.OptionError. If the model reads other
// columns than the words, the error wraps model.ErrInput. TagTextFiles writes the paragraphs before
// an error.
func (m *Model) TagTextFiles(ctx context.Context, w DocumentWriter, data Source, o TextOptions) error {
	if err := o.Check(); err != nil {
		return err
	}
	if len(data.Sentences) > 0 {
		return unfit("sentences in memory, expected files of plain text")
	}
	tokenizer, err := m.Tokenizer(o.Tokenizer)
	if err != nil {
		return err
	}
	first, err := m.textTagger(tokenizer, o)
	if err != nil {
		return err
	}
	p := &textPipeline{byLine: endsByLine(tokenizer), first: first.Label, warn: o.Warn}
	p.check = func() error { return model.Check(m.labeller) }
	p.labeller = func() (labelText, error) {
		t, err := m.textTagger(tokenizer, o)
		if err != nil {
			return nil, err
		}
		return t.Label, nil
	}
	return p.run(ctx, w, data, o.Threads)
}

// SplitTextFiles splits plain text as [Model.TagTextFiles] does, without labels.
func SplitTextFiles(ctx context.Context, w DocumentWriter, t text.Tokenizer, data Source, threads int) error {
	if len(data.Sentences) > 0 {
		return unfit("sentences in memory, expected files of plain text")
	}
	p := &textPipeline{byLine: endsByLine(t), first: splitter(t), check: func() error { return nil }}
	p.labeller = func() (labelText, error) { return splitter(t), nil }
	return p.run(ctx, w, data, threads)
}

// splitter returns a function that only splits a text.
func splitter(t text.Tokenizer) labelText {
	s := text.Splitter{Tokenizer: t}
	var list []text.Sentence
	return func(dst []DocumentSentence, paragraph string) ([]DocumentSentence, error) {
		list = s.Split(list[:0], paragraph)
		for _, sentence := range list {
			dst = append(dst, DocumentSentence{Sentence: sentence})
		}
		return dst, nil
	}
}

// labelText appends the sentences of a paragraph to dst. Each goroutine has its own.
type labelText func(dst []DocumentSentence, paragraph string) ([]DocumentSentence, error)

// A textPipeline labels blocks of whole paragraphs.
type textPipeline struct {
	byLine   bool
	first    labelText // for the first worker
	labeller func() (labelText, error)
	check    func() error // of the model
	warn     func(string) // may be nil

	blocks *workers.Pipeline[textBlock]
}

// A textBlock is a run of paragraphs of a file.
type textBlock struct {
	name   string
	begins bool  // it is the first block of its file
	line   int   // of its first line
	ends   []int // of the paragraphs

	buffer []byte
	docs   []Document
	ended  []text.Position // of each document, from its start
	odd    int             // the first line that is not UTF-8, or 0
	err    error           // after docs
}

// run labels the text of data.
func (p *textPipeline) run(ctx context.Context, w DocumentWriter, data Source, threads int) error {
	out := &textOutput{w: w, warn: p.warn}
	return workers.Run(ctx, workers.ForTagging(threads), workers.Stages[textBlock]{
		Cut: func(ctx context.Context, blocks *workers.Pipeline[textBlock]) error {
			p.blocks = blocks
			return p.read(ctx, data)
		},
		Worker: p.worker,
		Write:  out.write,
	})
}

// worker returns the function that labels blocks in goroutine k.
func (p *textPipeline) worker(k int) func(*textBlock) {
	label, err := p.first, error(nil)
	if k > 0 {
		label, err = p.labeller()
	}
	return func(b *textBlock) {
		if b.err = err; err == nil {
			b.label(label)
		}
		if err := p.check(); err != nil {
			b.err = err
		}
		if errors.Is(b.err, model.ErrChanged) {
			b.docs = b.docs[:0]
		}
	}
}

func (p *textPipeline) read(ctx context.Context, data Source) error {
	for _, name := range data.Paths {
		raw, err := input.OpenRaw(ctx, name, data.Stdin)
		if err != nil {
			return err
		}
		err = p.cut(ctx, raw)
		raw.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// cut cuts a file into blocks. A block has the paragraphs that one read completes.
func (p *textPipeline) cut(ctx context.Context, raw *input.Raw) error {
	paragraphs := paragrapher{byLine: p.byLine}
	var rest []byte // the start of a paragraph
	line := 1
	for begins, last := true, false; !last; begins = false {
		b, err := p.blocks.Take(ctx)
		if err != nil {
			return err
		}
		b.name, b.begins, b.line, b.ends = raw.Name, begins, line, b.ends[:0]
		b.buffer = append(b.buffer[:0], rest...)
		done := 0
		for done == 0 && !last {
			var err error
			if b.buffer, err = more(b.buffer, raw); err != nil && !errors.Is(err, io.EOF) {
				return nameError(raw.Name, err)
			}
			last = err != nil
			for done < len(b.buffer) {
				n := paragraphs.next(b.buffer[done:], last)
				if n == 0 {
					break
				}
				done += n
				b.ends = append(b.ends, done)
			}
		}
		rest = append(rest[:0], b.buffer[done:]...)
		b.buffer = b.buffer[:done]
		line += bytes.Count(b.buffer, []byte{'\n'})
		p.blocks.Send()
	}
	return nil
}

// more appends what one read returns.
func more(buffer []byte, r io.Reader) ([]byte, error) {
	if cap(buffer)-len(buffer) < blockSize {
		buffer = append(make([]byte, 0, 2*len(buffer)+blockSize), buffer...)
	}
	n, err := r.Read(buffer[len(buffer):cap(buffer)])
	return buffer[:len(buffer)+n], err
}

// nameError adds the name of the file to an error of reading, but not to the end of a context.
func nameError(name string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// label labels the paragraphs of the block.
func (b *textBlock) label(label labelText) {
	whole := string(b.buffer)
	start := 0
	b.docs, b.ended, b.odd = b.docs[:0], b.ended[:0], 0
	if !utf8.ValidString(whole) {
		b.odd = b.line + strings.Count(whole[:invalid(whole)], "\n")
	}
	for k, end := range b.ends {
		if k == cap(b.docs) {
			b.docs = append(b.docs, Document{})
		}
		b.docs = b.docs[:k+1]
		d := &b.docs[k]
		d.Text = whole[start:end]
		var err error
		if d.Sentences, err = label(d.Sentences[:0], d.Text); err != nil {
			b.docs = b.docs[:k]
			if !errors.Is(err, model.ErrChanged) {
				err = &corpus.ParseError{File: b.name, Line: b.line + strings.Count(whole[:start], "\n"), Err: err}
			}
			b.err = err
			return
		}
		b.ended = append(b.ended, text.End(d.Text))
		start = end
	}
}

// invalid returns the place of the first byte that is not UTF-8.
func invalid(s string) int {
	for at, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[at:]); size == 1 {
				return at
			}
		}
	}
	return len(s)
}

// A textOutput writes labelled blocks.
type textOutput struct {
	w    DocumentWriter
	warn func(string) // may be nil

	at  text.Position // in the file
	odd bool          // the file is not UTF-8
}

// write writes the documents of a block, up to its error, and makes it available again.
func (o *textOutput) write(b *textBlock) error {
	if b.begins {
		o.at, o.odd = text.Position{}, false
	}
	if b.odd > 0 && !o.odd && o.warn != nil {
		o.warn(fmt.Sprintf("%s:%d: the text is not UTF-8; the words are read as bytes; convert the file, for example from Latin-1", b.name, b.odd))
	}
	o.odd = o.odd || b.odd > 0
	for k := range b.docs {
		d := &b.docs[k]
		d.File, d.Start = b.name, o.at
		o.at = o.at.Plus(b.ended[k])
		if len(d.Sentences) == 0 {
			continue
		}
		if err := o.w.Write(d); err != nil {
			return err
		}
	}
	if cap(b.buffer) > 16*blockSize { // a long paragraph has enlarged it
		b.buffer, b.docs = nil, nil
	}
	return b.err
}
