package annotation

import (
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/structured"
)

// A Letters is the letters that mark the start, the inside and the end of a span, and a span of one
// token.
type Letters int

const (
	// BIES are the letters that all functions of this package read.
	BIES Letters = iota
	// BILU (BILOU) has L for the last token and U for a unit of one token.
	BILU
	// BMES has M for the middle, and is usual for word segmentation.
	BMES
)

var letterNames = [...]string{BIES: "BIES", BILU: "BILU", BMES: "BMES"}

// A Spelling is how a file writes the labels of spans. The zero value is the usual spelling, B-PER.
// In all spellings O is outside.
type Spelling struct {
	Letters    Letters
	Underscore bool // an underscore separates letter and type: B_PER
	TypeFirst  bool // the type stands first: PER-B
}

// String returns the spelling as an example, which ParseSpelling reads: "BIES-TYPE", "BILU_TYPE",
// "TYPE-BMES".
func (s Spelling) String() string {
	name, separator := fmt.Sprintf("Letters(%d)", int(s.Letters)), "-"
	if s.Letters >= 0 && int(s.Letters) < len(letterNames) {
		name = letterNames[s.Letters]
	}
	if s.Underscore {
		separator = "_"
	}
	if s.TypeFirst {
		return "TYPE" + separator + name
	}
	return name + separator + "TYPE"
}

// ParseSpelling reads what Spelling.String returns.
func ParseSpelling(name string) (Spelling, error) {
	for _, layout := range layouts {
		for letters := range letterNames {
			s := layout
			if s.Letters = Letters(letters); s.String() == name {
				return s, nil
			}
		}
	}
	return Spelling{}, fmt.Errorf("unknown spelling of labels %q: expected the letters BIES, BILU or BMES and TYPE, such as BILU-TYPE, BIES_TYPE or TYPE-BMES", name)
}

// ParseScheme reads the name of a scheme and its spelling: the names of [structured.ParseScheme],
// bilou and bmes. BILOU and BMES are BIOES with other letters.
func ParseScheme(name string) (structured.Scheme, Spelling, error) {
	switch strings.ToLower(name) {
	case "bilou":
		return structured.BIOES, Spelling{Letters: BILU}, nil
	case "bmes":
		return structured.BIOES, Spelling{Letters: BMES}, nil
	}
	scheme, err := structured.ParseScheme(name)
	if err != nil {
		err = fmt.Errorf("%w, bilou or bmes", err)
	}
	return scheme, Spelling{}, err
}

// layouts are the ways to write letter and type, the usual one first.
var layouts = [...]Spelling{{}, {Underscore: true}, {TypeFirst: true}, {Underscore: true, TypeFirst: true}}

// split splits a label of this layout, with any letters. A label of another layout gives 0.
func (s Spelling) split(label string) (letter byte, typ string) {
	separator := byte('-')
	if s.Underscore {
		separator = '_'
	}
	last := len(label) - 1
	switch {
	case last < 0:
		return 0, ""
	case last == 0:
		letter = label[0]
	case !s.TypeFirst && label[1] == separator:
		letter, typ = label[0], label[2:]
	case s.TypeFirst && label[last-1] == separator:
		letter, typ = label[last], label[:last-1]
	}
	if strings.IndexByte(allLetters, letter) < 0 || last > 0 && typ == "" {
		return 0, ""
	}
	return letter, typ
}

// allLetters are those of all spellings.
const allLetters = "BIESLUM"

// usualLetters are those of BIES. The letters of other names mean the same in the same order.
const usualLetters = "BIES"

// Read returns the label in the usual spelling: B-PER for B_PER or PER-B. It returns O and labels
// of another spelling as they are.
func (s Spelling) Read(label string) string {
	if s == (Spelling{}) || label == "O" {
		return label
	}
	letter, typ := s.split(label)
	if letter == 0 {
		return label
	}
	k := strings.IndexByte(letterNames[s.Letters], letter)
	if k < 0 {
		return label
	}
	return usualLabel(usualLetters[k], typ)
}

// Write returns a label of the usual spelling in this spelling, and O and other labels as they are.
// It is the reverse of Read.
func (s Spelling) Write(label string) string {
	if s == (Spelling{}) {
		return label
	}
	letter, typ := structured.SplitLabel(label)
	if letter == 'O' || len(label) > 1 && typ == "" {
		return label
	}
	own := string(letterNames[s.Letters][strings.IndexByte(usualLetters, letter)])
	separator := "-"
	if s.Underscore {
		separator = "_"
	}
	switch {
	case typ == "":
		return own
	case s.TypeFirst:
		return typ + separator + own
	}
	return own + separator + typ
}

func usualLabel(letter byte, typ string) string {
	if typ == "" {
		return string(letter)
	}
	return string(letter) + "-" + typ
}

// A Speller reads and writes the labels of sentences in a spelling. It remembers labels, so it
// allocates only for new ones. It is for one goroutine.
type Speller struct {
	Spelling Spelling

	read, written map[string]string
}

// Read appends labels in the usual spelling, see [Spelling.Read].
func (s *Speller) Read(dst, labels []string) []string {
	return s.convert(dst, labels, &s.read, s.Spelling.Read)
}

// Write appends labels in the spelling of the file, see [Spelling.Write].
func (s *Speller) Write(dst, labels []string) []string {
	return s.convert(dst, labels, &s.written, s.Spelling.Write)
}

func (s *Speller) convert(dst, labels []string, known *map[string]string, convert func(string) string) []string {
	if s.Spelling == (Spelling{}) {
		return append(dst, labels...)
	}
	if *known == nil {
		*known = make(map[string]string)
	}
	for _, label := range labels {
		other, ok := (*known)[label]
		if !ok {
			other = convert(label)
			(*known)[label] = other
		}
		dst = append(dst, other)
	}
	return dst
}
