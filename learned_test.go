package trellis_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/segment"
	"github.com/trellis-nlp/trellis/text"
)

// Small files whose words have parts of speech and SpaceAfter=No.
var (
	plainTrain = filepath.Join("cmd", "tagger", "testdata", "plain.train.conllu")
	plainDev   = filepath.Join("cmd", "tagger", "testdata", "plain.dev.conllu")
)

// learn trains a model with a learned tokenizer.
func learn(t testing.TB, c trellis.Config) (*trellis.Model, *trellis.Report) {
	t.Helper()
	c.Threads, c.Epochs, c.Optimizer = 1, new(2), "sgd"
	m, r, err := trellis.Train(t.Context(), trellis.Files(plainTrain), c)
	require.NoError(t, err)
	return m, r
}

// fileOf returns the bytes of the file of a model.
func fileOf(t testing.TB, m *trellis.Model) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, m.SaveFile(path))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

// tokenized shows the tokens of a document: a space between them, "+" before words within a surface
// token, and " / " between sentences.
func tokenized(sentences []trellis.DocumentSentence) string {
	var b strings.Builder
	for n, s := range sentences {
		if n > 0 {
			b.WriteString(" / ")
		}
		for k, token := range s.Tokens {
			switch {
			case token.Inside:
				b.WriteByte('+')
			case k > 0:
				b.WriteByte(' ')
			}
			b.WriteString(token.Text)
		}
	}
	return b.String()
}

func TestTrainLearnsTheTokenizer(t *testing.T) {
	var said strings.Builder
	m, r := learn(t, trellis.Config{Tokenizer: "learn", Log: func(s string) { said.WriteString(s + "\n") }, Dev: trellis.Files(plainDev)})
	assert.Equal(t, "learn", r.Config.Tokenizer)
	assert.Equal(t, model.Learned, m.Labeller().Metadata().Tokenizer)
	assert.Contains(t, said.String(), "learning a tokenizer from 27 sentences\ntokenizer learned, ")
	assert.Contains(t, said.String(), "on the development data, F1 100.00% for words and 100.00% for sentences")

	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, m.SaveFile(path))
	opened := open(t, path)
	for _, m := range []*trellis.Model{m, opened} {
		d, err := m.TagText("Mr. Lind doesn't live in Rome. He paid $7!")
		require.NoError(t, err)
		assert.Equal(t, "Mr. Lind does+n't live in Rome . / He paid $ 7 !", tokenized(d.Sentences))
	}

	c, err := opened.Config()
	require.NoError(t, err)
	for _, c := range []trellis.Config{c, r.Config} {
		c.Dev = trellis.Files(plainDev)
		again, _, err := trellis.Train(t.Context(), trellis.Files(plainTrain), c)
		require.NoError(t, err)
		assert.Equal(t, fileOf(t, m), fileOf(t, again))
	}

	description, err := opened.Describe(0)
	require.NoError(t, err)
	tokenizer, err := opened.Tokenizer("")
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprintf("learned, %d attributes", tokenizer.(*segment.Model).Attributes()), description.Notes["tokenizer"])
	assert.NotContains(t, description.Notes, "tokenizer-file")
}

// The tokenizer of a file ends up in the model, and is the one that train learns by itself.
func TestTrainStoresATokenizerFile(t *testing.T) {
	learned, scores, err := trellis.TrainTokenizer(t.Context(), trellis.Files(plainTrain), trellis.TokenizerOptions{Threads: 1})
	require.NoError(t, err)
	assert.Nil(t, scores)
	t.Chdir(t.TempDir()) // the model stores the path without its folder
	train := trellis.Files(filepath.Join(t.TempDir(), "train.conllu"))
	require.NoError(t, os.WriteFile(train.Paths[0], []byte(conllu(sentencesOfText...)), 0o644))
	var file bytes.Buffer
	require.NoError(t, learned.Save(&file))
	path, err := filepath.Abs("en.tokenizer")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, file.Bytes(), 0o644))

	m, r, err := trellis.Train(t.Context(), train, trellis.Config{Threads: 1, Epochs: new(2), Optimizer: "sgd", Tokenizer: path})
	require.NoError(t, err)
	assert.Equal(t, path, r.Config.Tokenizer)
	assert.Equal(t, file.Bytes(), m.Labeller().Metadata().Segmenter)
	c, err := open(t, saveModel(t, m)).Config()
	require.NoError(t, err)
	assert.Equal(t, "en.tokenizer", c.Tokenizer)
	again, _, err := trellis.Train(t.Context(), train, c)
	require.NoError(t, err)
	assert.Equal(t, fileOf(t, m), fileOf(t, again))

	plain, _, err := trellis.Train(t.Context(), train, trellis.Config{Threads: 1, Epochs: new(2), Optimizer: "sgd"})
	require.NoError(t, err)
	const s = "She doesn't ski. Mr. Lind does!"
	want := tagTexts(t, m, textSource(s), trellis.TextOptions{})
	assert.Equal(t, want, tagTexts(t, plain, textSource(s), trellis.TextOptions{Tokenizer: path}))
}

