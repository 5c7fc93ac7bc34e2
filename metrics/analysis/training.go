package analysis

import (
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus/annotation"
)

// Training counts the words of training data and remembers their labels and entities. The zero
// value is empty and ready to use.
type Training struct {
	words  map[string]int
	labels map[[2]string]bool // word and label
	spans  map[string]bool    // words of entities
}

// Add adds a sentence. Span labels have the usual spelling.
func (x *Training) Add(words, labels []string) {
	if x.words == nil {
		x.words, x.labels, x.spans = make(map[string]int), make(map[[2]string]bool), make(map[string]bool)
	}
	for t, word := range words {
		x.words[word]++
		x.labels[[2]string{word, labels[t]}] = true
	}
	for _, s := range annotation.AppendSpans(nil, labels) {
		x.spans[join(words[s.Start:s.End])] = true
	}
}

// join separates words by a character that no word of a column has.
func join(words []string) string { return strings.Join(words, "\n") }

// Names of groups, in order.
var (
	lengths     = []string{"1 token", "2 tokens", "3 tokens", "4 tokens", "5 tokens", "6 to 10 tokens", "11 tokens or more"}
	frequencies = []string{"0", "1", "2 to 4", "5 to 9", "10 to 99", "100 to 999", "1000 or more"}
	novelties   = []string{
		"entity seen", "entity not seen, all words seen", "entity not seen, some words not seen", "all words seen", "some words not seen",
		"word seen with the label", "word seen with other labels only", "word seen", "word not seen",
	}
)

func lengthOf(x annotation.Span) string {
	switch n := x.End - x.Start; {
	case n == 1:
		return lengths[0]
	case n <= 5:
		return strconv.Itoa(n) + " tokens"
	case n <= 10:
		return lengths[5]
	}
	return lengths[6]
}

// useOf returns the group of the rarest word among the words start, ..., end-1 of s. It is "" if
// the training data are not known.
func (x *Training) useOf(s *Sentence, start, end int) string {
	if x == nil {
		return ""
	}
	least := x.words[s.Words[start]]
	for _, word := range s.Words[start+1 : end] {
		least = min(least, x.words[word])
	}
	switch {
	case least < 2:
		return strconv.Itoa(least)
	case least < 5:
		return "2 to 4"
	case least < 10:
		return "5 to 9"
	case least < 100:
		return "10 to 99"
	case least < 1000:
		return "100 to 999"
	}
	return "1000 or more"
}

// noveltyOfToken returns the group of a token whose label spells no span.
func (x *Training) noveltyOfToken(s *Sentence, t int) string {
	switch {
	case x == nil && s.Known == nil:
		return ""
	case x == nil && s.Known[t]:
		return "word seen"
	case x == nil || x.words[s.Words[t]] == 0:
		return "word not seen"
	case x.labels[[2]string{s.Words[t], s.Gold[t]}]:
		return "word seen with the label"
	}
	return "word seen with other labels only"
}

// noveltyOfSpan returns the group of a span.
func (x *Training) noveltyOfSpan(s *Sentence, span annotation.Span) string {
	if x == nil && s.Known == nil {
		return ""
	}
	known := true
	for t := span.Start; t < span.End; t++ {
		if x == nil {
			known = known && s.Known[t]
		} else {
			known = known && x.words[s.Words[t]] > 0
		}
	}
	switch {
	case x == nil && known:
		return "all words seen"
	case x == nil:
		return "some words not seen"
	case x.spans[join(s.Words[span.Start:span.End])]:
		return "entity seen"
	case known:
		return "entity not seen, all words seen"
	}
	return "entity not seen, some words not seen"
}
