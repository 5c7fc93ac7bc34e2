package metrics

import (
	"slices"
	"strings"
)

// UniversalFeatures returns what the scorer of the CoNLL 2018 shared task compares of a FEATS value as
// UFeats: the features of universal names, sorted, or _ if there are none. The accuracy of labels that
// went through it is that scorer's, where gold and predicted tokens are the same.
func UniversalFeatures(feats string) string {
	var kept []string
	for f := range strings.SplitSeq(feats, "|") {
		name, _, _ := strings.Cut(f, "=")
		if slices.Contains(universalNames, name) {
			kept = append(kept, f)
		}
	}
	if kept == nil {
		return "_"
	}
	slices.Sort(kept)
	return strings.Join(kept, "|")
}

// universalNames are those of the shared task of 2018.
var universalNames = []string{
	"Abbr", "Animacy", "Aspect", "Case", "Definite", "Degree", "Evident", "Foreign", "Gender", "Mood", "Number",
	"NumType", "Person", "Polarity", "Polite", "Poss", "PronType", "Reflex", "Tense", "VerbForm", "Voice",
}
