package text

import "unicode/utf8"

// A Position is a place in a text, between two characters, counted in three ways. Go and most
// command line tools count bytes, Python counts runes, and JavaScript, Java and C# count UTF-16
// code units.
type Position struct {
	Byte, Rune, UTF16 int
}

// End returns the position after the last character of a text.
func End(text string) Position { return Position{}.advance(text, len(text)) }

// Plus returns the position q of a text that starts at p.
func (p Position) Plus(q Position) Position {
	return Position{p.Byte + q.Byte, p.Rune + q.Rune, p.UTF16 + q.UTF16}
}

// A Range is the part of a text from Start up to, but without, End.
type Range struct {
	Start, End Position
}

// A Token is what a tagger labels: a word, a number, a punctuation mark. Its Text is that part of
// the document.
type Token struct {
	Range
	Text string
	// Inside reports that the token continues the surface token of the token before it, as "n't"
	// continues "do" in "don't". Universal Dependencies calls both together a multiword token.
	Inside bool
}

// A Sentence is a range of a text and its tokens, of which there is at least one. The range starts
// with the first token and ends with the last one.
type Sentence struct {
	Range
	Tokens []Token
}

// A Document is a text and its sentences.
type Document struct {
	Text      string
	Sentences []Sentence
}

// A Cut is a token that a Tokenizer has found: the bytes [Start, End) of the text.
type Cut struct {
	Start, End int
	First      bool // the token starts a sentence
	Inside     bool // the token continues the surface token of the cut before it
}

// A Tokenizer finds the tokens and sentences of texts. It is safe for concurrent use.
type Tokenizer interface {
	// Name returns the name and the options of the tokenizer. New understands the names of the
	// tokenizers of this package.
	Name() string
	// Cut appends the tokens of a paragraph to dst, from left to right and without overlap. The
	// first token of a paragraph starts a sentence. Bytes that are not UTF-8 are like letters.
	Cut(dst []Cut, paragraph string) []Cut
}

// Split splits a text into sentences of tokens. A blank line ends a paragraph, and no sentence goes
// beyond its paragraph.
func Split(t Tokenizer, text string) *Document {
	d := &Document{Text: text}
	var s Splitter
	s.Tokenizer = t
	d.Sentences = s.Split(nil, text)
	return d
}

// A Splitter splits one text after another and reuses its scratch memory. It is for one goroutine.
type Splitter struct {
	Tokenizer Tokenizer
	cuts      []Cut
}

// Split appends the sentences of a text to dst.
func (s *Splitter) Split(dst []Sentence, text string) []Sentence {
	s.cuts = s.cuts[:0]
	for start, paragraph := range Paragraphs(text) {
		from := len(s.cuts)
		s.cuts = s.Tokenizer.Cut(s.cuts, paragraph)
		for k := from; k < len(s.cuts); k++ {
			s.cuts[k].Start += start
			s.cuts[k].End += start
		}
	}
	tokens := make([]Token, len(s.cuts))
	var at Position
	first := 0
	for k, c := range s.cuts {
		at = at.advance(text, c.Start)
		tokens[k].Start = at
		at = at.advance(text, c.End)
		tokens[k].End = at
		tokens[k].Text = text[c.Start:c.End]
		tokens[k].Inside = c.Inside
		if c.First && k > first {
			dst = append(dst, sentenceOf(tokens[first:k:k]))
			first = k
		}
	}
	if first < len(tokens) {
		dst = append(dst, sentenceOf(tokens[first:]))
	}
	return dst
}

func sentenceOf(tokens []Token) Sentence {
	return Sentence{Range{tokens[0].Start, tokens[len(tokens)-1].End}, tokens}
}

// advance returns the position of the byte at to, which is not before p.
func (p Position) advance(text string, to int) Position {
	for k := p.Byte; k < to; {
		if text[k] < utf8.RuneSelf {
			k++
			p.Rune++
			p.UTF16++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[k:])
		k += size
		p.Rune++
		p.UTF16++
		if r > 0xFFFF {
			p.UTF16++
		}
	}
	p.Byte = to
	return p
}

// paragraphEnd returns where the paragraph that starts at start ends: after the blank lines that
// follow it.
func paragraphEnd(text string, start int) int {
	blank, seen := true, false // of the current line; of the paragraph
	for k := start; k < len(text); k++ {
		switch text[k] {
		case '\n', '\r':
			if text[k] == '\r' && k+1 < len(text) && text[k+1] == '\n' {
				continue
			}
			if blank && seen {
				return k + 1
			}
			blank = true
		case ' ', '\t':
		default:
			blank, seen = false, true
		}
	}
	return len(text)
}
