package trellis

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
)

// A writer writes labelled sentences in the format of the input.
type writer struct {
	o        *FileOptions
	w        io.Writer
	rows     *corpus.Writer
	rendered rendered
	append   [][]string
	more     [1]corpus.Replacement // the MISC column
	buf      []byte
}

// rendered holds the columns that a labelling adds.
type rendered struct {
	labels []string
	probs  []string // of each label; nil without Probabilities
	spans  []string // of the span that starts at each token, or noSpan; nil without Spans
	text   []byte
}

// noSpan marks tokens at which no span starts.
const noSpan = "_"

func newWriter(o *FileOptions) *writer { return &writer{o: o, rows: corpus.NewWriter(nil)} }

// reset sets the output of w.
func (w *writer) reset(to io.Writer) {
	w.w = to
	w.rows.Reset(to)
}

// write writes all labellings of s. With NBest, each has its rank and probability.
func (w *writer) write(in *input.Input, f *fit, s *input.Sentence, list []model.Labelling) error {
	for k := range list {
		w.rendered.render(&list[k], w.o)
		var err error
		if in.HasItems() {
			err = w.items(&w.rendered, list[k].Probability)
		} else {
			err = w.row(in, f, s, k, &w.rendered, list[k].Probability)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const digits = len("0.123456")

// appendProbability appends p with the fixed width digits.
func appendProbability(dst []byte, p float64) []byte {
	return strconv.AppendFloat(dst, min(max(p, 0), 1), 'f', digits-len("0."), 64)
}

// render sets r to the columns of a labelling.
func (r *rendered) render(l *model.Labelling, o *FileOptions) {
	r.labels = l.Labels
	if o.Probabilities {
		r.text = r.text[:0]
		for _, p := range l.Probabilities {
			r.text = appendProbability(r.text, p)
		}
		all := string(r.text)
		r.probs = r.probs[:0]
		for t := range l.Labels {
			r.probs = append(r.probs, all[t*digits:(t+1)*digits])
		}
	}
	if o.Spans {
		r.spans = slices.Grow(r.spans[:0], len(l.Labels))[:len(l.Labels)]
		for t := range r.spans {
			r.spans[t] = noSpan
		}
		for _, span := range l.Spans {
			r.spans[span.Start] = string(appendProbability(nil, span.Probability))
		}
	}
}

// row writes a sentence of columns: CoNLL with appended columns, CoNLL-U with replaced ones.
func (w *writer) row(in *input.Input, f *fit, s *input.Sentence, k int, c *rendered, probability float64) error {
	e := corpus.Edit{Again: k > 0}
	if w.o.NBest > 0 && s.Rows.Len() > 0 {
		e.Comments = []string{fmt.Sprintf("%d %.6g", k+1, probability)}
	}
	if in.Format != corpus.CoNLLU {
		w.append = append(w.append[:0], c.labels)
		if w.o.Probabilities {
			w.append = append(w.append, c.probs)
		}
		if w.o.Spans {
			w.append = append(w.append, c.spans)
		}
		e.Append = w.append
		return w.rows.WriteEdited(&s.Rows, e)
	}
	e.Replace, e.Column = f.label.Replace(&s.Rows, c.labels), f.label.Column
	if w.o.Probabilities || w.o.Spans {
		column, err := in.Layout.Column("misc")
		if err != nil {
			return err
		}
		if column == f.label.Column {
			e.Replace = w.notes(c, e.Replace)
		} else {
			w.more[0] = corpus.Replacement{Column: column, Values: w.notes(c, s.Rows.Column(nil, column))}
			e.More = w.more[:]
		}
	}
	return w.rows.WriteEdited(&s.Rows, e)
}

// notes returns the values of MISC: the old ones, with the probabilities of c.
func (w *writer) notes(c *rendered, old []string) []string {
	const prob, spanProb = "Prob=", "SpanProb="
	values := make([]string, 0, len(old))
	for t := range c.labels {
		w.buf = w.buf[:0]
		for note := range strings.SplitSeq(old[t], "|") {
			stale := w.o.Probabilities && strings.HasPrefix(note, prob) || w.o.Spans && strings.HasPrefix(note, spanProb)
			if note != "_" && note != "" && !stale {
				w.buf = append(append(w.buf, note...), '|')
			}
		}
		if w.o.Probabilities {
			w.buf = append(append(append(w.buf, prob...), c.probs[t]...), '|')
		}
		if w.o.Spans && c.spans[t] != noSpan {
			w.buf = append(append(append(w.buf, spanProb...), c.spans[t]...), '|')
		}
		if len(w.buf) == 0 {
			w.buf = append(w.buf, "_|"...)
		}
		values = append(values, string(w.buf[:len(w.buf)-1]))
	}
	return values
}

// rest writes the lines after the last sentence of a block.
func (w *writer) rest(in *input.Input, f *fit, s *input.Sentence) error {
	if in.HasItems() {
		return nil
	}
	return w.row(in, f, s, 0, &rendered{labels: []string{}, probs: []string{}, spans: []string{}}, 0)
}

// items writes labels as CRFsuite does: one per line, as label:probability with Probabilities, and
// an empty line at the end.
func (w *writer) items(c *rendered, probability float64) error {
	w.buf = w.buf[:0]
	if w.o.NBest > 0 {
		w.buf = append(w.buf, "@probability\t"...)
		w.buf = append(strconv.AppendFloat(w.buf, probability, 'g', 6, 64), '\n')
	}
	for t, label := range c.labels {
		w.buf = append(w.buf, label...)
		if w.o.Probabilities {
			w.buf = append(append(w.buf, ':'), c.probs[t]...)
		}
		w.buf = append(w.buf, '\n')
	}
	w.buf = append(w.buf, '\n')
	_, err := w.w.Write(w.buf)
	return err
}
