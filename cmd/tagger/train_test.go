package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
)

// trained trains a model in a temporary folder and returns its path and the output.
func trained(t *testing.T, text string, args ...string) (path string, o outcome) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "model")
	o = done(t, text, append([]string{"train", "--threads", "1", "--model", path}, args...)...)
	return path, o
}

func TestTrainPicksSettings(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says []string
		meta map[string]string
	}{
		"CoNLL": {
			[]string{"testdata/train.conll"},
			[]string{"format conll: 3 columns between tabs; word in column 1, label in column 3, part of speech in column 2",
				"6 labels (scheme bio)", "templates preset ner", "features auto: preset ner, for spans of names\n",
				"loss softmax-margin by lbfgs", "loss for names: softmax-margin with an entity cost of 3 "},
			map[string]string{"format": "conll", "columns": "3", "label": "3", "loss": "softmax-margin", "cost": "entity", "cost-fn": "3", "optimizer": "lbfgs"},
		},
		"blanks": {
			[]string{"testdata/blanks.conll"},
			[]string{"format conll: 2 columns between blanks; word in column 1, label in column 2\n", "preset ner"},
			map[string]string{"columns": "2", "label": "2"},
		},
		"numbered, constant last column": {
			[]string{"testdata/numbered.conll"},
			[]string{"4 columns between tabs; word in column 2, label in column 3\n", "preset ner"},
			map[string]string{"label": "3", "form": ""},
		},
		"CoNLL-U": {
			[]string{"testdata/train.conllu"},
			[]string{"format conllu: 10 columns between tabs; word in column 2, label in column 4\n", "scheme plain", "preset pos"},
			map[string]string{"format": "conllu", "label": "upos"},
		},
		"CRFsuite": {
			[]string{"testdata/train.crfsuite"},
			[]string{"format crfsuite: a label, then attributes\n", "by the attributes of the file", "loss cross-entropy"},
			map[string]string{"format": "crfsuite", "loss": "cross-entropy", "sentences": "12", "tokens": "82"},
		},
		"parts of speech": {
			[]string{"--label", "2", "testdata/train.conll"},
			[]string{"label in column 2\n", "preset pos"},
			map[string]string{"label": "2"},
		},
		"smoothed": {
			[]string{"--label-smoothing", "0.1", "testdata/train.conll"},
			[]string{"loss cross-entropy"}, map[string]string{"loss": "cross-entropy"},
		},
		"with flags": {
			[]string{"--pos", "none", "--features", "chunk", "--form", "1", "--loss", "hinge", "--epochs", "2", "testdata/train.conll"},
			[]string{"label in column 3\n", "preset chunk", "loss hinge by adagrad", "at most 2 steps"},
			map[string]string{"form": "1", "epochs": "2", "optimizer": "adagrad", "features": "chunk", "templates": "preset chunk", "best-step": "2"},
		},
		"owlqn": {
			[]string{"--l1", "0.1", "testdata/train.conll"},
			[]string{"by owlqn"}, map[string]string{"l1": "0.1"},
		},
		"perceptron": {
			[]string{"--loss", "perceptron", "--seed", "7", "testdata/train.conll"},
			[]string{"by averaged-perceptron, l2 0"}, map[string]string{"seed": "7", "optimizer": "averaged-perceptron"},
		},
		"costs": {
			[]string{"--loss", "softmax-margin", "--cost", "entity", "--cost-fn", "4", "--gamma", "2", "testdata/train.conll"},
			[]string{"softmax-margin by lbfgs"}, map[string]string{"cost": "entity", "cost-fn": "4", "gamma": "2"},
		},
		"own templates": {
			[]string{"--features", "testdata/templates.txt", "testdata/train.conll"},
			[]string{"by templates templates.txt"}, map[string]string{"features": "templates.txt"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			path, o := trained(t, "", c.args...)
			for _, s := range c.says {
				assert.Contains(t, o.errors, s)
			}
			for k, v := range c.meta {
				assert.Equal(t, v, notesOf(t, path)[k], k)
			}
			assert.NotContains(t, read(t, path), "testdata", "a model contains no folders")
			assert.Contains(t, o.out, path+": ")
		})
	}
}

