package annotation

import (
	"strings"

	"github.com/trellis-nlp/trellis/structured"
)

// A SpellingDetector finds the scheme and the spelling of the labels of a corpus. It is fed one
// sentence at a time and keeps only counts and labels. The zero value is ready to use.
//
// Labels that a [SchemeDetector] knows have the usual spelling. Others have a spelling if they
// follow its rules throughout:
//
//   - At most one label in a hundred, O aside, is of another spelling.
//   - There are two different letters, or the letter B and the label O.
//   - At most one label in twenty is ill-formed in the scheme.
//
// So NN-S or B alone are plain labels. Letters without types, such as B, M, E and S, must all be of
// one spelling.
type SpellingDetector struct {
	usual   SchemeDetector
	outside bool // some label is O
	layouts [len(layouts)]layoutDetector
	labels  []string // of a sentence, reused
}

// A layoutDetector reads labels in one layout, with the letters of all spellings.
type layoutDetector struct {
	scheme  SchemeDetector
	letters uint // the letters seen, a bit for each of allLetters
	read    map[string]reading
}

// A reading is a label in the usual spelling and its letter in the file.
type reading struct {
	label string
	bit   uint
}

// unread stands for a label that is not of the layout.
const unread = "?"

// Add takes in the labels of one sentence.
func (d *SpellingDetector) Add(labels []string) {
	d.usual.Add(labels)
	for _, label := range labels {
		d.outside = d.outside || label == "O"
	}
	for k := range d.layouts {
		x := &d.layouts[k]
		d.labels = d.labels[:0]
		for _, label := range labels {
			r := x.reading(layouts[k], label)
			x.letters |= r.bit
			d.labels = append(d.labels, r.label)
		}
		x.scheme.Add(d.labels)
	}
}

func (x *layoutDetector) reading(layout Spelling, label string) reading {
	r, ok := x.read[label]
	if ok {
		return r
	}
	letter, typ := layout.split(label)
	switch {
	case label == "O":
		r.label = label
	case letter == 0:
		r.label = unread
	default:
		k := strings.IndexByte(allLetters, letter)
		r = reading{usualLabel("BIESESI"[k], typ), 1 << k}
	}
	if x.read == nil {
		x.read = make(map[string]reading)
	}
	x.read[strings.Clone(label)] = r
	return r
}

// Result returns the scheme and the spelling of the labels taken in so far: [structured.Plain] and
// the usual spelling if the labels spell no spans.
func (d *SpellingDetector) Result() (structured.Scheme, Spelling) {
	if s := d.usual.Scheme(); s != structured.Plain {
		return s, Spelling{}
	}
	for k := range d.layouts {
		x := &d.layouts[k]
		letters, ok := lettersOf(x.letters)
		scheme := x.scheme.Scheme()
		spelling := layouts[k]
		spelling.Letters = letters
		switch {
		case !ok || scheme == structured.Plain || spelling == (Spelling{}):
		case !x.scheme.typed && k > 0: // without types all layouts are the same
		case 20*x.scheme.IllFormed() > x.scheme.inSpans:
		case x.letters&(x.letters-1) != 0 || x.letters == bitOf('B') && d.outside:
			return scheme, spelling
		}
	}
	return structured.Plain, Spelling{}
}

// lettersOf returns the letters that have all those seen. It is not ok if none do.
func lettersOf(seen uint) (Letters, bool) {
	for k, name := range letterNames {
		have := uint(0)
		for i := range len(name) {
			have |= bitOf(name[i])
		}
		if seen&^have == 0 {
			return Letters(k), true
		}
	}
	return BIES, false
}

func bitOf(letter byte) uint { return 1 << strings.IndexByte(allLetters, letter) }
