package chain

import (
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// SpanProbabilities appends the probability of each span. That is the probability of a labelling
// with exactly this span: same start, end and type, and not part of a longer span. Labels are read
// as in [annotation.AppendSpans]. The probability is the sum over all labellings with the span. Let
// continues(i, j) mean that label j continues the span of label i, and let p be the marginals of
// nodes and edges. Then
//
//	v(start, j)  = sum over i not continued by j of p(i, j at start-1, start)     for labels j of the type
//	v(t, k)      = sum over j continued by k of v(t-1, j) p(j, k at t-1, t) / p(j at t-1)
//	probability  = sum over j, k not continuing j, of v(end-1, j) p(j, k at end-1, end) / p(j at end-1)
//
// It needs the marginals of all edges in memory, T L^2 numbers. Spans outside the sentence are an
// error.
func (d *Answers) SpanProbabilities(dst []float64, spans []annotation.Span) ([]float64, error) {
	for _, s := range spans {
		if s.Start < 0 || s.Start >= s.End || s.End > d.scores.T {
			return dst, fmt.Errorf("%w: span %d..%d: the sentence has %d tokens", model.ErrInput, s.Start, s.End, d.scores.T)
		}
	}
	if len(spans) == 0 {
		return dst, nil
	}
	if _, err := d.inference.Marginals(&d.marginals, d.scaled(), structured.PositionEdges); err != nil {
		return dst, err
	}
	continues := d.space.continuing()
	for _, s := range spans {
		dst = append(dst, d.span(s, continues))
	}
	return dst, nil
}

// continuing returns, for each pair of labels, L x L, whether the second continues the span of the
// first.
func (s *Space) continuing() []bool {
	s.once.Do(func() {
		names := s.labels
		s.continues = make([]bool, len(names)*len(names))
		for i, prev := range names {
			for j, next := range names {
				p, _ := structured.SplitLabel(prev)
				n, _ := structured.SplitLabel(next)
				_, starts := structured.Boundary(prev, next)
				s.continues[i*len(names)+j] = p != 'O' && n != 'O' && !starts
			}
		}
	})
	return s.continues
}

// span returns the probability of a span from the marginals.
func (d *Answers) span(s annotation.Span, continues []bool) float64 {
	p := &d.marginals
	l := p.L
	now := slices.Grow(d.spanNow[:0], l)[:l]
	next := slices.Grow(d.spanNext[:0], l)[:l]
	d.spanNow, d.spanNext = now, next
	for j := range l {
		now[j] = 0
		if prefix, typ := structured.SplitLabel(d.space.labels[j]); prefix == 'O' || typ != s.Type {
			continue
		}
		if s.Start == 0 {
			now[j] = p.NodeAt(0)[j]
			continue
		}
		edge := p.EdgeAt(s.Start)
		for i := range l {
			if !continues[i*l+j] {
				now[j] += edge[i*l+j]
			}
		}
	}
	for at := s.Start + 1; at <= s.End && at < p.T; at++ {
		clear(next)
		edge, node := p.EdgeAt(at), p.NodeAt(at-1)
		for j, v := range now {
			if v == 0 {
				continue
			}
			for k := range l {
				if continues[j*l+k] == (at < s.End) {
					next[k] += v * edge[j*l+k] / node[j]
				}
			}
		}
		now, next = next, now
	}
	sum := 0.0
	for _, v := range now {
		sum += v
	}
	return sum
}
