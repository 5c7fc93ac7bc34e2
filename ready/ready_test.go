package ready_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/text"
)

// A repository should not grow by more than 5 MB for the model.
func TestSize(t *testing.T) {
	info, err := os.Stat("english-pos.model.zst")
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(5_000_000))
}

func TestReadyIsConcurrent(t *testing.T) {
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			m, err := trellis.Ready()
			if !assert.NoError(t, err) {
				return
			}
			d, err := m.TagText("She doesn't live in well-known places.")
			if !assert.NoError(t, err) || !assert.Len(t, d.Sentences, 1) {
				return
			}
			var got []string
			for k, token := range d.Sentences[0].Tokens {
				got = append(got, token.Text+"/"+d.Sentences[0].Labels[k])
			}
			assert.Equal(t, "She/PRON does/AUX n't/PART live/VERB in/ADP well/ADV -/PUNCT known/VERB places/NOUN ./PUNCT", strings.Join(got, " "))
			assert.NoError(t, m.Close(), "which has no effect")
		})
	}
	group.Wait()
}

// These sentences are the first that people try.
func TestFirstSentences(t *testing.T) {
	m, err := trellis.Ready()
	require.NoError(t, err)
	for _, want := range []string{
		"Anna/PROPN lives/VERB in/ADP Oslo/PROPN ./PUNCT",
		"My/PRON name/NOUN is/AUX Maria/PROPN ./PUNCT",
		"Hello/INTJ world/NOUN !/PUNCT",
		"I/PRON love/VERB Paris/PROPN ./PUNCT",
		"Lena/PROPN runs/VERB ./PUNCT",
		"What/PRON is/AUX your/PRON name/NOUN ?/PUNCT",
	} {
		var words []string
		for token := range strings.FieldsSeq(want) {
			word, _, _ := strings.Cut(token, "/")
			words = append(words, word)
		}
		labels, err := m.Tag(words)
		require.NoError(t, err)
		for k, label := range labels {
			words[k] += "/" + label
		}
		assert.Equal(t, want, strings.Join(words, " "))
	}
}

// The model card shows the scores of the model.
func TestCardHasTheScores(t *testing.T) {
	card, err := os.ReadFile("README.md")
	require.NoError(t, err)
	m, err := trellis.Ready()
	require.NoError(t, err)
	treebank := filepath.Join("..", "..", "shared", "data", "ud-ewt")
	for _, c := range []struct{ name, file string }{
		{"everyday-dev", filepath.Join("testdata", "everyday-dev.conllu")},
		{"everyday-test", filepath.Join("testdata", "everyday-test.conllu")},
		{"UD English EWT dev", filepath.Join(treebank, "dev.conllu")},
		{"UD English EWT test", filepath.Join(treebank, "test.conllu")},
	} {
		if _, err := os.Stat(c.file); err != nil {
			t.Skip("needs the data: ", err)
		}
		results, err := m.Evaluate(t.Context(), trellis.Files(c.file))
		require.NoError(t, err)
		raw := rawScores(t, m, c.file)
		row := fmt.Sprintf("| %s | %.2f | %.2f | %.2f | %.2f |", c.name, 100*results.Accuracy,
			100*raw.Labels.F1(), 100*raw.Words.F1(), 100*raw.Sentences.F1())
		assert.Contains(t, string(card), row)
	}
}

// rawScores scores the model on the plain text of a CoNLL-U file.
func rawScores(t *testing.T, m *trellis.Model, file string) text.Scores {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	const upos = 3
	reference, err := text.ReadReference(f, file, upos)
	require.NoError(t, err)
	d, err := m.TagText(reference.Text)
	require.NoError(t, err)
	var sentences []text.Sentence
	var labels []string
	for _, s := range d.Sentences {
		sentences = append(sentences, s.Sentence)
		labels = append(labels, s.Labels...)
	}
	scores, ok := reference.Score(sentences, labels)
	require.True(t, ok)
	return scores
}
