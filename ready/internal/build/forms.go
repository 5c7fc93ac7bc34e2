package main

import (
	"slices"
	"strings"
)

// A form is an inflected or derived form of a base, such as "plans" of "plan".
type form struct {
	kind byte // one of baseForm to manner
	text string
}

const (
	baseForm    = 'b'
	singular    = 's' // third person singular, or plural of a noun
	past        = 'd'
	gerund      = 'g'
	comparative = 'r'
	superlative = 't'
	manner      = 'l' // adverb of an adjective
)

// minShare is the share of the tokens of related forms from which a label counts.
const minShare = 0.1

// longestCompared is the number of letters of the longest base with forms in "er" and "est".
const longestCompared = 6

// related returns classes of words by the labels of related forms in the training data: "arrives"
// has the class s:VERB because "arrive" and "arrived" are verbs. The labels of a word itself do not
// count. So the class is as informative for words of the training data as for other words. Words
// have no class if all related forms are nouns.
func related(counts map[string]map[string]int) map[string]string {
	bases := make(map[string]bool)
	for word := range counts {
		for _, base := range append(basesOf(word), word) {
			if len(base) > 2 && plain(base) {
				bases[base] = true
			}
		}
	}
	classes := make(map[string]string)
	totals := make(map[string]int) // evidence of the classes
	for base := range bases {
		forms := formsOf(base)
		for _, f := range forms {
			labels, total := labelsOf(forms, f.text, counts)
			inflects := slices.Contains(labels, "VERB") // like a verb
			compares := slices.Contains(labels, "ADJ")  // like an adjective
			switch f.kind {
			case singular, past, gerund:
				compares = false
			case comparative, superlative, manner:
				inflects = false
			}
			class := string(f.kind) + ":" + strings.Join(labels, "|")
			better := total > totals[f.text] || total == totals[f.text] && class < classes[f.text]
			if (inflects || compares) && better {
				classes[f.text], totals[f.text] = class, total
			}
		}
	}
	return classes
}

// labelsOf returns the frequent labels of the forms that differ from word, sorted, and the number
// of tokens of the forms.
func labelsOf(forms []form, word string, counts map[string]map[string]int) (labels []string, total int) {
	sum := make(map[string]int)
	for _, f := range forms {
		if f.text == word {
			continue
		}
		for label, n := range counts[f.text] {
			sum[label] += n
			total += n
		}
	}
	for label, n := range sum {
		if float64(n) >= minShare*float64(total) {
			labels = append(labels, label)
		}
	}
	slices.Sort(labels)
	return labels, total
}

// plain reports whether a word has only the letters a to z.
func plain(word string) bool {
	return strings.IndexFunc(word, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
}

func vowel(b byte) bool { return strings.IndexByte("aeiou", b) >= 0 }

// formsOf returns the regular forms of a base of at least three letters.
func formsOf(base string) []form {
	n := len(base)
	last, rest := base[n-1], base[:n-1]
	stem, s, y := base, base+"s", base // stems before "ed", and before "er" or "ly"
	switch {
	case last == 'e':
		stem, y = rest, rest
	case last == 'y' && !vowel(base[n-2]):
		s, y = rest+"ies", rest+"i"
	case strings.HasSuffix(base, "s"), last == 'x', last == 'z', strings.HasSuffix(base, "ch"), strings.HasSuffix(base, "sh"):
		s = base + "es"
	case doubles(base):
		stem, y = base+string(last), base+string(last)
	}
	adverb := base + "ly"
	switch {
	case last == 'y' && !vowel(base[n-2]):
		adverb = y + "ly"
	case strings.HasSuffix(base, "le"):
		adverb = rest + "y"
	}
	forms := []form{{baseForm, base}, {singular, s}, {past, y + "ed"}, {gerund, stem + "ing"}, {manner, adverb}}
	if n <= longestCompared {
		forms = append(forms, form{comparative, y + "er"}, form{superlative, y + "est"})
	}
	return forms
}

// doubles reports whether a base doubles its last consonant, as in "planned".
func doubles(base string) bool {
	n := len(base)
	if vowel(base[n-1]) || strings.IndexByte("wxy", base[n-1]) >= 0 || !vowel(base[n-2]) {
		return false
	}
	return strings.IndexFunc(base[:n-2], func(r rune) bool { return vowel(byte(r)) }) < 0
}

// basesOf returns possible bases of a word.
func basesOf(word string) []string {
	var bases []string
	for _, suffix := range []string{"s", "ed", "ing", "er", "est", "ly"} {
		stem, ok := strings.CutSuffix(word, suffix)
		if !ok || len(stem) < 2 {
			continue
		}
		bases = append(bases, stem, stem+"e", strings.TrimSuffix(stem, "e"))
		if suffix == "ly" {
			bases = append(bases, stem+"le")
		}
		if y, ok := strings.CutSuffix(strings.TrimSuffix(stem, "e"), "i"); ok {
			bases = append(bases, y+"y")
		}
		if n := len(stem); stem[n-1] == stem[n-2] {
			bases = append(bases, stem[:n-1])
		}
	}
	return bases
}
