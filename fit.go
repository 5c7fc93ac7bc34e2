package trellis

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// reading returns how the inputs of m are read, given the options of the user.
func reading(m model.Labeller, format corpus.Format, documents standoff.Options) input.Options {
	if documents.Format == standoff.FormatAuto {
		format = formatOf(m, format)
	}
	own := sync.OnceValues(func() (text.Tokenizer, error) {
		if m.Metadata().Tokenizer == "" {
			return nil, nil
		}
		return storedTokenizer(m)
	})
	return input.Options{Format: format, Documents: documents, Tokenizer: own}
}

// formatOf returns the format to read the inputs of m in, given the format that the user set.
// Models that read attributes accept attribute files only. Models of CRF++ and Wapiti read every
// file as columns.
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

// A fit maps the columns of an input to the columns that a model reads.
type fit struct {
	label corpus.Value // label column, or -1 if the input has none

	ready   bool // the input has ready-made attributes
	form    int  // word column
	trained int  // word column in training

	knows  func(word string) bool // whether the training data have a word; nil if the model stores no words
	doubts []string               // warnings about the columns
}

// newFit finds the columns that m reads. The label and form options of the user may be "".
//
// If the input has the columns of the training files, or only lacks the label column at the end,
// the columns are those of training. In any other input newFit finds the words as training does. A
// model that reads more columns than the words is then an error.
func newFit(m model.Labeller, in *input.Input, label, form string) (*fit, error) {
	f := &fit{ready: m.Input().Templates == nil, label: corpus.Value{Column: -1}}
	switch {
	case f.ready && !in.HasItems():
		return nil, in.AtStart(unfit("format %s, but the model reads attribute files (crfsuite)", in.Format))
	case !f.ready && in.HasItems():
		return nil, in.AtStart(unfit("an attribute file, but the model reads columns"))
	case in.Documents() != standoff.FormatAuto:
		return f, f.fitDocuments(m, in, label)
	case f.ready && label+form != "":
		return nil, model.Refuse("label", "%s is an attribute file: its labels come first, and it has no words", in.Name)
	case f.ready:
		f.label.Column = 0
		return f, nil
	}
	files := m.Metadata().Files
	f.trained = m.Input().Names["form"]
	f.form, f.knows = f.trained, knownWords(m)
	program, err := m.Input().Program()
	if err != nil {
		return nil, err
	}
	reads := program.Columns()
	if same := f.sameMake(files, in); form != "" || !same {
		told := form != ""
		if form == "" && in.Format == files.Format {
			form = files.Form
		}
		if f.form, err = in.Layout.Form(form); err != nil {
			return nil, in.AtStart(fmt.Errorf("form column: %w", err))
		}
		if n := in.Layout.Columns; !told && in.Format == corpus.CoNLL && n > 1 {
			f.doubts = append(f.doubts, fmt.Sprintf("%d columns, but the training files have %d; column %d is read as words, one per line; name the word column with the option form", n, files.Columns, f.form+1))
		}
		if !slices.Equal(reads, []int{f.trained}) && (f.form != f.trained || in.Format != files.Format) {
			return nil, in.AtStart(unfit("the model reads column %s of %s files with %d columns, but this one is %s with %d",
				numbers(reads), files.Format, files.Columns, in.Format, in.Layout.Columns))
		}
	}
	last := 0 // the last column that m reads
	for _, c := range reads {
		if c == f.trained {
			c = f.form
		}
		if last = max(last, c); c >= in.Layout.Columns {
			return nil, in.AtStart(unfit("the model reads column %d, but the last column of this file is %d", c+1, in.Layout.Columns))
		}
	}
	return f, f.findLabel(m, in, label, last)
}

// fitDocuments finds the columns of documents: the words, and the labels of each layer.
func (f *fit) fitDocuments(m model.Labeller, in *input.Input, label string) error {
	f.trained = m.Input().Names["form"]
	program, err := m.Input().Program()
	if err != nil {
		return err
	}
	if reads := program.Columns(); !slices.Equal(reads, []int{f.trained}) {
		return in.AtStart(unfit("the model reads column %s of %s files, but %s documents have only words",
			numbers(reads), m.Metadata().Files.Format, in.Documents()))
	}
	if f.label, err = in.Layout.Value(cmp.Or(label, "2")); err != nil {
		return in.AtStart(fmt.Errorf("label column: %w", err))
	}
	return nil
}

