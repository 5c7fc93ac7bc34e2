package trellis

import (
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/interop"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// ImportOptions are the options of [Import].
type ImportOptions struct {
	Scheme  string // scheme that the labels must follow: iob1, bio or bioes; "" or "plain" means no constraints
	Weights string // precision in files: "float64" (or ""), "float32", "int16" or "int8"
	Strip   bool   // SaveFile leaves out the attribute names
}

// Import converts a model file of CRFsuite, CRF++ or Wapiti to a chain model. Each note is a
// sentence that describes what the conversion lost.
func Import(path string, o ImportOptions) (m *Model, notes []string, err error) {
	if o.Weights == "" {
		o.Weights = crf.Float64.String()
	}
	storage, err := storageOf(o.Weights, o.Strip)
	if err != nil {
		return nil, nil, err
	}
	scheme, err := schemeOf(o.Scheme, "plain, iob1, bio or bioes")
	if err != nil {
		return nil, nil, err
	}
	chain, notes, err := importFile(path, scheme)
	if err != nil {
		return nil, nil, err
	}
	return newModel(chain, storage), notes, nil
}

// schemeOf parses the name of a scheme; "" is plain.
func schemeOf(name, want string) (structured.Scheme, error) {
	if name == "" {
		return structured.Plain, nil
	}
	scheme, err := structured.ParseScheme(name)
	if err != nil {
		return scheme, model.Refuse("scheme", "{scheme} %s: want %s", name, want)
	}
	return scheme, nil
}

// storageOf returns the options for saving. Weights are float32 by default.
func storageOf(weights string, strip bool) (crf.SaveOptions, error) {
	if weights == "" {
		weights = crf.Float32.String()
	}
	w, err := crf.ParsePrecision(weights)
	if err != nil {
		return crf.SaveOptions{}, model.Refuse("weights", "{weights}: %w", err)
	}
	return crf.SaveOptions{Precision: w, Strip: strip}, nil
}

func importFile(path string, scheme structured.Scheme) (*crf.Model, []string, error) {
	var notes []string
	anyKind := model.Kind{Detect: func([]byte) bool { return true }, Load: parser(func(data []byte) (*crf.Model, error) {
		content, found, err := interop.Import(data)
		if err != nil {
			return nil, err
		}
		notes, content.Scheme = found, scheme
		return crf.New(content)
	})}
	l, err := model.Open(path, []model.Kind{anyKind})
	if err != nil {
		return nil, nil, err
	}
	return l.(*crf.Model), notes, nil
}

// Imported returns the model itself, or what [Import] returns for a model of another tool.
func (m *Model) Imported() (*Model, []string, error) {
	if m.Kind() == model.Chain {
		return m, nil, nil
	}
	chain, notes, err := m.imported()
	if err != nil {
		return nil, nil, err
	}
	own := newModel(chain, crf.SaveOptions{Precision: crf.Float64})
	own.path = m.path
	return own, notes, nil
}

// imported returns the model as a chain model. It returns an error for semi-Markov and pruned
// models.
func (m *Model) imported() (*crf.Model, []string, error) {
	if chain, ok := m.labeller.(*crf.Model); ok {
		return chain, nil, nil
	}
	switch m.Kind() {
	case model.SemiMarkov:
		return nil, nil, m.about(fmt.Errorf("%w: a semi-Markov model also has weights for segments", ErrKind))
	case model.Pruned:
		return nil, nil, m.about(fmt.Errorf("%w: a pruned higher-order model has more weights than those of attributes and label pairs", ErrKind))
	}
	if m.path == "" {
		return nil, nil, fmt.Errorf("%w: a model of %s that Load has read; open its file to import it", ErrKind, m.Kind())
	}
	return importFile(m.path, structured.Plain)
}

// content returns the content of the model, as a chain model.
func (m *Model) content() (chain *crf.Model, content crf.Content, err error) {
	if chain, _, err = m.imported(); err != nil {
		return nil, content, err
	}
	err = model.Guard(chain, func() error {
		content, err = chain.Content()
		return m.about(err)
	})
	return chain, content, err
}

// PruneOptions are the options of [Model.Prune].
type PruneOptions struct {
	Below   float64 // drop the features whose weights have a smaller magnitude
	Keep    *int    // keep this many features, those with the largest weights; nil means all
	Weights string  // precision in files: "float32" (or ""), "float64", "int16" or "int8"
	Strip   bool    // SaveFile leaves out the attribute names
}

// Prune returns a chain model without the features whose weights are small. It keeps all
// transitions. It imports models of other tools first. Semi-Markov and pruned models are an
// ErrKind.
func (m *Model) Prune(o PruneOptions) (*Model, error) {
	storage, err := storageOf(o.Weights, o.Strip)
	switch {
	case err != nil:
		return nil, err
	case !(o.Below >= 0):
		return nil, model.Refuse("below", "{below} %v: want a number that is not negative", o.Below)
	case o.Keep != nil && *o.Keep < 0:
		return nil, model.Refuse("keep", "{keep} %d: want a number that is not negative", *o.Keep)
	}
	_, content, err := m.content()
	if err != nil {
		return nil, err
	}
	keep := -1
	if o.Keep != nil {
		keep = *o.Keep
	}
	content.Drop(o.Below, keep)
	pruned, err := crf.New(content)
	if err != nil {
		return nil, m.about(err)
	}
	return newModel(pruned, storage), nil
}

// Exported describes what [Model.ExportCRFsuite] wrote and what it could not write.
type Exported struct {
	Labels, Attributes, Features int

	Templates  bool // CRFsuite does not apply the templates: it needs ready-made attributes
	Grammar    bool // CRFsuite does not enforce the label scheme
	Dictionary bool // CRFsuite has no tag dictionary: every word may get every label
}

// ExportCRFsuite writes the model to a file in the format of CRFsuite, all or nothing. If the
// format cannot hold the model, the error wraps interop.ErrUnlike.
func (m *Model) ExportCRFsuite(path string) (*Exported, error) {
	chain, content, err := m.content()
	if err != nil {
		return nil, err
	}
	made, err := interop.ToCRFsuite(content)
	if err != nil {
		return nil, m.about(err)
	}
	if err := safefile.Write(path, func(w io.Writer) error { return crfsuite.Write(w, made) }); err != nil {
		return nil, err
	}
	return &Exported{
		Labels: len(made.Labels), Attributes: len(made.Attributes), Features: made.Features(),
		Templates: chain.Input().Templates != nil, Grammar: chain.Scheme() != structured.Plain, Dictionary: len(content.Dictionary) > 0,
	}, nil
}
