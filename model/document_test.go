package model_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
	"github.com/trellis-nlp/trellis/text"
)

// names is a model that knows the words of three names.
func names(t *testing.T) *crf.Model {
	t.Helper()
	templates, err := features.Parse(strings.NewReader("U:%x[0,0]\n"), "templates", features.DialectAuto)
	require.NoError(t, err)
	weigh := func(word string, label int) crf.Attribute {
		return crf.Attribute{Name: "U:" + word, Weights: []crf.LabelWeight{{Label: label, Weight: 4}}}
	}
	m, err := crf.New(crf.Content{
		Labels: []string{"O", "B-PER", "I-PER", "B-LOC"}, Scheme: structured.BIO,
		Input:      model.Input{Templates: templates, Names: map[string]int{"form": 0}},
		Attributes: []crf.Attribute{weigh("Zoë", 1), weigh("Keller", 2), weigh("Oslo", 3), weigh("lives", 0), weigh("in", 0), weigh(".", 0), weigh("😀", 0)},
	})
	require.NoError(t, err)
	return m
}

func TestTextTagger(t *testing.T) {
	const s = "😀 Zoë Keller lives in Oslo. Oslo!\n"
	for _, o := range []model.TagOptions{{}, {Spans: true, Probabilities: true}} {
		tagger, err := model.NewTextTagger(names(t), &text.Rules{}, o)
		require.NoError(t, err)
		list, err := tagger.Label(nil, s)
		require.NoError(t, err)
		require.Len(t, list, 2)
		assert.Equal(t, []string{"O", "B-PER", "I-PER", "O", "O", "B-LOC", "O"}, list[0].Labels)
		require.Len(t, list[0].Entities, 2)
		e := list[0].Entities[0]
		assert.Equal(t, "Zoë Keller", e.Text)
		assert.Equal(t, "PER", e.Label)
		assert.Equal(t, [2]int{1, 3}, e.Tokens)
		assert.Equal(t, text.Position{Byte: 5, Rune: 2, UTF16: 3}, e.Start)
		assert.Equal(t, "Oslo", s[list[1].Entities[0].Start.Byte:list[1].Entities[0].End.Byte])
		assert.Equal(t, o.Spans, e.Probability > 0.5)
		assert.Equal(t, o.Probabilities, list[0].Probabilities != nil)

		again, err := tagger.Label(nil, s)
		require.NoError(t, err)
		assert.Equal(t, list, again)
		empty, err := tagger.Label(nil, " \n")
		require.NoError(t, err)
		assert.Empty(t, empty)
	}
}

func TestTextTaggerAlternatives(t *testing.T) {
	const s = "Zoë Keller lives in Oslo."
	tagger, err := model.NewTextTagger(names(t), &text.Rules{}, model.TagOptions{NBest: 3, Spans: true})
	require.NoError(t, err)
	list, err := tagger.Label(nil, s)
	require.NoError(t, err)
	require.Len(t, list, 1)
	best := list[0].NBest
	require.Len(t, best, 3)
	assert.Equal(t, list[0].Labels, best[0].Labels)
	assert.Equal(t, list[0].Entities, best[0].Entities)
	for k := 1; k < len(best); k++ {
		assert.LessOrEqual(t, best[k].Probability, best[k-1].Probability)
		assert.NotEqual(t, best[0].Labels, best[k].Labels)
	}
	assert.Positive(t, best[2].Probability)
}

func TestTextTaggerRefuses(t *testing.T) {
	_, err := model.NewTextTagger(names(t), text.Space{}, model.TagOptions{Fixed: true})
	require.ErrorIs(t, err, model.ErrInput)
	templates, err := features.Parse(strings.NewReader("U:%x[0,1]\n"), "templates", features.DialectAuto)
	require.NoError(t, err)
	m, err := crf.New(crf.Content{Labels: []string{"A", "B"}, Input: model.Input{Templates: templates, Columns: 2, Names: map[string]int{"form": 0}}})
	require.NoError(t, err)
	_, err = model.NewTextTagger(m, text.Space{}, model.TagOptions{})
	assert.ErrorIs(t, err, model.ErrInput)
}
