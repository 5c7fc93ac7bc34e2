package tag

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/report"
)

func init() {
	register.DoFn3x1[context.Context, File, func(Result), error](&filesFn{})
	register.Emitter1[Result]()
	beam.RegisterType(beamType[File]())
	beam.RegisterType(beamType[Result]())
}

// A File is an input file and the output file for its labels. Names may have a scheme, such as
// gs://. An output whose name ends in .gz or .zst is compressed.
type File struct{ In, Out string }

// A Result says what became of a [File].
type Result struct {
	In        string `json:"in"`
	Out       string `json:"out"`
	Sentences int    `json:"sentences"`
	Tokens    int    `json:"tokens"`
	Bytes     int    `json:"bytes"`  // of the output
	SHA256    string `json:"sha256"` // of the output, in hexadecimal digits
	// Error is why the file could not be labelled. Then there is no output.
	Error string `json:"error,omitempty"`
}

// The counters of all transforms.
var (
	sentences = beam.NewCounter("trellis", "sentences")
	tokens    = beam.NewCounter("trellis", "tokens")
	failures  = beam.NewCounter("trellis", "errors")
)

// attempts is how often a worker tries to fetch a file and to write its labels.
const attempts = 3

// Files labels files, a PCollection<File>, and returns a PCollection<Result>. It distributes the
// files among the workers. A worker labels each file on its own.
//
// Files panics for options that are out of range, as transforms of Beam do.
func Files(s beam.Scope, m Model, files beam.PCollection, o Options) beam.PCollection {
	if err := o.Check(); err != nil {
		panic(err)
	}
	s = s.Scope("tag.Files")
	return beam.ParDo(s, &filesFn{Model: m, Options: o}, beam.Reshuffle(s, files))
}

// filesFn is the function of [Files].
type filesFn struct {
	Model   Model
	Options Options
}

// ProcessElement labels a file.
func (fn *filesFn) ProcessElement(ctx context.Context, f File, emit func(Result)) error {
	m, err := fn.Model.open(ctx)
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		r, err := fn.label(ctx, m, f)
		if err == nil {
			sentences.Inc(ctx, int64(r.Sentences))
			tokens.Inc(ctx, int64(r.Tokens))
			emit(r)
			return nil
		}
		if _, ok := errors.AsType[transient](err); !ok && ctx.Err() == nil {
			failures.Inc(ctx, 1)
			emit(Result{In: f.In, Out: f.Out, Error: err.Error()})
			return nil
		}
		if attempt == attempts || ctx.Err() != nil {
			return fmt.Errorf("attempt %d of %d: %w", attempt, attempts, err)
		}
		log.Warnf(ctx, "attempt %d of %d: %v", attempt, attempts, err)
		select {
		case <-time.After(100 * time.Millisecond << attempt):
		case <-ctx.Done():
		}
	}
}

// label labels a file once.
func (fn *filesFn) label(ctx context.Context, m *trellis.Model, f File) (Result, error) {
	r := Result{In: f.In, Out: f.Out}
	local, done, err := fetch(ctx, f.In)
	if err != nil {
		return r, err
	}
	defer done()
	t := fileTagger{m: m, o: fn.Options, path: local, name: f.In, warn: func(text string) { log.Warn(ctx, text) }}
	var to *measure
	err = write(ctx, f.Out, func(w io.Writer) error {
		to = &measure{w: w, hash: sha256.New()}
		return compress.To(f.Out, func(w io.Writer) error { return t.run(ctx, w) })(to)
	})
	if err != nil {
		if local != f.In {
			err = named{err, local, f.In}
		}
		return r, err
	}
	r.Sentences, r.Tokens = t.total.Sentences, t.total.Tokens
	r.Bytes, r.SHA256 = to.bytes, hex.EncodeToString(to.hash.Sum(nil))
	return r, nil
}

// measure counts and hashes what it passes on.
type measure struct {
	w     io.Writer
	hash  hash.Hash
	bytes int
}

// Write implements [io.Writer].
func (m *measure) Write(p []byte) (int, error) {
	n, err := m.w.Write(p)
	m.hash.Write(p[:n])
	m.bytes += n
	return n, err
}

// A fileTagger labels a local file in any format.
type fileTagger struct {
	m     *trellis.Model
	o     Options
	path  string
	name  string // of the input; path may be a copy
	warn  func(string)
	total trellis.Total
}

// run writes the labels.
func (t *fileTagger) run(ctx context.Context, w io.Writer) error {
	switch t.o.Format {
	case plainText:
		return t.text(ctx, w)
	case jsonLines:
		return t.lines(ctx, w)
	case parquets:
		return t.parquet(ctx, w)
	}
	source := trellis.Files(t.path)
	if t.o.Format == "" || t.o.Format == "auto" {
		plain, _, err := t.m.LooksLikeText(ctx, source)
		if err != nil {
			return err
		}
		if plain {
			return fmt.Errorf("%s: looks like plain text; pass the format text, or conll for columns", t.path)
		}
	}
	o, err := t.o.files()
	if err != nil {
		return err
	}
	o.Warn = t.warn
	o.Count = func(part trellis.Total) {
		t.total.Sentences += part.Sentences
		t.total.Tokens += part.Tokens
	}
	return t.m.TagFiles(ctx, w, source, o)
}

// text labels plain text.
func (t *fileTagger) text(ctx context.Context, w io.Writer) error {
	out := report.NewJSON(w, report.JSONOptions{})
	o := trellis.TextOptions{Probabilities: t.o.Probabilities, Spans: t.m.SpellsSpans(), Threads: t.o.threads(), Warn: t.warn}
	if err := t.m.TagTextFiles(ctx, counting{out, &t.total}, trellis.Files(t.path), o); err != nil {
		return err
	}
	return out.Close()
}

// counting counts the sentences and tokens of the documents that it passes on.
type counting struct {
	trellis.DocumentWriter
	total *trellis.Total
}

// Write implements [trellis.DocumentWriter].
func (c counting) Write(d *trellis.Document) error {
	count(c.total, d)
	return c.DocumentWriter.Write(d)
}

func count(total *trellis.Total, d *trellis.Document) {
	total.Sentences += len(d.Sentences)
	for k := range d.Sentences {
		total.Tokens += len(d.Sentences[k].Tokens)
	}
}
