package model

import (
	"fmt"
	"maps"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
)

// Input says what a model reads of a sentence. The zero Input reads ready-made attributes, not columns.
type Input struct {
	Templates *features.Templates
	Columns   int               // that the templates may refer to; 0 means those of the names
	Names     map[string]int    // the columns that templates call by name: form, pos ...
	Lexicons  []lexicon.Lexicon // further columns, which follow from form and are stored with the model
}

// MaxLexicons is how many lexicons the sections of a model file can name.
const MaxLexicons = 100

// Complete returns the input with a map of names of its own and its number of columns filled in.
func (in Input) Complete() Input {
	in.Names = maps.Clone(in.Names)
	for _, c := range in.Names {
		in.Columns = max(in.Columns, c+1)
	}
	return in
}

// Program returns the templates bound to the columns, nil if there are none. It fails where the templates
// refer to columns that the input lacks.
func (in Input) Program() (*features.Program, error) {
	switch {
	case len(in.Lexicons) > MaxLexicons:
		return nil, fmt.Errorf("%w: %d lexicons, want at most %d", ErrInput, len(in.Lexicons), MaxLexicons)
	case in.Templates == nil && len(in.Lexicons) > 0:
		return nil, fmt.Errorf("%w: lexicons without templates that read them", ErrInput)
	case in.Templates == nil:
		return nil, nil
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

// Width returns the number of columns that a token must have for the program of the input and for its words, if a
// column is named form; 0 for ready-made attributes.
func (in Input) Width(p *features.Program) int {
	if p == nil {
		return 0
	}
	if c, ok := in.Names["form"]; ok {
		return max(p.Width(), c+1)
	}
	return p.Width()
}

// HasWords reports whether a column holds words.
func (in Input) HasWords() bool {
	_, ok := in.Names["form"]
	return in.Templates != nil && ok
}
