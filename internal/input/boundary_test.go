package input_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/input"
)

const (
	marked  = "a O\n\n-DOCSTART- O\n\nb O\n\nc O\n\nd O\n\n-DOCSTART- O\n\ne O\n\n\n"
	newdocs = "# newdoc id = 1\n# sent_id = 1\n1\ta\t_\tX\t_\t_\t_\t_\t_\t_\n\n# newdocument\n1\tb\t_\tX\t_\t_\t_\t_\t_\t_\n\n# newdoc\n1\tc\t_\tX\t_\t_\t_\t_\t_\t_\n\n"
	doccano = `{"text":"a b. C d.","label":[]}` + "\n" + `{"text":"e","label":[]}` + "\n"
)

// inputOf returns an input with a text.
func inputOf(t *testing.T, text string) *input.Input {
	t.Helper()
	in, err := input.New(&input.Raw{Reader: strings.NewReader(text), Name: "x"}, input.Options{})
	require.NoError(t, err)
	return in
}

// wordsOf joins the words of sentences.
func wordsOf(list []*input.Sentence) string {
	var words []string
	for _, s := range list {
		for t := range s.Len() {
			words = append(words, s.Rows.Field(t, max(0, s.Rows.Columns()/10)))
		}
	}
	return strings.Join(words, " ")
}

func TestReadDocument(t *testing.T) {
	for _, x := range []struct {
		text  string
		marks bool
		limit int
		want  []string
	}{
		{marked, true, 9, []string{"a", "b c d", "e"}},
		{marked, true, 2, []string{"a", "b c", "d", "e"}},
		{marked, false, 9, []string{"a b c d e"}},
		{newdocs, true, 9, []string{"a b", "c"}},
		{newdocs, false, 9, []string{"a b c"}},
		{doccano, false, 9, []string{"a b . C d .", "e"}},
	} {
		in := inputOf(t, x.text)
		bounds := input.Boundaries{Marks: x.marks}
		var got []string
		for {
			list, err := in.ReadDocument(&bounds, x.limit)
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			got = append(got, wordsOf(list))
		}
		assert.Equal(t, x.want, got)
		in.Close()

		// Next returns the same sentences, each after its document was announced.
		in = inputOf(t, x.text)
		var passed []string
		in.ByDocument(x.marks, x.limit, func(list []*input.Sentence) {
			if len(list) > 0 {
				passed = append(passed, wordsOf(list))
			}
		})
		all := ""
		require.NoError(t, in.Each(func(s *input.Sentence) error {
			all = strings.TrimSpace(all + " " + wordsOf([]*input.Sentence{s}))
			assert.True(t, strings.HasPrefix(strings.Join(passed, " "), all))
			return nil
		}))
		assert.Equal(t, x.want, passed)
		in.Close()
	}
}

// The sentences before an error come with it, or before it.
func TestReadDocumentBeforeAnError(t *testing.T) {
	const text = "a O\n\nb O\n\nc O x\n\n"
	in := inputOf(t, text)
	list, err := in.ReadDocument(new(input.Boundaries), 9)
	require.ErrorContains(t, err, "x:5")
	assert.Equal(t, "a b", wordsOf(list))

	in = inputOf(t, text)
	in.ByDocument(true, 9, func([]*input.Sentence) {})
	n := 0
	err = in.Each(func(*input.Sentence) error { n++; return nil })
	require.ErrorContains(t, err, "x:5")
	assert.Equal(t, 2, n)
}
