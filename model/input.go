package model

import (
	"fmt"
	"maps"

	"github.com/trellis-nlp/trellis/document"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
)

// Input describes what a model reads of a sentence. The zero Input reads ready-made attributes
// instead of columns.
type Input struct {
	Templates *features.Templates
	Columns   int               // number of columns for the templates; 0 means up to the largest in Names
	Names     map[string]int    // columns by name: form, pos, ...
	Lexicons  []lexicon.Lexicon // additional columns, derived from form and stored in the model
	First     Labeller          // labels documents, if Lexicons has the columns of package document; only for chains
}

// MaxLexicons is the number of lexicons that a model file can hold.
const MaxLexicons = 100

// Complete returns a copy of the input with its own map and with Columns set.
func (in Input) Complete() Input {
	in.Names = maps.Clone(in.Names)
	for _, c := range in.Names {
		in.Columns = max(in.Columns, c+1)
	}
	return in
}

// Program returns the templates bound to the columns, or nil if there are none. It returns an error
// if the templates refer to columns that the input does not have.
func (in Input) Program() (*features.Program, error) {
	switch {
	case len(in.Lexicons) > MaxLexicons:
		return nil, fmt.Errorf("%w: %d word resources, want at most %d", ErrInput, len(in.Lexicons), MaxLexicons)
	case in.Templates == nil && len(in.Lexicons) > 0:
		return nil, fmt.Errorf("%w: word resources, but no templates to read them", ErrInput)
	case in.Templates == nil:
		return nil, nil
	}
	if (in.First != nil) != document.In(in.Lexicons) {
		return nil, fmt.Errorf("%w: a first model, or columns for its labels; want both or none", ErrInput)
	}
	in = in.Complete()
	var more []features.Column
	for _, l := range in.Lexicons {
		if err := lexicon.Check(l); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInput, err)
		}
		more = append(more, l)
	}
	return in.Templates.Bind(in.Columns, in.Names, more...)
}

// Width returns the number of columns that a token must have for the templates and for the column
// form, if there is one. It returns 0 for ready-made attributes.
func (in Input) Width(p *features.Program) int {
	if p == nil {
		return 0
	}
	if c, ok := in.Names["form"]; ok {
		return max(p.Width(), c+1)
	}
	return p.Width()
}

// HasWords reports whether there is a word column.
func (in Input) HasWords() bool {
	_, ok := in.Names["form"]
	return in.Templates != nil && ok
}
