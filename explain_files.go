package trellis

import (
	"context"
	"slices"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// An ExplanationWriter writes explanations, one after another. It keeps no part of them. The
// writers of package report are some.
type ExplanationWriter interface {
	Write(x *explain.Explanation) error
}

// ExplainFileOptions are the options of explanations of files.
type ExplainFileOptions struct {
	ExplainOptions // Gold is ignored: the labels of the files are the correct ones

	Tokenizer string // of plain text, as for Model.Tokenizer
	Format    corpus.Format
	Documents standoff.Options // says how documents of annotation tools are read
	Label     string           // label column; "" means as in training
	Form      string           // word column; "" means as in training
	Warn      func(string)     // receives warnings about files that look misread; may be nil
}

// ExplainFiles explains the labels of sentences of columns, attributes or documents. With Token, it
// skips shorter sentences. With Errors, it skips sentences whose labels are correct.
//
// An option that the model does not support is a *model.OptionError. If an input does not fit the
// model, the error has the position and wraps model.ErrInput.
func (m *Model) ExplainFiles(ctx context.Context, w ExplanationWriter, data Source, o ExplainFileOptions) error {
	if err := o.Check(); err != nil {
		return err
	}
	from := reading(m.labeller, o.Format, o.Documents)
	return eachInput(ctx, data, from, func(in *input.Input) error {
		f, err := newFit(m.labeller, in, o.Label, o.Form)
		if err != nil {
			return err
		}
		if o.Errors && f.label.Column < 0 {
			return in.AtStart(model.Refuse("errors", "{errors}: no label column; name it with {label}"))
		}
		err = in.Each(func(s *input.Sentence) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return m.explainInput(w, in, f, s, o.ExplainOptions)
		})
		in.Warn(o.Warn)
		warnAll(o.Warn, f.doubts)
		return err
	})
}

// explainInput explains a sentence of an input.
func (m *Model) explainInput(w ExplanationWriter, in *input.Input, f *fit, s *input.Sentence, o ExplainOptions) error {
	if o.Token > s.Len() {
		return nil
	}
	o.Gold = nil
	if f.label.Column >= 0 && (o.Errors || f.label.Key == "") { // a missing entry in MISC may mean O
		o.Gold = gold(in.Labels(nil, s, f.label))
	}
	var words []string
	if f.ready {
		words = names(s)
	} else {
		words = column(&s.Rows, f.form)
	}
	x, err := m.explain(words, f.Sentence(s), o)
	if err != nil {
		return at(in, s, err)
	}
	if o.Errors && !slices.ContainsFunc(x.Tokens, func(t explain.Token) bool { return t.Contrast != nil || t.Note != "" }) {
		return nil
	}
	x.File = in.Name
	switch {
	case len(words) == 0:
	case f.ready:
		x.Line = s.Items.Line(0)
	default:
		x.Line = s.Line(0)
	}
	return w.Write(x)
}

// gold returns the labels of a file, with "" for labels that mean none.
func gold(labels []string) []string {
	known := slices.Clone(labels)
	for t, name := range known {
		if name == "_" || name == "?" {
			known[t] = ""
		}
	}
	return known
}

// names returns the first attribute of each token, in place of a word.
func names(s *input.Sentence) []string {
	list := make([]string, len(s.Items.Attributes))
	for t, item := range s.Items.Attributes {
		if len(item) > 0 {
			list[t] = item[0].Name
		}
	}
	return list
}

// ExplainTextFiles explains the labels of plain text of files or standard input. It reads text as
// [Model.TagTextFiles] does.
func (m *Model) ExplainTextFiles(ctx context.Context, w ExplanationWriter, data Source, o ExplainFileOptions) error {
	if err := o.Check(); err != nil {
		return err
	}
	if o.Errors {
		return model.Refuse("errors", "{errors}: plain text has no labels")
	}
	if err := model.CheckWords(m.labeller); err != nil {
		return err
	}
	t, err := m.Tokenizer(o.Tokenizer)
	if err != nil {
		return err
	}
	return SplitTextFiles(ctx, documentExplainer{m, w, o.ExplainOptions}, t, data, 1)
}

// A documentExplainer explains the sentences of the documents that it receives.
type documentExplainer struct {
	m *Model
	w ExplanationWriter
	o ExplainOptions
}

// Write implements [DocumentWriter].
func (e documentExplainer) Write(d *Document) error {
	if e.o.Token > 0 {
		d.Sentences = slices.DeleteFunc(d.Sentences, func(s DocumentSentence) bool { return len(s.Tokens) < e.o.Token })
	}
	list, err := e.m.explainDocument(d, e.o)
	if err != nil {
		return err
	}
	for _, x := range list {
		if err := e.w.Write(x); err != nil {
			return err
		}
	}
	return nil
}
