package main

import (
	"bytes"
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
	misc   *miscWriter
	append [][]string
	buf    []byte
}

func newWriter() *writer {
	return &writer{rows: corpus.NewWriter(nil), misc: new(miscWriter)}
}

// reset makes w write the next sentences to to.
func (w *writer) reset(to io.Writer) {
	w.w, w.misc.w = to, to
	w.rows.Reset(w.misc)
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
	w.misc.probs = nil
	if in.format == corpus.CoNLLU {
		e.Replace, e.Column = c.labels, f.label
		if c.probs != nil {
			column, err := in.layout.Column("misc")
			if err != nil {
				return err
			}
			w.misc.probs, w.misc.column = c.probs, column
		}
	} else {
		w.append = append(w.append[:0], c.labels)
		if c.probs != nil {
			w.append = append(w.append, c.probs)
		}
		e.Append = w.append
	}
	return w.rows.WriteEdited(&s.rows, e)
}

// rest writes what stands behind the last sentence of a block, among rows of as many columns.
func (w *writer) rest(in *input, f *fit, s *sentence, probs bool) error {
	if in.items != nil {
		return nil
	}
	c := candidate{labels: []string{}}
	if probs {
		c.probs = []string{}
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

// A miscWriter puts Prob=p into the MISC column of the CoNLL-U tokens of each sentence that it is given.
type miscWriter struct {
	w      io.Writer
	column int
	probs  []string // of the tokens of the next sentence; nil: it passes as it is
	buf    []byte
}

const probKey = "Prob="

// Write implements [io.Writer] for one sentence.
func (m *miscWriter) Write(p []byte) (int, error) {
	if m.probs == nil {
		return m.w.Write(p)
	}
	m.buf = m.buf[:0]
	t := 0
	for line := range bytes.Lines(p) {
		id, _, _ := bytes.Cut(line, []byte("\t"))
		if _, err := strconv.ParseUint(string(id), 10, 64); err == nil {
			line = m.token(line, m.probs[t])
			t++
		}
		m.buf = append(m.buf, line...)
	}
	if _, err := m.w.Write(m.buf); err != nil {
		return 0, err
	}
	return len(p), nil
}

// token returns the line of a token with its probability.
func (m *miscWriter) token(line []byte, prob string) []byte {
	text := bytes.TrimRight(line, "\r\n")
	end := line[len(text):]
	fields := bytes.Split(text, []byte("\t"))
	var notes []string
	for note := range strings.SplitSeq(string(fields[m.column]), "|") {
		if note != "_" && note != "" && !strings.HasPrefix(note, probKey) {
			notes = append(notes, note)
		}
	}
	fields[m.column] = []byte(strings.Join(append(notes, probKey+prob), "|"))
	return append(bytes.Join(fields, []byte("\t")), end...)
}
