package trellis_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
)

// modelOf trains a small model on lines of a file with the given name.
func modelOf(t *testing.T, name, lines string, c trellis.Config) *trellis.Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(lines), 0o644))
	c.Threads, c.Epochs = 1, new(2)
	m, _, err := trellis.Train(t.Context(), trellis.Files(path), c)
	require.NoError(t, err)
	return m
}

const (
	twoColumns   = "Anna B-PER\nlives O\nin O\nOslo B-LOC\n\nTom B-PER\n"
	threeColumns = "Anna\tPROPN\tB-PER\nlives\tVERB\tO\n\nTom\tPROPN\tB-PER\n"
)

func TestLooksLikeText(t *testing.T) {
	two := modelOf(t, "two", twoColumns, trellis.Config{})
	three := modelOf(t, "three", threeColumns, trellis.Config{POS: "none"})
	pos := modelOf(t, "pos", threeColumns, trellis.Config{})
	treebank := modelOf(t, "treebank.conllu", conllu(sentencesOfText...), trellis.Config{})
	all := []*trellis.Model{two, three, treebank}
	onlyColumns := []*trellis.Model{pos}
	for name, c := range map[string]struct {
		input string
		plain bool
		by    []*trellis.Model // all by default
	}{
		"words":                           {"I like Paris\n", true, nil},
		"no line end":                     {"I like Paris", true, nil},
		"two words":                       {"Hello world\n", true, nil},
		"a sentence":                      {"Anna lives in Oslo.\n", true, nil},
		"split into tokens":               {"Anna lives in Oslo .\n", true, nil},
		"a byte order mark":               {"\ufeffAnna lives in Oslo.\r\n", true, nil},
		"two lines":                       {"Anna lives in Oslo.\nTom likes it there very much.\n", true, nil},
		"two lines of equal length":       {"I like Paris.\nYou like Rome.\n", true, nil},
		"two lines of tokens":             {"I like Paris .\nYou like Rome .\n", true, nil},
		"several paragraphs":              {"Anna lives in Oslo.\n\nTom does not. He lives\nsomewhere else.\n", true, nil},
		"a heading":                       {"# Where people live\n\nAnna lives in Oslo.\n", true, nil},
		"a hashtag":                       {"#oslo is nice\nAnna lives in Oslo.\n", true, nil},
		"indented with a tab":             {"\tAnna lives in Oslo.\nTom likes it there very much.\n", true, nil},
		"carriage returns":                {"Anna lives in Oslo.\rTom likes it there very much.\r", true, nil},
		"not for a model with POS":        {"I like Paris\n", false, onlyColumns},
		"nothing":                         {"", false, nil},
		"blank lines":                     {"\n \n", false, nil},
		"only a comment":                  {"# nothing\n", false, nil},
		"one word":                        {"Paris\n", false, nil},
		"one column":                      {"I\nlike\nParis\n\nYou\n", false, nil},
		"one column with a phrase":        {"I\nlike\nNew York\n\nYou\n", false, nil},
		"one column with tabs":            {"I\t\nlike\t\nParis\t\n", false, nil},
		"the columns of training":         {twoColumns, false, nil},
		"tabs":                            {threeColumns, false, nil},
		"a tab in a blank line":           {"Anna B-PER\nlives O\n\t\nTom B-PER\n", false, nil},
		"one token":                       {"Anna B-PER\n\n", false, nil},
		"one token without name":          {"lives O\n", false, nil},
		"one token, other labels":         {"Anna B-person\n", false, nil},
		"one token, part of speech":       {"lives VERB\n", false, nil},
		"one token, three columns":        {"Anna PROPN B-PER\n", false, nil},
		"one token, four columns":         {"Anna Anna PROPN B-PER\n", false, nil},
		"one token, tagged already":       {"Anna B-PER B-PER\n", false, nil},
		"other columns":                   {"Anna anna PROPN\nlives live VERB\nin in ADP\n", false, nil},
		"words and lemmas":                {"Anna anna\nlives live\nin in\n", false, nil},
		"document marks":                  {"-DOCSTART- -X- -X- O\n\nAnna NNP B-NP B-PER\n", false, nil},
		"CoNLL-U":                         {conllu(sentencesOfText...), false, nil},
		"CoNLL-U with blanks":             {strings.ReplaceAll(conllu(sentencesOfText...), "\t", " "), false, nil},
		"comments of CoNLL-U":             {"# sent_id = 1\nAnna lives in Oslo.\n", false, nil},
		"a document of CoNLL-U":           {"# newdoc id = 1\nAnna lives in Oslo.\n", false, nil},
		"empty fields":                    {"1 Anna _ PROPN _ _\n", false, nil},
		"attributes":                      {"B-PER\tw=Anna\tcap\nO\tw=lives\n", false, nil},
		"a row without its label":         {"Anna B-PER\nlives\n", false, nil},
		"a row with two labels":           {"Anna NNP B-PER\nlives VBZ O O\nin IN O\n", false, nil},
		"rows of two and three":           {"Anna B-PER\nlives VBZ O\n", false, nil},
		"a punctuation mark with a label": {". PUNCT\n", false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			models := c.by
			if models == nil {
				models = all
			}
			path := filepath.Join(t.TempDir(), "input")
			require.NoError(t, os.WriteFile(path, []byte(c.input), 0o644))
			for k, m := range models {
				plain, rest, err := m.LooksLikeText(t.Context(), trellis.Files(path))
				require.NoError(t, err)
				assert.Equal(t, c.plain, plain, "model %d", k)
				assert.Equal(t, trellis.Files(path), rest)

				// The decision does not depend on how a pipe delivers its data, and no data are
				// lost.
				for _, r := range []io.Reader{strings.NewReader(c.input), iotest.OneByteReader(strings.NewReader(c.input))} {
					plain, rest, err := m.LooksLikeText(t.Context(), trellis.Source{Paths: []string{"-"}, Stdin: r})
					require.NoError(t, err)
					assert.Equal(t, c.plain, plain, "pipe, model %d", k)
					data, err := io.ReadAll(rest.Stdin)
					require.NoError(t, err)
					assert.Equal(t, c.input, string(data))
				}
			}
		})
	}
}

