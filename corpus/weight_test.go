package corpus_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
)

func TestSentenceWeight(t *testing.T) {
	for text, want := range map[string]float64{
		"a A\n": 1, "# weight = 2.5\na A\n": 2.5, "# weight=0\na\tA\n": 0,
		"# sent_id = 1\n# weight = 1e3\na A\n": 1000, "# weights = 3\n# weight\na A\n": 1,
	} {
		var s corpus.Sentence
		require.NoError(t, corpus.NewReader(strings.NewReader(text), "", corpus.Options{}).Read(&s))
		w, err := s.Weight()
		require.NoError(t, err)
		assert.Equal(t, want, w, text)
	}
	for _, v := range []string{"", "heavy", "-1", "NaN", "Inf"} {
		var s corpus.Sentence
		r := corpus.NewReader(strings.NewReader("# weight = "+v+"\na A\n\nb B\n"), "", corpus.Options{})
		require.NoError(t, r.Read(&s))
		_, err := s.Weight()
		assert.ErrorContains(t, err, "want a finite number", v)
		require.NoError(t, r.Read(&s))
		assert.ErrorIs(t, r.Read(&s), io.EOF)
	}
}
