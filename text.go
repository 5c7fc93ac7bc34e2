package trellis

import (
	"context"

	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/internal/learning"
)

// ReadText reads the words of files, for clustering. The format is text (one sentence per line),
// conll, conllu, or auto. If the lines have different numbers of tokens, auto means text. Form is
// the word column; "" means the default of the format.
func ReadText(ctx context.Context, data Source, format, form string) (*cluster.Text, error) {
	return learning.ReadText(ctx, data, learning.TextOptions{Format: format, Form: form})
}
