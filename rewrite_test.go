package trellis_test

import (
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/model"
)

// requireOption checks that err is an OptionError with this option and reason.
func requireOption(t *testing.T, err error, option, reason string) {
	t.Helper()
	var refused *model.OptionError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, option, refused.Option)
	assert.Contains(t, refused.Reason, reason)
}

var errFull = errors.New("disk full")

// full is a writer that always fails.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrors(t *testing.T) {
	const text = "a B-X\nb I-X\n"
	for name, write := range map[string]func(w io.Writer) error{
		"other columns": func(w io.Writer) error {
			return trellis.Convert(t.Context(), w, stdin(text), trellis.ConvertOptions{Columns: []string{"2"}})
		},
		"other labels": func(w io.Writer) error {
			return trellis.Convert(t.Context(), w, stdin(text), trellis.ConvertOptions{Scheme: "io"})
		},
		"attributes": func(w io.Writer) error {
			return trellis.WriteAttributes(t.Context(), w, stdin(text), trellis.Config{})
		},
		"a model's attributes": func(w io.Writer) error {
			m, _ := wordModel(t)
			return m.WriteAttributes(t.Context(), w, stdin(text), trellis.FileOptions{})
		},
		"a part": func(w io.Writer) error {
			parts, _, err := trellis.Split(t.Context(), stdin(text), trellis.SplitOptions{Shares: []float64{1}})
			require.NoError(t, err)
			return parts[0].Write(w)
		},
	} {
		assert.ErrorIs(t, write(full{}), errFull, name)
	}
}
