package lexicon

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// Gazetteer is a list of names of one or more words.
type Gazetteer struct {
	name    string
	table   table // flags by prefix of an entry, with words joined by a blank
	entries int
}

var _ Lexicon = (*Gazetteer)(nil)

// Flags of a string of words.
const (
	entryFolded  = 1 << iota // it is an entry in lower case
	entrySpelt               // it is an entry as written
	entryOngoing             // in lower case, it is the beginning of a longer entry
	entryLimit
)

// ReadGazetteer reads a list with one entry per line. Blanks separate the words of an entry, which
// must be tokenised like the sentences. Text after a tab and empty lines are ignored. Errors
// contain file. Errors with a line number are *corpus.ParseError values.
func ReadGazetteer(name string, r io.Reader, file string) (*Gazetteer, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	g := &Gazetteer{name: name}
	entries := newPhrases()
	err := eachLine(r, file, func(_ int, text []byte) (bool, error) {
		text, _, _ = bytes.Cut(text, []byte("\t"))
		if words := strings.FieldsFunc(string(text), func(r rune) bool { return r == ' ' }); len(words) > 0 && entries.add(strings.Join(words, " ")) {
			g.entries++
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	if g.entries == 0 {
		return nil, fmt.Errorf("%s: gazetteer %s: %w", file, name, ErrEmpty)
	}
	if g.table, err = entries.table(); err != nil {
		return nil, fmt.Errorf("%s: gazetteer %s: %w", file, name, err)
	}
	return g, nil
}

// Name implements [Lexicon].
func (g *Gazetteer) Name() string { return g.name }

// Kind implements [Lexicon].
func (g *Gazetteer) Kind() string { return "gazetteer" }

// Len returns the number of entries that are distinct in lower case.
func (g *Gazetteer) Len() int { return g.entries }

// Templates implements [Lexicon]. The templates read the fields of a word and its neighbours, with
// and without case.
func (g *Gazetteer) Templates() string {
	var b strings.Builder
	for _, o := range []string{"0", "-1", "1"} {
		fmt.Fprintf(&b, "u:%[1]s[%[2]s]=%%p[%[2]s,%[1]s,1]\n", g.name, o)
		fmt.Fprintf(&b, "u:%[1]s~[%[2]s]=%%P[%[2]s,%[1]s,1]\n", g.name, o)
	}
	return b.String()
}

// Matches returns the field of each word of a sentence.
func (g *Gazetteer) Matches(words []string) []string { return g.Reader()(nil, words) }

// places are the field values: of entries that differ in case, and of entries as written.
var places = [2]struct{ begin, inside, end, single string }{{"b", "i", "e", "s"}, {"B", "I", "E", "S"}}

// Reader implements [Lexicon].
func (g *Gazetteer) Reader() func(dst, words []string) []string {
	var lower []byte
	var folded []fingerprint.Piece // by word
	h := g.table.hasher
	blank := h.PieceString(" ")
	return func(dst, words []string) []string {
		folded = folded[:0]
		for _, word := range words {
			lower = appendLower(lower[:0], word)
			folded = append(folded, h.Piece(lower))
		}
		for t := 0; t < len(words); {
			n := g.longest(folded[t:], blank)
			p := &places[0]
			if n > 0 && g.spelt(words[t:t+n], blank) {
				p = &places[1]
			}
			switch n {
			case 0:
				dst = append(dst, "")
				n = 1
			case 1:
				dst = append(dst, p.single)
			default:
				dst = append(dst, p.begin)
				for range n - 2 {
					dst = append(dst, p.inside)
				}
				dst = append(dst, p.end)
			}
			t += n
		}
		return dst
	}
}

// longest returns the number of words of the longest entry that words begin with.
func (g *Gazetteer) longest(words []fingerprint.Piece, blank fingerprint.Piece) int {
	var sum uint64
	n := 0
	for k, word := range words {
		if k > 0 {
			sum = fingerprint.Append(sum, blank)
		}
		sum = fingerprint.Append(sum, word)
		flags, _ := g.table.find(sum)
		if flags&entryFolded != 0 {
			n = k + 1
		}
		if flags&entryOngoing == 0 {
			break
		}
	}
	return n
}

// spelt reports whether the list has an entry with exactly these words.
func (g *Gazetteer) spelt(words []string, blank fingerprint.Piece) bool {
	var sum uint64
	for k, word := range words {
		if k > 0 {
			sum = fingerprint.Append(sum, blank)
		}
		sum = fingerprint.Append(sum, g.table.hasher.PieceString(word))
	}
	flags, _ := g.table.find(sum)
	return flags&entrySpelt != 0
}
