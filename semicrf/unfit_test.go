package semicrf_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/semicrf"
)

// Rows without a column that the model reads are an error in training and tagging, also with many
// goroutines.
func TestRowsThatAreTooShort(t *testing.T) {
	parsed, err := features.Parse(strings.NewReader("u:w=%x[0,form]\nu:p=%x[0,1]\n"), "templates", features.DialectTrellis)
	require.NoError(t, err)
	d, err := semicrf.NewDataset(model.Input{Templates: parsed, Columns: 2, Names: map[string]int{"form": 0}})
	require.NoError(t, err)
	good, bad := features.Rows{{"Ann", "N"}, {"waits", "V"}}, features.Rows{{"Ann", "N"}, {"waits"}}
	require.NoError(t, d.Add(good, []string{"B-PER", "O"}, 1))
	require.ErrorIs(t, d.Add(bad, []string{"B-PER", "O"}, 1), model.ErrInput)
	require.Equal(t, 1, d.Len())
	m, _, err := semicrf.Train(context.Background(), d, semicrf.Options{Penalty: optimize.Penalty{L2: 1}})
	require.NoError(t, err)
	_, err = m.Tag(bad)
	require.ErrorIs(t, err, model.ErrInput)
	_, err = model.TagAll(t.Context(), m, []features.Sequence{good, bad}, 2)
	require.ErrorIs(t, err, model.ErrInput)
	require.ErrorContains(t, err, "sentence 2: token 2: 1 column, but the model reads column 2")
}

// Options that segments do not support are an option error.
func TestOptionsOfTaggers(t *testing.T) {
	d := dataset(t, preset(t), read(t, strings.NewReader(sampleText), 1))
	m, _, err := semicrf.Train(context.Background(), d, semicrf.Options{Penalty: optimize.Penalty{L2: 1}})
	require.NoError(t, err)
	for option, o := range map[string]model.TagOptions{
		"fixed": {Fixed: true}, "posterior": {Posterior: true}, "no-constraints": {Unconstrained: true}, "no-dictionary": {NoDictionary: true},
	} {
		_, err := m.NewTagger(o)
		var wrong *model.OptionError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, option, wrong.Option)
	}
	tagger, err := m.NewTagger(model.TagOptions{})
	require.NoError(t, err)
	_, err = tagger.Label(model.Sentence{Columns: features.Rows{{"Ann"}}}, []string{"O"})
	require.ErrorIs(t, err, model.ErrInput)
}

const sampleText = "Ann\tB-PER\nwaits\tO\n\n"