func TestPhrasesPickChunk(t *testing.T) {
	path := write(t, "chunk.txt", "The DT B-NP\nbank NN I-NP\nopened VBD B-VP\nin IN B-PP\nOslo NNP B-NP\n\nThe DT B-NP\ntrain NN I-NP\nleft VBD B-VP\n")
	_, o := trained(t, "", path)
	assert.Contains(t, o.errors, "features auto: preset chunk, for spans of phrases")
	assert.Contains(t, o.errors, "part of speech in column 2")
	assert.Contains(t, o.errors, "loss cross-entropy")
	assert.Contains(t, o.errors, "labels in bio are trained in bioes")
	for _, flags := range [][]string{{"--scheme", "bio"}, {"--supervision", "partial"}, {"--model-type", "semi"}} {
		_, o = trained(t, "", append(flags, path)...)
		assert.NotContains(t, o.errors, "trained in", flags)
	}
	assert.Equal(t, "bioes", tunedScheme(t, path))
	items, o := trained(t, "B-NP\tw=The\nI-NP\tw=bank\nB-VP\tw=opened\n", "--format", "crfsuite", "-")
	assert.NotContains(t, o.errors, "trained in")
	m, err := loadModel(items)
	require.NoError(t, err)
	assert.Equal(t, []string{"B-NP", "I-NP", "B-VP"}, m.Labels(), "attribute files are trained as CRFsuite trains them")
}

// Labels made of features, or more than 80 labels, use the preset morph.
func TestMorphologyPicksMorph(t *testing.T) {
	var many strings.Builder
	for k := range 81 {
		fmt.Fprintf(&many, "w%d A%d\n\n", k, k)
	}
	for name, text := range map[string]string{
		"spelt": "Die Case=Nom|Number=Plur\nKatzen Case=Nom|Number=Plur\nschlafen Number=Plur|Person=3\n. _\n", "many": many.String(),
	} {
		_, o := trained(t, text, "--epochs", "2", "--optimizer", "sgd", "-")
		assert.Contains(t, o.errors, "features auto: preset morph, for labels of many features\n", name)
		assert.Contains(t, o.errors, "loss cross-entropy", name)
	}
}

// tunedScheme returns the scheme in which tune trains.
func tunedScheme(t *testing.T, path string) string {
	t.Helper()
	o := done(t, "", "tune", "--folds", "2", "--loss", "perceptron", path)
	_, scheme, ok := strings.Cut(o.errors, "labels (scheme ")
	require.True(t, ok)
	scheme, _, _ = strings.Cut(scheme, ")")
	return scheme
}

// Columns between word and label are input, except for numbers and constant columns.
func TestFurtherColumns(t *testing.T) {
	const text = "the the DET 1 x B-NP B-PER _\ncats cat NOUN 2 x I-NP I-PER _\nsleep sleep VERB 3 x B-VP O _\n\n" +
		"a a DET 1 x B-NP O _\ndog dog NOUN 2 x I-NP O _\nbarks bark VERB 3 x B-VP O _\n\n"
	path, o := trained(t, text, "--label", "7", "-")
	assert.Contains(t, o.errors, "part of speech in column 2; not read: spans in column 6\n", "which has the fewest values of its kind")
	assert.Contains(t, o.errors, "features auto: preset ner and column 3, for spans of names\n")
	m, err := loadModel(path)
	require.NoError(t, err)
	assert.Equal(t, "preset ner and column 3", m.Meta.Notes["templates"])
	program, err := m.Input().Program()
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1, 2}, program.Columns())
	e := program.NewExtractor()
	e.Reset(features.Rows{{"the", "the", "DET", "1", "x", "B-NP"}, {"cats", "cat", "NOUN", "2", "x", "I-NP"}})
	var names []string
	for _, a := range e.Unigrams(1) {
		names = append(names, string(a))
	}
	for _, name := range []string{"u:c2.-1=DET", "u:c2.0=NOUN", "u:c2.1=_x+1", "u:c2.-1.0=DET/NOUN"} {
		assert.Contains(t, names, name)
	}
	assert.InDelta(t, 1, score(t, text, "--model", path, "-").F1, 1e-12)

	for _, flags := range [][]string{{"--features", "ner"}, {"--pos", "none"}} {
		path, _ = trained(t, text, append(flags, "--label", "7", "-")...)
		m, err = loadModel(path)
		require.NoError(t, err)
		assert.Equal(t, "preset ner", m.Meta.Notes["templates"])
	}
	program, err = m.Input().Program()
	require.NoError(t, err)
	assert.Equal(t, []int{0}, program.Columns(), "only the word")
}

