package metrics

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/structured"
)

// Results holds the scores of an [Evaluator]. All fractions are in 0..1.
type Results struct {
	Scheme           structured.Scheme `json:"-"`
	Tokens           int               `json:"tokens"`
	Sentences        int               `json:"sentences"`
	Accuracy         float64           `json:"accuracy"`
	SentenceAccuracy float64           `json:"sentence_accuracy"`
	Known            *Share            `json:"known,omitempty"`   // words seen in training; nil if not known
	Unknown          *Share            `json:"unknown,omitempty"` // all other words
	Score                              // over all labels or spans
	Labels           map[string]Score  `json:"labels"`     // by label or span type
	Confusions       []Confusion       `json:"confusions"` // by descending count, then by name
	Right            map[string]int    `json:"right"`      // correctly labelled tokens, by label

	Intervals   *Intervals   `json:"intervals,omitempty"`   // set by the caller from [Bootstrap], or nil
	Matrix      *Matrix      `json:"matrix,omitempty"`      // set by the caller from ConfusionMatrix, or nil
	Calibration *Calibration `json:"calibration,omitempty"` // set by the caller from a [Calibrator], or nil
}

// Confusion is the number of tokens with a gold label that got another label.
type Confusion struct {
	Gold      string `json:"gold"`
	Predicted string `json:"predicted"`
	Count     int    `json:"count"`
}

// Results returns the results for all sentences added so far. They share no memory with e.
func (e *Evaluator) Results() Results {
	r := Results{
		Scheme:           e.Scheme,
		Tokens:           e.tokens.n,
		Sentences:        e.sentences.n,
		Accuracy:         ratio(e.tokens.correct, e.tokens.n),
		SentenceAccuracy: ratio(e.sentences.correct, e.sentences.n),
		Labels:           make(map[string]Score, len(e.items)),
		Confusions:       make([]Confusion, 0, len(e.confusions)),
		Right:            make(map[string]int, len(e.right)),
	}
	for label, n := range e.right {
		r.Right[label] = *n
	}
	if e.known.n+e.unknown.n > 0 {
		r.Known, r.Unknown = e.known.share(), e.unknown.share()
	}
	var all items
	for name, it := range e.items {
		r.Labels[name] = NewScore(it.gold, it.predicted, it.correct)
		all.gold += it.gold
		all.predicted += it.predicted
		all.correct += it.correct
	}
	r.Score = NewScore(all.gold, all.predicted, all.correct)
	for c, n := range e.confusions {
		r.Confusions = append(r.Confusions, Confusion{c.gold, c.predicted, n})
	}
	slices.SortFunc(r.Confusions, func(a, b Confusion) int {
		return cmp.Or(
			cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.Gold, b.Gold),
			cmp.Compare(a.Predicted, b.Predicted))
	})
	return r
}

func (t tally) share() *Share {
	return &Share{Tokens: t.n, Correct: t.correct, Accuracy: ratio(t.correct, t.n)}
}

// Evaluate scores a whole corpus, given a slice of labels for each sentence. The error is
// ErrLength.
func Evaluate(scheme structured.Scheme, gold, predicted [][]string) (Results, error) {
	if len(gold) != len(predicted) {
		return Results{}, fmt.Errorf("%w: %d gold sentences, %d predicted",
			ErrLength, len(gold), len(predicted))
	}
	e := Evaluator{Scheme: scheme}
	for i := range gold {
		if err := e.Add(gold[i], predicted[i], nil); err != nil {
			return Results{}, fmt.Errorf("sentence %d: %w", i+1, err)
		}
	}
	return e.Results(), nil
}
