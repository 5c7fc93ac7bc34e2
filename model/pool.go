package model

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/workers"
)

// A Pool keeps taggers of one model for many goroutines. The zero Pool is empty.
type Pool struct {
	taggers sync.Map // from TagOptions to a *sync.Pool

	once sync.Once
	err  error // why words are not enough for the model
}

// Label labels a sentence as [Tagger.Label] does, into memory of its own.
func (p *Pool) Label(m Labeller, o TagOptions, s Sentence) ([]Labelling, error) {
	kept, ok := p.taggers.Load(o)
	if !ok {
		kept, _ = p.taggers.LoadOrStore(o, new(sync.Pool))
	}
	pool := kept.(*sync.Pool)
	t, ok := pool.Get().(Tagger)
	if !ok {
		var err error
		if t, err = m.NewTagger(o); err != nil {
			return nil, err
		}
	}
	list, err := t.Label(s, nil)
	if !errors.Is(err, ErrChanged) { // which may leave a tagger amid a sentence
		defer pool.Put(t)
	}
	if err != nil {
		return nil, err
	}
	own := make([]Labelling, len(list))
	for k, l := range list {
		own[k] = l
		own[k].Labels, own[k].Probabilities, own[k].Spans = append([]string{}, l.Labels...), slices.Clone(l.Probabilities), slices.Clone(l.Spans)
	}
	return own, nil
}

// Tag returns the best labels of a sentence.
func (p *Pool) Tag(m Labeller, s Sentence) ([]string, error) {
	list, err := p.Label(m, TagOptions{}, s)
	if err != nil {
		return nil, err
	}
	return list[0].Labels, nil
}

// TagWords returns the best labels of words. A model that reads more than words is an error that wraps ErrInput.
func (p *Pool) TagWords(m Labeller, words []string) ([]string, error) {
	p.once.Do(func() { p.err = onlyWords(m) })
	if p.err != nil {
		return nil, p.err
	}
	return p.Tag(m, Sentence{Columns: sequence(words)})
}

// onlyWords reports what else a model reads than words.
func onlyWords(m Labeller) error {
	in := m.Input()
	program, err := in.Program()
	switch {
	case err != nil:
		return err
	case program == nil:
		return fmt.Errorf("%w: words for a model of ready-made attributes", ErrInput)
	}
	for _, c := range program.Columns() {
		if c != in.Names["form"] {
			return fmt.Errorf("%w: words alone, but the model reads column %d too", ErrInput, c+1)
		}
	}
	return nil
}

// A sequence of words has them in every column.
type sequence []string

func (s sequence) Len() int              { return len(s) }
func (s sequence) Field(t, _ int) string { return s[t] }
func (s sequence) Columns() int          { return math.MaxInt }

var _ features.Sequence = sequence(nil)

// TagAll returns the best labels of each sentence, in their order, found by so many goroutines: 0 means one a core, and
// there are at most four a core. It ends at the first sentence that fails, or when ctx ends, with the error and no
// labels.
func TagAll(ctx context.Context, m Labeller, sentences []features.Sequence, threads int) ([][]string, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	labels := make([][]string, len(sentences))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers.ForTagging(threads), len(sentences)) {
		wg.Go(func() {
			t, err := m.NewTagger(TagOptions{})
			if err != nil {
				stop(err)
				return
			}
			for ctx.Err() == nil {
				k := int(next.Add(1)) - 1
				if k >= len(sentences) {
					return
				}
				list, err := t.Label(Sentence{Columns: sentences[k]}, nil)
				if err != nil {
					stop(fmt.Errorf("sentence %d: %w", k+1, err))
					return
				}
				labels[k] = append([]string{}, list[0].Labels...)
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err := Check(m); err != nil {
		return nil, err
	}
	return labels, nil
}
