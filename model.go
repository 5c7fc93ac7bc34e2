package trellis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/segment"
	"github.com/trellis-nlp/trellis/text"
)

// ErrKind means that a kind of model does not support an operation.
var ErrKind = errors.New("not for this kind of model")

// A Model labels sentences. It is immutable and safe for concurrent use.
type Model struct {
	labeller model.Labeller
	path     string // of its file; "" if it has none
	storage  crf.SaveOptions
	pool     model.Pool
	texts    sync.Pool                      // of *model.TextTagger
	own      func() (text.Tokenizer, error) // opens the tokenizer that the model stores, once

	explainers sync.Pool // of *explain.Explainer
	wordsOnce  sync.Once
	wordsErr   error // why words alone do not suffice for the model
}

// newModel returns a model that [Model.SaveFile] saves with the given options.
func newModel(l model.Labeller, storage crf.SaveOptions) *Model {
	return &Model{labeller: l, storage: storage, own: sync.OnceValues(func() (text.Tokenizer, error) { return storedTokenizer(l) })}
}

// Open opens a model file of trellis, CRFsuite, CRF++ or Wapiti. It recognises the kind by the
// content. Errors start with the file name. If the file is not a valid model, the error wraps
// model.ErrModel.
//
// You may replace the file of an open model by renaming another one over it. If the file is
// truncated or overwritten, the methods of the model return an error that wraps model.ErrChanged.
// Before that error, labels may be wrong for up to 64 sentences per goroutine.
func Open(path string) (*Model, error) {
	l, err := model.Open(path, kinds)
	if err != nil {
		return nil, err
	}
	m := stored(l)
	m.path = path
	return m, nil
}

// Load is [Open] for a stream that holds only the model, such as an embedded file. The model needs
// no Close. To import or describe a model of another tool, open its file instead.
func Load(r io.Reader) (*Model, error) {
	l, err := model.Load(r, kinds)
	if err != nil {
		return nil, err
	}
	return stored(l), nil
}

// stored returns a model that SaveFile saves with the precision of its file.
func stored(l model.Labeller) *Model {
	if chain, ok := l.(*crf.Model); ok {
		return newModel(l, chain.Storage())
	}
	return newModel(l, crf.SaveOptions{})
}

// Kind returns the kind of model: "chain", "semi", "pruned", or the name of the tool that trained
// it.
func (m *Model) Kind() string { return m.labeller.Kind() }

// Labeller returns the model as a model.Labeller, which has its labels, metadata and taggers.
func (m *Model) Labeller() model.Labeller { return m.labeller }

// Config returns the completed settings of the training. Training with them on the same data and
// development data gives the same model. Models that do not store them, such as those of other
// tools, are an [ErrKind].
func (m *Model) Config() (Config, error) {
	text := m.labeller.Metadata().Config
	if text == "" {
		return Config{}, m.about(fmt.Errorf("%w: it does not store the settings of its training", ErrKind))
	}
	return recipe.Read(strings.NewReader(text), m.path)
}

// Tag returns the best labels for the words of a sentence. If the model reads other columns than
// the words, the error wraps model.ErrInput.
func (m *Model) Tag(words []string) ([]string, error) { return m.pool.TagWords(m.labeller, words) }

// TagSentence returns the best labels for a sentence with the columns of the training files, for
// example a features.Rows. If columns are missing, the error wraps model.ErrInput.
func (m *Model) TagSentence(s features.Sequence) ([]string, error) {
	return m.pool.Tag(m.labeller, model.Sentence{Columns: s})
}

// Label labels a sentence of columns or of ready-made attributes. The options select n-best lists,
// probabilities and spans. An option that the model does not support is a *model.OptionError.
func (m *Model) Label(s model.Sentence, o model.TagOptions) ([]model.Labelling, error) {
	return m.pool.Label(m.labeller, o, s)
}

// Evaluate scores the model on labelled sentences, in the columns of training. If the model does
// not name the label column, it is the last one, or UPOS in CoNLL-U.
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

// Describe describes the model, with up to top of the strongest attributes of each label. It
// describes models of other tools as [Import] converts them.
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
		return nil, fmt.Errorf("%s: %w: it has no description", m.path, ErrKind)
	}
	var d *model.Description
	err := model.Guard(l, func() (err error) {
		d, err = describer.Describe(top)
		return m.about(err)
	})
	if err != nil {
		return nil, err
	}
	if l.Metadata().Tokenizer == model.Learned {
		t, err := m.own()
		if err != nil {
			return nil, m.about(err)
		}
		d.Notes["tokenizer"] = fmt.Sprintf("%s, %d attributes", t.Name(), t.(*segment.Model).Attributes())
	}
	d.File = m.path
	if info, err := os.Stat(m.path); err == nil {
		d.Bytes = info.Size()
	}
	return d, nil
}

// about prefixes an error with the file name.
func (m *Model) about(err error) error {
	if err == nil || m.path == "" {
		return err
	}
	return fmt.Errorf("%s: %w", m.path, err)
}

// SaveFile writes the model to a file, all or nothing. Models of other tools are an ErrKind: import
// them first.
func (m *Model) SaveFile(path string) error {
	return safefile.Write(path, m.save)
}

func (m *Model) save(w io.Writer) error {
	switch l := m.labeller.(type) {
	case *crf.Model:
		return model.Guard(l, func() error { return l.Save(w, m.storage) })
	case interface{ Save(w io.Writer) error }:
		return l.Save(w)
	}
	return m.about(fmt.Errorf("%w: import a model of %s to save it", ErrKind, m.Kind()))
}

// Close releases the memory map of a model file. Do not use the model afterwards.
func (m *Model) Close() error { return m.labeller.Close() }
