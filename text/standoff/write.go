package standoff

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/structured"
)

// An output writes one document after another, each at once or not at all.
type output struct {
	w       io.Writer
	buf     bytes.Buffer
	written int
}

// write writes the document that fill puts into the buffer.
func (x *output) write(d *Document, fill func(d *Document) error) error {
	x.buf.Reset()
	if err := fill(d); err != nil {
		return fmt.Errorf("document %s: %w", cmp.Or(d.ID, strconv.Itoa(x.written+1)), err)
	}
	x.written++
	_, err := x.w.Write(x.buf.Bytes())
	return err
}

// A jsonWriter writes the documents of all JSON formats.
type jsonWriter struct {
	output
	o       Options
	offsets Offsets
}

// Write implements [Writer].
func (w *jsonWriter) Write(d *Document) error { return w.write(d, w.document) }

// Close implements [Writer].
func (w *jsonWriter) Close() error {
	end := ""
	switch {
	case w.o.Format != LabelStudio:
	case w.written == 0:
		end = "[]\n"
	default:
		end = "\n]\n"
	}
	_, err := io.WriteString(w.w, end)
	return err
}

func (w *jsonWriter) document(d *Document) error {
	if !utf8.ValidString(d.Text) {
		return fmt.Errorf("%w: the text is not UTF-8", corpus.ErrUnwritable)
	}
	w.offsets.Reset(d.Text, w.o.unit())
	switch w.o.Format {
	case HuggingFace:
		return w.rows(d)
	case LabelStudio:
		return w.task(d)
	case SpaCy:
		return w.pair(d)
	}
	return w.object(d)
}

// An object is written key by key.
type object struct {
	b    *bytes.Buffer
	keys []string
	err  error
}

func newObject(b *bytes.Buffer) *object {
	b.WriteByte('{')
	return &object{b: b}
}

// key starts a value.
func (o *object) key(name string) *bytes.Buffer {
	if len(o.keys) > 0 {
		o.b.WriteString(", ")
	}
	o.keys = append(o.keys, name)
	writeString(o.b, name)
	o.b.WriteString(": ")
	return o.b
}

// extra writes the keys that are not there yet.
func (o *object) extra(fields []Field) {
	for _, f := range fields {
		if slices.Contains(o.keys, f.Key) {
			continue
		}
		b := o.key(f.Key)
		switch {
		case !json.Valid(f.Value):
			o.err = fmt.Errorf("%w: the value of key %q is not JSON", corpus.ErrUnwritable, f.Key)
		case bytes.ContainsAny(f.Value, "\r\n"): // a document of JSON Lines is one line
			_ = json.Compact(b, f.Value) // it is valid
		default:
			b.Write(f.Value)
		}
	}
}

func (o *object) end() error {
	o.b.WriteByte('}')
	return o.err
}

// id writes the ID of a document, as a number if it is one.
func (o *object) id(id string) {
	if id == "" {
		return
	}
	if n, err := strconv.Atoi(id); err == nil && strconv.Itoa(n) == id {
		o.key("id").WriteString(id)
	} else {
		writeString(o.key("id"), id)
	}
}

// writeString writes a JSON string. Marshal escapes what HTML does not allow, which is no help
// here.
func writeString(b *bytes.Buffer, s string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s)       // strings and buffers do not fail
	b.Truncate(b.Len() - 1) // the line end
}

// each calls write for each span with its offsets in units.
func (w *jsonWriter) each(d *Document, write func(k, start, end int, s Span)) error {
	for k, s := range d.Spans {
		start, err := w.offsets.Of(s.Start)
		if err != nil {
			return fmt.Errorf("span %d: %w", k+1, err)
		}
		end, err := w.offsets.Of(s.End)
		if err != nil {
			return fmt.Errorf("span %d: %w", k+1, err)
		}
		if end < start {
			return fmt.Errorf("span %d: %w: end %d is before start %d", k+1, ErrOffset, s.End, s.Start)
		}
		if k > 0 {
			w.buf.WriteString(", ")
		}
		write(k, start, end, s)
	}
	return nil
}

// triples writes [[start, end, label], ...].
func (w *jsonWriter) triples(d *Document) error {
	w.buf.WriteByte('[')
	err := w.each(d, func(_, start, end int, s Span) {
		fmt.Fprintf(&w.buf, "[%d, %d, ", start, end)
		writeString(&w.buf, s.Label)
		w.buf.WriteByte(']')
	})
	w.buf.WriteByte(']')
	return err
}

