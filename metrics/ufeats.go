package metrics

import (
	"slices"
	"strings"
)

// UniversalFeatures returns the part of a FEATS value that the CoNLL 2018 shared task scorer
// compares as UFeats: the features with universal names, sorted, or _ if there are none. If gold
// and predicted tokens are the same, the accuracy of these values equals the UFeats score.
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

// universalNames are the feature names of the CoNLL 2018 shared task.
var universalNames = []string{
	"Abbr", "Animacy", "Aspect", "Case", "Definite", "Degree", "Evident", "Foreign", "Gender", "Mood", "Number",
	"NumType", "Person", "Polarity", "Polite", "Poss", "PronType", "Reflex", "Tense", "VerbForm", "Voice",
}
