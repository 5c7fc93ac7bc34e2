package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokenizeGolden(t *testing.T) {
	for name, args := range map[string][]string{
		"story.lines.txt":    {"--tokenizer", "rules:en"},
		"story.conllu":       {"--tokenizer", "rules:en", "--format", "conllu"},
		"story.tokens.jsonl": {"--tokenizer", "rules:en", "--format", "json", "--offsets", "bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			args = append([]string{"tokenize", "testdata/story.txt"}, args...)
			o := done(t, "", args...)
			assert.Empty(t, o.errors)
			golden(t, name, o.out)

			out := filepath.Join(t.TempDir(), "out")
			done(t, "", append(args, "--output", out, "--threads", "3")...)
			assert.Equal(t, o.out, read(t, out))
			assert.Equal(t, o.out, done(t, read(t, "testdata/story.txt"), append([]string{"tokenize"}, args[2:]...)...).out)
		})
	}
}

func TestTokenizePositions(t *testing.T) {
	file := []rune(read(t, "testdata/story.txt"))
	o := done(t, "", "tokenize", "--format", "json", "testdata/story.txt")
	lines := 0
	for line := range strings.Lines(o.out) {
		type part struct {
			Text       string
			Start, End int
		}
		var object struct {
			part
			Tokens []part
		}
		require.NoError(t, json.Unmarshal([]byte(line), &object))
		assert.Equal(t, object.Text, string(file[object.Start:object.End]))
		require.NotEmpty(t, object.Tokens)
		for _, token := range object.Tokens {
			assert.Equal(t, token.Text, string(file[object.Start+token.Start:object.Start+token.End]))
		}
		lines++
	}
	assert.Equal(t, 4, lines)
}

// A tokenizer agrees with its own output.
func TestTokenizeGold(t *testing.T) {
	gold := write(t, "gold.conllu", done(t, "", "tokenize", "--tokenizer", "rules:en", "--format", "conllu", "testdata/story.txt").out)
	own := done(t, "", "tokenize", "--tokenizer", "rules:en", "--gold", gold)
	assert.Equal(t, 3*3, strings.Count(own.out, "100.00%"))
	space := done(t, read(t, gold), "tokenize", "--tokenizer", "space", "--gold", "--json", "-")
	var scores map[string]struct {
		F1                       float64
		Gold, Predicted, Correct int
	}
	require.NoError(t, json.Unmarshal([]byte(space.out), &scores))
	require.Len(t, scores, 3)
	words := scores["words"]
	assert.Equal(t, 26, words.Gold)
	assert.Less(t, words.Correct, words.Gold)
	assert.InDelta(t, 2*float64(words.Correct)/float64(words.Gold+words.Predicted), words.F1, 1e-12)
}

func TestTokenizeWithAModel(t *testing.T) {
	model := modelOf(t, "--tokenizer", "rules,lines", "testdata/train.conllu")
	assert.Equal(t, "She left\nfor Oslo\n", done(t, "She left\nfor Oslo\n", "tokenize", "--model", model).out)
	assert.Equal(t, "She left for Oslo\n", done(t, "She left\nfor Oslo\n", "tokenize", "--model", model, "--tokenizer", "rules").out)
	assert.Contains(t, done(t, "", "inspect", model).out, "rules,lines")
}

func TestTokenizeRefuses(t *testing.T) {
	for says, args := range map[string][]string{
		"--format text: want lines":                {"--format", "text"},
		"--offsets words: want runes":              {"--offsets", "words"},
		"--offsets: use it with --format json":     {"--offsets", "bytes"},
		"name at least one FILE":                   {"--gold"},
		"--gold prints scores":                     {"--gold", "--format", "json", "x"},
		"--json: use it with --gold":               {"--json"},
		"--tokenizer: unknown tokenizer \"words\"": {"--tokenizer", "words"},
		"--threads -1":                             {"--threads", "-1"},
	} {
		o := tagger(t, "", append([]string{"tokenize"}, args...)...)
		assert.Equal(t, exitUsage, o.status, says)
		assert.Contains(t, o.errors, says)
	}
	o := tagger(t, "", "tokenize", "--gold", "testdata/text.conll")
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, "testdata/text.conll:4: format conll, expected CoNLL-U")
}

func TestEvalText(t *testing.T) {
	args := []string{"eval", "--model", posModel(t), "--text", "--tokenizer", "rules:en", "testdata/text.tagged.conllu"}
	golden(t, "eval.text.txt", done(t, "", args...).out)
	var scores map[string]struct{ Gold, Correct int }
	require.NoError(t, json.Unmarshal([]byte(done(t, "", append(args, "--json")...).out), &scores))
	assert.Len(t, scores, 4)
	assert.Equal(t, scores["words"].Gold, scores["UPOS"].Gold)
	assert.LessOrEqual(t, scores["UPOS"].Correct, scores["words"].Correct)
	assert.Contains(t, done(t, "", append(args, "--markdown")...).out, "| UPOS | ")
	for says, more := range map[string][]string{
		"--matrix: not with --text":        {"--matrix", "3"},
		"--label: column \"POS\"":          {"--label", "POS"},
		"--tokenizer: unknown tokenizer":   {"--tokenizer", "x"},
		"format conll, expected CoNLL-U":   {"testdata/text.conll"},
		"--json and --markdown: choose on": {"--json", "--markdown"},
	} {
		o := tagger(t, "", append(args, more...)...)
		assert.NotEqual(t, exitDone, o.status)
		assert.Contains(t, o.errors, says)
	}
	assert.Contains(t, tagger(t, "", "eval", "--text", "x").errors, "--text: name the --model")
	assert.Contains(t, tagger(t, "", "eval", "--tokenizer", "space", "x").errors, "--tokenizer: use it with --text")
}
