package annotation

import (
	"strings"

	"github.com/trellis-nlp/trellis/structured"
)

// Span is a sequence of tokens with a type, such as a person name or a noun phrase. It covers the
// tokens Start, ..., End-1 of its sentence.
type Span struct {
	Start, End int
	Type       string // "" if the labels are bare letters
}

// AppendSpans appends the spans of the labels of one sentence, from left to right, and returns the
// extended dst. Spans never overlap.
//
// The rules are those of conlleval, the scorer of the CoNLL shared tasks. They cover all label
// sequences, including ill-formed ones. A label continues the previous span if it is I or E,
// follows B or I, and has the same type. Any other label except O starts a span. So an I- after O
// or after another type starts a span, as IOB1 requires. In BIO this is tolerated.
//
// The bare labels "[" and "]" are spans of one token, and "." is another O. A type with an unknown
// prefix (U-PER, b-PER) is inside a span and never splits it: it starts a span only after O or
// another type. A B of the same type directly after it does not start a span either.
//
// There are two differences from conlleval. The first is for BIOES, which conlleval supports only
// in part. Here every E and S ends its span and every S starts one. conlleval joins an E with a
// following B of the same type, and adjacent S labels of the same type. The second is for words
// without a hyphen (NOUN, o). Here they are O. conlleval sees a span without a type after a span
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

// foreign is the prefix of a label with a type and an unknown prefix.
const foreign = '?'

// splitSpan is structured.SplitLabel with foreign prefixes and with the brackets, which conlleval
// reads as spans of one token.
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

// continues reports whether a label (n, nt) continues the span of the previous label (p, pt).
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
