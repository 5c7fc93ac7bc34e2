package workers_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trellis-nlp/trellis/internal/workers"
)

func TestBounds(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	for _, c := range []struct{ threads, sentences, want int }{
		{0, 1000, 3}, {0, 2, 2}, {2, 1000, 2}, {100000, 121, 121}, {100000, 100000, 256}, {5, 0, 1}, {-1, 10, 3},
	} {
		assert.Equal(t, c.want, workers.ForTraining(c.threads, c.sentences), "%+v", c)
	}
	for threads, want := range map[int]int{0: 3, 1: 1, 12: 12, 13: 12, 10000: 12} {
		assert.Equal(t, want, workers.ForTagging(threads), threads)
	}
	runtime.GOMAXPROCS(100)
	assert.Equal(t, 400, workers.ForTraining(100000, 100000))
}
