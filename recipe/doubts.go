package recipe

import (
	"fmt"
	"strings"
)

const (
	wordyLabels = 200  // no warning for this many labels or fewer
	wordyShare  = 10   // warn if there are fewer tokens per label than this
	chainLabels = 1000 // with more labels, a step of a chain takes minutes: its time is quadratic in their number
)

// looksLikeWords reports whether the labels may be the words of a text. Morphological labels such
// as Case=Nom|Number=Sing are numerous too, but contain "=" or "|".
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

// Doubts returns warnings about the labels of the training data, which has the given number of
// tokens. spec is the label column, "" for attribute files. chain means a first-order chain model.
func Doubts(spec string, labels []string, tokens int, chain bool) []string {
	var list []string
	switch {
	case len(labels) == 1:
		list = append(list, fmt.Sprintf("all tokens have the label %q: is this the label column?", labels[0]))
	case looksLikeWords(labels, tokens):
		where, other := "the labels of the file", "the label comes first on each line of an attribute file"
		if spec != "" {
			where, other = "the labels in column "+spec, "use the option label to name another column"
		}
		list = append(list, fmt.Sprintf("%s look like words: %d different labels for %d tokens, such as %q and %q; %s",
			where, len(labels), tokens, labels[0], labels[1], other))
	}
	if text := StrangeSpans(labels); text != "" {
		list = append(list, "the labels "+text)
	}
	if chain && len(labels) > chainLabels {
		list = append(list, fmt.Sprintf("%d labels: the time per step grows with the square of this number; order 2 prunes labels and is much faster", len(labels)))
	}
	return list
}
