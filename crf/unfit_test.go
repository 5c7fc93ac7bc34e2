package crf

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// Rows without a column that the model reads cause an error that names the token, in every entry
// point.
func TestRowsThatAreTooShort(t *testing.T) {
	in := model.Input{Templates: parse(t, "u:w=%x[0,form]\nu:p=%x[0,pos]\nb\n"), Names: map[string]int{"form": 0, "pos": 1}}
	d, err := NewDataset(in)
	require.NoError(t, err)
	good, bad := features.Rows{{"Ann", "N"}, {"waits", "V"}}, features.Rows{{"Ann", "N"}, {"waits"}}
	require.NoError(t, d.Add(good, []string{"B-PER", "O"}, 1))
	tokens := d.Tokens()
	var unfit *model.TokenError
	check := func(err error) {
		t.Helper()
		require.ErrorIs(t, err, model.ErrInput)
		require.ErrorAs(t, err, &unfit)
		assert.Equal(t, 1, unfit.Token)
		assert.ErrorContains(t, err, "token 2: 1 column, but the model reads column 2")
	}
	check(d.Add(bad, []string{"B-PER", "O"}, 1))
	assert.Equal(t, tokens, d.Tokens(), "nothing is added")
	m := train(t, d, Options{Penalty: l2})
	_, err = m.Tag(bad)
	check(err)
	_, err = nbest(m, bad, 2)
	check(err)
	_, err = model.TagAll(t.Context(), m, []features.Sequence{good, bad}, 2)
	check(err)
	_, err = m.TagWords([]string{"Ann"})
	require.ErrorIs(t, err, model.ErrInput)
	assert.ErrorContains(t, err, "the model reads column 2 too")
	_, err = m.Tag(features.Rows{nil})
	require.ErrorIs(t, err, model.ErrInput)
}

// A tag dictionary and the known words of a data set read the word column, even if no template
// does.
func TestRowsWithoutTheWordColumn(t *testing.T) {
	d, err := NewDataset(model.Input{Templates: parse(t, "u:p=%x[0,0]\n"), Names: map[string]int{"form": 1}})
	require.NoError(t, err)
	require.ErrorIs(t, d.Add(features.Rows{{"N"}}, []string{"A"}, 1), model.ErrInput)
	require.NoError(t, d.Add(features.Rows{{"N", "Ann"}, {"V", "waits"}}, []string{"A", "B"}, 1))
	without := train(t, d, Options{Penalty: l2})
	_, err = without.Tag(features.Rows{{"N"}})
	require.NoError(t, err, "only the templates read columns")
	p, err := without.Content()
	require.NoError(t, err)
	p.Dictionary = map[uint64][]int{hashWord("Ann"): {0}}
	with, err := New(p)
	require.NoError(t, err)
	_, err = with.Tag(features.Rows{{"N"}})
	require.ErrorIs(t, err, model.ErrInput)
}

// Tag returns what the command writes: labels in the scheme of the files, computed from columns in
// the normal form of the model.
func TestTagUsesTheSchemeOfTheFiles(t *testing.T) {
	d, err := NewDataset(model.Input{Templates: parse(t, "u:w=%x[0,form]\nu:n=%x[1,form]\nb\n"), Names: map[string]int{"form": 0}})
	require.NoError(t, err)
	require.NoError(t, d.Add(features.Rows{{"caf\u00e9"}, {"noir"}, {"waits"}}, []string{"B-X", "E-X", "O"}, 1))
	require.NoError(t, d.Add(features.Rows{{"tea"}, {"waits"}}, []string{"S-X", "O"}, 1))
	m := train(t, d, Options{Penalty: l2})
	m.Meta.Output, m.Meta.Inside, m.Meta.Normalize = structured.BIO, m.Scheme(), model.NFC
	for _, tag := range []func(words ...string) ([]string, error){
		func(words ...string) ([]string, error) { return m.TagWords(words) },
		func(words ...string) ([]string, error) {
			var rows features.Rows
			for _, w := range words {
				rows = append(rows, []string{w})
			}
			return m.Tag(rows)
		},
		func(words ...string) ([]string, error) {
			var rows features.Rows
			for _, w := range words {
				rows = append(rows, []string{w})
			}
			list, err := model.TagAll(t.Context(), m, []features.Sequence{rows}, 1)
			if err != nil {
				return nil, err
			}
			return list[0], nil
		},
	} {
		labels, err := tag("cafe\u0301", "noir", "waits")
		require.NoError(t, err)
		assert.Equal(t, []string{"B-X", "I-X", "O"}, labels)
		labels, err = tag("tea", "waits")
		require.NoError(t, err)
		assert.Equal(t, []string{"B-X", "O"}, labels)
	}
}