// TestEveryPair trains with each loss and each suitable optimizer.
func TestEveryPair(t *testing.T) {
	stochastic := []string{"sgd", "adagrad", "adam", "adamw"}
	for loss, optimizers := range map[string][]string{
		"cross-entropy":  append([]string{"lbfgs", "owlqn", "sag"}, stochastic...),
		"softmax-margin": append([]string{"lbfgs", "owlqn", "sag"}, stochastic...),
		"risk":           append([]string{"lbfgs", "owlqn"}, stochastic...),
		"perceptron":     append([]string{"averaged-perceptron"}, stochastic...),
		"hinge":          append([]string{"averaged-perceptron", "pa", "arow", "bcfw"}, stochastic...),
		"squared-hinge":  stochastic,
	} {
		for _, optimizer := range optimizers {
			t.Run(loss+" "+optimizer, func(t *testing.T) {
				path, _ := trained(t, "", "--quiet", "--loss", loss, "--optimizer", optimizer, "--epochs", "8", "testdata/train.conll")
				o := done(t, "", "eval", "--json", "--model", path, "testdata/train.conll")
				var r struct{ Accuracy float64 }
				require.NoError(t, json.Unmarshal([]byte(o.out), &r))
				assert.Greater(t, r.Accuracy, 0.75, "0.7 for O everywhere")
			})
		}
	}
}

func TestRiskStartsFromCrossEntropy(t *testing.T) {
	path, o := trained(t, "", "--loss", "risk", "testdata/train.conll")
	assert.Contains(t, o.errors, "risk needs a good start: training first runs 30 iterations of cross-entropy")
	assert.Greater(t, score(t, "", "--model", path, "testdata/train.conll").F1, 0.9)
	_, o = trained(t, "", "--loss", "risk", "--init", nerModel(t), "testdata/train.conll")
	assert.NotContains(t, o.errors, "needs a good start")
}

