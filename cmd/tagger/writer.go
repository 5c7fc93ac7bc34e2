package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
)

// A writer writes labelled sentences in the format that they came in.
type writer struct {
	w      io.Writer
	rows   *corpus.Writer
	append [][]string
	more   [1]corpus.Replacement // of MISC
	buf    []byte
}

func newWriter() *writer { return &writer{rows: corpus.NewWriter(nil)} }

// reset makes w write the next sentences to to.
func (w *writer) reset(to io.Writer) {
	w.w = to
	w.rows.Reset(to)
}

// write writes each candidate labelling of s; ranked ones say their rank and probability.
func (w *writer) write(in *input, f *fit, s *sentence, list []candidate, ranked bool) error {
	for k, c := range list {
		var err error
		if in.items != nil {
			err = w.items(c, ranked)
		} else {
			err = w.row(in, f, s, k, c, ranked)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// row writes columns: CoNLL with new ones, CoNLL-U with old ones filled in.
func (w *writer) row(in *input, f *fit, s *sentence, k int, c candidate, ranked bool) error {
	e := corpus.Edit{Again: k > 0}
	if ranked {
		e.Comments = []string{fmt.Sprintf("%d %.6g", k+1, c.probability)}
	}
	if in.format != corpus.CoNLLU {
		w.append = append(w.append[:0], c.labels)
		for _, column := range [][]string{c.probs, c.spans} {
			if column != nil {
				w.append = append(w.append, column)
			}
		}
		e.Append = w.append
		return w.rows.WriteEdited(&s.rows, e)
	}
	e.Replace, e.Column = c.labels, f.label
	if c.probs != nil || c.spans != nil {
		column, err := in.layout.Column("misc")
		if err != nil {
			return err
		}
		if column == f.label {
			e.Replace = w.notes(c, c.labels)
		} else {
			w.more[0] = corpus.Replacement{Column: column, Values: w.notes(c, s.rows.Column(nil, column))}
			e.More = w.more[:]
		}
	}
	return w.rows.WriteEdited(&s.rows, e)
}

// notes returns the values of MISC, which held old ones, with the probabilities of c.
func (w *writer) notes(c candidate, old []string) []string {
	const prob, spanProb = "Prob=", "SpanProb="
	values := make([]string, 0, len(old))
	for t := range c.labels {
		w.buf = w.buf[:0]
		for note := range strings.SplitSeq(old[t], "|") {
			stale := c.probs != nil && strings.HasPrefix(note, prob) || c.spans != nil && strings.HasPrefix(note, spanProb)
			if note != "_" && note != "" && !stale {
				w.buf = append(append(w.buf, note...), '|')
			}
		}
		if c.probs != nil {
			w.buf = append(append(append(w.buf, prob...), c.probs[t]...), '|')
		}
		if c.spans != nil && c.spans[t] != noSpan {
			w.buf = append(append(append(w.buf, spanProb...), c.spans[t]...), '|')
		}
		if len(w.buf) == 0 {
			w.buf = append(w.buf, "_|"...)
		}
		values = append(values, string(w.buf[:len(w.buf)-1]))
	}
	return values
}

// rest writes what stands behind the last sentence of a block, among rows of as many columns.
func (w *writer) rest(in *input, f *fit, s *sentence, o *tagFlags) error {
	if in.items != nil {
		return nil
	}
	c := candidate{labels: []string{}}
	if o.probs {
		c.probs = []string{}
	}
	if o.spanProbs {
		c.spans = []string{}
	}
	return w.row(in, f, s, 0, c, false)
}

// items writes labels as CRFsuite does: one a line, label:probability if asked for, an empty line behind.
func (w *writer) items(c candidate, ranked bool) error {
	w.buf = w.buf[:0]
	if ranked {
		w.buf = append(w.buf, "@probability\t"...)
		w.buf = append(strconv.AppendFloat(w.buf, c.probability, 'g', 6, 64), '\n')
	}
	for t, label := range c.labels {
		w.buf = append(w.buf, label...)
		if c.probs != nil {
			w.buf = append(append(w.buf, ':'), c.probs[t]...)
		}
		w.buf = append(w.buf, '\n')
	}
	w.buf = append(w.buf, '\n')
	_, err := w.w.Write(w.buf)
	return err
}
