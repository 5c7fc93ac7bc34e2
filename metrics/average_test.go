package metrics

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/structured"
)

// Four tokens of N (three right, one as V), two of V (one right, one as X), one of D as N.
func TestAveragesOfLabels(t *testing.T) {
	r, err := Evaluate(structured.Plain,
		[][]string{{"N", "N", "N", "N"}, {"V", "V", "D"}},
		[][]string{{"N", "N", "N", "V"}, {"V", "X", "N"}})
	require.NoError(t, err)
	// N: p 3/4, r 3/4, F1 3/4. V: p 1/2, r 1/2, F1 1/2. D and X: 0.
	assert.InDelta(t, (0.75+0.5)/4, r.MacroAverage().Precision, 1e-15)
	assert.InDelta(t, (0.75+0.5)/4, r.MacroAverage().Recall, 1e-15)
	assert.InDelta(t, (0.75+0.5)/4, r.MacroAverage().F1, 1e-15)
	assert.InDelta(t, (4*0.75+2*0.5)/7, r.WeightedAverage().Precision, 1e-15)
	assert.InDelta(t, r.Accuracy, r.WeightedAverage().Recall, 1e-15)
	assert.InDelta(t, (4*0.75+2*0.5)/7, r.WeightedAverage().F1, 1e-15)
	assert.Equal(t, map[string]Share{
		"N": {Tokens: 4, Correct: 3, Accuracy: 0.75},
		"V": {Tokens: 2, Correct: 1, Accuracy: 0.5},
		"D": {Tokens: 1},
	}, r.LabelAccuracy())
	assert.InDelta(t, 1.25/3, r.BalancedAccuracy(), 1e-15)
}

// Two PER (both found), two LOC (one found), and three wrong LOC.
func TestAveragesOfSpans(t *testing.T) {
	r, err := Evaluate(structured.BIO,
		[][]string{{"B-PER", "I-PER", "O", "B-LOC"}, {"B-PER", "O", "B-LOC", "O", "O", "O"}},
		[][]string{{"B-PER", "I-PER", "O", "B-LOC"}, {"B-PER", "B-LOC", "O", "B-LOC", "O", "B-LOC"}})
	require.NoError(t, err)
	// PER: 1, 1, 1. LOC: p 1/4, r 1/2, F1 2/6.
	assert.Equal(t, Average{Precision: 0.625, Recall: 0.75, F1: (1 + 1.0/3) / 2}, r.MacroAverage())
	assert.Equal(t, r.MacroAverage(), r.WeightedAverage(), "both have two")
	assert.Equal(t, map[string]Share{
		"B-PER": {Tokens: 2, Correct: 2, Accuracy: 1},
		"I-PER": {Tokens: 1, Correct: 1, Accuracy: 1},
		"B-LOC": {Tokens: 2, Correct: 1, Accuracy: 0.5},
		"O":     {Tokens: 5, Correct: 2, Accuracy: 0.4},
	}, r.LabelAccuracy())
	assert.InDelta(t, 2.9/4, r.BalancedAccuracy(), 1e-15)
}

func TestAveragesOfNothing(t *testing.T) {
	for _, r := range []Results{{}, new(Evaluator).Results(), {Labels: map[string]Score{"X": NewScore(0, 2, 0)}}} {
		assert.Zero(t, r.MacroAverage())
		assert.Zero(t, r.WeightedAverage())
		assert.Empty(t, r.LabelAccuracy())
		assert.Zero(t, r.BalancedAccuracy())
	}
}
