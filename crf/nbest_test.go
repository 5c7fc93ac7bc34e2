package crf

import (
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

// nbest returns the n best label sequences of a sentence.
func nbest(m *Model, seq features.Sequence, n int) ([]model.Labelling, error) {
	return m.pool.Label(m, model.TagOptions{NBest: n}, model.Sentence{Columns: seq})
}
