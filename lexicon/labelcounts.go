package lexicon

import (
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/cluster"
)

// LabelCounts counts the labels that words have in training sentences. The column made from it holds, for each word,
// its labels as one name: NOUN|VERB, an ambiguity class (Gimenez & Marquez 2004).
//
// A training sentence must not see its own labels, so its fields are those of [LabelCounts.LeaveOneOut]: the counts of
// the other sentences. A word that no other sentence has is then as unknown as the words that tagging meets.
// LabelCounts is for one goroutine.
type LabelCounts struct {
	numbers map[string]uint32 // of the labels
	labels  []string
	words   map[string]*tally // as they stand
	folded  map[string]*tally // by their lower case, of words that are not
	classes map[string]string // names, by the bytes that spell them
	lower   []byte
	found   []uint32
	name    []byte
}

// A tally says how often a word was seen with which labels.
type tally struct {
	counts []count
	total  int
}

type count struct {
	label uint32
	n     int
}

// rareShare is the part of a word's tokens below which a label is left out of its class: a slip, or a use as rare.
const rareShare = 0.05

// NewLabelCounts returns empty counts.
func NewLabelCounts() *LabelCounts {
	return &LabelCounts{
		numbers: make(map[string]uint32), words: make(map[string]*tally), folded: make(map[string]*tally),
		classes: make(map[string]string),
	}
}

// Add counts the labels of a sentence, one a word. It skips words whose label is "".
func (s *LabelCounts) Add(words, labels []string) { s.count(words, labels, 1) }

// LeaveOneOut appends to dst the fields of a sentence that was added, one a word, as they follow from the counts of the
// other sentences.
func (s *LabelCounts) LeaveOneOut(dst, words, labels []string) []string {
	s.count(words, labels, -1)
	for _, word := range words {
		dst = append(dst, s.class(s.find(word)))
	}
	s.count(words, labels, 1)
	return dst
}

// Classes returns the column of that name for other sentences.
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

// count adds by to the counts of the words with their labels.
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

// number returns that of a label.
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

// find returns the counts of a word as it stands, or else in lower case, or else of words that are the same in lower
// case; nil if there are none. A table of [Classes] finds the same.
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

// class names the labels of a tally in the order of their names.
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
