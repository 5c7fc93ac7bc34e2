package trellis

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
)

const (
	maxLabels = 1000 // number of different labels to remember
	manyWords = 200  // more gold labels than this may be words, if they are
	perLabel  = 10   // as many times as the predicted labels
	fewLabels = 10   // no warning about a model that predicts fewer labels besides O
)

// A contrast compares the gold labels of an input with the predicted ones, to detect labels of
// different kinds.
type contrast struct {
	gold, predicted map[string]int // how often each label occurs, up to maxLabels labels
	count           [2]int         // of gold and of predicted labels besides O
	read            [2]annotation.Spelling
}

func newContrast() *contrast {
	return &contrast{gold: make(map[string]int), predicted: make(map[string]int)}
}

func (c *contrast) add(gold, predicted []string) {
	for k, labels := range [2][]string{gold, predicted} {
		to := c.gold
		if k == 1 {
			to = c.predicted
		}
		for _, label := range labels {
			if label != "O" {
				c.count[k]++
			}
			if _, ok := to[label]; ok || len(to) < maxLabels {
				to[label]++
			}
		}
	}
}

// doubts returns warnings about the labels of an input. columns names their columns. It is "" if a
// model predicts.
func (c *contrast) doubts(columns string) []string {
	var list []string
	advice, least := "name the column of the gold labels with the option label", fewLabels
	if columns != "" {
		advice, least = "name the columns with the options label and predicted, or the model that predicts with the option model", 1
	}
	switch gold, predicted := c.gold, c.predicted; {
	case len(gold) > manyWords && len(gold) > perLabel*len(predicted) && columns != "":
		list = append(list, fmt.Sprintf("%s: the gold labels look like words, such as %s; %s", columns, examples(gold), advice))
	case min(c.count[0], c.count[1]) >= least && c.disjoint():
		text := fmt.Sprintf("the gold labels, such as %s, and the predicted labels, such as %s, have nothing in common; %s", examples(gold), examples(predicted), advice)
		if columns != "" {
			text = columns + ": " + text
		}
		list = append(list, text)
	}
	var usual []string
	for label := range c.gold {
		usual = append(usual, c.read[0].Read(label))
	}
	slices.Sort(usual)
	if text := recipe.StrangeSpans(usual); text != "" {
		list = append(list, "the gold labels "+text)
	}
	return list
}

// disjoint reports whether the gold and the predicted labels share neither a label besides O nor a
// span type. Punctuation does not count, because it can be a word, too.
func (c *contrast) disjoint() bool {
	kinds := make(map[string]bool)
	for label := range c.gold {
		kinds[kindOfLabel(c.read[0].Read(label))] = true
	}
	for label := range c.predicted {
		if kind := kindOfLabel(c.read[1].Read(label)); kind != "O" && kinds[kind] && strings.ContainsFunc(label, unicode.IsLetter) {
			return false
		}
	}
	return true
}

// kindOfLabel returns the span type of a label after a hyphen, or the label.
func kindOfLabel(label string) string {
	if letter, typ := structured.SplitLabel(label); letter != 'O' {
		return "-" + typ
	}
	return label
}

// examples quotes the two most frequent labels besides O.
func examples(labels map[string]int) string {
	list := slices.Sorted(maps.Keys(labels))
	list = slices.DeleteFunc(list, func(l string) bool { return l == "O" })
	slices.SortStableFunc(list, func(a, b string) int { return labels[b] - labels[a] })
	text := fmt.Sprintf("%.40q", list[0])
	if len(list) > 1 {
		text += fmt.Sprintf(" and %.40q", list[1])
	}
	return text
}

// areProbabilities reports whether the values are those that [FileOptions.Probabilities] or
// [FileOptions.Spans] write.
func areProbabilities(values map[string]int) bool {
	some := false
	for v := range values {
		if v == noSpan {
			continue
		}
		if len(v) != digits || v[1] != '.' || strings.Trim(v, ".0123456789") != "" {
			return false
		}
		some = true
	}
	return some
}

// An nbest detects n-best lists, whose labellings have comments with their ranks.
type nbest struct {
	rank, length int // of the previous sentence
	comments     []string
}

// next reports whether s is the next labelling of the previous sentence, and its rank.
func (n *nbest) next(s *input.Sentence) (rank int, again bool) {
	n.comments = s.Rows.Comments(n.comments)
	for _, text := range n.comments {
		var p float64
		if k, err := fmt.Sscanf(text, "# %d %g", &rank, &p); k < 2 || err != nil || !(p >= 0 && p <= 1) {
			rank = 0
		}
	}
	again = rank > 1 && rank == n.rank+1 && s.Len() == n.length
	n.rank, n.length = rank, s.Len()
	return rank, again
}
