package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

// A fit ties a model to the columns of an input.
type fit struct {
	ready   bool             // the tokens bring their attributes along
	label   int              // column of the labels, -1 if the input has none
	form    int              // column of the words
	trained int              // where that was in training
	normal  model.NormalForm // of the fields
}

// fitInput finds the columns that m reads. Label and form are the user's word on them, or "".
//
// In a file of the same make as the training files, or of that without a last column of labels, the
// columns are those of training. In any other the words are found as in training, and nothing else.
func fitInput(m *crf.Model, in *input, label, form string) (*fit, error) {
	f := &fit{ready: m.Input().Templates == nil, label: -1, normal: m.Meta.Normalize}
	switch {
	case f.ready && in.items == nil:
		return nil, in.atStart(fmt.Errorf("format %s, but the model reads attributes (crfsuite)", in.format))
	case !f.ready && in.items != nil:
		return nil, in.atStart(errors.New("attributes, but the model reads columns"))
	case f.ready && label+form != "":
		return nil, wrongUsage("%s holds attributes: its labels come first, and it has no words", in.name)
	case f.ready:
		f.label = 0
		return f, nil
	}
	f.trained = m.Input().Names["form"]
	f.form = f.trained
	program, err := m.Input().Program()
	if err != nil {
		return nil, err
	}
	reads := program.Columns()

	same := f.sameMake(m, in)
	if spec := m.Meta.Files.Form; form != "" || !same {
		if form == "" && in.format == m.Meta.Files.Format {
			form = spec
		}
		if f.form, err = in.layout.Form(form); err != nil {
			return nil, in.atStart(fmt.Errorf("form column: %w", err))
		}
		if !slices.Equal(reads, []int{f.trained}) && (f.form != f.trained || in.format != m.Meta.Files.Format) {
			return nil, in.atStart(fmt.Errorf("the model reads column %s of %s files with %d columns, but this one is %s with %d",
				numbers(reads), m.Meta.Files.Format, m.Meta.Files.Columns, in.format, in.layout.Columns))
		}
	}
	for _, c := range reads {
		if c == f.trained {
			c = f.form
		}
		if c >= in.layout.Columns {
			return nil, in.atStart(fmt.Errorf("the model reads column %d, but here the last is %d", c+1, in.layout.Columns))
		}
	}
	return f, f.findLabel(m, in, label)
}

// sameMake tells whether the columns of in are those of the training files, but perhaps for the label.
func (f *fit) sameMake(m *crf.Model, in *input) bool {
	trained, n := m.Meta.Files.Columns, in.layout.Columns
	return m.Meta.Files.Format == corpus.FormatAuto || // trained by another program, which knows what it does
		in.format == m.Meta.Files.Format &&
			(n == trained || n+1 == trained && m.Meta.Files.Label == strconv.Itoa(trained))
}

// findLabel sets the label column, if there is one.
func (f *fit) findLabel(m *crf.Model, in *input, label string) error {
	if label != "" {
		c, err := in.layout.Column(label)
		if err != nil {
			return in.atStart(fmt.Errorf("label column: %w", err))
		}
		f.label = c
		return nil
	}
	if imported(m) {
		if in.layout.Columns > m.Input().Columns {
			f.label = in.layout.Columns - 1
		}
	} else if spec := m.Meta.Files.Label; spec != "" && in.format == m.Meta.Files.Format && f.form == f.trained {
		if c, err := in.layout.Column(spec); err == nil {
			f.label = c
		}
	} else if in.format == corpus.CoNLLU {
		if c, err := in.layout.Label(""); err == nil {
			f.label = c
		}
	}
	return nil
}

// numbers lists columns as users count them.
func numbers(columns []int) string {
	s := ""
	for k, c := range columns {
		if k > 0 {
			s += ", "
		}
		s += strconv.Itoa(c + 1)
	}
	return s
}

// read gives s to the tagger.
func (f *fit) read(t *crf.Decoder, s *sentence) error {
	if f.ready {
		return t.ReadItems(s.items.Attributes)
	}
	return t.Read(f.sequence(s))
}

// sequence is s with the words where and as they are looked for.
func (f *fit) sequence(s *sentence) features.Sequence {
	if f.form != f.trained {
		return normal(f.normal, moved{&s.rows, f.trained, f.form})
	}
	return normal(f.normal, &s.rows)
}

// moved is a sentence whose words stand in another column than they are looked for.
type moved struct {
	*corpus.Sentence
	from, to int
}

// Field implements [features.Sequence].
func (m moved) Field(t, column int) string {
	if column == m.from {
		column = m.to
	}
	return m.Sentence.Field(t, column)
}

// Columns implements features.Width: fitInput has seen that the columns are there.
func (m moved) Columns() int { return max(m.from+1, m.Sentence.Columns()) }
