package semicrf

import (
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/semimarkov/spans"
)

// Role is the part of a span that an attribute belongs to.
type Role int

// The roles.
const (
	Token Role = iota // any token
	First             // the first token
	Last              // the last token
	Whole             // the span as a whole
	roleEnd
)

var roleNames = [...]string{"token", "first token", "last token", "whole span"}

// String returns the role in words.
func (r Role) String() string {
	if r < 0 || r >= roleEnd {
		return "no role"
	}
	return roleNames[r]
}

// Weight is the weight of an attribute with a span type.
type Weight struct {
	Attribute string // for whole spans: words, lower-cased words or a shape after w, l or h, or a length such as "3 tokens"
	Type      string // "O" means tokens outside spans
	Role      Role
	Weight    float64
}

// Weights calls visit for each attribute weight that is not zero.
func (m *Model) Weights(visit func(Weight)) {
	put := func(name, typ string, role Role, w float64) {
		if w != 0 {
			visit(Weight{name, typ, role, w})
		}
	}
	for a, name := range m.attrs.List() {
		for q := m.x.start[a]; q < m.x.start[a+1]; q++ {
			role, label := int(m.x.outcome[q])/m.x.labels, int(m.x.outcome[q])%m.x.labels
			put(name, m.typeName(label), Role(role), m.w[q])
		}
	}
	for b := range m.x.segments {
		for j, typ := range m.Types() {
			put(m.lex.name(b), typ, Whole, m.w[m.x.segmentsAt()+b*m.x.types()+j])
		}
	}
}

// Transitions calls visit for each transition weight that is not zero, with the types of two
// adjacent segments. "O" means tokens outside spans.
func (m *Model) Transitions(visit func(from, to string, weight float64)) {
	for i := range m.x.labels {
		for j := range m.x.labels {
			if w := m.w[m.x.transAt()+i*m.x.labels+j]; w != 0 {
				visit(m.typeName(i), m.typeName(j), w)
			}
		}
	}
}

func (m *Model) typeName(label int) string {
	if label == spans.Outside {
		return "O"
	}
	return m.Types()[label-1]
}

// name returns a segment attribute in words.
func (x *lexicon) name(b int) string {
	switch {
	case b < x.longest:
		return fmt.Sprintf("%d tokens", b+1)
	case b == x.longest:
		return "rare shape"
	}
	return strings.ReplaceAll(x.names[b-x.longest-1], " u:", " ")
}
