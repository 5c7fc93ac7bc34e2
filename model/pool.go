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

// A Pool keeps taggers of one model for many goroutines. The zero Pool is ready to use.
type Pool struct {
	taggers sync.Map // maps TagOptions to *sync.Pool

	once sync.Once
	err  error // why words alone do not suffice for the model
}

// Label labels a sentence as [Tagger.Label] does, but its result remains valid.
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
	if !errors.Is(err, ErrChanged) { // a tagger may be in an undefined state after ErrChanged
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

// TagWords returns the best labels of words. If the model reads other columns too, the error wraps
// ErrInput.
func (p *Pool) TagWords(m Labeller, words []string) ([]string, error) {
	p.once.Do(func() { p.err = CheckWords(m) })
	if p.err != nil {
		return nil, p.err
	}
	return p.Tag(m, Sentence{Columns: sequence(words)})
}

// CheckWords returns an error that wraps ErrInput if a model reads more than the words of
// sentences.
func CheckWords(m Labeller) error {
	in := m.Input()
	program, err := in.Program()
	switch {
	case err != nil:
		return err
	case program == nil:
		return fmt.Errorf("%w: words, but the model reads ready-made attributes", ErrInput)
	}
	for _, c := range program.Columns() {
		if c != in.Names["form"] {
			return fmt.Errorf("%w: only words, but the model reads column %d too", ErrInput, c+1)
		}
	}
	return nil
}

// A sequence presents words in every column.
type sequence []string

func (s sequence) Len() int              { return len(s) }
func (s sequence) Field(t, _ int) string { return s[t] }
func (s sequence) Columns() int          { return math.MaxInt }

var _ features.Sequence = sequence(nil)

// TagAll returns the best labels of each sentence, in order. It uses the given number of
// goroutines: 0 means one per core, and the maximum is four per core. If a sentence fails or ctx
// ends, it returns the error and no labels.
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
