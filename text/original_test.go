package text

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
)

// originals reads sentences and returns the original of each.
func originals(t *testing.T, r io.Reader, use func(s *corpus.Sentence, whole string, o Sentence)) {
	t.Helper()
	rows := corpus.NewReader(r, "test", corpus.Options{})
	layout, err := rows.Layout()
	require.NoError(t, err)
	form, err := layout.Form("")
	require.NoError(t, err)
	var s corpus.Sentence
	for {
		err := rows.Read(&s)
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		whole, o := Original(&s, &layout, form)
		use(&s, whole, o)
	}
}

// shown writes the tokens of a text, with bars between them. Empty tokens show their words.
func shown(whole string, s Sentence) string {
	var list []string
	for _, token := range s.Tokens {
		part := whole[token.Start.Byte:token.End.Byte]
		if part != token.Text {
			part += "<" + token.Text + ">"
		}
		list = append(list, part)
	}
	return strings.Join(list, "|")
}

func TestOriginal(t *testing.T) {
	row := func(id, form, misc string) string { return id + "\t" + form + "\t_\t_\t_\t_\t_\t_\t_\t" + misc + "\n" }
	for _, c := range []struct{ name, file, text, tokens string }{
		{"comment", "# text = Zoë  😀 left.\n" + row("1", "Zoë", "_") + row("2", "😀", "_") + row("3", "left", "SpaceAfter=No") + row("4", ".", "_"),
			"Zoë  😀 left.", "Zoë|😀|left|."},
		{"no comment", row("1", "Go", "X=Y|SpaceAfter=No") + row("2", "!", "SpaceAfter=No"), "Go!", "Go|!"},
		{"comment that does not fit", "# text = Stop!\n" + row("1", "Go", "SpaceAfter=No") + row("2", "!", "_"), "Go!", "Go|!"},
		{"comment that is longer", "# text = Go! Now\n" + row("1", "Go", "_") + row("2", "!", "_"), "Go !", "Go|!"},
		{"spelled", "# text = I can't.\n" + row("1", "I", "_") + row("2-3", "can't", "SpaceAfter=No") + row("2", "ca", "_") + row("3", "n't", "_") + row("4", ".", "_"),
			"I can't.", "I|ca|n't|."},
		{"not spelled", row("1-2", "au", "_") + row("1", "à", "_") + row("2", "le", "_") + row("3", "lit", "SpaceAfter=No") + row("4", ".", "_"),
			"au lit.", "au<à>|<le>|lit|."},
		{"empty node", row("1", "Go", "_") + row("1.1", "now", "_") + row("2", "!", "_"), "Go !", "Go|!"},
		{"form with a space", "# text = 10 000 men\n" + row("1", "10 000", "_") + row("2", "men", "_"), "10 000 men", "10 000|men"},
		{"plus without MISC", "# global.columns = ID FORM NER\n# text = Go!\n1\tGo\tO\n2\t!\tO\n", "Go!", "Go|!"},
		{"columns", "Zoë\tO\n😀\tO\n", "Zoë 😀", "Zoë|😀"},
		{"columns with a comment", "# text = Go!\n1\tGo\tO\n2\t!\tO\n", "Go!", "Go|!"},
	} {
		originals(t, strings.NewReader(c.file), func(_ *corpus.Sentence, whole string, o Sentence) {
			assert.Equal(t, c.text, whole, c.name)
			assert.Equal(t, c.tokens, shown(whole, o), c.name)
		})
	}
}

func TestOriginalPositions(t *testing.T) {
	originals(t, strings.NewReader("# text = é😀 x\né😀\tO\nx\tO\n"), func(_ *corpus.Sentence, whole string, o Sentence) {
		require.Equal(t, "é😀 x", whole)
		assert.Equal(t, Range{Position{}, Position{6, 2, 3}}, o.Tokens[0].Range)
		assert.Equal(t, Range{Position{7, 3, 4}, Position{8, 4, 5}}, o.Tokens[1].Range)
		assert.Equal(t, Range{Position{}, Position{8, 4, 5}}, o.Range)
	})
}

func TestCover(t *testing.T) {
	at := func(start, end int, inside bool) Token {
		return Token{Range: Range{Position{Byte: start}, Position{Byte: end}}, Inside: inside}
	}
	tokens := []Token{at(0, 2, false), at(2, 2, true), at(3, 5, false), at(5, 8, true)}
	bytes := func(r Range) [2]int { return [2]int{r.Start.Byte, r.End.Byte} }
	assert.Equal(t, [2]int{0, 2}, bytes(Cover(tokens, 1, 2)), "an empty token")
	assert.Equal(t, [2]int{0, 5}, bytes(Cover(tokens, 1, 3)))
	assert.Equal(t, [2]int{5, 8}, bytes(Cover(tokens, 3, 4)), "a word of its own")
}

// In the data, the text is that of each comment, and words are where the text has them.
func TestOriginalOfData(t *testing.T) {
	const path = "../../shared/data/ud-ewt/dev.conllu"
	f, err := os.Open(path)
	if err != nil {
		t.Skip("needs " + path)
	}
	defer f.Close()
	sentences, shifted := 0, 0
	originals(t, f, func(s *corpus.Sentence, whole string, o Sentence) {
		sentences++
		require.Equal(t, Comment(s, "text"), whole)
		require.Len(t, o.Tokens, s.Len())
		for _, token := range o.Tokens {
			if whole[token.Start.Byte:token.End.Byte] != token.Text {
				shifted++
			}
		}
	})
	assert.Equal(t, 2001, sentences)
	assert.Less(t, shifted, 60, "words that do not spell their multiword token, such as \"wo\" and \"not\" of \"won't\"")
}

// Tokens are in order, and each is that part of the text, except words of multiword tokens.
func FuzzOriginal(f *testing.F) {
	f.Add([]byte("# text = au lit\n1-2\tau\t_\t_\t_\t_\t_\t_\t_\t_\n1\tà\t_\t_\t_\t_\t_\t_\t_\t_\n2\tle\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n"))
	f.Add([]byte("# global.columns = FORM ID\na\t1\n"))
	f.Add([]byte("a b\nc d\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rows := corpus.NewReader(bytes.NewReader(file), "test", corpus.Options{})
		layout, err := rows.Layout()
		if err != nil {
			return
		}
		form, err := layout.Form("")
		if err != nil {
			return
		}
		multiword := bytes.ContainsRune(file, '-')
		var s corpus.Sentence
		for rows.Read(&s) == nil {
			whole, o := Original(&s, &layout, form)
			require.Len(t, o.Tokens, s.Len())
			at := 0
			for k, token := range o.Tokens {
				require.Equal(t, s.Field(k, form), token.Text)
				require.LessOrEqual(t, at, token.Start.Byte)
				require.LessOrEqual(t, token.Start.Byte, token.End.Byte)
				at = token.End.Byte
				if !multiword {
					require.Equal(t, token.Text, whole[token.Start.Byte:at])
				}
			}
			require.LessOrEqual(t, at, len(whole))
		}
	})
}
