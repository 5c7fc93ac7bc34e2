package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentences marks the tokens that start a sentence, from the cut with the given number on.
func (c *cutter) sentences(from int) {
	cuts := c.dst
	cuts[from].First = true
	if c.rules.WholeLines {
		return
	}
	start := from
	for k := from; k+1 < len(cuts); k++ {
		rank := c.stop(cuts, k, start)
		if rank == goesOn {
			continue
		}
		// Quotes and brackets that close right behind the stop belong to the sentence.
		next := k + 1
		for next < len(cuts) && cuts[next].Start == cuts[next-1].End && c.closes(cuts[next]) {
			next++
		}
		if next == len(cuts) {
			return
		}
		if c.begins(cuts, next, rank) {
			cuts[next].First = true
			start = next
			k = next - 1
		}
	}
}

// How strongly a token ends a sentence.
const (
	goesOn = iota
	mayEnd // an abbreviation: only before a word that often starts sentences
	suspends
	ends
)

func (c *cutter) stop(cuts []Cut, k, start int) int {
	s := c.text[cuts[k].Start:cuts[k].End]
	if isWordByte(s[len(s)-1]) {
		return goesOn
	}
	switch s {
	case ".":
		// A number with a full stop at the start of a sentence counts an item; some languages write
		// ordinals so.
		if k == start+1 && isNumber(c.text[cuts[start].Start:cuts[start].End]) && cuts[k].Start == cuts[start].End {
			return goesOn
		}
		if c.lang.ordinals && k > start && cuts[k].Start == cuts[k-1].End && isNumber(c.text[cuts[k-1].Start:cuts[k-1].End]) {
			return goesOn
		}
		return ends
	case "!", "?", "。", "！", "？", "।", "؟", "։":
		return ends
	}
	last := s[len(s)-1]
	switch {
	case strings.Trim(s, ".…") == "":
		return suspends
	case strings.Trim(s, ".!?…") == "":
		return ends
	case last != '.':
		return goesOn
	}
	word := s[:len(s)-1]
	switch {
	case len(word) == 1:
		return goesOn // an initial
	case isDotted(word):
		return mayEnd
	case c.lang.abbreviation(word) == abbreviation:
		return mayEnd
	}
	return goesOn
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// closes reports whether a token is a closing quote or bracket.
func (c *cutter) closes(t Cut) bool {
	switch c.text[t.Start:t.End] {
	case ")", "]", "}", "\"", "'", "''", "”", "’", "’’", "»", "»»", "*", "**":
		return true
	}
	return false
}

// begins reports whether the token can start a sentence after a stop of the given strength.
func (c *cutter) begins(cuts []Cut, next, rank int) bool {
	spaced := cuts[next].Start > cuts[next-1].End
	k := next
	for k+1 < len(cuts) && c.opens(cuts[k]) {
		k++
	}
	word := c.text[cuts[k].Start:cuts[k].End]
	r, _ := utf8.DecodeRuneInString(word)
	switch {
	case rank == mayEnd:
		return unicode.IsUpper(r) && c.lang.starters.has(word)
	case unicode.IsLower(r):
		return false
	case rank == suspends:
		return unicode.IsUpper(r) || unicode.IsDigit(r) && spaced
	case !spaced && c.text[cuts[next-1].End-1] < utf8.RuneSelf:
		return unicode.IsUpper(r)
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || !c.closes(cuts[next]) && !strings.ContainsRune(",;:.!?%-–—)", r)
}

// opens reports whether a token is an opening quote or bracket, or a mark of a list.
func (c *cutter) opens(t Cut) bool {
	switch c.text[t.Start:t.End] {
	case "(", "[", "{", "\"", "'", "``", "“", "‘", "‘‘", "«", "„", "-", "*", "•", "–", "—", "¿", "¡":
		return true
	}
	return false
}
