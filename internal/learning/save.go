package learning

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/interop"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/prunedcrf"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/semicrf"
)

// Save writes the model to a file as the configuration says, all or nothing. When ctx ends it does not wait for the reader
// of a FIFO.
func (r *Result) Save(ctx context.Context, path string) error {
	return safefile.WriteContext(ctx, path, func(w io.Writer) error { return Save(w, r.Model, &r.Config) })
}

// Save writes a model with the precision that a configuration asks for. Semi-Markov models and pruned chains have one.
func Save(w io.Writer, m Model, c *recipe.Config) error {
	switch x := m.(type) {
	case *semicrf.Model:
		return x.Save(w)
	case *prunedcrf.Model:
		return x.Save(w)
	case *crf.Model:
		o := crf.SaveOptions{Strip: c.Strip}
		if c.Weights != "" {
			var err error
			if o.Precision, err = crf.ParsePrecision(c.Weights); err != nil {
				return err
			}
		}
		return x.Save(w, o)
	}
	return fmt.Errorf("%w: a %T cannot be saved", model.ErrModel, m)
}

// OpenStart opens the model that a configuration starts from, nil if there is none. A chain may start from a model of
// another tool.
func OpenStart(c *recipe.Config) (Model, error) {
	if c.Init == "" {
		return nil, nil
	}
	m, err := openStart(c)
	if err != nil {
		if p, ok := errors.AsType[*os.PathError](err); ok {
			err = p.Err
		}
		return nil, fmt.Errorf("%s: %w", c.Init, err)
	}
	return m, nil
}

func openStart(c *recipe.Config) (Model, error) {
	f, err := os.Open(c.Init)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	switch c.Kind() {
	case model.SemiMarkov:
		return asModel(semicrf.Load(f))
	case model.Pruned:
		return asModel(prunedcrf.Load(f))
	}
	if !input.Regular(f) {
		return asModel(crf.Load(f))
	}
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if interop.Detect(head[:n]) == 0 {
		return asModel(crf.Open(c.Init))
	}
	data, err := os.ReadFile(c.Init)
	if err != nil {
		return nil, err
	}
	p, _, err := interop.Import(data)
	if err != nil {
		return nil, err
	}
	return asModel(crf.New(p))
}

// asModel keeps a nil pointer from becoming an interface that is not nil.
func asModel[M interface {
	comparable
	Model
}](m M, err error) (Model, error) {
	if err != nil {
		return nil, err
	}
	return m, nil
}
