package bulk

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/enum"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/lines"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/text"
)

// A LineFormat is the format of the lines of [TagLines].
type LineFormat int

const (
	// JSONLines has a JSON object in each line: {"text": STRING} or {"tokens": [STRING, ...]}, with
	// an optional "id" of any type. The answer has the id, and the fields of report.JSONOptions
	// with Documents, or an "error".
	JSONLines LineFormat = iota
	// TSV has the text in the last column, escaped as by COPY of PostgreSQL. The answer has the
	// JSON object in place of the text, and the other columns unchanged.
	TSV
)

var lineFormats = enum.Names[LineFormat]{JSONLines: "jsonl", TSV: "tsv"}

// ParseLineFormat returns the format of a name: jsonl or tsv.
func ParseLineFormat(name string) (LineFormat, error) { return lineFormats.Parse("format", name) }

// String returns the name of the format.
func (f LineFormat) String() string { return lineFormats.String(f) }

// maxLine is the default of LineOptions.MaxLine.
const maxLine = 16 << 20

// LineOptions are the options of [TagLines].
type LineOptions struct {
	Format LineFormat
	// Text says how texts are labelled. Entities always have probabilities, as in tagger tag
	// --json.
	Text trellis.TextOptions
	// Unit is what positions count.
	Unit report.Unit
	// MaxLine is the largest number of bytes of a line. The answer to a longer line is an error. 0
	// means 16 MiB.
	MaxLine int
}

// TagLines labels each line of data, and writes one line for it. Answers have the order of the
// lines. TagLines writes the answers to all complete lines before it waits for more input. So a
// program may read the answer to a line before it writes the next one.
//
// The answer to a line that cannot be labelled is an object {"error": STRING}, with the file and
// the number of the line. The answer to an empty line is an empty line. In TSV, the answer to NULL
// (\N) is NULL. The answer to a line that ends in CR LF does, too. All answers end in a line end,
// even if the last line does not. A byte order mark at the start of a file is not part of its first
// line.
//
// Several goroutines label the lines. The output does not depend on their number. TagLines fails if
// it cannot read or write, or if the file of the model changes. If the model reads other columns
// than the words, the error wraps model.ErrInput.
func TagLines(ctx context.Context, m *trellis.Model, w io.Writer, data trellis.Source, o LineOptions) error {
	if len(data.Sentences) > 0 {
		return fmt.Errorf("%w: sentences in memory, expected files of lines", model.ErrInput)
	}
	p, err := newLinePipeline(m, o)
	if err != nil {
		return err
	}
	first, err := p.newTagger()
	if err != nil {
		return err
	}
	return p.run(ctx, w, data, first)
}

func newLinePipeline(m *trellis.Model, o LineOptions) (*linePipeline, error) {
	if err := o.Text.Check(); err != nil {
		return nil, err
	}
	tokenizer, err := m.Tokenizer(o.Text.Tokenizer)
	if err != nil {
		return nil, err
	}
	return &linePipeline{m: m, o: &o, tokenizer: tokenizer, max: cmp.Or(o.MaxLine, maxLine)}, nil
}

// blockSize is the number of bytes of lines that are labelled at a time, if they are available.
const blockSize = 64 << 10

// A linePipeline labels blocks of lines. One goroutine reads them, several label them, and one
// writes the answers in order.
type linePipeline struct {
	m         *trellis.Model
	o         *LineOptions
	tokenizer text.Tokenizer
	max       int

	free    chan *lineBlock // unused blocks
	work    chan *lineBlock // blocks to label
	ordered chan *lineBlock // blocks to label or write, in the order of the input
	err     error           // of reading; set before ordered is closed
}

// A lineBlock is a run of lines of a file.
type lineBlock struct {
	name   string
	number int    // of the first line, from 1
	text   []byte // the lines
	lines  []line
	out    []byte
	err    error         // of the model
	done   chan struct{} // receives a value when the block is labelled
}

// A line is a line of a block. It starts where the line before it ends.
type line struct {
	end  int
	long bool // it has too many bytes, and none of them are in the block
}

func (p *linePipeline) run(ctx context.Context, w io.Writer, data trellis.Source, first *lineTagger) error {
	threads := workers.ForTagging(p.o.Text.Threads)
	n := 2*threads + 2 // one per goroutine, as many waiting, one each to read and write
	p.free, p.work, p.ordered = make(chan *lineBlock, n), make(chan *lineBlock, n), make(chan *lineBlock, n)
	for range n {
		p.free <- &lineBlock{done: make(chan struct{}, 1)}
	}
	ctx, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		p.err = p.read(ctx, data)
		close(p.work)
		close(p.ordered)
	})
	for k := range threads {
		group.Go(func() {
			t, err := first, error(nil)
			if k > 0 {
				t, err = p.newTagger()
			}
			for b := range p.work {
				if b.err = err; err == nil {
					b.err = t.block(b)
				}
				b.done <- struct{}{}
			}
		})
	}
	err := p.write(w)
	stop()
	group.Wait()
	return cmp.Or(err, p.err)
}

// write writes the answers in order, up to the first error.
func (p *linePipeline) write(w io.Writer) error {
	for b := range p.ordered {
		<-b.done
		if b.err != nil {
			return b.err
		}
		if _, err := w.Write(b.out); err != nil {
			return err
		}
		if max(cap(b.text), cap(b.out)) > 16*blockSize { // after a long line
			b.text, b.out = nil, nil
		}
		p.free <- b
	}
	return nil
}

func (p *linePipeline) read(ctx context.Context, data trellis.Source) error {
	for _, name := range data.Paths {
		raw, err := input.OpenRaw(ctx, name, data.Stdin)
		if err != nil {
			return err
		}
		err = p.cut(ctx, raw)
		raw.Close()
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("%s: %w", raw.Name, err)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// cut cuts a file into blocks. A block ends where the reader would have to wait.
func (p *linePipeline) cut(ctx context.Context, raw *input.Raw) error {
	in := bufio.NewReaderSize(raw, blockSize)
	number := 1
	for last := error(nil); last == nil; {
		var b *lineBlock
		select {
		case b = <-p.free:
		case <-ctx.Done():
			return ctx.Err()
		}
		b.name, b.number, b.text, b.lines = raw.Name, number, b.text[:0], b.lines[:0]
		for {
			if last = b.read(in, p.max); last != nil || len(b.text) >= blockSize || !waiting(in) {
				break
			}
		}
		number += len(b.lines)
		if len(b.lines) == 0 { // at the end
			p.free <- b
		} else {
			p.ordered <- b
			p.work <- b
		}
		if last != nil && !errors.Is(last, io.EOF) {
			return last
		}
	}
	return nil
}

// waiting reports whether the next line is in the buffer.
func waiting(in *bufio.Reader) bool {
	buffered, _ := in.Peek(in.Buffered())
	return bytes.IndexByte(buffered, '\n') >= 0
}

// read appends the next line. With io.EOF, there may be a line without an end.
func (b *lineBlock) read(in *bufio.Reader, most int) error {
	start, long := len(b.text), false
	for first := b.number == 1 && len(b.lines) == 0; ; first = false {
		part, err := in.ReadSlice('\n')
		if first {
			part = bytes.TrimPrefix(part, []byte(lines.BOM))
		}
		if !long {
			b.text = append(b.text, part...)
		}
		if len(b.text)-start > most {
			b.text, long = b.text[:start], true
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == nil, errors.Is(err, io.EOF) && (long || len(b.text) > start):
			b.lines = append(b.lines, line{len(b.text), long})
		default:
			b.text = b.text[:start]
		}
		return err
	}
}
