package metrics

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trellis-nlp/trellis/structured"
)

func add(t require.TestingT, e *Evaluator, gold, predicted, known string) {
	var flags []bool
	for _, k := range known {
		flags = append(flags, k == 'k')
	}
	require.NoError(t, e.Add(strings.Fields(gold), strings.Fields(predicted), flags))
}

func TestPlainLabels(t *testing.T) {
	var e Evaluator
	add(t, &e, "DET NOUN VERB", "DET NOUN NOUN", "kku")
	add(t, &e, "NOUN", "NOUN", "u")
	add(t, &e, "VERB ADV", "NOUN X", "ku")
	add(t, &e, "", "", "")

	assert.Equal(t, Results{
		Tokens: 6, Sentences: 3,
		Accuracy: 0.5, SentenceAccuracy: 1. / 3,
		Known:   &Share{Tokens: 3, Correct: 2, Accuracy: 2. / 3},
		Unknown: &Share{Tokens: 3, Correct: 1, Accuracy: 1. / 3},
		Score:   Score{Precision: 0.5, Recall: 0.5, F1: 0.5, Support: 6, Predicted: 6, Correct: 3},
		Labels: map[string]Score{
			"ADV":  {Support: 1},
			"DET":  {Precision: 1, Recall: 1, F1: 1, Support: 1, Predicted: 1, Correct: 1},
			"NOUN": {Precision: 0.5, Recall: 1, F1: 2. / 3, Support: 2, Predicted: 4, Correct: 2},
			"VERB": {Support: 2},
			"X":    {Predicted: 1},
		},
		Confusions: []Confusion{{"VERB", "NOUN", 2}, {"ADV", "X", 1}},
		Right:      map[string]int{"DET": 1, "NOUN": 2},
	}, e.Results())
}

func TestSpanLabels(t *testing.T) {
	e := Evaluator{Scheme: structured.BIO}
	add(t, &e, "B-PER I-PER O B-LOC B-LOC", "B-PER I-PER O B-LOC I-LOC", "")
	add(t, &e, "B-PER I-PER O", "I-PER I-PER O", "") // a wrong label, but the right span
	add(t, &e, "B-ORG O", "B-LOC O", "")

	r := e.Results()
	assert.Equal(t, Score{Precision: 0.5, Recall: 0.4, F1: 4. / 9, Support: 5, Predicted: 4, Correct: 2}, r.Score)
	assert.Equal(t, map[string]Score{
		"LOC": {Support: 2, Predicted: 2},
		"ORG": {Support: 1},
		"PER": {Precision: 1, Recall: 1, F1: 1, Support: 2, Predicted: 2, Correct: 2},
	}, r.Labels)
	assert.Equal(t, 0.7, r.Accuracy)
	assert.Zero(t, r.SentenceAccuracy)
	assert.Nil(t, r.Known)
	assert.Nil(t, r.Unknown)
	assert.Equal(t, []Confusion{{"B-LOC", "I-LOC", 1}, {"B-ORG", "B-LOC", 1}, {"B-PER", "I-PER", 1}}, r.Confusions)
}

// Spans are compared as spans, so the two columns may use different schemes.
func TestSchemesMayDiffer(t *testing.T) {
	e := Evaluator{Scheme: structured.BIO}
	add(t, &e, "B-X I-X O B-X", "B-X E-X O S-X", "")
	assert.Equal(t, 1.0, e.Results().F1)
	assert.Equal(t, 0.5, e.Results().Accuracy)
}

func TestNothing(t *testing.T) {
	for _, s := range []structured.Scheme{structured.Plain, structured.BIO} {
		e := Evaluator{Scheme: s}
		assert.Equal(t, Results{Scheme: s, Labels: map[string]Score{}, Confusions: []Confusion{}, Right: map[string]int{}}, e.Results())
	}
	e := Evaluator{Scheme: structured.BIO}
	add(t, &e, "O O", "O O", "")
	assert.Equal(t, Score{}, e.Results().Score)
	assert.Equal(t, 1.0, e.Results().Accuracy)
}

