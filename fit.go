package trellis

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
)

// formatOf returns the format in which inputs of m are read, if the user asks for this one. Models of attributes read
// nothing else, so there is nothing to detect; models of CRF++ and Wapiti take all columns for such.
func formatOf(m model.Labeller, format corpus.Format) corpus.Format {
	switch {
	case format != corpus.FormatAuto:
	case m.Input().Templates == nil:
		return corpus.CRFsuite
	case m.Metadata().Tool != "":
		return corpus.CoNLL
	}
	return format
}

// A fit ties a model to the columns of an input.
type fit struct {
	label int // column of the labels, -1 if the input has none

	ready   bool // the tokens bring their attributes along
	form    int  // column of the words
	trained int  // where that was in training
}

// newFit finds the columns that m reads. label and form are the user's word on them, or "".
//
// In a file of the same make as the training files, or of that without a last column of labels, the
// columns are those of training. In any other the words are found as in training, and nothing else.
func newFit(m model.Labeller, in *input.Input, label, form string) (*fit, error) {
	f := &fit{ready: m.Input().Templates == nil, label: -1}
	switch {
	case f.ready && !in.HasItems():
		return nil, in.AtStart(unfit("format %s, but the model reads attributes (crfsuite)", in.Format))
	case !f.ready && in.HasItems():
		return nil, in.AtStart(unfit("attributes, but the model reads columns"))
	case f.ready && label+form != "":
		return nil, model.Refuse("label", "%s holds attributes: its labels come first, and it has no words", in.Name)
	case f.ready:
		f.label = 0
		return f, nil
	}
	files := m.Metadata().Files
	f.trained = m.Input().Names["form"]
	f.form = f.trained
	program, err := m.Input().Program()
	if err != nil {
		return nil, err
	}
	reads := program.Columns()
	if same := f.sameMake(files, in); form != "" || !same {
		if form == "" && in.Format == files.Format {
			form = files.Form
		}
		if f.form, err = in.Layout.Form(form); err != nil {
			return nil, in.AtStart(fmt.Errorf("form column: %w", err))
		}
		if !slices.Equal(reads, []int{f.trained}) && (f.form != f.trained || in.Format != files.Format) {
			return nil, in.AtStart(unfit("the model reads column %s of %s files with %d columns, but this one is %s with %d",
				numbers(reads), files.Format, files.Columns, in.Format, in.Layout.Columns))
		}
	}
	last := 0 // that is read
	for _, c := range reads {
		if c == f.trained {
			c = f.form
		}
		if last = max(last, c); c >= in.Layout.Columns {
			return nil, in.AtStart(unfit("the model reads column %d, but here the last is %d", c+1, in.Layout.Columns))
		}
	}
	return f, f.findLabel(m, in, label, last)
}

// sameMake reports whether the columns of in are those of the training files, but perhaps for the label.
func (f *fit) sameMake(files model.Files, in *input.Input) bool {
	trained, n := files.Columns, in.Layout.Columns
	return files.Format == corpus.FormatAuto || // trained by a program that knows what it does
		in.Format == files.Format &&
			(n == trained || n+1 == trained && files.Label == strconv.Itoa(trained))
}

// findLabel sets the label column, if there is one. last is the last column that is read.
func (f *fit) findLabel(m model.Labeller, in *input.Input, label string, last int) error {
	files := m.Metadata().Files
	switch {
	case label != "":
		c, err := in.Layout.Column(label)
		if err != nil {
			return in.AtStart(fmt.Errorf("label column: %w", err))
		}
		f.label = c
	case m.Metadata().Tool != "":
		if in.Layout.Columns > m.Input().Columns {
			f.label = in.Layout.Columns - 1
		}
	case files.Label != "" && in.Format == files.Format && f.form == f.trained:
		if c, err := in.Layout.Column(files.Label); err == nil {
			f.label = c
		}
	case in.Format == corpus.CoNLLU:
		if c, err := in.Layout.Label(""); err == nil {
			f.label = c
		}
	case files == model.Files{} && in.Layout.Columns-1 > last: // a model that does not say what it was trained on
		f.label = in.Layout.Columns - 1
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

// Sentence returns what a tagger reads of s: the words where they are looked for.
func (f *fit) Sentence(s *input.Sentence) model.Sentence {
	switch {
	case f.ready:
		return model.Sentence{Items: s.Items.Attributes}
	case f.form != f.trained:
		return model.Sentence{Columns: moved{&s.Rows, f.trained, f.form}}
	}
	return model.Sentence{Columns: &s.Rows}
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

// Columns returns how many columns there are as they are looked for: newFit has seen that the words are there.
func (m moved) Columns() int { return max(m.from+1, m.Sentence.Columns()) }

// check reports what an input has no column for.
func (o *FileOptions) check(in *input.Input, f *fit) error {
	missing := func(option, format string, args ...any) error {
		return in.AtStart(model.Refuse(option, format, args...))
	}
	switch {
	case o.Fixed && f.label < 0:
		return missing("label", "no column of labels that could be kept; name it with {label}")
	case o.Spans && in.HasItems():
		return missing("span-probs", "labels of attribute files have no place for the probabilities of spans")
	case o.tool() != "" && o.tool() != asSuite && in.HasItems():
		return missing("output-format", "{output-format} %s repeats columns, but here are attributes", o.OutputFormat)
	case o.tool() != "" && o.says(detailReference) && f.label < 0:
		return missing("label", "{detail} reference: no column of labels; name it with {label}")
	case o.tool() != "" || in.Format != corpus.CoNLLU:
		return nil
	case f.label < 0:
		return missing("label", "no column for the labels; name one with {label}")
	}
	if _, err := in.Layout.Column("misc"); err != nil && (o.Probabilities || o.Spans) {
		return missing("probs", "probabilities go into the MISC column: %w", err)
	}
	return nil
}

// An unfitError is a reason why an input does not fit a model. It wraps model.ErrInput, whose words it does not repeat.
type unfitError string

func unfit(format string, args ...any) error { return unfitError(fmt.Sprintf(format, args...)) }

func (e unfitError) Error() string { return string(e) }

// Unwrap returns model.ErrInput.
func (e unfitError) Unwrap() error { return model.ErrInput }

// at adds the position of a sentence to an error, or that of the token that it names. That the model has changed is not
// the fault of a sentence.
func at(in *input.Input, s *input.Sentence, err error) error {
	if errors.Is(err, model.ErrChanged) {
		return err
	}
	if token, ok := errors.AsType[*model.TokenError](err); ok {
		return in.At(s, token.Token, unfitError(token.Reason))
	}
	return in.At(s, 0, err)
}
