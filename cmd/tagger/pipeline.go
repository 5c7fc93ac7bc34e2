package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/model"
)

// blockSize is how much of a file is labelled at a time. Where somebody may be waiting, it is what there is.
const blockSize = 64 << 10

// A pipeline labels inputs in blocks of sentences: one goroutine cuts them, several parse, label and
// format them, one writes them in their order. There are only so many blocks, so that memory does not
// depend on the input.
type pipeline struct {
	app     *app
	m       *openedModel
	o       *tagFlags
	format  corpus.Format
	threads int

	free    chan *block // blocks that nobody uses
	work    chan *block // those to be labelled
	ordered chan *block // the same and those that are labelled, in the order of the input
	err     error       // what ended the reading, if anything did; set before ordered is closed
}

// A block is a run of sentences on its way through a pipeline.
type block struct {
	in    *input
	fit   *fit
	first *sentence    // the first one of its input, which stands alone
	text  corpus.Block // else

	out  bytes.Buffer
	odd  attrfile.Warnings // of attributes
	err  error             // what was wrong behind out
	done chan struct{}     // gets a value when the block is labelled
}

func newPipeline(a *app, m *openedModel, o *tagFlags) (*pipeline, error) {
	format, err := formatFor(m.Model, o.format)
	if err != nil {
		return nil, err
	}
	p := &pipeline{app: a, m: m, o: o, format: format, threads: workers.ForTagging(o.threads)}
	n := 2*p.threads + 2 // as many as are being worked on, as many again that wait, and those of the ends
	p.free, p.work, p.ordered = make(chan *block, n), make(chan *block, n), make(chan *block, n)
	for range n {
		p.free <- &block{done: make(chan struct{}, 1)}
	}
	return p, nil
}

// run labels files into w. What comes before an error is written.
func (p *pipeline) run(ctx context.Context, files []string, w io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		p.err = p.read(ctx, files)
		close(p.work)
		close(p.ordered)
	})
	for range p.threads {
		group.Go(func() {
			var l *labeller
			for b := range p.work {
				b.err = p.m.Guard(func() error {
					if l == nil {
						l = newLabeller(p.m, p.o)
					}
					return l.block(b)
				})
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

// check drops the labels of a block that a model may have made whose file was cut short or overwritten.
func (p *pipeline) check(b *block) {
	if err := p.m.Check(); err != nil {
		b.err = err
	}
	if errors.Is(b.err, model.ErrChanged) {
		b.out.Reset()
	}
}

// read cuts files into blocks.
func (p *pipeline) read(ctx context.Context, files []string) error {
	var empty error // of the last file without a sentence, which only matters if all are so
	full := false
	for _, name := range files {
		in, err := p.app.open(ctx, name, p.format)
		if errors.Is(err, errNoSentence) {
			empty = err
			continue
		}
		if err != nil {
			return err
		}
		full = true
		err = p.cut(ctx, in)
		in.close()
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
func (p *pipeline) cut(ctx context.Context, in *input) error {
	fit, err := fitInput(p.m.Model, in, p.o.label, p.o.form)
	if err != nil {
		return err
	}
	if err := p.o.check(in, fit); err != nil {
		return err
	}
	size := blockSize
	if in.live {
		size = 0
	}
	for first := in.first; ; first = nil {
		var b *block
		select {
		case b = <-p.free:
		case <-ctx.Done():
			return ctx.Err()
		}
		b.in, b.fit, b.first = in, fit, first
		if first == nil {
			if err := in.block(&b.text, size); err == io.EOF {
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

// block reads sentences without parsing them.
func (in *input) block(b *corpus.Block, size int) error {
	if in.items != nil {
		return in.items.Block(b, size)
	}
	return in.rows.Block(b, size)
}

// write writes the blocks as they get ready, until one holds an error.
func (p *pipeline) write(w io.Writer) error {
	rows := corpus.NewWriter(w)
	var in *input
	var odd attrfile.Warnings // of in
	for b := range p.ordered {
		<-b.done
		if b.in != in {
			p.warn(in, odd)
			in, odd = b.in, attrfile.Warnings{}
		}
		odd = sum(odd, b.odd)
		var err error
		if b.in.items != nil || p.o.tool != 0 {
			_, err = w.Write(b.out.Bytes())
		} else {
			err = rows.Join(b.out.Bytes(), b.first != nil)
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

// warn tells what was odd in the blocks of an input.
func (p *pipeline) warn(in *input, odd attrfile.Warnings) {
	if in != nil {
		tellOddities(in.name, odd, p.app.warn)
	}
}

// sum is what was odd in two blocks, one behind the other.
func sum(a, b attrfile.Warnings) attrfile.Warnings {
	line := a.Line
	if line == 0 {
		line = b.Line
	}
	return attrfile.Warnings{
		BOM: a.BOM + b.BOM, CRLF: a.CRLF + b.CRLF, Blank: a.Blank + b.Blank, Unended: a.Unended || b.Unended,
		Values: a.Values + b.Values, Colons: a.Colons + b.Colons, Line: line,
	}
}

// release gives b back. The memory of unusually long sentences is not kept.
func (p *pipeline) release(b *block) {
	if max(b.text.Len(), b.out.Len()) > 16*blockSize {
		b.text, b.out = corpus.Block{}, bytes.Buffer{}
	}
	b.out.Reset()
	b.first = nil
	p.free <- b
}
