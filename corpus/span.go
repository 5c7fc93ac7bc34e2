package corpus

import "github.com/trellis-nlp/trellis/structured"

// Span is a run of tokens of one type: a name of a person, a noun phrase. It covers the
// tokens Start, ..., End-1 of its sentence.
type Span struct {
	Start, End int
	Type       string // "" where the labels are bare letters
}

// AppendSpans appends the spans that the labels of one sentence spell, from left to right,
// and returns the longer dst. Spans never overlap.
//
// The rules are those of conlleval, the scorer of the CoNLL shared tasks, which give every
// sequence a reading, ill-formed ones too: a label continues the span before it if it is I
// or E, follows B or I, and both have the same type; any other label but O starts a span.
// So an I- after O or after another type starts one, as it should in IOB1 and is let pass in
// BIO. The bare labels "[" and "]" are spans of one token, "." is another O, and so is every
// label that [structured.SplitLabel] does not know.
//
// It departs from conlleval in one place, for the sake of BIOES, which conlleval knows half
// of: every E and S ends its span and every S starts one, whatever is next to it. conlleval
// joins an E to a B of the same type after it, and an S to its like.
func AppendSpans(dst []Span, labels []string) []Span {
	prev, prevType := byte('O'), ""
	for t, label := range labels {
		prefix, typ := splitSpan(label)
		switch {
		case prefix == 'O':
		case continues(prev, prevType, prefix, typ):
			dst[len(dst)-1].End = t + 1
		default:
			dst = append(dst, Span{Start: t, End: t + 1, Type: typ})
		}
		prev, prevType = prefix, typ
	}
	return dst
}

// splitSpan is structured.SplitLabel with the brackets that conlleval reads as spans of one
// token.
func splitSpan(label string) (prefix byte, typ string) {
	if label == "[" || label == "]" {
		return 'S', ""
	}
	return structured.SplitLabel(label)
}

// continues reports whether a label (n, nt) goes on with the span of the label (p, pt) that
// stands right before it.
func continues(p byte, pt string, n byte, nt string) bool {
	return (p == 'B' || p == 'I') && (n == 'I' || n == 'E') && pt == nt
}
