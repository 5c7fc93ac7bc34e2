package prunedcrf

import (
	"errors"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

// SpanProbabilities appends the probability of each span. That is the probability of a labelling
// with exactly this span: same start, end and type, and not part of a longer span. Labels are read
// as in [annotation.AppendSpans]. The probability is the share of Z of the labellings with the
// span, at the cost of one recursion per span. Spans outside the sentence are an error.
func (t *Decoder) SpanProbabilities(dst []float64, spans []annotation.Span) ([]float64, error) {
	s, err := t.Scores()
	if err != nil {
		return dst, err
	}
	all, err := t.search.w.LogZ(t.scaled(s))
	if err != nil {
		return dst, err
	}
	for _, span := range spans {
		if span.Start < 0 || span.Start >= span.End || span.End > s.Len() {
			return dst, fmt.Errorf("%w: span %d..%d: the sentence has %d tokens", model.ErrInput, span.Start, span.End, s.Len())
		}
		t.mask(s, span)
		with, err := t.search.w.LogZ(t.scaled(&t.masked))
		if errors.Is(err, structured.ErrNoPath) {
			with, err = math.Inf(-1), nil
		}
		if err != nil {
			return dst, err
		}
		dst = append(dst, math.Exp(with-all))
	}
	return dst, nil
}

// goesOn reports whether next continues the span of prev.
func goesOn(prev, next string) bool {
	p, _ := structured.SplitLabel(prev)
	n, _ := structured.SplitLabel(next)
	_, starts := structured.Boundary(prev, next)
	return p != 'O' && n != 'O' && !starts
}

// mask sets masked to the scores s, of at least order 1, restricted to labellings with the span.
func (t *Decoder) mask(s *pruned.Lattice, span annotation.Span) {
	m, kept, labels := &t.masked, s.Kept(), t.m.labels
	m.Reset(kept, max(s.Order(), 1))
	copy(m.Node, s.Node)
	copy(m.Edge, s.Edge)
	copy(m.Triple, s.Triple)
	for at := span.Start; at < span.End; at++ {
		node := m.NodeAt(at)
		for k, j := range kept.At(at) {
			if letter, typ := structured.SplitLabel(labels[j]); letter == 'O' || typ != span.Type {
				node[k] = math.Inf(-1)
			}
		}
	}
	for at := max(span.Start, 1); at <= span.End && at < s.Len(); at++ {
		inside := at > span.Start && at < span.End
		edge, to := m.EdgeAt(at), kept.At(at)
		for k, i := range kept.At(at - 1) {
			for l, j := range to {
				if goesOn(labels[i], labels[j]) != inside {
					edge[k*len(to)+l] = math.Inf(-1)
				}
			}
		}
	}
}