func TestCosts(t *testing.T) {
	plain, _ := trained(t, "", "--loss", "hinge", "testdata/train.conll")
	for name, args := range map[string][]string{
		"entity":   {"--cost", "entity", "--cost-fn", "9", "--cost-fp", "0.5", "--cost-confusion", "2"},
		"boundary": {"--cost", "boundary", "--cost-boundary", "3"},
		"weights":  {"--label-weight", "B-PER=5", "--label-weight", "O=0.5"},
		"scale":    {"--cost-scale", "3"},
	} {
		t.Run(name, func(t *testing.T) {
			path, _ := trained(t, "", append([]string{"--loss", "hinge", "testdata/train.conll"}, args...)...)
			assert.NotEqual(t, read(t, plain), read(t, path), "the cost made no difference")
		})
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	args := []string{"--loss", "hinge", "--epochs", "5", "--threads", "2", "testdata/train.conll"}
	a, _ := trained(t, "", append(args, "--seed", "3")...)
	b, _ := trained(t, "", append(args, "--seed", "3")...)
	c, _ := trained(t, "", append(args, "--seed", "4")...)
	assert.Equal(t, read(t, a), read(t, b))
	assert.NotEqual(t, read(t, a), read(t, c))

	a, _ = trained(t, "", "--threads", "2", "testdata/train.conllu")
	b, _ = trained(t, "", "--threads", "2", "testdata/train.conllu")
	assert.Equal(t, read(t, a), read(t, b))
}

func TestStandardInputAndSeveralFiles(t *testing.T) {
	all := read(t, "testdata/train.conll")
	half := strings.Index(all, "\n\nA\tDET") + 2
	whole, _ := trained(t, "", "testdata/train.conll")
	piped, _ := trained(t, all, "-")
	parts, _ := trained(t, all[half:], write(t, "part", all[:half]), "-")
	assert.Equal(t, read(t, whole), read(t, piped))
	assert.Equal(t, read(t, whole), read(t, parts))
}

func TestWeightsOfSentencesCount(t *testing.T) {
	weighted, _ := trained(t, "", "testdata/train.crfsuite")
	even, _ := trained(t, strings.Replace(read(t, "testdata/train.crfsuite"), "@weight:2\n", "", 1), "-")
	assert.NotEqual(t, read(t, weighted), read(t, even))
}

func TestOddAttributesAreWarnedOf(t *testing.T) {
	_, o := trained(t, "O\tw=a:b\tx=1\nB\tw=c:d:e\tx=2\n\nO\tw=q\tx=3\n", "--format", "crfsuite", "-")
	assert.Contains(t, o.errors, "tagger: warning: stdin: ")
	assert.Contains(t, o.errors, "colons are not escaped by a backslash")
}

func TestWarmStart(t *testing.T) {
	_, cold := trained(t, "", "--epochs", "1", "testdata/train.conll")
	_, warm := trained(t, "", "--epochs", "1", "--init", nerModel(t), "testdata/train.conll")
	assert.Less(t, objective(t, warm), objective(t, cold))
}

// objective returns the objective of the last step.
func objective(t *testing.T, o outcome) float64 {
	t.Helper()
	_, text, ok := strings.Cut(o.out, "loss ")
	require.True(t, ok, o.out)
	var v float64
	require.NoError(t, json.Unmarshal([]byte(strings.TrimSpace(text)), &v))
	return v
}

func TestDevelopmentData(t *testing.T) {
	path, o := trained(t, "", "--dev", "testdata/dev.conll", "--patience", "3", "testdata/train.conll")
	assert.Contains(t, o.errors, "development: 3 sentences, 18 tokens")
	assert.Contains(t, o.errors, "best")
	assert.Contains(t, o.out, "18 tokens in 3 sentences with 5 spans")
	assert.Contains(t, o.out, "dev score no longer better")
	m, err := loadModel(path)
	require.NoError(t, err)
	assert.NotEmpty(t, m.Meta.Notes["dev"])
	// The table of the best model equals the output of eval.
	eval := done(t, "", "eval", "--scheme", "bio", "--model", path, "testdata/dev.conll")
	assert.Contains(t, o.out, strings.Split(eval.out, "\n")[1])
}

func TestQuiet(t *testing.T) {
	_, o := trained(t, "", "--quiet", "testdata/train.conll")
	assert.Empty(t, o.errors)
	assert.Contains(t, o.out, "6 labels")
}

func TestOneLabelOnlyIsWarnedOf(t *testing.T) {
	_, o := trained(t, "a\tO\nb\tO\n\nc\tO\n", "--label", "2", "-")
	assert.Contains(t, o.errors, `all tokens have the label "O"`)
}

func TestLogJSON(t *testing.T) {
	for _, dev := range []bool{false, true} {
		log := filepath.Join(t.TempDir(), "steps.jsonl")
		args := []string{"--log-json", log, "--epochs", "4", "testdata/train.conll"}
		keys := []string{"step", "seconds", "objective", "grad_norm"}
		if dev {
			args, keys = append(args, "--dev", "testdata/dev.conll"), append(keys, "dev")
		}
		trained(t, "", args...)
		d := json.NewDecoder(strings.NewReader(read(t, log)))
		n := 0
		for ; d.More(); n++ {
			var step map[string]float64
			require.NoError(t, d.Decode(&step))
			assert.Len(t, step, len(keys))
			for _, k := range keys {
				assert.Contains(t, step, k)
			}
			assert.EqualValues(t, n+1, step["step"])
		}
		assert.Equal(t, 4, n)
		assert.Equal(t, 4, strings.Count(read(t, log), "\n"), "one a line")
	}
}

func TestLogOnStandardOutput(t *testing.T) {
	_, o := trained(t, "", "--log-json", "-", "--epochs", "2", "testdata/train.conll")
	assert.Equal(t, 2, bytes.Count([]byte(o.out), []byte(`{"step":`)))
}
