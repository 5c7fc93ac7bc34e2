package recipe

import (
	"fmt"
	"strings"
)

const (
	wordyLabels = 200  // fewer labels are taken for labels, however often they occur
	wordyShare  = 10   // one label for fewer tokens than this looks like words
	chainLabels = 1000 // a step of a chain of more labels takes minutes: its time grows with their square
)

// looksLikeWords reports whether the labels of so many tokens may be the words of a text. Labels of many features, such
// as Case=Nom|Number=Sing, are many too, but are spelt otherwise.
func looksLikeWords(labels []string, tokens int) bool {
	if len(labels) <= wordyLabels || len(labels)*wordyShare <= tokens {
		return false
	}
	features := 0
	for _, label := range labels {
		if strings.ContainsAny(label, "=|") {
			features++
		}
	}
	return 2*features < len(labels)
}

// Doubts lists what is to be doubted about the labels of the training data, which hold so many tokens: labels in the
// column spec, "" for those of an attribute file, of a chain of first order or of another model.
func Doubts(spec string, labels []string, tokens int, chain bool) []string {
	var list []string
	switch {
	case len(labels) == 1:
		list = append(list, fmt.Sprintf("all tokens have the label %q: is that the column of the labels?", labels[0]))
	case looksLikeWords(labels, tokens):
		where, other := "the labels of the file", "the label comes first on each line of an attribute file"
		if spec != "" {
			where, other = "the labels in column "+spec, "the option label names another column"
		}
		list = append(list, fmt.Sprintf("%s look like words: %d different ones for %d tokens, such as %q and %q; %s",
			where, len(labels), tokens, labels[0], labels[1], other))
	}
	if chain && len(labels) > chainLabels {
		list = append(list, fmt.Sprintf("%d labels: the time of a step grows with their square; order 2 prunes them and is faster by far", len(labels)))
	}
	return list
}
