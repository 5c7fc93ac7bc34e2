package annotation

import (
	"strings"

	"github.com/trellis-nlp/trellis/structured"
)

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
// BIO. The bare labels "[" and "]" are spans of one token, "." is another O. A type with a letter
// or word before it that is none of these (U-PER, b-PER) is in a span, which it never divides:
// it starts one only behind O or another type, and neither does a B that comes next.
//
// It departs from conlleval in two places. The one is for the sake of BIOES, which conlleval knows
// half of: every E and S ends its span and every S starts one, whatever is next to it, where
// conlleval joins an E to a B of the same type after it, and an S to its like. The other are words
// without a hyphen (NOUN, o): they are O, where conlleval sees a span without a type behind one
// with a type.
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

// foreign is the prefix of a label with a type that no scheme here knows.
const foreign = '?'

// splitSpan is structured.SplitLabel with the brackets that conlleval reads as spans of one
// token, and with foreign prefixes.
func splitSpan(label string) (prefix byte, typ string) {
	switch label {
	case "O":
		return 'O', ""
	case "[", "]":
		return 'S', ""
	}
	prefix, typ = structured.SplitLabel(label)
	if prefix != 'O' {
		return prefix, typ
	}
	if letter, typ, _ := strings.Cut(label, "-"); typ != "" && letter != "O" && letter != "." {
		return foreign, typ
	}
	return 'O', ""
}

// continues reports whether a label (n, nt) goes on with the span of the label (p, pt) that
// stands right before it.
func continues(p byte, pt string, n byte, nt string) bool {
	if pt != nt {
		return false
	}
	switch p {
	case 'B', 'I':
		return n == 'I' || n == 'E' || n == foreign
	case foreign:
		return n != 'S' && n != 'O'
	}
	return false
}
