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

// An Writer writes attribute files that CRFsuite and an [Reader] read.
type Writer struct {
	w   io.Writer
	buf []byte
}

// NewWriter returns a writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write writes a sentence and the empty line that ends it, in one Write. Values are written with as
// many digits as they need to be read back exactly, and not at all where they are 1; the weight is
// declared unless it is 1. Nothing is written of a sentence without tokens, or of one with
// something that the format cannot spell: a tab, line end or NUL in a name, a label that starts
// with @ or a byte order mark, an item of spaces only, an infinite or NaN value.
func (w *Writer) Write(it *Items) error {
	w.buf = w.buf[:0]
	if len(it.Labels) != len(it.Attributes) {
		return fmt.Errorf("%d labels for %d tokens: %w", len(it.Labels), len(it.Attributes), corpus.ErrUnwritable)
	}
	if it.Weight != 1 {
		if !(it.Weight >= 0) || math.IsInf(it.Weight, 1) {
			return fmt.Errorf("weight %v: %w: it is no finite number of at least 0", it.Weight, corpus.ErrUnwritable)
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
				return fmt.Errorf("attribute %q: %w: its value is %v", a.Name, corpus.ErrUnwritable, a.Value)
			}
			if a.Value != 1 || a.Name == "" {
				w.buf = append(w.buf, ':')
				w.buf = strconv.AppendFloat(w.buf, a.Value, 'g', -1, 64)
			}
		}
		if lines.IsBlank(w.buf[start:]) {
			return fmt.Errorf("item of blanks: %w: it would not be read as an item", corpus.ErrUnwritable)
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
			return fmt.Errorf("%q: %w: it holds a tab, line end or NUL", s, corpus.ErrUnwritable)
		case ':', '\\':
			w.buf = append(w.buf, '\\')
		}
		w.buf = append(w.buf, c)
	}
	return nil
}
