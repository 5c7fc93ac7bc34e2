package workers_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trellis-nlp/trellis/internal/workers"
)

// squares sends the numbers below n through a pipeline that squares them, and returns what it
// writes. Writing fails at number failAt, and cutting after the last number if cut is not nil.
func squares(ctx context.Context, threads, n, failAt int, cut, wrong error) (written []int, err error) {
	type block struct{ in, out int }
	err = workers.Run(ctx, threads, workers.Stages[block]{
		Cut: func(ctx context.Context, p *workers.Pipeline[block]) error {
			for k := range n {
				b, err := p.Take(ctx)
				if err != nil {
					return err
				}
				if again, err := p.Take(ctx); again != b || err != nil {
					return errors.New("another block before Send")
				}
				b.in = k
				p.Send()
			}
			return cut
		},
		Worker: func(int) func(*block) {
			return func(b *block) { b.out = b.in * b.in }
		},
		Write: func(b *block) error {
			if b.in == failAt {
				return wrong
			}
			written = append(written, b.out)
			return nil
		},
	})
	return written, err
}

func TestPipelineKeepsOrder(t *testing.T) {
	var want []int
	for k := range 1000 {
		want = append(want, k*k)
	}
	for _, threads := range []int{1, 2, 7} {
		got, err := squares(t.Context(), threads, len(want), -1, nil, nil)
		assert.NoError(t, err)
		assert.Equal(t, want, got, "%d threads", threads)
	}
}

func TestPipelineErrors(t *testing.T) {
	end, wrong := errors.New("end of input"), errors.New("disk full")
	got, err := squares(t.Context(), 2, 5, -1, end, nil)
	assert.Equal(t, end, err)
	assert.Equal(t, []int{0, 1, 4, 9, 16}, got, "all blocks before the error")

	got, err = squares(t.Context(), 2, 1000, 3, end, wrong)
	assert.Equal(t, wrong, err, "the error of writing comes first")
	assert.Equal(t, []int{0, 1, 4}, got)

	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = squares(ctx, 2, 1000, -1, nil, nil)
	assert.ErrorIs(t, err, context.Canceled)
}
