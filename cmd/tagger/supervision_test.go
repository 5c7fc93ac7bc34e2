package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// accuracyOf returns the accuracy of a model on labelled sentences.
func accuracyOf(t *testing.T, model, file string) float64 {
	t.Helper()
	var r struct{ Accuracy float64 }
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "eval", "--json", "--model", model, file).out), &r))
	return r.Accuracy
}

func TestSupervision(t *testing.T) {
	for reading, file := range map[string]string{"partial": "testdata/open.conll", "soft": "testdata/soft.conll"} {
		path, o := trained(t, "", "--supervision", reading, "--dev", "testdata/dev.conll", file)
		assert.Contains(t, o.errors, "6 labels (scheme bio)", reading)
		assert.Contains(t, o.errors, "preset ner", reading)
		assert.NotContains(t, o.errors, "warning", reading)
		m, err := loadModel(path)
		require.NoError(t, err)
		assert.Equal(t, reading, m.Meta.Facts()["supervision"])
		assert.Greater(t, accuracyOf(t, path, "testdata/train.conll"), 0.85, reading)
	}
	// soft also accepts partial labels, sentence by sentence.
	path, _ := trained(t, "", "--supervision", "soft", "testdata/open.conll")
	assert.Greater(t, accuracyOf(t, path, "testdata/train.conll"), 0.85)
	// By default, ? and A|B are labels.
	_, o := trained(t, "", "testdata/open.conll")
	assert.NotContains(t, o.errors, " 6 labels")
	// partial changes nothing if all labels are known.
	a, _ := trained(t, "", "testdata/train.conll")
	b, _ := trained(t, "", "--supervision", "partial", "testdata/train.conll")
	assert.Equal(t, accuracyOf(t, a, "testdata/dev.conll"), accuracyOf(t, b, "testdata/dev.conll"))
	// The same in attribute files, where labels come first.
	items := strings.Replace(read(t, "testdata/train.crfsuite"), "O\t", "O|B-LOC\t", 3)
	path, _ = trained(t, "", "--supervision", "partial", write(t, "open.crfsuite", items))
	assert.Greater(t, accuracyOf(t, path, "testdata/train.crfsuite"), 0.85)
	// Restarts are allowed with partial labels.
	_, o = trained(t, "", "--supervision", "partial", "--restarts", "1", "testdata/open.conll")
	assert.Contains(t, o.out, "best of 2 runs: run ")
}

func TestSupervisionErrors(t *testing.T) {
	for text, says := range map[string]string{
		"a\tA\nb\tA|\n":                ":2: invalid label \"A|\": a label name is missing",
		"a\tA\nb\tA:0.5|B:0.1\n":       ":2: invalid label \"A:0.5|B:0.1\": shares have sum 0.6, want 1",
		"a\tA:0.5|B:0.5\nb\t?\n":       ":1: unfit input: token 1 has soft labels, but token 2",
		"a\t?\nb\tA|B\n\nc\tA\nd\tA|A": ":5: invalid label",
		"# weight = x\na\tA\n":         ":2: weight \"x\"",
	} {
		o := tagger(t, text, "train", "--model", t.TempDir()+"/m", "--label", "2", "--supervision", "soft", "-")
		assert.Equal(t, exitFailed, o.status)
		assert.Contains(t, o.errors, "stdin"+says)
	}
	o := tagger(t, "", "train", "--model", t.TempDir()+"/m", "--supervision", "partial", "--dev", "testdata/open.conll", "testdata/open.conll")
	assert.Equal(t, exitDone, o.status)
	assert.Regexp(t, `labels that do not occur in the training data and count as errors: .*O\|B-ORG`, o.errors, "development data have full labels")
}

// A sentence with weight 3 counts as three sentences.
func TestWeightsOfColumns(t *testing.T) {
	sentence := "rose\tA\nred\tB\n\n"
	other := "red\tA\nrose\tA\n\n"
	templates := write(t, "words.txt", "u:w=%x[0,form]\nb\n") // without seen labels, which copies of a sentence would change
	train := []string{"--label", "2", "--features", templates, "--warm-up", "0", "-"}
	_, once := trained(t, "# weight = 3\n"+sentence+other, train...)
	_, thrice := trained(t, sentence+sentence+sentence+other, train...)
	assert.InEpsilon(t, finalLoss(t, thrice.out), finalLoss(t, once.out), 1e-6)
}