func saveModel(t testing.TB, m *trellis.Model) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, m.SaveFile(path))
	return path
}

func TestLearnedTokenizerErrors(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		return path
	}
	columns := write("columns", "Mia PROPN\nwalks VERB\n")
	spaced := write("spaced.conllu", strings.ReplaceAll(conllu(sentencesOfText...), "SpaceAfter=No", "_"))
	for _, c := range []struct {
		tokenizer, file string
		option          bool
		says            string
	}{
		{"learn", columns, true, "tokenizer learn needs CoNLL-U, but the format of " + columns + " is conll"},
		{"learn", spaced, false, "a space follows every token"},
		{"words", plainTrain, true, `tokenizer: unknown tokenizer "words"`},
		{columns, plainTrain, false, columns + ": not a valid model"},
	} {
		_, _, err := trellis.Train(t.Context(), trellis.Files(c.file), trellis.Config{Threads: 1, Tokenizer: c.tokenizer})
		require.ErrorContains(t, err, c.says)
		_, option := err.(*trellis.OptionError)
		assert.Equal(t, c.option, option, c.says)
	}

	empty := write("empty", "\n")
	bad := write("bad.conllu", "1\tMia\n")
	for _, c := range []struct {
		says string
		data trellis.Source
		o    trellis.TokenizerOptions
	}{
		{"a space follows every token", trellis.Files(spaced), trellis.TokenizerOptions{}},
		{empty + ": unfit input: no tokens, expected CoNLL-U", trellis.Files(empty), trellis.TokenizerOptions{}},
		{empty + ": unfit input: no tokens, expected CoNLL-U", trellis.Files(plainTrain), trellis.TokenizerOptions{Dev: trellis.Files(empty)}},
		{`no tokens, expected words with "|" between them`, trellis.Files(empty), trellis.TokenizerOptions{Separator: "|"}},
		{bad + ":1", trellis.Files(bad), trellis.TokenizerOptions{}},
		{"missing: no such file", trellis.Files(filepath.Join(folder, "missing")), trellis.TokenizerOptions{}},
		{"threads -1", trellis.Files(plainTrain), trellis.TokenizerOptions{Threads: -1}},
		{"sentences in memory", trellis.Sentences(nil), trellis.TokenizerOptions{}},
	} {
		_, _, err := trellis.TrainTokenizer(t.Context(), c.data, c.o)
		assert.ErrorContains(t, err, c.says)
	}
}

func TestInterruptBeforeTheTokenizer(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	c := trellis.Config{Threads: 1, Tokenizer: "learn", Log: func(s string) {
		if strings.HasPrefix(s, "learning a tokenizer") {
			stop()
		}
	}}
	m, _, err := trellis.Train(ctx, trellis.Files(plainTrain), c)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, trellis.ErrNoStep)
	assert.Nil(t, m)
}

