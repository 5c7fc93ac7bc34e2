package attrfile

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/lines"
)

// A Writer writes attribute files that CRFsuite and a [Reader] read.
type Writer struct {
	w   io.Writer
	buf []byte
}

// NewWriter returns a writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write writes a sentence and the empty line that ends it, in one Write. Values have as many digits
// as needed to read them back exactly. Values and weights of 1 are omitted.
//
// Write writes nothing for a sentence without tokens. It also writes nothing, and returns an error,
// if the format cannot represent the sentence. The reasons are a tab, line end or NUL in a name, a
// label that starts with @ or a byte order mark, an item with only spaces, or a value that is
// infinite or NaN.
func (w *Writer) Write(it *Items) error {
	w.buf = w.buf[:0]
	if len(it.Labels) != len(it.Attributes) {
		return fmt.Errorf("%d labels for %d tokens: %w", len(it.Labels), len(it.Attributes), corpus.ErrUnwritable)
	}
	if it.Weight != 1 {
		if !(it.Weight >= 0) || math.IsInf(it.Weight, 1) {
			return fmt.Errorf("weight %v: %w: want a finite number that is not negative", it.Weight, corpus.ErrUnwritable)
		}
		w.buf = append(w.buf, "@weight:"...)
		w.buf = strconv.AppendFloat(w.buf, it.Weight, 'g', -1, 64)
		w.buf = append(w.buf, '\n')
	}
	for t, label := range it.Labels {
		if strings.HasPrefix(label, "@") || strings.HasPrefix(label, lines.BOM) {
			return fmt.Errorf("label %q: %w: it would not be read as a label", label, corpus.ErrUnwritable)
		}
		start := len(w.buf)
		if err := w.name(label); err != nil {
			return fmt.Errorf("label %w", err)
		}
		if label == "" {
			w.buf = append(w.buf, ':')
		}
		for _, a := range it.Attributes[t] {
			w.buf = append(w.buf, '\t')
			if err := w.name(a.Name); err != nil {
				return fmt.Errorf("attribute %w", err)
			}
			if math.IsInf(a.Value, 0) || math.IsNaN(a.Value) {
				return fmt.Errorf("attribute %q: %w: its value is %v, want a finite number", a.Name, corpus.ErrUnwritable, a.Value)
			}
			if a.Value != 1 || a.Name == "" {
				w.buf = append(w.buf, ':')
				w.buf = strconv.AppendFloat(w.buf, a.Value, 'g', -1, 64)
			}
		}
		if lines.IsBlank(w.buf[start:]) {
			return fmt.Errorf("item with only blanks: %w: it would not be read as an item", corpus.ErrUnwritable)
		}
		w.buf = append(w.buf, '\n')
	}
	if it.Len() == 0 {
		return nil
	}
	w.buf = append(w.buf, '\n')
	_, err := w.w.Write(w.buf)
	return err
}

func (w *Writer) name(s string) error {
	for _, c := range []byte(s) {
		switch c {
		case '\t', '\n', '\r', 0:
			return fmt.Errorf("%q: %w: it contains a tab, line end or NUL", s, corpus.ErrUnwritable)
		case ':', '\\':
			w.buf = append(w.buf, '\\')
		}
		w.buf = append(w.buf, c)
	}
	return nil
}