func (w *jsonWriter) object(d *Document) error {
	o := newObject(&w.buf)
	o.id(d.ID)
	textKey := w.o.TextKey
	if textKey == "" {
		textKey = "text"
	}
	writeString(o.key(textKey), d.Text)
	var err error
	switch w.o.Format {
	case Doccano:
		o.key("label")
		err = w.triples(d)
	case DoccanoEntities:
		o.key("entities").WriteByte('[')
		err = w.each(d, func(k, start, end int, s Span) {
			e := newObject(&w.buf)
			id := s.ID
			if id == "" {
				id = strconv.Itoa(k + 1)
			}
			e.id(id)
			writeString(e.key("label"), s.Label)
			fmt.Fprintf(e.key("start_offset"), "%d", start)
			fmt.Fprintf(e.key("end_offset"), "%d", end)
			_ = e.end()
		})
		w.buf.WriteByte(']')
	default:
		o.key("ents").WriteByte('[')
		err = w.each(d, func(_, start, end int, s Span) {
			e := newObject(&w.buf)
			fmt.Fprintf(e.key("start"), "%d", start)
			fmt.Fprintf(e.key("end"), "%d", end)
			writeString(e.key("label"), s.Label)
			_ = e.end()
		})
		w.buf.WriteByte(']')
	}
	o.extra(d.Extra)
	if w.o.Format == DoccanoEntities && !slices.Contains(o.keys, "relations") {
		o.key("relations").WriteString("[]")
	}
	err = errors.Join(err, o.end())
	w.buf.WriteByte('\n')
	return err
}

func (w *jsonWriter) pair(d *Document) error {
	w.buf.WriteByte('[')
	writeString(&w.buf, d.Text)
	w.buf.WriteString(", ")
	o := newObject(&w.buf)
	o.key("entities")
	err := w.triples(d)
	o.extra(d.Extra)
	err = errors.Join(err, o.end())
	w.buf.WriteString("]\n")
	return err
}

// rows writes a line for each sentence.
func (w *jsonWriter) rows(d *Document) error {
	sentences, err := w.o.Aligner.Align(d)
	if err != nil {
		return err
	}
	tagsKey := w.o.TagsKey
	if tagsKey == "" {
		tagsKey = "ner_tags"
	}
	for k, s := range sentences {
		o := newObject(&w.buf)
		switch {
		case d.ID == "":
		case len(sentences) == 1:
			o.id(d.ID)
		default:
			o.id(fmt.Sprintf("%s-%d", d.ID, k+1))
		}
		o.key("tokens").WriteByte('[')
		for t, token := range s.Tokens {
			if t > 0 {
				w.buf.WriteString(", ")
			}
			writeString(&w.buf, token.Text)
		}
		w.buf.WriteByte(']')
		o.key(tagsKey).WriteByte('[')
		labels := s.Labels[0]
		if w.o.Spelling.Letters != annotation.BIES { // which have letters for the ends of spans
			c := annotation.Converter{From: structured.BIO, To: structured.BIOES}
			labels, _ = c.Convert(nil, labels)
		}
		for t, label := range labels {
			if t > 0 {
				w.buf.WriteString(", ")
			}
			if err := w.label(label); err != nil {
				return err
			}
		}
		w.buf.WriteByte(']')
		o.extra(d.Extra)
		if err := o.end(); err != nil {
			return err
		}
		w.buf.WriteByte('\n')
	}
	return nil
}

func (w *jsonWriter) label(label string) error {
	label = w.o.Spelling.Write(label)
	if w.o.LabelNames == nil {
		writeString(&w.buf, label)
		return nil
	}
	number := slices.Index(w.o.LabelNames, label)
	if number < 0 {
		return fmt.Errorf("%w: the label %s is not among the %d names of labels", corpus.ErrUnwritable, label, len(w.o.LabelNames))
	}
	w.buf.WriteString(strconv.Itoa(number))
	return nil
}

// task writes a task that Label Studio imports.
func (w *jsonWriter) task(d *Document) error {
	if w.written == 0 {
		w.buf.WriteString("[\n")
	} else {
		w.buf.WriteString(",\n")
	}
	name := func(given, usual string) string {
		if given != "" {
			return given
		}
		return usual
	}
	t := newObject(&w.buf)
	t.id(d.ID)
	t.key("data")
	data := newObject(&w.buf)
	writeString(data.key(name(w.o.TextKey, "text")), d.Text)
	data.extra(d.Extra)
	err := data.end()
	works := "annotations"
	if w.o.Predictions {
		works = "predictions"
	}
	t.key(works).WriteString(`[{"result": [`)
	err = errors.Join(err, w.each(d, func(k, start, end int, s Span) {
		r := newObject(&w.buf)
		id := s.ID
		if id == "" {
			id = "s" + strconv.Itoa(k+1)
		}
		writeString(r.key("id"), id)
		writeString(r.key("from_name"), name(w.o.FromName, "label"))
		writeString(r.key("to_name"), name(w.o.ToName, "text"))
		writeString(r.key("type"), "labels")
		r.key("value")
		v := newObject(&w.buf)
		fmt.Fprintf(v.key("start"), "%d", start)
		fmt.Fprintf(v.key("end"), "%d", end)
		writeString(v.key("text"), d.Covered(s))
		v.key("labels").WriteByte('[')
		writeString(&w.buf, s.Label)
		w.buf.WriteByte(']')
		_ = v.end()
		_ = r.end()
	}))
	w.buf.WriteString("]}]")
	return errors.Join(err, t.end())
}
