package semicrf

import (
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

// surfaces are the templates for segment attributes, one line per kind of token text.
const surfaces = "u:%x[0,form]\nu:%l[0,form]\nu:%H[0,form]\n"

// Kinds of text, in the order of surfaces.
const (
	words = iota
	lowers
	shapes
	kinds
)

type reader struct {
	tokens, texts *features.Program
	width         int // the number of columns that they read
}

func bind(in *model.Input) (*reader, error) {
	if in.Templates == nil {
		return nil, fmt.Errorf("%w: no templates", model.ErrInput)
	}
	form, ok := in.Names["form"]
	if !ok {
		return nil, fmt.Errorf("%w: no column has the name form", model.ErrInput)
	}
	if len(in.Lexicons) > 0 {
		return nil, fmt.Errorf("%w: semi-Markov models do not support lexicons", model.ErrInput)
	}
	*in = in.Complete()
	var r reader
	var err error
	if r.tokens, err = in.Program(); err != nil {
		return nil, err
	}
	if r.tokens.HasValues() {
		return nil, fmt.Errorf("%w: semi-Markov models do not support templates with values (%%v)", model.ErrInput)
	}
	texts, err := features.Parse(strings.NewReader(surfaces), "surfaces", features.DialectTrellis)
	if err != nil {
		return nil, err
	}
	r.texts, err = texts.Bind(in.Columns, map[string]int{"form": form})
	r.width = in.Width(r.tokens)
	return &r, err
}

// extractors is the scratch memory with which one goroutine extracts attributes.
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
