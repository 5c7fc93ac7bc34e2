package metrics

import (
	"maps"
	"slices"
)

// Average is the mean score of several labels or span types, as fractions in 0..1.
type Average struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// MacroAverage returns the unweighted mean over r.Labels. Labels that occur only in the predictions
// count too, with a recall of 0. MacroAverage is zero if there are no labels.
func (r *Results) MacroAverage() Average {
	return r.average(func(Score) float64 { return 1 })
}

// WeightedAverage returns the mean over r.Labels weighted by Support. It is zero if there are no
// gold items.
func (r *Results) WeightedAverage() Average {
	return r.average(func(s Score) float64 { return float64(s.Support) })
}

// average sums in the order of the names, so the same results give the same digits.
func (r *Results) average(weight func(Score) float64) (a Average) {
	total := 0.0
	for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
		s := r.Labels[name]
		w := weight(s)
		total += w
		a.Precision += w * s.Precision
		a.Recall += w * s.Recall
		a.F1 += w * s.F1
	}
	if total == 0 {
		return Average{}
	}
	return Average{a.Precision / total, a.Recall / total, a.F1 / total}
}

// LabelAccuracy returns, for each gold label, the fraction of its tokens that are labelled
// correctly. It compares labels as strings, also in a span scheme: B-PER and I-PER, not PER.
func (r *Results) LabelAccuracy() map[string]Share {
	tokens := make(map[string]int, len(r.Right))
	maps.Copy(tokens, r.Right)
	for _, c := range r.Confusions {
		tokens[c.Gold] += c.Count
	}
	shares := make(map[string]Share, len(tokens))
	for label, n := range tokens {
		shares[label] = Share{Tokens: n, Correct: r.Right[label], Accuracy: ratio(r.Right[label], n)}
	}
	return shares
}

// BalancedAccuracy returns the unweighted mean of [Results.LabelAccuracy]. The mean weighted by
// tokens is r.Accuracy.
func (r *Results) BalancedAccuracy() float64 {
	shares, sum := r.LabelAccuracy(), 0.0
	for _, label := range slices.Sorted(maps.Keys(shares)) {
		sum += shares[label].Accuracy
	}
	if len(shares) == 0 {
		return 0
	}
	return sum / float64(len(shares))
}
