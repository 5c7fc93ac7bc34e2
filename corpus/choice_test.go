package corpus_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
)

func TestChoice(t *testing.T) {
	one := func(l string) corpus.Choice { return corpus.Choice{Labels: []string{l}} }
	for _, c := range []struct {
		s     corpus.Supervision
		field string
		want  corpus.Choice
	}{
		{corpus.Full, "?", one("?")},
		{corpus.Full, "A|B:0.5", one("A|B:0.5")},
		{corpus.Partial, "?", corpus.Choice{}},
		{corpus.Partial, "_", corpus.Choice{}},
		{corpus.Partial, "", corpus.Choice{}},
		{corpus.Partial, "NOUN", one("NOUN")},
		{corpus.Partial, "A|B-x|C", corpus.Choice{Labels: []string{"A", "B-x", "C"}}},
		{corpus.Partial, "A:0.7", one("A:0.7")},
		{corpus.Soft, "?", corpus.Choice{}},
		{corpus.Soft, "A|B", corpus.Choice{Labels: []string{"A", "B"}}},
		{corpus.Soft, "nsubj:pass", one("nsubj:pass")},
		{corpus.Soft, "A:0.75|nsubj:pass:0.25", corpus.Choice{Labels: []string{"A", "nsubj:pass"}, Shares: []float64{0.75, 0.25}}},
		{corpus.Soft, "A:0|B:1", corpus.Choice{Labels: []string{"B"}, Shares: []float64{1}}},
		{corpus.Soft, "A:0.33|B:0.33|C:0.33", corpus.Choice{Labels: []string{"A", "B", "C"}, Shares: []float64{1. / 3, 1. / 3, 1. / 3}}},
	} {
		got, err := c.s.Choice(c.field)
		require.NoError(t, err, c.field)
		assert.Equal(t, c.want.Labels, got.Labels, c.field)
		assert.InDeltaSlice(t, c.want.Shares, got.Shares, 1e-15, c.field)
		assert.Equal(t, len(c.want.Labels) == 1, got.Certain())
	}
	for field, says := range map[string]string{
		"A|":          "a name is missing",
		"A|?":         "a name is missing",
		"A|A":         "A twice",
		"A:0.7|B":     "all labels have a share, or none",
		"A:0.7|B:0.2": "shares of sum 0.89",
		"A:NaN|B:0.2": "share NaN of A",
		"A:-1|B:2":    "share -1 of A",
		"A:0.7":       "shares of sum 0.7",
	} {
		_, err := corpus.Soft.Choice(field)
		require.ErrorIs(t, err, corpus.ErrLabel, field)
		assert.ErrorContains(t, err, says)
	}
}

func FuzzChoice(f *testing.F) {
	for _, field := range []string{"", "?", "A|B", "A:0.7|B:0.3", "A:1e-320|B:1", "|", ":", "A:|B:"} {
		f.Add(field)
	}
	f.Fuzz(func(t *testing.T, field string) {
		for s := corpus.Full; s <= corpus.Soft; s++ {
			c, err := s.Choice(field)
			if err != nil || c.Shares == nil {
				continue
			}
			sum := 0.0
			for _, p := range c.Shares {
				assert.Greater(t, p, 0.0)
				sum += p
			}
			assert.InDelta(t, 1, sum, 1e-9)
			assert.Len(t, c.Labels, len(c.Shares))
		}
	})
}

func TestSupervisionNames(t *testing.T) {
	for s := corpus.Full; s <= corpus.Soft; s++ {
		got, err := corpus.ParseSupervision(s.String())
		require.NoError(t, err)
		assert.Equal(t, s, got)
	}
	_, err := corpus.ParseSupervision("none")
	assert.ErrorContains(t, err, "expected full, partial, soft")
}

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
