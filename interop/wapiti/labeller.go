package wapiti

import (
	"fmt"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

var _ model.Labeller = (*Model)(nil)

// Kind returns [model.Wapiti].
func (m *Model) Kind() string { return model.Wapiti }

// Scheme returns Plain: Wapiti does not constrain labels.
func (m *Model) Scheme() structured.Scheme { return structured.Plain }

// Input returns the templates and the number of columns that they may refer to.
func (m *Model) Input() model.Input {
	return model.Input{Templates: m.Templates(), Columns: m.columns}
}

// Metadata contains the name of the tool.
func (m *Model) Metadata() *model.Metadata { return &m.meta }

// Close does nothing: the model is in memory.
func (m *Model) Close() error { return nil }

// NewTagger returns a tagger for one goroutine. Wapiti models have no grammar and no tag dictionary
// to disable. For a raw model the error wraps model.ErrInput: use [Model.Label] or
// [Decoder.ReadRaw].
func (m *Model) NewTagger(o model.TagOptions) (model.Tagger, error) {
	if m.program == nil {
		return nil, fmt.Errorf("%w: a raw model of Wapiti reads rows of any number of attributes, not columns", model.ErrInput)
	}
	return model.NewTagger(m, m.NewDecoder(), o)
}

// Tag returns the best labels of a sentence.
func (m *Model) Tag(seq features.Sequence) ([]string, error) {
	return m.pool.Tag(m, model.Sentence{Columns: seq})
}

// TagWords is Tag for words. If the model reads more columns than the word, the error wraps
// model.ErrInput.
func (m *Model) TagWords(words []string) ([]string, error) { return m.pool.TagWords(m, words) }