// All kinds of model keep the bytes of a tokenizer. Damaged bytes are an error, and no panic.
func TestModelsKeepTheLearnedTokenizer(t *testing.T) {
	learned, _, err := trellis.TrainTokenizer(t.Context(), trellis.Files(plainTrain), trellis.TokenizerOptions{Threads: 1})
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, learned.Save(&file))
	for kind, path := range saved(t) {
		t.Run(kind, func(t *testing.T) {
			m := open(t, path)
			meta := m.Labeller().Metadata()
			meta.Tokenizer, meta.Segmenter = model.Learned, file.Bytes()
			opened := open(t, saveModel(t, m))
			assert.Equal(t, file.Bytes(), opened.Labeller().Metadata().Segmenter)
			d, err := opened.TagText("Nora didn't.")
			require.NoError(t, err)
			assert.Equal(t, "Nora did+n't .", tokenized(d.Sentences))

			damaged := bytes.Clone(file.Bytes())
			damaged[len(damaged)/2] ^= 1
			meta.Segmenter = damaged
			path := saveModel(t, m)
			opened = open(t, path)
			_, err = opened.TagText("Nora")
			require.ErrorIs(t, err, model.ErrModel)
			assert.ErrorContains(t, err, path+": not a valid model: tokenizer: ")
			_, err = opened.Describe(0)
			require.ErrorIs(t, err, model.ErrModel)
			require.ErrorIs(t, opened.TagTextFiles(t.Context(), &collector{}, textSource("Nora"), trellis.TextOptions{}), model.ErrModel)
			_, err = opened.Tag([]string{"Nora"})
			assert.NoError(t, err, "words need no tokenizer")

			meta.Segmenter = nil
			_, err = trellis.Open(saveModel(t, m))
			assert.ErrorIs(t, err, model.ErrModel)
		})
	}
}

// Goroutines share one tokenizer, and each gets the sentences that text.Split gives.
func TestManyGoroutinesShareTheLearnedTokenizer(t *testing.T) {
	m, _ := learn(t, trellis.Config{Tokenizer: "learn"})
	m = open(t, saveModel(t, m))
	const s = "Mr. Moss doesn't pay $5. Why not?\n\nIt's (page 3) Nora's lamp!"
	text := strings.Repeat(s+"\n\n", 50)
	first, err := m.Tokenizer("")
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			again, err := m.Tokenizer("")
			assert.NoError(t, err)
			assert.Same(t, first, again)
			d, err := m.TagText(s)
			assert.NoError(t, err)
			assert.Equal(t, splitOf(first, s), tokenized(d.Sentences))
			var c collector
			assert.NoError(t, m.TagTextFiles(t.Context(), &c, textSource(text), trellis.TextOptions{Threads: 2}))
			assert.Len(t, c.docs, 100)
		})
	}
	group.Wait()
}

func splitOf(t text.Tokenizer, s string) string {
	var list []trellis.DocumentSentence
	for _, sentence := range text.Split(t, s).Sentences {
		list = append(list, trellis.DocumentSentence{Sentence: sentence})
	}
	return tokenized(list)
}

func ExampleTrainTokenizer() {
	tokenizer, scores, err := trellis.TrainTokenizer(context.Background(), trellis.Files(plainTrain),
		trellis.TokenizerOptions{Dev: trellis.Files(plainDev)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("sentences %.1f%%\n", 100*scores.Sentences.F1())
	for _, sentence := range text.Split(tokenizer, "Dr. Reed ran. He didn't wait.").Sentences {
		for _, token := range sentence.Tokens {
			fmt.Printf("%s|", token.Text)
		}
		fmt.Println()
	}
	// Output:
	// sentences 100.0%
	// Dr.|Reed|ran|.|
	// He|did|n't|wait|.|
}

// Documents are split by the learned tokenizer that a model stores, or that a setting names.
func TestLearnedTokenizersSplitDocuments(t *testing.T) {
	m, _, err := trellis.TrainTokenizer(t.Context(), trellis.Files(plainTrain), trellis.TokenizerOptions{})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "tokenizer")
	var file bytes.Buffer
	require.NoError(t, m.Save(&file))
	require.NoError(t, os.WriteFile(path, file.Bytes(), 0o666))
	const names = `{"text": "Mr. Lind doesn't live in Rome.", "label": [[4, 8, "PER"], [25, 29, "LOC"]]}`
	tagger, _, err := trellis.Train(t.Context(), stdin(names), trellis.Config{Tokenizer: path})
	require.NoError(t, err)
	assert.Equal(t, model.Learned, tagger.Labeller().Metadata().Tokenizer)
	r, err := tagger.Evaluate(t.Context(), stdin(names))
	require.NoError(t, err)
	assert.Equal(t, 8, r.Tokens, "does and n't are two")
	assert.Equal(t, 2, r.Support)
	var out strings.Builder
	require.NoError(t, tagger.TagFiles(t.Context(), &out, stdin(names), trellis.FileOptions{Threads: 2}))
	assert.Equal(t, names+"\n", out.String())
}
