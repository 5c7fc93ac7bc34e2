package study

import (
	"github.com/trellis-nlp/trellis/metrics/analysis"
)

// Analysis returns the suspects as errors, in the order of the ranking, for a page of package
// report. The labels of the file are the gold ones. The confidence is the probability of the
// suggestion.
func (r *AuditReport) Analysis() *analysis.Analysis {
	a := &analysis.Analysis{
		Scores: r.Results, Spans: r.Spans, Macro: r.Results.MacroAverage(), Weighted: r.Results.WeightedAverage(), NumErrors: len(r.Suspects),
	}
	counts := make(map[string]int)
	for k := range r.Suspects {
		s := &r.Suspects[k]
		counts[s.Kind]++
		a.Errors = append(a.Errors, analysis.Error{
			Kind: analysis.Kind(s.Kind), File: s.File, Line: s.Line, Confidence: &s.Likelihood, Words: s.Words, Start: s.Start, End: s.End,
			Gold: marks(s.Gold), Predicted: marks(s.Suggested),
		})
	}
	for _, kind := range []string{MissingSpan, ExtraSpan, WrongType, WrongBoundary, OtherSpans, WrongLabel, SameLabels} {
		if counts[kind] > 0 {
			a.Kinds = append(a.Kinds, analysis.KindCount{Kind: analysis.Kind(kind), Count: counts[kind]})
		}
	}
	return a
}

// marks returns spans as marks of an error.
func marks(list []AuditSpan) []analysis.Mark {
	out := make([]analysis.Mark, 0, len(list))
	for _, x := range list {
		out = append(out, analysis.Mark{Start: x.Start, End: x.End, Label: x.Label, Error: true})
	}
	return out
}