// sameMake reports whether in has the columns of the training files, except perhaps the labels.
func (f *fit) sameMake(files model.Files, in *input.Input) bool {
	trained, n := files.Columns, in.Layout.Columns
	return files.Format == corpus.FormatAuto || // trained from Go, without files
		in.Format == files.Format &&
			(n == trained || n+1 == trained && files.Label == strconv.Itoa(trained))
}

// findLabel sets the label column, if there is one. last is the last column that the model reads.
func (f *fit) findLabel(m model.Labeller, in *input.Input, label string, last int) error {
	files := m.Metadata().Files
	switch {
	case label != "":
		v, err := in.Layout.Value(label)
		if err != nil {
			return in.AtStart(fmt.Errorf("label column: %w", err))
		}
		f.label = v
	case m.Metadata().Tool != "":
		if in.Layout.Columns > m.Input().Columns {
			f.label.Column = in.Layout.Columns - 1
		}
	case files.Label != "" && in.Format == files.Format && f.form == f.trained:
		if v, err := in.Layout.Value(files.Label); err == nil {
			f.label = v
		}
	case in.Format == corpus.CoNLLU:
		spec := ""
		if m.Scheme() != structured.Plain {
			spec = corpus.SpanValue
		}
		if v, err := in.Layout.Label(spec); err == nil {
			f.label = v
		}
	case files == model.Files{} && in.Layout.Columns-1 > last: // the model does not name its training files
		f.label.Column = in.Layout.Columns - 1
	}
	return nil
}

// numbers lists columns, counted from 1.
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

// Sentence returns s as a tagger reads it, with the words in the column of training.
func (f *fit) Sentence(s *input.Sentence) model.Sentence {
	switch {
	case f.ready:
		return model.Sentence{Items: s.Items.Attributes}
	case f.form != f.trained:
		return model.Sentence{Columns: moved{&s.Rows, f.trained, f.form}}
	}
	return model.Sentence{Columns: &s.Rows}
}

// moved is a sentence that presents column to as column from.
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

// Columns returns the number of columns, counting the moved one.
func (m moved) Columns() int { return max(m.from+1, m.Sentence.Columns()) }

// check returns an error if the input lacks a column that the options require.
func (o *FileOptions) check(in *input.Input, f *fit) error {
	missing := func(option, format string, args ...any) error {
		return in.AtStart(model.Refuse(option, format, args...))
	}
	switch {
	case in.Documents() != standoff.FormatAuto:
		return o.checkDocuments(in)
	case o.to != nil && in.HasItems():
		return in.AtStart(unfit("an attribute file has no words, which documents need"))
	case o.Documents.Aligner.Tokenizer != nil:
		return missing("tokenizer", "{tokenizer} is for plain text and documents, but this file has columns")
	case o.Fixed && f.label.Column < 0:
		return missing("label", "no label column to fix labels from; name it with {label}")
	case o.Spans && in.HasItems():
		return missing("span-probs", "the output for attribute files cannot hold span probabilities")
	case o.tool() != "" && o.tool() != asSuite && in.HasItems():
		return missing("output-format", "{output-format} %s repeats the columns of the input, but this is an attribute file", o.OutputFormat)
	case o.tool() != "" && o.says(detailReference) && f.label.Column < 0:
		return missing("label", "{detail} reference: no label column; name it with {label}")
	case o.to != nil || o.tool() != "" || in.Format != corpus.CoNLLU:
		return nil
	case f.label.Column < 0:
		return missing("label", "no label column to write to; name it with {label}")
	}
	if _, err := in.Layout.Column("misc"); err != nil && (o.Probabilities || o.Spans) {
		return missing("probs", "probabilities are written to the MISC column: %w", err)
	}
	return nil
}

// An unfitError says why an input does not fit a model. It wraps model.ErrInput without its text.
type unfitError string

func unfit(format string, args ...any) error { return unfitError(fmt.Sprintf(format, args...)) }

func (e unfitError) Error() string { return string(e) }

// Unwrap returns model.ErrInput.
func (e unfitError) Unwrap() error { return model.ErrInput }

// at adds the position of the sentence, or of the token that err names. It leaves model.ErrChanged
// as it is.
func at(in *input.Input, s *input.Sentence, err error) error {
	if errors.Is(err, model.ErrChanged) {
		return err
	}
	if token, ok := errors.AsType[*model.TokenError](err); ok {
		return in.At(s, token.Token, unfitError(token.Reason))
	}
	return in.At(s, 0, err)
}
