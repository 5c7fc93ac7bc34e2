package annotation

import (
	"strings"

	"github.com/trellis-nlp/trellis/structured"
)

// A SchemeDetector detects the label scheme of a corpus. Pass it one sentence at a time. It keeps
// only counts. The zero value is ready to use.
//
// Labels encode spans if all are O or span labels as defined by [structured.SplitLabel], and not
// all are O. The scheme is then the one with the fewest ill-formed labels (see [IllFormed]), so a
// few annotation errors do no harm. Ties go to BIO. If labels have types, one in a hundred labels
// outside O may be foreign, such as a lower-case o.
//
// Bare letters are ambiguous, because a POS tagset may have an I, too. Labels without types
// therefore need two different letters besides O, no foreign label, and at most one ill-formed
// label in twenty. They are never IOE1 or IOE2.
type SchemeDetector struct {
	inSpans   int                      // number of span labels
	foreign   int                      // number of labels that are neither O nor span labels
	typed     bool                     // some label has a type
	letters   uint                     // bit set of prefixes
	illFormed [structured.IOE2 + 1]int // by Scheme
}

const spanLetters = "BIES"

// detected are the schemes that a SchemeDetector knows. Nothing distinguishes IO from IOB1.
var detected = []structured.Scheme{structured.IOB1, structured.BIO, structured.BIOES, structured.IOE1, structured.IOE2}

// Add adds the labels of one sentence.
func (d *SchemeDetector) Add(labels []string) {
	for t, label := range labels {
		if label == "O" {
			continue
		}
		if letter, typ := structured.SplitLabel(label); letter == 'O' {
			d.foreign++
		} else {
			d.inSpans++
			d.typed = d.typed || typ != ""
			d.letters |= 1 << strings.IndexByte(spanLetters, letter)
		}
		p := placeAt(labels, t)
		for _, s := range detected {
			if !fits(label, p.prefix(s)) {
				d.illFormed[s]++
			}
		}
	}
}

// Scheme returns the scheme of the labels added so far, or [structured.Plain] if there are none.
func (d *SchemeDetector) Scheme() structured.Scheme {
	best := structured.BIO
	for _, s := range detected {
		bare := !d.typed && s >= structured.IOE1
		if !bare && d.illFormed[s] < d.illFormed[best] {
			best = s
		}
	}
	plain := 100*d.foreign > d.inSpans
	if !d.typed {
		oneLetter := d.letters&(d.letters-1) == 0
		plain = oneLetter || d.foreign > 0 || 20*d.illFormed[best] > d.inSpans
	}
	if plain {
		return structured.Plain
	}
	return best
}

// IllFormed returns the number of labels added so far that are ill-formed in Scheme.
func (d *SchemeDetector) IllFormed() int { return d.illFormed[d.Scheme()] }
