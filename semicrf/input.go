package semicrf

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/trellis-nlp/trellis/features"
)

// ErrInput says that sentences do not fit what a model or data set reads.
var ErrInput = errors.New("unfit input")

// Input says what a model reads of a sentence.
type Input struct {
	Templates *features.Templates
	Columns   int            // that the templates may refer to; 0 means those of the names
	Names     map[string]int // the columns by name; form, the words, must be among them
}

// surfaces is what segments are told apart by, one line a kind of text of a token.
const surfaces = "u:%x[0,form]\nu:%l[0,form]\nu:%H[0,form]\n"

// kinds of text, in the order of surfaces.
const (
	words = iota
	lowers
	shapes
	kinds
)

// A reader is bound templates.
type reader struct {
	tokens, texts *features.Program
}

func (in *Input) bind() (*reader, error) {
	if in.Templates == nil {
		return nil, fmt.Errorf("%w: no templates", ErrInput)
	}
	form, ok := in.Names["form"]
	if !ok {
		return nil, fmt.Errorf("%w: no column is named form", ErrInput)
	}
	in.Names = maps.Clone(in.Names)
	for _, c := range in.Names {
		in.Columns = max(in.Columns, c+1)
	}
	var r reader
	var err error
	if r.tokens, err = in.Templates.Bind(in.Columns, in.Names); err != nil {
		return nil, err
	}
	if r.tokens.HasValues() {
		return nil, fmt.Errorf("%w: templates with values (%%v)", ErrInput)
	}
	texts, err := features.Parse(strings.NewReader(surfaces), "surfaces", features.DialectTrellis)
	if err != nil {
		return nil, err
	}
	r.texts, err = texts.Bind(in.Columns, map[string]int{"form": form})
	return &r, err
}

// extractors are the scratch memory with which one goroutine reads.
type extractors struct {
	tokens, texts *features.Extractor
}

func (r *reader) extractors() extractors {
	return extractors{r.tokens.NewExtractor(), r.texts.NewExtractor()}
}

func (e *extractors) reset(seq features.Sequence) {
	e.tokens.Reset(seq)
	e.texts.Reset(seq)
}