func TestErrors(t *testing.T) {
	var e Evaluator
	assert.ErrorIs(t, e.Add([]string{"A"}, nil, nil), ErrLength)
	assert.ErrorIs(t, e.Add([]string{"A"}, []string{"A"}, []bool{}), ErrLength)
	assert.ErrorIs(t, e.Merge(&Evaluator{Scheme: structured.IOB1}), ErrTask)
	assert.NoError(t, (&Evaluator{Scheme: structured.BIO}).Merge(&Evaluator{Scheme: structured.IOB1}))
	assert.Equal(t, (&Evaluator{}).Results(), e.Results())

	_, err := Evaluate(structured.Plain, [][]string{{"A"}}, nil)
	assert.ErrorIs(t, err, ErrLength)
	_, err = Evaluate(structured.Plain, [][]string{{"A"}, {"A"}}, [][]string{{"A"}, {}})
	assert.ErrorIs(t, err, ErrLength)
	assert.ErrorContains(t, err, "sentence 2")
}

func TestMergeIsOneEvaluator(t *testing.T) {
	labels := rapid.SampledFrom([]string{"O", "B-X", "I-X", "B-Y", "I-Y"})
	rapid.Check(t, func(t *rapid.T) {
		scheme := rapid.SampledFrom([]structured.Scheme{structured.Plain, structured.BIO}).Draw(t, "scheme")
		all := Evaluator{Scheme: scheme}
		parts := [3]Evaluator{{Scheme: scheme}, {Scheme: scheme}, {Scheme: scheme}}
		for i := range rapid.IntRange(0, 9).Draw(t, "sentences") {
			n := rapid.IntRange(0, 5).Draw(t, "tokens")
			gold := rapid.SliceOfN(labels, n, n).Draw(t, "gold")
			predicted := rapid.SliceOfN(labels, n, n).Draw(t, "predicted")
			known := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "known")
			require.NoError(t, all.Add(gold, predicted, known))
			require.NoError(t, parts[i%3].Add(gold, predicted, known))
		}
		last := parts[2].Results()
		require.NoError(t, parts[0].Merge(&parts[1]))
		require.NoError(t, parts[0].Merge(&parts[2]))
		assert.Equal(t, all.Results(), parts[0].Results())
		assert.Equal(t, last, parts[2].Results())

		r := all.Results()
		if r.Tokens > 0 {
			assert.Equal(t, r.Tokens, r.Known.Tokens+r.Unknown.Tokens)
		}
		if scheme == structured.Plain {
			assert.Equal(t, r.Accuracy, r.Precision)
			assert.Equal(t, r.Accuracy, r.Recall)
			assert.Equal(t, r.Accuracy, r.F1)
		}
	})
}

func TestAddAllocatesNothing(t *testing.T) {
	for _, s := range []structured.Scheme{structured.Plain, structured.BIO} {
		e := Evaluator{Scheme: s}
		gold := strings.Fields("B-X I-X O B-Y O")
		predicted := strings.Fields("B-X O O B-Y I-Y")
		require.NoError(t, e.Add(gold, predicted, nil))
		assert.Zero(t, testing.AllocsPerRun(100, func() { _ = e.Add(gold, predicted, nil) }))
	}
}

func TestJSON(t *testing.T) {
	e := Evaluator{Scheme: structured.BIO}
	add(t, &e, "B-X O", "B-X B-Y", "ku")
	got, err := json.Marshal(e.Results())
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"tokens": 2, "sentences": 1, "accuracy": 0.5, "sentence_accuracy": 0,
		"known": {"tokens": 1, "correct": 1, "accuracy": 1},
		"unknown": {"tokens": 1, "correct": 0, "accuracy": 0},
		"precision": 0.5, "recall": 1, "f1": 0.6666666666666666,
		"support": 1, "predicted": 2, "correct": 1,
		"labels": {
			"X": {"precision": 1, "recall": 1, "f1": 1, "support": 1, "predicted": 1, "correct": 1},
			"Y": {"precision": 0, "recall": 0, "f1": 0, "support": 0, "predicted": 1, "correct": 0}
		},
		"confusions": [{"gold": "O", "predicted": "B-Y", "count": 1}],
		"right": {"B-X": 1}
	}`, string(got))
}
