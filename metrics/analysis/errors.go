package analysis

import (
	"cmp"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
)

// A Kind is a kind of error.
type Kind string

// The kinds of errors. A gold span and a predicted span belong together if they share a token. Each
// span belongs to at most one other: first spans with equal tokens are paired, then spans of the
// same type by decreasing overlap, then other spans by decreasing overlap.
const (
	Missed        Kind = "missed"            // no predicted span belongs to the gold span
	Spurious      Kind = "spurious"          // no gold span belongs to the predicted span
	WrongType     Kind = "type"              // the same tokens, another type
	WrongBoundary Kind = "boundary"          // the same type, other tokens
	WrongBoth     Kind = "type and boundary" // other tokens, another type
	WrongLabel    Kind = "label"             // a token of labels that spell no spans
)

var kinds = []Kind{Missed, Spurious, WrongType, WrongBoundary, WrongBoth, WrongLabel}

// A KindCount is the number of errors of a kind.
type KindCount struct {
	Kind  Kind `json:"kind"`
	Count int  `json:"count"`
}

// An Error is an error with its context.
type Error struct {
	Kind Kind   `json:"kind"`
	File string `json:"file"`
	Line int    `json:"line"` // of the first wrong token; 0 if not known
	// Confidence is the least probability of a predicted label among the tokens of the error. It is
	// nil if there are no probabilities.
	Confidence *float64 `json:"confidence"`
	// Words are those of the error, with some before and after it.
	Words     []string `json:"words"`
	Start     int      `json:"start"` // the error has the words Start, ..., End-1
	End       int      `json:"end"`
	Before    bool     `json:"before"` // the sentence has words before Words
	After     bool     `json:"after"`  // the sentence has words after Words
	Gold      []Mark   `json:"gold"`
	Predicted []Mark   `json:"predicted"`
}

// A Mark is a span, or a token with its label, in the words of an [Error].
type Mark struct {
	Start int    `json:"start"`
	End   int    `json:"end"` // the span has the words Start, ..., End-1
	Label string `json:"label"`
	Error bool   `json:"error"` // part of the error, not of its context
}

// A pair is a gold span with the predicted span that belongs to it. One of the two may be -1.
type pair struct{ gold, predicted int }

// pairs pairs the spans of a sentence. It reuses its memory.
type pairs struct {
	list      []pair
	overlaps  []overlap
	gold, out []bool // paired
}

// An overlap is a pair with the number of shared tokens.
type overlap struct {
	pair
	same   bool // type
	exact  bool // equal tokens
	shared int
}

// match pairs the spans of a sentence. Both lists are in order.
func (p *pairs) match(gold, predicted []annotation.Span) []pair {
	p.list, p.overlaps = p.list[:0], p.overlaps[:0]
	p.gold, p.out = reset(p.gold, len(gold)), reset(p.out, len(predicted))
	first := 0
	for i, g := range gold {
		for first < len(predicted) && predicted[first].End <= g.Start {
			first++
		}
		for j := first; j < len(predicted) && predicted[j].Start < g.End; j++ {
			x := predicted[j]
			p.overlaps = append(p.overlaps, overlap{pair{i, j}, g.Type == x.Type, g.Start == x.Start && g.End == x.End, min(g.End, x.End) - max(g.Start, x.Start)})
		}
	}
	slices.SortStableFunc(p.overlaps, func(a, b overlap) int {
		return cmp.Or(order(a.exact, b.exact), order(a.same, b.same), cmp.Compare(b.shared, a.shared))
	})
	for _, o := range p.overlaps {
		if !p.gold[o.gold] && !p.out[o.predicted] {
			p.gold[o.gold], p.out[o.predicted] = true, true
			p.list = append(p.list, o.pair)
		}
	}
	for i, paired := range p.gold {
		if !paired {
			p.list = append(p.list, pair{i, -1})
		}
	}
	for j, paired := range p.out {
		if !paired {
			p.list = append(p.list, pair{-1, j})
		}
	}
	return p.list
}

// order sorts true before false.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func reset(list []bool, n int) []bool {
	list = slices.Grow(list[:0], n)[:n]
	clear(list)
	return list
}

// A finding is an error without its context. A span that does not exist is empty.
type finding struct {
	kind            Kind
	sentence        int
	gold, predicted annotation.Span
	start, end      int // tokens of both
	confidence      float64
}

// find records an error.
func (a *analyst) find(kind Kind, k int, gold, predicted annotation.Span) {
	f := finding{kind: kind, sentence: k, gold: gold, predicted: predicted}
	switch {
	case gold.End == 0:
		f.start, f.end = predicted.Start, predicted.End
	case predicted.End == 0:
		f.start, f.end = gold.Start, gold.End
	default:
		f.start, f.end = min(gold.Start, predicted.Start), max(gold.End, predicted.End)
	}
	if p := a.sentences[k].Probabilities; p != nil {
		f.confidence = slices.Min(p[f.start:f.end])
	}
	a.kinds[kind]++
	a.found = append(a.found, f)
}

// errors returns the most confident errors with their context.
func (a *analyst) errors() []Error {
	slices.SortStableFunc(a.found, func(x, y finding) int {
		return cmp.Or(cmp.Compare(y.confidence, x.confidence), cmp.Compare(x.sentence, y.sentence), cmp.Compare(x.start, y.start))
	})
	list := make([]Error, 0, min(len(a.found), a.MaxErrors))
	for _, f := range a.found[:cap(list)] {
		s := &a.sentences[f.sentence]
		from, to := max(0, f.start-a.Context), min(len(s.Words), f.end+a.Context)
		e := Error{Kind: f.kind, File: s.File, Words: s.Words[from:to], Start: f.start - from, End: f.end - from, Before: from > 0, After: to < len(s.Words)}
		if s.Lines != nil {
			e.Line = s.Lines[f.start]
		}
		if s.Probabilities != nil {
			e.Confidence = &f.confidence
		}
		e.Gold = a.marks(s.Gold, f.gold, from, to)
		e.Predicted = a.marks(s.Predicted, f.predicted, from, to)
		list = append(list, e)
	}
	return list
}

// marks returns the marks of the words from..to-1. Spans that end outside are cut.
func (a *analyst) marks(labels []string, wrong annotation.Span, from, to int) []Mark {
	if !a.spans {
		return []Mark{{wrong.Start - from, wrong.End - from, wrong.Type, true}}
	}
	list := []Mark{}
	a.gold = annotation.AppendSpans(a.gold[:0], labels)
	for _, x := range a.gold {
		if x.End > from && x.Start < to {
			list = append(list, Mark{max(x.Start, from) - from, min(x.End, to) - from, x.Type, wrong.End > 0 && x == wrong})
		}
	}
	return list
}
