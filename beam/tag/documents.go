package tag

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/bulk"
	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/report"
)

func init() {
	register.DoFn3x1[context.Context, string, func(string), error](&documentsFn{})
	register.Emitter1[string]()
}

// beamType returns the type that Beam registers.
func beamType[T any]() reflect.Type { return reflect.TypeFor[T]() }

// Documents labels texts, a PCollection<string>, and returns a PCollection<string> with one JSON
// object for each text. docs/reference/json.md describes the objects of documents.
//
// In the format text, an element is a text. In the format jsonl, it is a line of
// [bulk.JSONLines]: a JSON object with a "text" or "tokens", and an optional "id" of any type. Then
// the result starts with the id. If an element cannot be labelled, the result has an "error"
// instead of the other fields.
//
// Documents panics for another format.
func Documents(s beam.Scope, m Model, texts beam.PCollection, format string) beam.PCollection {
	if format != plainText && format != jsonLines {
		panic(fmt.Errorf("format %q: want text or jsonl for documents", format))
	}
	return beam.ParDo(s.Scope("tag.Documents"), &documentsFn{Model: m, Format: format}, texts)
}

// documentsFn is the function of [Documents].
type documentsFn struct {
	Model  Model
	Format string

	texts *documentTagger
	lines *bulk.LineTagger // for the format jsonl
}

// StartBundle opens the model.
func (fn *documentsFn) StartBundle(ctx context.Context, _ func(string)) error {
	if fn.texts != nil {
		return nil
	}
	m, err := fn.Model.open(ctx)
	if err != nil {
		return err
	}
	if fn.lines, err = bulk.NewLineTagger(m, bulk.LineOptions{}); err != nil {
		return err
	}
	fn.texts = newDocumentTagger(m)
	return nil
}

// ProcessElement labels a text.
func (fn *documentsFn) ProcessElement(_ context.Context, element string, emit func(string)) error {
	if fn.Format == plainText {
		out, err := fn.texts.object(element)
		if err == nil {
			emit(string(out))
		}
		return err
	}
	line := []byte(element)
	if bytes.IndexByte(line, '\n') >= 0 {
		var one bytes.Buffer
		if json.Compact(&one, line) == nil {
			line = one.Bytes()
		}
	}
	out, err := fn.lines.Append(nil, line, func(err error) error { return err })
	if err == nil {
		emit(strings.TrimRight(string(out), "\r\n"))
	}
	return err
}

// FinishBundle adds to the counters.
func (fn *documentsFn) FinishBundle(ctx context.Context, _ func(string)) {
	total, failed := fn.lines.Total()
	sentences.Inc(ctx, int64(total.Sentences+fn.texts.total.Sentences))
	tokens.Inc(ctx, int64(total.Tokens+fn.texts.total.Tokens))
	failures.Inc(ctx, int64(failed))
	fn.texts.total = trellis.Total{}
}

// A documentTagger writes texts as JSON objects, for one goroutine.
type documentTagger struct {
	m     *trellis.Model
	out   bytes.Buffer
	to    report.Writer // writes to out
	total trellis.Total
}

func newDocumentTagger(m *trellis.Model) *documentTagger {
	t := &documentTagger{m: m}
	t.to = report.NewJSON(&t.out, report.JSONOptions{Documents: true})
	return t
}

// object returns the object of a text, without a line end. The next call overwrites it.
func (t *documentTagger) object(text string) ([]byte, error) {
	t.out.Reset()
	d, err := t.m.TagText(text)
	if err != nil {
		return nil, err
	}
	count(&t.total, d)
	if err := t.to.Write(d); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(t.out.Bytes(), []byte("\n")), nil
}

// lines labels a file of JSON Lines.
func (t *fileTagger) lines(ctx context.Context, w io.Writer) error {
	file, err := os.Open(t.path)
	if err != nil {
		return err
	}
	defer file.Close()
	stream := compress.NewReader(file, t.path)
	defer stream.Close()
	tagger, err := bulk.NewLineTagger(t.m, bulk.LineOptions{})
	if err != nil {
		return err
	}
	r := bufio.NewReaderSize(stream, 1<<20)
	var out []byte
	for number := 1; ; number++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := func(err error) error { return fmt.Errorf("%s:%d: %w", t.name, number, err) }
		line, end := r.ReadBytes('\n')
		if end != nil && !errors.Is(end, io.EOF) {
			return at(end)
		}
		if len(line) == 0 {
			t.total, _ = tagger.Total()
			return nil
		}
		if out, err = tagger.Append(out[:0], line, at); err != nil {
			return err
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
}
