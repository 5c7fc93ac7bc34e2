package trellis

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
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

// A pipeline labels inputs in blocks of sentences. One goroutine cuts the blocks, several parse,
// label and format them, and one writes them in order. The number of blocks is fixed, so memory
// does not depend on the input. The output does not depend on the number of goroutines.
type pipeline struct {
	m       model.Labeller
	o       *FileOptions
	first   *labeller // for the first goroutine
	threads int

	free    chan *block // unused blocks
	work    chan *block // blocks to label
	ordered chan *block // blocks to label or write, in the order of the input
	err     error       // of reading; set before ordered is closed
}

// A block is a run of sentences in a pipeline.
type block struct {
	in        *input.Input
	fit       *fit
	list      []*input.Sentence    // the first sentence of an input, alone, or sentences in memory
	documents []*standoff.Document // instead of sentences
	listOdd   attrfile.Warnings    // warnings about list
	begins    bool                 // it is the first block of its input
	text      corpus.Block         // the sentences, if list is empty

	out  bytes.Buffer
	made []Document        // in place of out, for TagDocuments
	odd  attrfile.Warnings // warnings about the attributes of the block
	seen input.Counts      // of the sentences of the block
	err  error             // the error after out
	done chan struct{}     // receives a value when the block is labelled
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
	p := &pipeline{m: l, o: o, first: first, threads: workers.ForTagging(o.Threads)}
	n := 2*p.threads + 2 // one per goroutine, as many waiting, one each to read and write
	p.free, p.work, p.ordered = make(chan *block, n), make(chan *block, n), make(chan *block, n)
	for range n {
		p.free <- &block{done: make(chan struct{}, 1)}
	}
	return p.run(ctx, data, w)
}

func (p *pipeline) run(ctx context.Context, source corpus.Source, w io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		p.err = p.read(ctx, source)
		close(p.work)
		close(p.ordered)
	})
	for k := range p.threads {
		group.Go(func() {
			l, err := p.first, error(nil)
			if k > 0 {
				l, err = newLabeller(p.m, p.o)
			}
			for b := range p.work {
				if b.err = err; err == nil {
					b.err = l.block(b)
				}
				p.check(b)
				b.done <- struct{}{}
			}
		})
	}
	err := p.write(w)
	stop()
	group.Wait()
	if err == nil {
		err = p.err
	}
	return err
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
	size := blockSize
	if in.Live {
		size = 0
	}
	first, odd := in.First()
	for list := []*input.Sentence{first}; ; list = nil {
		var b *block
		select {
		case b = <-p.free:
		case <-ctx.Done():
			return ctx.Err()
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
				p.free <- b
				return nil
			} else if err != nil {
				return err
			}
		}
		p.ordered <- b
		p.work <- b
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
			var b *block
			select {
			case b = <-p.free:
			case <-ctx.Done():
				return ctx.Err()
			}
			b.in, b.fit, b.documents, b.list, b.listOdd, b.begins = in, fit, list, nil, attrfile.Warnings{}, begins
			p.ordered <- b
			p.work <- b
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

// write writes the labelled blocks in order, up to the first error.
func (p *pipeline) write(w io.Writer) error {
	rows := corpus.NewWriter(w)
	docs := &documentWriter{w: w, create: p.o.Create, o: p.o.Documents}
	docs.o.Spelling = p.m.Metadata().Spelling
	var in *input.Input
	var odd attrfile.Warnings // warnings about in
	var seen input.Counts     // of in
	for b := range p.ordered {
		<-b.done
		if b.in != in {
			p.warn(in, odd, &seen)
			in, odd, seen = b.in, attrfile.Warnings{}, input.Counts{}
		}
		odd = sum(odd, b.odd)
		if b.begins {
			seen.Doubts = b.fit.doubts
		}
		seen.Add(&b.seen)
		if err := p.writeBlock(b, w, rows, docs); err != nil {
			return err
		}
		if b.err != nil {
			return b.err
		}
		p.release(b)
	}
	if p.err != nil {
		seen = input.Counts{} // of part of the input
	}
	p.warn(in, odd, &seen)
	return docs.close()
}

// writeBlock writes what is labelled of a block.
func (p *pipeline) writeBlock(b *block, w io.Writer, rows *corpus.Writer, docs *documentWriter) (err error) {
	switch {
	case p.o.to != nil:
		for k := range b.made {
			if err := p.o.to.Write(&b.made[k]); err != nil {
				return err
			}
		}
	case b.documents != nil:
		for _, d := range b.documents {
			if err := docs.write(b.in.Documents(), d); err != nil {
				return err
			}
		}
	case b.in.HasItems() || p.o.tool() != "":
		_, err = w.Write(b.out.Bytes())
	default:
		err = rows.Join(b.out.Bytes(), b.begins)
	}
	return err
}

// warn reports the warnings about an input.
func (p *pipeline) warn(in *input.Input, odd attrfile.Warnings, seen *input.Counts) {
	if in != nil {
		warnAll(p.o.Warn, input.Oddities(in.Name, odd), seen.Texts(in.Name))
	}
}

// sum adds up the warnings of two blocks, in the order of the file.
func sum(a, b attrfile.Warnings) attrfile.Warnings {
	return attrfile.Warnings{
		BOM: a.BOM + b.BOM, CRLF: a.CRLF + b.CRLF, Blank: a.Blank + b.Blank, Unended: a.Unended || b.Unended,
		Values: a.Values + b.Values, Colons: a.Colons + b.Colons, Line: cmp.Or(a.Line, b.Line),
	}
}

// release makes b available again. It drops buffers that long sentences have enlarged.
func (p *pipeline) release(b *block) {
	if max(b.text.Len(), b.out.Len()) > 16*blockSize {
		b.text, b.out = corpus.Block{}, bytes.Buffer{}
	}
	b.out.Reset()
	b.list, b.documents = nil, nil
	p.free <- b
}
