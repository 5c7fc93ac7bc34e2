package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/features"
	inputs "github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
)

// readSentences reads a file into memory.
func readSentences(t *testing.T, file string) (list []model.Sentence) {
	t.Helper()
	in, err := inputs.Open(t.Context(), file, nil, inputs.Options{})
	require.NoError(t, err)
	defer in.Close()
	for {
		s := new(inputs.Sentence)
		if err := in.Next(s); errors.Is(err, io.EOF) {
			return list
		} else {
			require.NoError(t, err)
		}
		if in.HasItems() {
			list = append(list, model.Sentence{Items: s.Items.Clone().Attributes})
			continue
		}
		var rows features.Rows
		for at := range s.Rows.Len() {
			var row []string
			for c := range s.Rows.Columns() {
				row = append(row, strings.Clone(s.Rows.Field(at, c)))
			}
			rows = append(rows, row)
		}
		list = append(list, model.Sentence{Columns: rows})
	}
}

// written returns the labels and probabilities in the output of tag --probs: the last two columns,
// or label:probability.
func written(t *testing.T, out string, conllu bool) (labels, probabilities []string) {
	t.Helper()
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\r\n")
		fields := strings.FieldsFunc(line, func(r rune) bool { return r == '\t' || r == ' ' })
		switch {
		case line == "" || strings.HasPrefix(line, "#") && len(fields) < 4 || strings.HasPrefix(line, "-DOCSTART-"):
		case conllu:
			if _, err := strconv.Atoi(fields[0]); err == nil {
				fields = strings.Split(line, "\t")
				_, prob, ok := strings.Cut(fields[9], "Prob=")
				require.True(t, ok, line)
				labels, probabilities = append(labels, fields[3]), append(probabilities, strings.Split(prob, "|")[0])
			}
		case len(fields) == 1:
			at := strings.LastIndexByte(line, ':')
			labels, probabilities = append(labels, line[:at]), append(probabilities, line[at+1:])
		default:
			labels, probabilities = append(labels, fields[len(fields)-2]), append(probabilities, fields[len(fields)-1])
		}
	}
	return labels, probabilities
}

// agree compares the labels of the Go API with those of the command.
func agree(t *testing.T, path, file string) {
	t.Helper()
	want, wantProbs := written(t, done(t, "", "tag", "--probs", "--model", path, file).out, strings.HasSuffix(file, ".conllu"))
	require.NotEmpty(t, want)
	m, err := trellis.Open(path)
	require.NoError(t, err)
	defer m.Close()
	var got, tagged, probabilities []string
	for _, s := range readSentences(t, file) {
		list, err := m.Label(s, model.TagOptions{Probabilities: true})
		require.NoError(t, err)
		got = append(got, list[0].Labels...)
		for _, p := range list[0].Probabilities {
			probabilities = append(probabilities, strconv.FormatFloat(min(max(p, 0), 1), 'f', 6, 64))
		}
		if s.Columns != nil {
			labels, err := m.TagSentence(s.Columns)
			require.NoError(t, err)
			tagged = append(tagged, labels...)
		}
	}
	assert.Equal(t, want, got)
	assert.Equal(t, wantProbs, probabilities)
	if len(tagged) > 0 {
		assert.Equal(t, want, tagged)
	}
}

// The Go API and the command agree for every kind of model, preset, scheme and normal form.
func TestLibraryAgreesWithTheCommand(t *testing.T) {
	const train, dev = "testdata/train.conll", "testdata/dev.conll"
	for name, c := range map[string]struct {
		args []string
		file string
	}{
		"chain ner":       {[]string{train}, dev},
		"chain chunk":     {[]string{"--features", "chunk", train}, dev},
		"chain pos":       {[]string{"--features", "pos", "--label", "2", train}, dev},
		"chain morph":     {[]string{"--features", "morph", "--label", "2", train}, dev},
		"chain BIOES":     {[]string{"--scheme", "bioes", train}, dev},
		"chain IOB1":      {[]string{"--scheme", "iob1", train}, dev},
		"chain BIO":       {[]string{"--scheme", "bio", train}, dev},
		"chain IO":        {[]string{"--scheme", "io", train}, dev},
		"chain partial":   {[]string{"--supervision", "partial", "testdata/open.conll"}, dev},
		"chain soft":      {[]string{"--supervision", "soft", "testdata/soft.conll"}, dev},
		"chain NFKC":      {[]string{"--normalize", "nfkc", "testdata/ar.train.conll"}, "testdata/ar.dev.conll"},
		"chain words":     {[]string{"--tag-dictionary", "1", "testdata/train.conllu"}, "testdata/text.conllu"},
		"chain items":     {[]string{"testdata/train.crfsuite"}, "testdata/text.crfsuite"},
		"semi ner":        {[]string{"--model-type", "semi", train}, dev},
		"semi chunk":      {[]string{"--model-type", "semi", "--features", "chunk", train}, dev},
		"semi pos":        {[]string{"--model-type", "semi", "--features", "pos", train}, dev},
		"semi morph":      {[]string{"--model-type", "semi", "--features", "morph", train}, dev},
		"pruned ner":      {[]string{"--order", "2", train}, dev},
		"pruned chunk":    {[]string{"--order", "2", "--features", "chunk", train}, dev},
		"pruned BIOES":    {[]string{"--order", "2", "--scheme", "bioes", train}, dev},
		"pruned NFC":      {[]string{"--order", "1", "--model-type", "pruned", "--normalize", "nfc", "testdata/ja.train.conll"}, "testdata/ja.dev.conll"},
		"pruned pos":      {[]string{"--order", "2", "testdata/train.conllu"}, "testdata/text.conllu"},
		"pruned of morph": {[]string{"--order", "0", "--features", "morph", "--label", "2", train}, dev},
	} {
		t.Run(name, func(t *testing.T) { agree(t, modelOf(t, c.args...), c.file) })
	}
}

// They also agree for models of other tools.
func TestLibraryAgreesOnModelsOfOtherTools(t *testing.T) {
	agree(t, tool("crfsuite", "testdata", "tiny.model"), "testdata/text.crfsuite")
	agree(t, tool("crfpp", "testdata", "model.crfpp"), tool("crfpp", "testdata", "test.txt"))
	agree(t, tool("wapiti", "testdata", "model.wapiti"), tool("wapiti", "testdata", "test.txt"))
	agree(t, tool("wapiti", "testdata", "memm.wapiti"), tool("wapiti", "testdata", "test.txt"))
	shared := filepath.Join("..", "..", "..", "shared", "interop")
	if _, err := os.Stat(shared); errors.Is(err, fs.ErrNotExist) {
		t.Skip("no reference data here")
	}
	for _, name := range []string{"tiny", "wnut17"} {
		items, text := filepath.Join(shared, name, "test.crfsuite"), filepath.Join(shared, name, "test.txt")
		if name == "wnut17" {
			items, text = filepath.Join(shared, name, "dev.crfsuite"), filepath.Join(shared, name, "dev.txt")
		}
		agree(t, filepath.Join(shared, name, "model.crfsuite"), items)
		agree(t, filepath.Join(shared, name, "model.crfpp"), text)
		agree(t, filepath.Join(shared, name, "model.wapiti"), text)
	}
	agree(t, filepath.Join(shared, "tiny", "model.crfpp.txt"), filepath.Join(shared, "tiny", "test.txt"))
}
