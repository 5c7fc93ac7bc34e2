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
)

// blockSize is how much of a file is labelled at a time. Where somebody may be waiting, it is what there is.
const blockSize = 64 << 10

// listSize is how many sentences in memory are labelled at a time.
const listSize = 64

// A pipeline labels inputs in blocks of sentences: one goroutine cuts them, several parse, label and
// format them, one writes them in their order. There are only so many blocks, so that memory does not
// depend on the input.
type pipeline struct {
	m       model.Labeller
	o       *FileOptions
	first   *labeller // of the first goroutine
	threads int

	free    chan *block // blocks that nobody uses
	work    chan *block // those to be labelled
	ordered chan *block // the same and those that are labelled, in the order of the input
	err     error       // what ended the reading, if anything did; set before ordered is closed
}

// A block is a run of sentences on its way through a pipeline.
type block struct {
	in      *input.Input
	fit     *fit
	list    []*input.Sentence // the first one of its input, which stands alone, or sentences in memory
	listOdd attrfile.Warnings // of the attributes of list
	begins  bool              // it is the first of its input
	text    corpus.Block      // else

	out  bytes.Buffer
	odd  attrfile.Warnings // of attributes
	err  error             // what was wrong behind out
	done chan struct{}     // gets a value when the block is labelled
}

// TagFiles labels the sentences of data and writes them to w in their order and format. Comments, blank lines and other
// columns stay as they are. What comes before an error is written. An option that the model cannot
// respect is a *model.OptionError; inputs that do not fit the model are an error that wraps model.ErrInput, with their
// position.
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
	n := 2*p.threads + 2 // as many as are being worked on, as many again that wait, and those of the ends
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

// check drops what a model may have said of a block whose file was cut short or overwritten.
func (p *pipeline) check(b *block) {
	if err := model.Check(p.m); err != nil {
		b.err = err
	}
	if errors.Is(b.err, model.ErrChanged) {
		b.out.Reset()
	}
}

// read cuts inputs into blocks.
func (p *pipeline) read(ctx context.Context, source corpus.Source) error {
	return eachInput(ctx, source, formatOf(p.m, p.o.Format), func(in *input.Input) error { return p.cut(ctx, in) })
}

// eachInput opens the inputs of a source one after another. Inputs without a sentence are an error only if all are such.
func eachInput(ctx context.Context, source corpus.Source, format corpus.Format, use func(in *input.Input) error) error {
	inputs := &input.Spool{Source: source, Format: format}
	inputs.Stop()
	var empty error // of the last input without a sentence, which only matters if all are so
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

// cut cuts one input.
func (p *pipeline) cut(ctx context.Context, in *input.Input) error {
	fit, err := newFit(p.m, in, p.o.Label, p.o.Form)
	if err != nil {
		return err
	}
	if err := p.o.check(in, fit); err != nil {
		return err
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

// write writes the blocks as they get ready, until one holds an error.
func (p *pipeline) write(w io.Writer) error {
	rows := corpus.NewWriter(w)
	var in *input.Input
	var odd attrfile.Warnings // of in
	for b := range p.ordered {
		<-b.done
		if b.in != in {
			p.warn(in, odd)
			in, odd = b.in, attrfile.Warnings{}
		}
		odd = sum(odd, b.odd)
		var err error
		if b.in.HasItems() || p.o.tool() != "" {
			_, err = w.Write(b.out.Bytes())
		} else {
			err = rows.Join(b.out.Bytes(), b.begins)
		}
		if err == nil {
			err = b.err
		}
		if err != nil {
			return err
		}
		p.release(b)
	}
	p.warn(in, odd)
	return nil
}

// warn says what was odd in the blocks of an input.
func (p *pipeline) warn(in *input.Input, odd attrfile.Warnings) {
	if in == nil || p.o.Warn == nil {
		return
	}
	for _, text := range input.Oddities(in.Name, odd) {
		p.o.Warn(text)
	}
}

// sum adds up the warnings of two blocks, in the order of the file.
func sum(a, b attrfile.Warnings) attrfile.Warnings {
	return attrfile.Warnings{
		BOM: a.BOM + b.BOM, CRLF: a.CRLF + b.CRLF, Blank: a.Blank + b.Blank, Unended: a.Unended || b.Unended,
		Values: a.Values + b.Values, Colons: a.Colons + b.Colons, Line: cmp.Or(a.Line, b.Line),
	}
}

// release gives b back. The memory of unusually long sentences is not kept.
func (p *pipeline) release(b *block) {
	if max(b.text.Len(), b.out.Len()) > 16*blockSize {
		b.text, b.out = corpus.Block{}, bytes.Buffer{}
	}
	b.out.Reset()
	b.list = nil
	p.free <- b
}
