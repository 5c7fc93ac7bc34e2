package standoff

import (
	"fmt"
	"slices"
	"strings"
)

// Counts counts things by their names.
type Counts map[string]int

// String lists the counts in the order of the names: "2 events, 1 relations".
func (c Counts) String() string {
	var names []string
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	for k, name := range names {
		names[k] = fmt.Sprintf("%d %s", c[name], name)
	}
	return strings.Join(names, ", ")
}

// A Kind says what an [Aligner] did to a span.
type Kind int

const (
	// Expanded spans cut a token and were extended to its ends.
	Expanded Kind = iota
	// Contracted spans cut a token and were reduced to the tokens inside.
	Contracted
	// Cut spans cut a token and were dropped.
	Cut
	// Empty spans cover no token and were dropped.
	Empty
	// Overlapping spans share a token with others in all layers and were dropped.
	Overlapping
	// Duplicate spans have the tokens and the label of another span and were dropped.
	Duplicate
)

var kindNames = [...]string{Expanded: "expanded", Contracted: "contracted", Cut: "cuts a token, dropped",
	Empty: "covers no token, dropped", Overlapping: "overlaps others, dropped", Duplicate: "repeats another, dropped"}

// String describes the kind in a few words.
func (k Kind) String() string { return kindNames[k] }

// A Change is a span that the labels of tokens do not show as it was.
type Change struct {
	Kind     Kind
	File     string
	Line     int    // of File, from 1
	Document string // its ID
	Span     Span
	Text     string // of the span
	Became   string // the text of the tokens that have its label, "" if it was dropped
}

// String describes the change: file, line, label, text and what became of it.
func (c Change) String() string {
	where := c.File
	if c.Line > 0 {
		where = fmt.Sprintf("%s:%d", c.File, c.Line)
	}
	if where != "" {
		where += ": "
	}
	if c.Document != "" {
		where += "document " + c.Document + ": "
	}
	s := fmt.Sprintf("%sspan %s %.80q %s", where, c.Span.Label, c.Text, c.Kind)
	if c.Became != "" {
		s += fmt.Sprintf(" to %.80q", c.Became)
	}
	return s
}

// A Report counts what an [Aligner] did.
type Report struct {
	Documents, Sentences, Tokens int
	Spans                        int // of the documents
	Labelled                     int // spans that labels show
	Joined                       int // sentence ends inside a span, which are no longer ends
	Changes                      []Change
}

// Count returns the number of changes of a kind.
func (r *Report) Count(k Kind) int {
	n := 0
	for _, c := range r.Changes {
		if c.Kind == k {
			n++
		}
	}
	return n
}

// String summarises the report in one line.
func (r *Report) String() string {
	s := fmt.Sprintf("%d of %d spans labelled", r.Labelled, r.Spans)
	for k := range Kind(len(kindNames)) {
		if n := r.Count(k); n > 0 {
			s += fmt.Sprintf("; %d %s", n, k)
		}
	}
	if r.Joined > 0 {
		s += fmt.Sprintf("; %d sentence ends inside a span removed", r.Joined)
	}
	return s
}
