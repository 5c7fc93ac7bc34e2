package corpus

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValue(t *testing.T) {
	r := NewReader(strings.NewReader("1\tAnna\t_\tPROPN\t_\t_\t_\t_\t_\tA=1|NE=B-PER\n2\tmet\t_\tVERB\t_\t_\t_\t_\t_\t_\n3\tJim\t_\tPROPN\t_\t_\t_\t_\t_\tNE=B-X\n"), "", Options{})
	layout, err := r.Layout()
	require.NoError(t, err)
	var s Sentence
	require.NoError(t, r.Read(&s))

	v, err := layout.Value("Misc.NE")
	require.NoError(t, err)
	assert.Equal(t, Value{Column: 9, Key: "NE"}, v)
	assert.Equal(t, "misc.NE", v.String())
	assert.Equal(t, []string{"B-PER", "O", "B-X"}, v.Read(nil, &s))
	assert.Equal(t, []string{"A=1", "NE=B-LOC", "NE=I-LOC"}, v.Replace(&s, []string{"O", "B-LOC", "I-LOC"}))
	assert.Equal(t, []string{"A=1", "_", "_"}, v.Replace(&s, []string{"O", "O", "O"}))

	v, err = layout.Label("")
	require.NoError(t, err)
	assert.Equal(t, "4", v.String())
	assert.Equal(t, []string{"PROPN", "VERB", "PROPN"}, v.Read(nil, &s))
	assert.Equal(t, []string{"X", "Y", "Z"}, v.Replace(&s, []string{"X", "Y", "Z"}))
	assert.Equal(t, io.EOF, r.Read(&s))
	assert.Empty(t, v.Read(nil, &s))

	for _, spec := range []string{"misc.", "misc.a|b", "misc.a=b", "misc.a b", "feats.Case", "misc.NE"} {
		l := layout
		if spec == "misc.NE" {
			l = Layout{Format: CoNLL, Columns: 10}
		}
		_, err := l.Value(spec)
		require.ErrorIs(t, err, ErrColumn, spec)
	}
}
