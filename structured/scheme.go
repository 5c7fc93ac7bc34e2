package structured

import (
	"fmt"
	"strings"
)

// Scheme is a way to encode spans in labels.
type Scheme int

const (
	// Plain labels encode no spans, for example UPOS tags.
	Plain Scheme = iota
	// IOB1 uses B- only if a span directly follows another span of the same type.
	IOB1
	// BIO (IOB2) starts every span with B-.
	BIO
	// BIOES starts a span with B-, ends it with E-, and writes a span of one token S-.
	BIOES
	// IO labels all tokens of spans I-. Adjacent spans of the same type merge.
	IO
	// IOE1 writes E- only where a span ends right before another of its type.
	IOE1
	// IOE2 ends every span with E-.
	IOE2
)

var schemeNames = [...]string{Plain: "plain", IOB1: "iob1", BIO: "bio", BIOES: "bioes", IO: "io",
	IOE1: "ioe1", IOE2: "ioe2"}

// String returns the name that ParseScheme accepts.
func (s Scheme) String() string {
	if s < 0 || int(s) >= len(schemeNames) {
		return fmt.Sprintf("Scheme(%d)", int(s))
	}
	return schemeNames[s]
}

// ParseScheme parses the name of a scheme, ignoring case. iob2 is a synonym of bio.
func ParseScheme(name string) (Scheme, error) {
	name = strings.ToLower(name)
	if name == "iob2" {
		return BIO, nil
	}
	for i, n := range schemeNames {
		if n == name {
			return Scheme(i), nil
		}
	}
	return Plain, fmt.Errorf("unknown label scheme %q: want plain, iob1, bio, bioes, io, ioe1 or ioe2", name)
}

// SplitLabel splits a span label at its first hyphen, as conlleval does. "B-creative-work" gives
// 'B', "creative-work"; "B" gives 'B', "". A label that encodes no span, such as "O" or "NOUN",
// gives 'O', "".
func SplitLabel(label string) (prefix byte, typ string) {
	if label == "" || len(label) > 1 && label[1] != '-' {
		return 'O', ""
	}
	switch label[0] {
	case 'B', 'I', 'E', 'S':
		if len(label) > 1 {
			typ = label[2:]
		}
		return label[0], typ
	}
	return 'O', ""
}

// Starts reports whether label can start a sentence.
func (s Scheme) Starts(label string) bool { return s.Follows("O", label) }

// Ends reports whether label can end a sentence.
func (s Scheme) Ends(label string) bool { return s.Follows(label, "O") }

// Follows reports whether next can directly follow prev in a well-formed sentence.
func (s Scheme) Follows(prev, next string) bool {
	p, pt := SplitLabel(prev)
	n, nt := SplitLabel(next)
	switch s {
	case IOB1:
		// B- is allowed only directly after a span of the same type.
		return n != 'B' || p != 'O' && pt == nt
	case BIO:
		return n != 'I' || p != 'O' && pt == nt
	case BIOES:
		open := p == 'B' || p == 'I' // a span that must continue
		goesOn := n == 'I' || n == 'E'
		return open == goesOn && (!open || pt == nt)
	case IO:
		return n == 'I' || n == 'O'
	case IOE1:
		// E- is for a span that touches the next one of its type, and for nothing else.
		touches := (n == 'I' || n == 'E') && pt == nt
		return n != 'B' && n != 'S' && (p != 'E' || touches)
	case IOE2:
		goesOn := (n == 'I' || n == 'E') && pt == nt
		return n != 'B' && n != 'S' && (p != 'I' || goesOn)
	}
	return true
}

// Boundary reports whether a span ends with prev and whether a span starts with next, where next
// directly follows prev. B, I and O follow the rules of conlleval. In addition, S starts a span,
// and E and S end one. Use "O" for the position before or after the sentence.
func Boundary(prev, next string) (ends, starts bool) {
	p, pt := SplitLabel(prev)
	n, nt := SplitLabel(next)
	if n == 'S' {
		n = 'B'
	}
	broken := n == 'B' || p == 'S' || p == 'E' || pt != nt
	return p != 'O' && (n == 'O' || broken), n != 'O' && (p == 'O' || broken)
}
