package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEvalGolden(t *testing.T) {
	for name, args := range map[string][]string{
		"eval.model.txt":   {"--model", nerModel(t), "testdata/dev.conll"},
		"eval.json":        {"--model", nerModel(t), "--json", "testdata/dev.conll"},
		"eval.columns.txt": {"testdata/labelled.conll"},
		"eval.plain.txt":   {"--scheme", "plain", "testdata/labelled.conll"},
		"eval.pos.txt":     {"--model", posModel(t), "testdata/train.conllu"},
		"eval.items.txt":   {"--model", itemsModel(t), "testdata/text.crfsuite"},
		"eval.full.txt":    {"--samples", "200", "--seed", "3", "--matrix", "2", "--calibration", "--bins", "2", "testdata/probs.conll"},
		"eval.md":          {"--markdown", "--matrix", "9", "--prob", "-1", "testdata/probs.conll"},
		"compare.txt":      {"--compare", "testdata/dev.conll", "testdata/dev.other.conll", "testdata/dev.conll"},
		"compare.md":       {"--compare", "--markdown", "testdata/dev.other.conll", "testdata/dev.conll", "testdata/dev.conll"},
		"compare.json":     {"--compare", "--json", "--samples", "99", "testdata/dev.conll", "testdata/dev.other.conll", "testdata/dev.conll"},
	} {
		t.Run(name, func(t *testing.T) {
			o := done(t, "", append([]string{"eval"}, args...)...)
			assert.Empty(t, o.errors)
			golden(t, name, o.out)
		})
	}
}

// figures has the public keys of --json.
type figures struct {
	Tokens, Sentences     int
	Accuracy              float64
	SentenceAccuracy      float64 `json:"sentence_accuracy"`
	Precision, Recall, F1 float64
	Labels                map[string]struct {
		Precision, Recall, F1       float64
		Support, Predicted, Correct int
	}
}

func score(t *testing.T, text string, args ...string) figures {
	t.Helper()
	o := done(t, text, append([]string{"eval", "--json"}, args...)...)
	assert.Equal(t, 1, strings.Count(o.out, "\n"), "one object, one line")
	var f figures
	require.NoError(t, json.Unmarshal([]byte(o.out), &f))
	return f
}

func TestEvalJSON(t *testing.T) {
	// Gold: one PER, two LOC. Predicted: a shorter PER, one LOC.
	text := "a B-PER B-PER\nb I-PER O\nc O O\nd B-LOC B-LOC\n\ne B-LOC O\n\nf O O\n"
	f := score(t, text, "-")
	assert.Equal(t, 6, f.Tokens)
	assert.Equal(t, 3, f.Sentences)
	assert.InDelta(t, 4.0/6, f.Accuracy, 1e-12)
	assert.InDelta(t, 1.0/3, f.SentenceAccuracy, 1e-12)
	assert.InDelta(t, 1.0/2, f.Precision, 1e-12)
	assert.InDelta(t, 1.0/3, f.Recall, 1e-12)
	assert.InDelta(t, 2.0/5, f.F1, 1e-12)
	assert.InDelta(t, 2.0/3, f.Labels["LOC"].F1, 1e-12)
	assert.Len(t, f.Labels, 2)

	plain := score(t, text, "--scheme", "plain", "-")
	assert.InDelta(t, 4.0/6, plain.F1, 1e-12)
	assert.Contains(t, plain.Labels, "B-PER")
}

func TestEvalColumns(t *testing.T) {
	text := "1 a N V x\n2 b V V x\n"
	assert.InDelta(t, 0.5, score(t, text, "--label", "3", "--predicted", "-2", "-").Accuracy, 1e-12)
	assert.InDelta(t, 1, score(t, text, "--label", "3", "--predicted", "3", "-").Accuracy, 1e-12)
	conllu := read(t, "testdata/train.conllu")
	assert.InDelta(t, 1, score(t, conllu, "--label", "UPOS", "--predicted", "upos", "-").Accuracy, 1e-12)
}

// TestTagThenEval expects the output of eval --model.
func TestTagThenEval(t *testing.T) {
	direct := score(t, "", "--model", nerModel(t), "testdata/dev.conll")
	tagged := done(t, "", "tag", "--model", nerModel(t), "testdata/dev.conll")
	assert.Equal(t, direct, score(t, tagged.out, "-"))
	probs := done(t, "", "tag", "--probs", "--model", nerModel(t), "testdata/dev.conll")
	assert.Equal(t, direct, score(t, probs.out, "--label", "-3", "--predicted", "-2", "-"))
}

func TestEvalOfSeveralFiles(t *testing.T) {
	one := score(t, "", "--model", nerModel(t), "testdata/dev.conll")
	two := score(t, read(t, "testdata/dev.conll"), "--model", nerModel(t), "testdata/dev.conll", "-")
	assert.Equal(t, 2*one.Tokens, two.Tokens)
	assert.InDelta(t, one.F1, two.F1, 1e-12)
}
