package annotation

import (
	"strings"

	"github.com/trellis-nlp/trellis/structured"
)

// SchemeDetector tells from the labels of a corpus how they spell spans, if they do. It is
// fed one sentence at a time and keeps only counts. The zero value is ready to use.
//
// Labels spell spans if they are O or labels of spans as [structured.SplitLabel] knows them,
// and not all are O. The scheme is then the one in which the fewest labels are ill-formed
// (see [IllFormed]), so a few slips of the annotators do no harm; BIO if two are equal. Where
// labels have types, one in a hundred outside O may be foreign, such as a lower-case o.
// Bare letters could be anything, a set of parts of speech has an I too: without types there
// must be two different letters besides O, no foreign label, and at most one in twenty
// ill-formed.
type SchemeDetector struct {
	inSpans   int    // labels of spans
	foreign   int    // labels that are neither O nor of a span
	typed     bool   // some label has a type
	letters   uint   // the prefixes seen, a bit each
	illFormed [4]int // by Scheme
}

const spanLetters = "BIES"

// Add takes in the labels of one sentence.
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
		for s := structured.IOB1; s <= structured.BIOES; s++ {
			if !fits(label, p.prefix(s)) {
				d.illFormed[s]++
			}
		}
	}
}

// Scheme returns the scheme of the labels taken in so far, [structured.Plain] if there are
// none.
func (d *SchemeDetector) Scheme() structured.Scheme {
	best := structured.BIO
	for s := structured.IOB1; s <= structured.BIOES; s++ {
		if d.illFormed[s] < d.illFormed[best] {
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

// IllFormed returns how many of the labels taken in so far are ill-formed in Scheme.
func (d *SchemeDetector) IllFormed() int { return d.illFormed[d.Scheme()] }
