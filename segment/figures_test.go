package segment

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/text"
)

// shared is the folder of the shared data.
const shared = "../../shared/data/"

// skipWithout skips a test if a shared file is missing, or if tests shall be short.
func skipWithout(t testing.TB, file string) {
	t.Helper()
	if testing.Short() {
		t.Skip("it trains for a minute")
	}
	if _, err := os.Stat(shared + file); err != nil {
		t.Skip("the shared data are absent")
	}
}

func treebank(name string) (*text.Reference, error) {
	f, err := os.Open(shared + "ud-ewt/" + name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return text.ReadReference(f, name, -1)
}

// english is trained on the English treebank. Its options are those that were best on dev.conllu.
var english = sync.OnceValues(func() (*Model, error) {
	r, err := treebank("train.conllu")
	if err != nil {
		return nil, err
	}
	return Train(context.Background(), []*text.Reference{r}, Options{Threads: 2})
})

// score logs the scores of a tokenizer.
func score(t *testing.T, name string, tokenizer text.Tokenizer, r *text.Reference) text.Scores {
	t.Helper()
	s, ok := r.Score(text.Split(tokenizer, r.Text).Sentences, nil)
	require.True(t, ok)
	t.Logf("%-28s tokens %.2f, words %.2f, sentences %.2f", name, 100*s.Tokens.F1(), 100*s.Words.F1(), 100*s.Sentences.F1())
	return s
}

// The bounds are a little below the figures of dev.conllu.
func TestEnglishTreebank(t *testing.T) {
	skipWithout(t, "ud-ewt/train.conllu")
	m, err := english()
	require.NoError(t, err)
	t.Logf("%s, %d attributes, %d words, %d bytes", m.rules.Name(), m.weights.len, m.words.words.len, len(bytesOf(t, m)))
	for _, name := range []string{"dev.conllu", "test.conllu"} {
		r, err := treebank(name)
		require.NoError(t, err)
		score(t, name+" "+m.rules.Name(), m.rules, r)
		s := score(t, name+" "+m.Name(), m, r)
		if name == "dev.conllu" {
			assert.Greater(t, s.Tokens.F1(), 0.996)
			assert.Greater(t, s.Words.F1(), 0.993)
			assert.Greater(t, s.Sentences.F1(), 0.90)
		}
	}
}

// messages returns the lines of a file of Thai messages, by their text.
func messages(t *testing.T, name string) (lines []string) {
	t.Helper()
	data, err := os.ReadFile(shared + "wisesight-wordseg-th/" + name)
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func separated(t *testing.T, lines []string) *text.Reference {
	t.Helper()
	r, err := text.ReadSeparated(strings.NewReader(strings.Join(lines, "\n")), "wisesight", "|")
	require.NoError(t, err)
	return r
}

// Most of the 160 messages are also among the 1000. Training leaves those out. In development, it
// leaves out every fifth message of the rest, too.
func TestThaiWords(t *testing.T) {
	skipWithout(t, "wisesight-wordseg-th/LICENSE")
	plain := strings.NewReplacer("|", "", " ", "")
	test := messages(t, "wisesight-160-samples-tokenised.label")
	known := make(map[string]bool)
	for _, line := range test {
		known[plain.Replace(line)] = true
	}
	var train, most, dev []string
	for _, line := range messages(t, "wisesight-1000-samples-tokenised.label") {
		if known[plain.Replace(line)] {
			continue
		}
		train = append(train, line)
		if len(train)%5 == 0 {
			dev = append(dev, line)
		} else {
			most = append(most, line)
		}
	}
	for _, run := range []struct {
		name        string
		train, test []string
	}{{"held-out messages", most, dev}, {"160 messages", train, test}} {
		m, err := Train(context.Background(), []*text.Reference{separated(t, run.train)}, Options{Threads: 2})
		require.NoError(t, err)
		r := separated(t, run.test)
		score(t, run.name+" "+m.rules.Name(), m.rules, r)
		s := score(t, fmt.Sprintf("%s learned from %d", run.name, len(run.train)), m, r)
		assert.Greater(t, s.Words.F1(), 0.85)
	}
}

// The large model behaves as the small one of the other tests does.
func TestEnglishModel(t *testing.T) {
	skipWithout(t, "ud-ewt/train.conllu")
	m, err := english()
	require.NoError(t, err)
	again, err := Load(bytes.NewReader(bytesOf(t, m)))
	require.NoError(t, err)
	for _, s := range hostile {
		checkCuts(t, m, s)
		assert.Equal(t, m.Cut(nil, s), again.Cut(nil, s))
	}
	for _, c := range []struct{ text, want string }{
		{"Anna lives in Oslo. She doesn't ski.", "Anna lives in Oslo . / She does+n't ski ."},
		{"Dr. Smith cant come", "Dr. Smith ca+nt come"},
	} {
		assert.Equal(t, c.want, show(m, c.text))
	}
}

func BenchmarkCut(b *testing.B) {
	skipWithout(b, "ud-ewt/train.conllu")
	m, err := english()
	require.NoError(b, err)
	r, err := treebank("dev.conllu")
	require.NoError(b, err)
	var cuts []text.Cut
	b.SetBytes(int64(len(r.Text)))
	b.ReportAllocs()
	for b.Loop() {
		for _, paragraph := range text.Paragraphs(r.Text) {
			cuts = m.Cut(cuts[:0], paragraph)
		}
	}
}