func TestLooksLikeTextOfSeveralInputs(t *testing.T) {
	m := modelOf(t, "two", twoColumns, trellis.Config{})
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	a, b, columns := file("a", "Anna lives in Oslo.\n"), file("b", "Tom does not.\n"), file("c", twoColumns)
	plain, _, err := m.LooksLikeText(t.Context(), trellis.Files(a, b))
	require.NoError(t, err)
	assert.True(t, plain)
	_, _, err = m.LooksLikeText(t.Context(), trellis.Files(a, columns))
	_, refused := err.(*trellis.OptionError)
	assert.True(t, refused)
	assert.ErrorContains(t, err, a+" looks like plain text, but "+columns+" does not")
	_, _, err = m.LooksLikeText(t.Context(), trellis.Files("missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
	// The start of a long file decides, and a long sentence of a pipe does not delay the answer.
	long := file("long", strings.Repeat("Anna lives in Oslo. Tom does not.\nHe left.\n", 10_000))
	plain, _, err = m.LooksLikeText(t.Context(), trellis.Files(long))
	require.NoError(t, err)
	assert.True(t, plain)
	endless := trellis.Source{Paths: []string{"-"}, Stdin: io.MultiReader(strings.NewReader(strings.Repeat("Anna B-PER\n", 10_000)), iotest.ErrReader(io.ErrUnexpectedEOF))}
	plain, _, err = m.LooksLikeText(t.Context(), endless)
	require.NoError(t, err)
	assert.False(t, plain)
}

func TestLooksLikeTextOfCompressedInput(t *testing.T) {
	m := modelOf(t, "two", twoColumns, trellis.Config{})
	text := strings.Repeat("Anna lives in Oslo. Tom does not.\nHe left.\n\n", 10_000)
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	plain, rest, err := m.LooksLikeText(t.Context(), trellis.Source{Paths: []string{"-"}, Stdin: &b})
	require.NoError(t, err)
	assert.True(t, plain)
	size := 0
	for _, d := range tagTexts(t, m, rest, trellis.TextOptions{}) {
		size += len(d.Text)
	}
	assert.Equal(t, len(text), size)
}
