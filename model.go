package trellis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// ErrKind says that a kind of model cannot do what was asked for.
var ErrKind = errors.New("not for this kind of model")

// ErrNoText says that plain text cannot be labelled: this version neither splits it into sentences nor these into
// words.
var ErrNoText = errors.New("plain text is not supported yet: split it into sentences of words")

// A Document is a text with its labelled sentences.
type Document struct {
	Text string
}

// A Model labels sentences. It is immutable and safe for concurrent use.
type Model struct {
	labeller model.Labeller
	path     string // of the file that it was opened from
	storage  crf.SaveOptions
	pool     model.Pool
}

// newModel returns a model that [Model.SaveFile] stores as storage says.
func newModel(l model.Labeller, storage crf.SaveOptions) *Model {
	return &Model{labeller: l, storage: storage}
}

// Open opens a model file: one of this module, or of CRFsuite, CRF++ or Wapiti. It recognises the kind by the content.
// Errors start with the name of the file; a file that is not a valid model is an error that wraps model.ErrModel.
//
// Moving another file into the place of an open model does no harm. If the file is cut short or overwritten, the
// methods of the model return an error that wraps model.ErrChanged. Labels may be wrong for up to 64 sentences a
// goroutine before that.
func Open(path string) (*Model, error) {
	l, err := model.Open(path, kinds)
	if err != nil {
		return nil, err
	}
	m := newModel(l, crf.SaveOptions{})
	if chain, ok := l.(*crf.Model); ok {
		m.storage = chain.Storage()
	}
	m.path = path
	return m, nil
}

// Kind returns the kind of model: "chain", "semi", "pruned", or the tool that trained it.
func (m *Model) Kind() string { return m.labeller.Kind() }

// Labeller returns the model as package model sees it, for its labels, metadata and taggers.
func (m *Model) Labeller() model.Labeller { return m.labeller }

// Config returns the settings of the training, completed: with the same data and development data they give the same
// model again. It is an [ErrKind] for a model that does not know, such as one of another tool.
func (m *Model) Config() (Config, error) {
	text := m.labeller.Metadata().Config
	if text == "" {
		return Config{}, m.about(fmt.Errorf("%w: it does not say how it was trained", ErrKind))
	}
	return recipe.Read(strings.NewReader(text), m.path)
}

// Tag returns the best labels of a sentence, given its words. A model that reads more than words is an error that wraps
// model.ErrInput.
func (m *Model) Tag(words []string) ([]string, error) { return m.pool.TagWords(m.labeller, words) }

// TagText returns ErrNoText.
func (m *Model) TagText(string) (*Document, error) { return nil, ErrNoText }

// TagSentence returns the best labels of a sentence of columns, as in the files that the model was trained on;
// features.Rows is such a sequence. Tokens that lack columns are an error that wraps model.ErrInput.
func (m *Model) TagSentence(s features.Sequence) ([]string, error) {
	return m.pool.Tag(m.labeller, model.Sentence{Columns: s})
}

// Label labels a sentence, of columns or of ready-made attributes, as the options say: alternatives, probabilities and
// spans. An option that the model cannot respect is a *model.OptionError.
func (m *Model) Label(s model.Sentence, o model.TagOptions) ([]model.Labelling, error) {
	return m.pool.Label(m.labeller, o, s)
}

// Evaluate scores the model on labelled sentences. The columns are those of training; a model that does not say what it
// was trained on takes the last column for the labels, or UPOS of CoNLL-U.
func (m *Model) Evaluate(ctx context.Context, data corpus.Source) (*metrics.Results, error) {
	var p predictor
	if err := p.open(m.labeller); err != nil {
		return nil, err
	}
	scorer := newScorer(m.labeller)
	if err := scoreSource(ctx, data, &p, scorer); err != nil {
		return nil, err
	}
	r := scorer.Results()
	return &r, nil
}

// Describe says what the model holds, with up to top of the strongest attributes of each label. A model of another tool
// is described as [Import] makes it.
func (m *Model) Describe(top int) (*model.Description, error) {
	l := m.labeller
	if l.Metadata().Tool != "" && l.Kind() != model.Chain {
		chain, _, err := m.imported()
		if err != nil {
			return nil, err
		}
		l = chain
	}
	describer, ok := l.(model.Describer)
	if !ok {
		return nil, fmt.Errorf("%s: %w: there is nothing to describe", m.path, ErrKind)
	}
	var d *model.Description
	err := model.Guard(l, func() (err error) {
		d, err = describer.Describe(top)
		return m.about(err)
	})
	if err != nil {
		return nil, err
	}
	d.File = m.path
	if info, err := os.Stat(m.path); err == nil {
		d.Bytes = info.Size()
	}
	return d, nil
}

// about puts the name of the file before an error.
func (m *Model) about(err error) error {
	if err == nil || m.path == "" {
		return err
	}
	return fmt.Errorf("%s: %w", m.path, err)
}

// SaveFile writes the model to a file, all or nothing. A model of another tool is an ErrKind: import it first.
func (m *Model) SaveFile(path string) error {
	return safefile.Write(path, func(w io.Writer) error {
		switch l := m.labeller.(type) {
		case *crf.Model:
			return model.Guard(l, func() error { return l.Save(w, m.storage) })
		case interface{ Save(w io.Writer) error }:
			return l.Save(w)
		}
		return m.about(fmt.Errorf("%w: import a model of %s to save it", ErrKind, m.Kind()))
	})
}

// Close gives back the memory map of a model that was opened from a file. The model must not be used any more.
func (m *Model) Close() error { return m.labeller.Close() }
