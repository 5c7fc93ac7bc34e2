package chain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

func TestCheck(t *testing.T) {
	require.NoError(t, chain.Check(chain.MaxLabels))
	err := chain.Check(chain.MaxLabels + 1)
	require.ErrorIs(t, err, model.ErrInput)
	assert.ErrorContains(t, err, "8193 labels")
}

// Constraints exist only if sentences of all lengths have a labelling within them.
func TestGrammar(t *testing.T) {
	for name, c := range map[string]struct {
		scheme structured.Scheme
		labels []string
		want   bool
	}{
		"plain":                {structured.Plain, []string{"O", "B-X"}, false},
		"outside":              {structured.BIO, []string{"O", "I-X"}, true},
		"B follows B":          {structured.BIO, []string{"B-X", "I-X"}, true},
		"nothing starts":       {structured.BIO, []string{"I-X", "I-Y"}, false},
		"S alone":              {structured.BIOES, []string{"S-X"}, true},
		"pairs of tokens only": {structured.BIOES, []string{"B-X", "E-X"}, false},
		"no label":             {structured.BIO, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := chain.Grammar(c.labels, c.scheme)
			require.Equal(t, c.want, g != nil)
			d := chain.NewSpace(c.labels, c.scheme, nil).NewDecoder()
			d.Begin(1, false)
			assert.Equal(t, g, d.Kept())
		})
	}
}

// Without labels, a sentence with tokens has no path, and the empty sentence has one.
func TestSpaceWithoutLabels(t *testing.T) {
	d := chain.NewSpace(nil, structured.Plain, nil).NewDecoder()
	path, score, err := d.Best()
	require.NoError(t, err)
	assert.Empty(t, path)
	assert.Zero(t, score)
	for _, positions := range []bool{false, true} {
		d.Begin(2, positions)
		_, _, err = d.Best()
		require.ErrorIs(t, err, structured.ErrNoPath)
		_, err = d.LogZ()
		require.ErrorIs(t, err, structured.ErrNoPath)
	}
}
