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
	// the tokens of a document have its number, or the first one names it
	numbered = "a 1 O\n\nb 1 O\n\nc 2 O\n\nd 2 O\n\ne 1 O\n\n"
	keyed    = "1\ta\t_\tX\t_\t_\t_\t_\t_\tdoc=O|x=1\n\n1\tb\t_\tX\t_\t_\t_\t_\t_\t_\n\n1\tc\t_\tX\t_\t_\t_\t_\t_\tdoc=2\n\n" +
		"1\td\t_\tX\t_\t_\t_\t_\t_\tdoc=2\n\n1\te\t_\tX\t_\t_\t_\t_\t_\tdoc=3\n\n"
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
		by    string
		limit int
		want  []string
	}{
		{marked, "mark", 9, []string{"a", "b c d", "e"}},
		{marked, "mark", 2, []string{"a", "b c", "d", "e"}},
		{marked, "file", 9, []string{"a b c d e"}},
		{marked, "", 9, []string{"a b c d e"}},
		{newdocs, "mark", 9, []string{"a b", "c"}},
		{newdocs, "file", 9, []string{"a b c"}},
		{doccano, "file", 9, []string{"a b . C d .", "e"}},
		{doccano, "7", 9, []string{"a b . C d .", "e"}},
		{numbered, "2", 9, []string{"a b", "c d", "e"}},
		{numbered, "-2", 1, []string{"a", "b", "c", "d", "e"}},
		{keyed, "misc.doc", 9, []string{"a b", "c d", "e"}},
		{keyed, "xpos", 9, []string{"a b c d e"}},
	} {
		in := inputOf(t, x.text)
		bounds, err := in.Boundaries(x.by)
		require.NoError(t, err)
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
		bounds, err = in.Boundaries(x.by)
		require.NoError(t, err)
		var passed []string
		in.ByDocument(bounds, x.limit, func(list []*input.Sentence) {
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

func TestBoundariesNeedTheColumn(t *testing.T) {
	_, err := inputOf(t, marked).Boundaries("3")
	assert.ErrorContains(t, err, `x:1: document column: column "3": no such column: expected a number from 1 to 2`)
}

// Two readers of an input get documents that start where either of them starts one.
func TestByDocumentForTwo(t *testing.T) {
	in := inputOf(t, "-DOCSTART-\n\na 1 O\n\nb 1 O\n\n-DOCSTART-\n\nc 1 O\n\nd 2 O\n\n")
	var got []string
	for _, by := range []string{"mark", "2"} {
		bounds, err := in.Boundaries(by)
		require.NoError(t, err)
		in.ByDocument(bounds, 9, func(list []*input.Sentence) {
			if len(list) > 0 {
				got = append(got, by+": "+wordsOf(list))
			}
		})
	}
	require.NoError(t, in.Each(func(*input.Sentence) error { return nil }))
	assert.Equal(t, []string{"mark: a b", "2: a b", "mark: c", "2: c", "mark: d", "2: d"}, got)
}

// The sentences before an error come with it, or before it.
func TestReadDocumentBeforeAnError(t *testing.T) {
	const text = "a O\n\nb O\n\nc O x\n\n"
	in := inputOf(t, text)
	list, err := in.ReadDocument(new(input.Boundaries), 9)
	require.ErrorContains(t, err, "x:5")
	assert.Equal(t, "a b", wordsOf(list))

	in = inputOf(t, text)
	in.ByDocument(input.Boundaries{Marks: true}, 9, func([]*input.Sentence) {})
	n := 0
	err = in.Each(func(*input.Sentence) error { n++; return nil })
	require.ErrorContains(t, err, "x:5")
	assert.Equal(t, 2, n)
}
