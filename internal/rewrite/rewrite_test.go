package rewrite_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/rewrite"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// stdin returns a source of a text.
func stdin(text string) corpus.Source {
	return corpus.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text)}
}

// memory returns a source of one sentence.
func memory(t *testing.T, rows ...[]string) corpus.Source {
	t.Helper()
	s, err := corpus.NewSentence(rows)
	require.NoError(t, err)
	return corpus.Source{Sentences: []*corpus.Sentence{s}}
}

// requireOption checks that err refuses an option, and the reason.
func requireOption(t *testing.T, err error, option, reason string) {
	t.Helper()
	var refused *model.OptionError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, option, refused.Option)
	assert.Contains(t, refused.Reason, reason)
}

var errFull = errors.New("disk full")

// full is a writer that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrors(t *testing.T) {
	const text = "a B-X\nb I-X\n"
	for name, write := range map[string]func(w io.Writer) error{
		"other columns": func(w io.Writer) error {
			return rewrite.Convert(t.Context(), w, stdin(text), &rewrite.Options{Columns: []string{"2"}})
		},
		"other labels": func(w io.Writer) error {
			return rewrite.Convert(t.Context(), w, stdin(text), &rewrite.Options{Scheme: "io"})
		},
		"attributes": func(w io.Writer) error {
			return rewrite.PickedAttributes(t.Context(), w, stdin(text), recipe.Config{})
		},
		"a model's attributes": func(w io.Writer) error {
			return rewrite.ModelAttributes(t.Context(), w, stdin(text), labeller(t), "m", corpus.FormatAuto, "", "", nil)
		},
		"a part": func(w io.Writer) error {
			parts, _, err := rewrite.Split(t.Context(), stdin(text), &rewrite.SplitOptions{Shares: []float64{1}})
			require.NoError(t, err)
			return parts[0].Write(w)
		},
	} {
		assert.ErrorIs(t, write(full{}), errFull, name)
	}
}
