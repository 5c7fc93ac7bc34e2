package crf

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/workers"
)

// TagAll returns the best labels of each sentence, in their order, found by so many goroutines: 0 means one a core, and
// there are at most four a core. It ends at the first sentence that fails, or when ctx ends, with the error and no labels.
func (m *Model) TagAll(ctx context.Context, sentences []features.Sequence, threads int) ([][]string, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	labels := make([][]string, len(sentences))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers.ForTagging(threads), len(sentences)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				k := int(next.Add(1)) - 1
				if k >= len(sentences) {
					return
				}
				var err error
				if labels[k], err = m.Tag(sentences[k]); err != nil {
					stop(fmt.Errorf("sentence %d: %w", k+1, err))
				}
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return labels, nil
}
