package lexicon

import (
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/cluster"
)

// LabelCounts counts the labels of words in training sentences. The resulting column has the labels
// of each word as one name, such as NOUN|VERB, an ambiguity class (Gimenez & Marquez 2004).
//
// A training sentence must not see its own labels. Its fields are therefore the leave-one-out label
// counts of [LabelCounts.LeaveOneOut], which count only the other sentences. A word that occurs in
// no other sentence is then unknown, like the unknown words in tagging. LabelCounts is not safe for
// concurrent use.
type LabelCounts struct {
	numbers map[string]uint32 // by label
	labels  []string
	words   map[string]*tally // by word as written
	folded  map[string]*tally // by lower case, for words that are not lower case
	classes map[string]string // shared class names
	lower   []byte
	found   []uint32
	name    []byte
}

// tally counts the labels of a word.
type tally struct {
	counts []count
	total  int
}

type count struct {
	label uint32
	n     int
}

// rareShare is the minimum share of a label among the tokens of a word. Less frequent labels, which
// are errors or rare uses, do not enter the class.
const rareShare = 0.05

// NewLabelCounts returns empty counts.
func NewLabelCounts() *LabelCounts {
	return &LabelCounts{
		numbers: make(map[string]uint32), words: make(map[string]*tally), folded: make(map[string]*tally),
		classes: make(map[string]string),
	}
}

// Add counts the labels of a sentence, one per word. It skips words with the label "".
func (s *LabelCounts) Add(words, labels []string) { s.count(words, labels, 1) }

// Remove undoes Add for a sentence, for instance to leave a whole document out.
func (s *LabelCounts) Remove(words, labels []string) { s.count(words, labels, -1) }

// Fields appends to dst the fields of a sentence, one per word, from the current counts.
func (s *LabelCounts) Fields(dst, words []string) []string {
	for _, word := range words {
		dst = append(dst, s.class(s.find(word)))
	}
	return dst
}

// LeaveOneOut appends to dst the fields of a sentence, one per word, from the counts of all other
// sentences. The sentence must have been added.
func (s *LabelCounts) LeaveOneOut(dst, words, labels []string) []string {
	s.Remove(words, labels)
	dst = s.Fields(dst, words)
	s.Add(words, labels)
	return dst
}

// Classes returns a column for other sentences.
func (s *LabelCounts) Classes(name string) (*Classes, error) {
	var words []cluster.Word
	for _, group := range []map[string]*tally{s.words, s.folded} {
		for text := range group {
			if class := s.class(s.find(text)); class != "" {
				words = append(words, cluster.Word{Text: text, Path: class})
			}
		}
	}
	slices.SortFunc(words, func(a, b cluster.Word) int { return strings.Compare(a.Text, b.Text) })
	words = slices.CompactFunc(words, func(a, b cluster.Word) bool { return a.Text == b.Text })
	return newClasses(name, words, false)
}

// count adds by to the counts of the words and their labels.
func (s *LabelCounts) count(words, labels []string, by int) {
	for t, word := range words {
		if labels[t] == "" {
			continue
		}
		label := s.number(labels[t])
		of(s.words, []byte(word)).add(label, by)
		if s.lower = appendLower(s.lower[:0], word); string(s.lower) != word {
			of(s.folded, s.lower).add(label, by)
		}
	}
}

func (s *LabelCounts) number(label string) uint32 {
	n, ok := s.numbers[label]
	if !ok {
		n = uint32(len(s.labels))
		label = strings.Clone(label)
		s.numbers[label] = n
		s.labels = append(s.labels, label)
	}
	return n
}

func of(group map[string]*tally, word []byte) *tally {
	x := group[string(word)]
	if x == nil {
		x = new(tally)
		group[string(word)] = x
	}
	return x
}

func (x *tally) add(label uint32, by int) {
	x.total += by
	for k := range x.counts {
		if x.counts[k].label == label {
			x.counts[k].n += by
			return
		}
	}
	x.counts = append(x.counts, count{label, by})
}

// find returns the counts of a word as written, else in lower case, else of words with the same
// lower case. It returns nil if there are none. A table of [Classes] gives the same results.
func (s *LabelCounts) find(word string) *tally {
	if x := s.words[word]; x.seen() {
		return x
	}
	s.lower = appendLower(s.lower[:0], word)
	if x := s.words[string(s.lower)]; x.seen() {
		return x
	}
	if x := s.folded[string(s.lower)]; x.seen() {
		return x
	}
	return nil
}

func (x *tally) seen() bool { return x != nil && x.total > 0 }

// class returns the sorted labels of a tally, joined by |.
func (s *LabelCounts) class(x *tally) string {
	if x == nil {
		return ""
	}
	s.found = s.found[:0]
	for _, c := range x.counts {
		if c.n > 0 && float64(c.n) >= rareShare*float64(x.total) {
			s.found = append(s.found, c.label)
		}
	}
	slices.SortFunc(s.found, func(a, b uint32) int { return strings.Compare(s.labels[a], s.labels[b]) })
	s.name = s.name[:0]
	for k, label := range s.found {
		if k > 0 {
			s.name = append(s.name, '|')
		}
		s.name = append(s.name, s.labels[label]...)
	}
	name, ok := s.classes[string(s.name)]
	if !ok {
		name = string(s.name)
		s.classes[name] = name
	}
	return name
}
