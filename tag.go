package trellis

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/document"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// blockSize is the number of bytes that are labelled at a time. For interactive input it is what is
// available.
const blockSize = 64 << 10

// listSize is the number of sentences in memory that are labelled at a time.
const listSize = 64

// A pipeline labels inputs in blocks of sentences: its workers parse, label and format them. The
// output does not depend on their number.
type pipeline struct {
	m      model.Labeller
	o      *FileOptions
	first  *labeller // for the first worker
	blocks *workers.Pipeline[block]
}

// A block is a run of sentences in a pipeline.
type block struct {
	in        *input.Input
	fit       *fit
	list      []*input.Sentence    // the first sentence of an input, alone, or sentences in memory, or a document
	rest      *input.Sentence      // the lines after the last sentence of a list that ends its input
	documents []*standoff.Document // instead of sentences
	listOdd   attrfile.Warnings    // warnings about list
	begins    bool                 // it is the first block of its input
	text      corpus.Block         // the sentences, if list is empty

	out   bytes.Buffer
	made  []Document        // in place of out, for TagDocuments
	odd   attrfile.Warnings // warnings about the attributes of the block
	seen  input.Counts      // of the sentences of the block
	total Total             // of the sentences of the block
	err   error             // the error after out
}

// TagFiles labels the sentences of data and writes them to w, in the same order and format.
// Comments, blank lines and other columns stay as they are. TagFiles writes the sentences before an
// error.
//
// An option that the model does not support is a *model.OptionError. If an input does not fit the
// model, the error has the position and wraps model.ErrInput.
func (m *Model) TagFiles(ctx context.Context, w io.Writer, data Source, options FileOptions) error {
	l, o := m.labeller, &options
	if err := o.Check(); err != nil {
		return err
	}
	if stream := ownOutput(l, o); stream != nil {
		return runOwn(ctx, w, data, l, o, stream)
	}
	if err := o.checkModel(l); err != nil {
		return err
	}
	first, err := newLabeller(l, o)
	if err != nil {
		return err
	}
	p := &pipeline{m: l, o: o, first: first}
	out := p.output(w)
	err = workers.Run(ctx, workers.ForTagging(o.Threads), workers.Stages[block]{
		Cut: func(ctx context.Context, blocks *workers.Pipeline[block]) error {
			p.blocks = blocks
			return p.read(ctx, data)
		},
		Worker: p.worker,
		Write:  out.write,
	})
	return out.close(err)
}

// worker returns the function that labels blocks in goroutine k.
func (p *pipeline) worker(k int) func(*block) {
	l, err := p.first, error(nil)
	if k > 0 {
		l, err = newLabeller(p.m, p.o)
	}
	return func(b *block) {
		if b.err = err; err == nil {
			b.err = l.block(b)
		}
		p.check(b)
	}
}

// check drops the output of a block if the model file was truncated or overwritten.
func (p *pipeline) check(b *block) {
	if err := model.Check(p.m); err != nil {
		b.err = err
	}
	if errors.Is(b.err, model.ErrChanged) {
		b.out.Reset()
		b.made = b.made[:0]
	}
}

func (p *pipeline) read(ctx context.Context, source corpus.Source) error {
	return eachInput(ctx, source, reading(p.m, p.o.Format, p.o.Documents), func(in *input.Input) error { return p.cut(ctx, in) })
}

// eachInput opens the inputs of a source one after another. It ignores inputs without a sentence,
// unless all inputs are empty.
func eachInput(ctx context.Context, source corpus.Source, o input.Options, use func(in *input.Input) error) error {
	inputs := &input.Spool{Source: source, Options: o}
	inputs.Stop()
	var empty error // the error of the last empty input
	full := false
	for k := range inputs.Len() {
		in, err := inputs.Open(ctx, k)
		if errors.Is(err, input.ErrNoSentence) {
			empty = err
			continue
		}
		if err != nil {
			return err
		}
		full = true
		err = use(in)
		in.Close()
		if err != nil {
			return err
		}
	}
	if full {
		return nil
	}
	return empty
}

// cut cuts an input into blocks.
func (p *pipeline) cut(ctx context.Context, in *input.Input) error {
	fit, err := newFit(p.m, in, p.o.Label, p.o.Form)
	if err != nil {
		return err
	}
	if err := p.o.check(in, fit); err != nil {
		return err
	}
	if in.Documents() != standoff.FormatAuto {
		return p.cutDocuments(ctx, in, fit)
	}
	if model.ReadsDocuments(p.m) && !in.HasItems() {
		return p.cutWhole(ctx, in, fit)
	}
	size := blockSize
	if in.Live {
		size = 0
	}
	first, odd := in.First()
	for list := []*input.Sentence{first}; ; list = nil {
		b, err := p.blocks.Take(ctx)
		if err != nil {
			return err
		}
		b.in, b.fit, b.list, b.listOdd, b.begins = in, fit, list, odd, list != nil
		odd = attrfile.Warnings{}
		if list == nil {
			if in.InMemory() {
				b.list, err = in.Sample(listSize)
				if err == nil && len(b.list) == 0 {
					err = io.EOF
				}
			} else {
				err = in.Block(&b.text, size)
			}
			if errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
		}
		p.blocks.Send()
	}
}

