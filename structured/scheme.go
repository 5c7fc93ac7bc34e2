package structured

import (
	"fmt"
	"strings"
)

// Scheme says how the labels of a task spell spans.
type Scheme int

const (
	// Plain labels spell no spans: one label a token (UPOS, say).
	Plain Scheme = iota
	// IOB1 writes B- only where a span follows another of its type directly.
	IOB1
	// BIO (IOB2) starts every span with B-.
	BIO
	// BIOES starts a span with B-, ends it with E-, and writes a span of one token S-.
	BIOES
	// IO writes all tokens of spans I-, so that spans of one type that touch become one.
	IO
)

var schemeNames = [...]string{Plain: "plain", IOB1: "iob1", BIO: "bio", BIOES: "bioes", IO: "io"}

// String returns the name that ParseScheme reads.
func (s Scheme) String() string {
	if s < 0 || int(s) >= len(schemeNames) {
		return fmt.Sprintf("Scheme(%d)", int(s))
	}
	return schemeNames[s]
}

// ParseScheme reads a scheme's name, in any case; iob2 is another name of bio.
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
	return Plain, fmt.Errorf("unknown label scheme %q: want plain, iob1, bio, bioes or io", name)
}

// SplitLabel splits a span label at its first hyphen, as conlleval does: "B-creative-work"
// is 'B', "creative-work", and "B" alone is 'B', "". A label of no span, such as "O" or
// "NOUN", gives 'O', "".
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

// Starts reports whether label can be the first of a sentence.
func (s Scheme) Starts(label string) bool { return s.Follows("O", label) }

// Ends reports whether label can be the last of a sentence.
func (s Scheme) Ends(label string) bool { return s.Follows(label, "O") }

// Follows reports whether next can stand right after prev in a well-formed sentence.
func (s Scheme) Follows(prev, next string) bool {
	p, pt := SplitLabel(prev)
	n, nt := SplitLabel(next)
	switch s {
	case IOB1:
		// B- is for a span that touches another of its type, and for nothing else.
		return n != 'B' || p != 'O' && pt == nt
	case BIO:
		return n != 'I' || p != 'O' && pt == nt
	case BIOES:
		open := p == 'B' || p == 'I' // a span that must go on
		goesOn := n == 'I' || n == 'E'
		return open == goesOn && (!open || pt == nt)
	case IO:
		return n == 'I' || n == 'O'
	}
	return true
}

// Boundary reports whether a span ends with prev and whether one starts with next, where next
// stands right after prev: by the rules of conlleval for B, I and O, where an S starts a span too
// and an E or S ends one. "O" stands for the outside of a sentence.
func Boundary(prev, next string) (ends, starts bool) {
	p, pt := SplitLabel(prev)
	n, nt := SplitLabel(next)
	if n == 'S' {
		n = 'B'
	}
	broken := n == 'B' || p == 'S' || p == 'E' || pt != nt
	return p != 'O' && (n == 'O' || broken), n != 'O' && (p == 'O' || broken)
}
