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

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/trellis-nlp/trellis"
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
// In the format text, an element is a text. In the format jsonl, it is a JSON object with a "text"
// and an optional "id" of any type. Then the result starts with the id. If an element cannot be
// labelled, the result has an "error" instead of the other fields.
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

	tagger *documentTagger
}

// StartBundle opens the model.
func (fn *documentsFn) StartBundle(ctx context.Context, _ func(string)) error {
	m, err := fn.Model.open(ctx)
	if err != nil {
		return err
	}
	fn.tagger = newDocumentTagger(m)
	return nil
}

// ProcessElement labels a text.
func (fn *documentsFn) ProcessElement(_ context.Context, element string, emit func(string)) error {
	label := fn.tagger.object
	if fn.Format == jsonLines {
		label = fn.tagger.line
	}
	out, err := label(element)
	if err != nil {
		return err
	}
	emit(string(out))
	return nil
}

// FinishBundle adds to the counters.
func (fn *documentsFn) FinishBundle(ctx context.Context, _ func(string)) {
	t := fn.tagger
	sentences.Inc(ctx, int64(t.total.Sentences))
	tokens.Inc(ctx, int64(t.total.Tokens))
	failures.Inc(ctx, int64(t.failed))
	t.total, t.failed = trellis.Total{}, 0
}

// A documentTagger writes texts as JSON objects, for one goroutine.
type documentTagger struct {
	m      *trellis.Model
	out    bytes.Buffer
	to     report.Writer // writes to out
	total  trellis.Total
	failed int
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

// A record is an element of the format jsonl.
type record struct {
	ID   json.RawMessage `json:"id"`
	Text *string         `json:"text"`
}

// line returns the object for a line of JSON, without a line end. The result for a blank line is
// empty.
func (t *documentTagger) line(line string) ([]byte, error) {
	if len(bytes.TrimSpace([]byte(line))) == 0 {
		return nil, nil
	}
	var r record
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		return t.failure(nil, fmt.Errorf("not a JSON object with a text: %w", err)), nil
	}
	if r.Text == nil {
		return t.failure(r.ID, errors.New(`no "text" in the JSON object`)), nil
	}
	out, err := t.object(*r.Text)
	if err != nil {
		return nil, err
	}
	return withID(r.ID, out), nil
}

// failure returns the object for a line that cannot be labelled.
func (t *documentTagger) failure(id json.RawMessage, err error) []byte {
	t.failed++
	message, _ := json.Marshal(map[string]string{"error": err.Error()}) // strings have no errors
	return withID(id, message)
}

// withID returns the object with an id as its first field, or without one if id is empty.
func withID(id json.RawMessage, object []byte) []byte {
	if len(id) == 0 {
		return object
	}
	return bytes.Join([][]byte{[]byte(`{"id":`), id, []byte(","), object[1:]}, nil)
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
	tagger := newDocumentTagger(t.m)
	r := bufio.NewReaderSize(stream, 1<<20)
	for number := 1; ; number++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, end := r.ReadString('\n')
		if end != nil && !errors.Is(end, io.EOF) {
			return fmt.Errorf("%s:%d: %w", t.path, number, end)
		}
		if line == "" {
			t.total = tagger.total
			return nil
		}
		out, err := tagger.line(line)
		if err != nil {
			return fmt.Errorf("%s:%d: %w", t.path, number, err)
		}
		if _, err := w.Write(append(out, '\n')); err != nil {
			return err
		}
	}
}