// cutWhole cuts an input of rows into its documents, or into parts of long ones.
func (p *pipeline) cutWhole(ctx context.Context, in *input.Input, fit *fit) error {
	bounds, err := in.Boundaries(p.m.Metadata().Document)
	if err != nil {
		return err
	}
	for begins := true; ; begins = false {
		list, err := in.ReadDocument(&bounds, document.Limit)
		var rest *input.Sentence
		if errors.Is(err, io.EOF) && !in.InMemory() {
			rest = new(input.Sentence)
			_ = in.Next(rest) // io.EOF
		}
		if len(list) > 0 || rest != nil {
			b, err := p.blocks.Take(ctx)
			if err != nil {
				return err
			}
			b.in, b.fit, b.list, b.rest, b.listOdd, b.begins = in, fit, list, rest, attrfile.Warnings{}, begins
			p.blocks.Send()
		}
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// cutDocuments cuts an input of documents into blocks.
func (p *pipeline) cutDocuments(ctx context.Context, in *input.Input, fit *fit) error {
	if p.o.to == nil && !model.SpellsSpans(p.m) {
		return in.AtStart(unfit("documents of %s hold spans, but the labels of the model encode none", in.Documents()))
	}
	for begins := true; ; begins = false {
		list, err := readDocuments(in)
		if len(list) > 0 {
			b, err := p.blocks.Take(ctx)
			if err != nil {
				return err
			}
			b.in, b.fit, b.documents, b.list, b.listOdd, b.begins = in, fit, list, nil, attrfile.Warnings{}, begins
			p.blocks.Send()
		}
		if errors.Is(err, io.EOF) {
			if p.o.Warn != nil {
				for _, text := range in.Lost() {
					p.o.Warn(text)
				}
			}
			return nil
		} else if err != nil {
			return err
		}
	}
}

// An output writes labelled blocks.
type output struct {
	*pipeline
	w      io.Writer
	rows   *corpus.Writer
	docs   *documentWriter
	in     *input.Input
	odd    attrfile.Warnings // warnings about in
	seen   input.Counts      // of in
	failed bool              // a block had an error, or could not be written
}

func (p *pipeline) output(w io.Writer) *output {
	out := &output{pipeline: p, w: w, rows: corpus.NewWriter(w), docs: &documentWriter{w: w, create: p.o.Create, o: p.o.Documents}}
	out.docs.o.Spelling = p.m.Metadata().Spelling
	return out
}

// write writes a block, up to its error, and makes it available again.
func (o *output) write(b *block) error {
	if b.in != o.in {
		o.warn()
		o.in, o.odd, o.seen = b.in, attrfile.Warnings{}, input.Counts{}
	}
	o.odd = sum(o.odd, b.odd)
	if b.begins {
		o.seen.Doubts = b.fit.doubts
	}
	o.seen.Add(&b.seen)
	if o.o.Count != nil {
		o.o.Count(b.total)
	}
	err := cmp.Or(o.writeBlock(b), b.err)
	o.failed = err != nil
	b.reset()
	return err
}

// close ends the output, given the error of the pipeline.
func (o *output) close(err error) error {
	if o.failed {
		return err
	}
	if err != nil {
		o.seen = input.Counts{} // of part of the input
	}
	o.warn()
	return cmp.Or(o.docs.close(), err)
}

// writeBlock writes what is labelled of a block.
func (o *output) writeBlock(b *block) (err error) {
	switch {
	case o.o.to != nil:
		for k := range b.made {
			if err := o.o.to.Write(&b.made[k]); err != nil {
				return err
			}
		}
	case b.documents != nil:
		for _, d := range b.documents {
			if err := o.docs.write(b.in.Documents(), d); err != nil {
				return err
			}
		}
	case b.in.HasItems() || o.o.tool() != "":
		_, err = o.w.Write(b.out.Bytes())
	default:
		err = o.rows.Join(b.out.Bytes(), b.begins)
	}
	return err
}

// warn reports the warnings about the input.
func (o *output) warn() {
	if o.in != nil {
		warnAll(o.o.Warn, input.Oddities(o.in.Name, o.odd), o.seen.Texts(o.in.Name))
	}
}

// sum adds up the warnings of two blocks, in the order of the file.
func sum(a, b attrfile.Warnings) attrfile.Warnings {
	return attrfile.Warnings{
		BOM: a.BOM + b.BOM, CRLF: a.CRLF + b.CRLF, Blank: a.Blank + b.Blank, Unended: a.Unended || b.Unended,
		Values: a.Values + b.Values, Colons: a.Colons + b.Colons, Line: cmp.Or(a.Line, b.Line),
	}
}

// reset empties the block. It drops buffers that long sentences have enlarged.
func (b *block) reset() {
	if max(b.text.Len(), b.out.Len()) > 16*blockSize {
		b.text, b.out = corpus.Block{}, bytes.Buffer{}
	}
	b.out.Reset()
	b.list, b.rest, b.documents = nil, nil, nil
}
