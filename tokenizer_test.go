package trellis_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/text"
)

// conllu returns sentences of CoNLL-U. In each one, words with a part of speech stand between
// blanks, and a + before a word means that no space stands before it.
func conllu(sentences ...string) string {
	var b strings.Builder
	for _, sentence := range sentences {
		list := strings.Fields(sentence)
		for k, word := range list {
			form, tag, _ := strings.Cut(strings.TrimPrefix(word, "+"), "/")
			misc := "_"
			if k+1 == len(list) || strings.HasPrefix(list[k+1], "+") {
				misc = "SpaceAfter=No"
			}
			fmt.Fprintf(&b, "%d\t%s\t_\t%s\t_\t_\t_\t_\t_\t%s\n", k+1, form, tag, misc)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

var sentencesOfText = []string{
	"Mia/PROPN walks/VERB +,/PUNCT Tom/PROPN runs/VERB +./PUNCT",
	"She/PRON ca/AUX +n't/PART swim/VERB +!/PUNCT",
	"Well/ADV +-/PUNCT +known/ADJ dogs/NOUN sleep/VERB +./PUNCT",
}

func TestTrainPicksTheTokenizer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "train.conllu")
	require.NoError(t, os.WriteFile(path, []byte(strings.TrimSuffix(conllu(sentencesOfText...), "\n\n")), 0o644))
	var said strings.Builder
	var saved []string
	for range 2 {
		c := trellis.Config{Threads: 1, Epochs: new(3), Log: func(s string) { said.WriteString(s + "\n") }}
		m, r, err := trellis.Train(t.Context(), trellis.Files(path, path), c)
		require.NoError(t, err)
		assert.Equal(t, "rules:en,hyphens", m.Labeller().Metadata().Tokenizer)
		assert.Equal(t, "rules:en,hyphens", r.Config.Tokenizer)
		file := filepath.Join(t.TempDir(), "model")
		require.NoError(t, m.SaveFile(file))
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		saved = append(saved, string(data))
		opened, err := trellis.Open(file)
		require.NoError(t, err)
		assert.Equal(t, "rules:en,hyphens", opened.Labeller().Metadata().Tokenizer)
		require.NoError(t, opened.Close())
	}
	assert.Equal(t, saved[0], saved[1])
	assert.Contains(t, said.String(), "tokenizer rules:en,hyphens for plain text: on the training data, F1 100.00% for words and 100.00% for sentences")
}

func TestTokenizerOfOtherTraining(t *testing.T) {
	spaced := strings.ReplaceAll(conllu(sentencesOfText...), "SpaceAfter=No", "_")
	for name, c := range map[string]struct {
		data, tokenizer, want string
	}{
		"named":             {conllu(sentencesOfText...), "rules:de,lines", "rules:de,lines"},
		"auto":              {conllu(sentencesOfText...), "auto", "rules:en,hyphens"},
		"no SpaceAfter":     {spaced, "", ""},
		"columns":           {"Mia PROPN\nwalks VERB\n", "auto", ""},
		"columns and named": {"Mia PROPN\nwalks VERB\n", "space", "space"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "train")
			require.NoError(t, os.WriteFile(path, []byte(c.data), 0o644))
			m, r, err := trellis.Train(t.Context(), trellis.Files(path), trellis.Config{Threads: 1, Epochs: new(1), Tokenizer: c.tokenizer})
			require.NoError(t, err)
			assert.Equal(t, c.want, m.Labeller().Metadata().Tokenizer)
			assert.Equal(t, c.want, r.Config.Tokenizer)
		})
	}
	path := filepath.Join(t.TempDir(), "train")
	require.NoError(t, os.WriteFile(path, []byte("A\tx\nB\ty\n"), 0o644))
	_, _, err := trellis.Train(t.Context(), trellis.Files(path), trellis.Config{Format: "crfsuite", Tokenizer: "space"})
	require.ErrorContains(t, err, "tokenizer needs columns")
}

func TestTokenizerOfEnglishTreebank(t *testing.T) {
	path := filepath.Join("..", "shared", "data", "ud-ewt", "dev.conllu")
	if _, err := os.Stat(path); err != nil || testing.Short() {
		t.Skip("needs the treebank")
	}
	m, _, err := trellis.Train(t.Context(), trellis.Files(path), trellis.Config{Threads: 1, Optimizer: "averaged-perceptron", Epochs: new(1)})
	require.NoError(t, err)
	assert.Equal(t, (&text.Rules{Language: "en", Hyphens: true}).Name(), m.Labeller().Metadata().Tokenizer)
}
