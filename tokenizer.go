package trellis

import (
	"context"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/segment"
	"github.com/trellis-nlp/trellis/text"
)

// TokenizerOptions are the options of [TrainTokenizer]. The zero value reads CoNLL-U.
type TokenizerOptions struct {
	// Separator is the text between words, for files of plain text with separators. Each line is a
	// paragraph of one sentence. "" means that the files are CoNLL-U.
	Separator string
	// Dev is the development data, in the same format. Training keeps the weights that are best on
	// it.
	Dev      Source
	Threads  int            // 0 means one per core; results depend on it in the last digits
	Progress func(Progress) // called after each step, unless nil
}

// TrainTokenizer learns a tokenizer from files. CoNLL-U says by SpaceAfter=No where no space
// follows a token. Without it, the error wraps ErrInput. With o.Dev, TrainTokenizer also returns
// the scores on the development data.
//
// When ctx ends, TrainTokenizer returns the best tokenizer so far and an error that wraps
// ctx.Err(). If no step was complete, the tokenizer is nil.
func TrainTokenizer(ctx context.Context, data Source, o TokenizerOptions) (*segment.Model, *TextScores, error) {
	if o.Threads < 0 {
		return nil, nil, model.Refuse("threads", "{threads} %d: want a positive number, or 0 for all cores", o.Threads)
	}
	refs, err := o.references(ctx, data)
	if err != nil {
		return nil, nil, err
	}
	settings := segment.Options{Threads: o.Threads, Progress: o.Progress}
	if !o.Dev.IsZero() {
		dev, err := o.references(ctx, o.Dev)
		if err != nil {
			return nil, nil, err
		}
		settings.Dev = text.Join(dev)
	}
	m, scores, err := learning.TrainTokenizer(ctx, refs, settings)
	if scores == nil {
		return m, nil, err
	}
	return m, &TextScores{Scores: *scores}, err
}

// references reads a reference from each file.
func (o *TokenizerOptions) references(ctx context.Context, data Source) ([]*text.Reference, error) {
	if len(data.Sentences) > 0 {
		return nil, unfit("sentences in memory, expected files")
	}
	var refs []*text.Reference
	for _, name := range data.Paths {
		raw, err := input.OpenRaw(ctx, name, data.Stdin)
		if err != nil {
			return nil, err
		}
		r, err := o.reference(raw, raw.Name)
		raw.Close()
		if err != nil {
			return nil, err
		}
		if len(r.Tokens) == 0 {
			return nil, fmt.Errorf("%s: %w: no tokens, expected %s", raw.Name, model.ErrInput, o.format())
		}
		refs = append(refs, r)
	}
	return refs, nil
}

func (o *TokenizerOptions) reference(r io.Reader, name string) (*text.Reference, error) {
	if o.Separator != "" {
		return text.ReadSeparated(r, name, o.Separator)
	}
	return text.ReadReference(r, name, -1)
}

func (o *TokenizerOptions) format() string {
	if o.Separator == "" {
		return "CoNLL-U"
	}
	return fmt.Sprintf("words with %q between them", o.Separator)
}
