package text

import "strings"

// A Count says how many units of a kind the gold text has, how many were predicted, and how many of
// these are right.
type Count struct {
	Gold, Predicted, Correct int
}

// F1 returns the harmonic mean of precision and recall, 0 if nothing is right.
func (c Count) F1() float64 {
	if c.Correct == 0 {
		return 0
	}
	return 2 * float64(c.Correct) / float64(c.Gold+c.Predicted)
}

// Scores are those of the CoNLL 2018 shared task (Zeman et al. 2018) for segmentation. Tokens are
// surface tokens, words may be parts of them. A token, word or sentence is right if one with the
// same first and last character exists in the gold text. White space does not count.
type Scores struct {
	Tokens, Words, Sentences Count
	Labels                   Count // words that are right and have the right label
}

// A Reference is the gold segmentation of a text: surface tokens, each with its words, and
// sentences.
type Reference struct {
	Text   string // the text, as it would be given to a tokenizer
	Tokens []ReferenceToken
}

// A ReferenceToken is a surface token.
type ReferenceToken struct {
	Form   string
	Words  []string // the form itself, or the words of a multiword token
	Labels []string // of the words, if the reference has any
	First  bool     // the token starts a sentence
	Spaced bool     // white space follows
	Para   bool     // the token starts a paragraph
}

// unit is a word with the characters that it covers, counted without white space.
type unit struct {
	start, end int
	form       string
	label      string
	multi      bool // part of a surface token of several words
}

// Score compares sentences, which a tokenizer found in the text of the reference, with the
// reference. Labels holds the labels of all tokens in order, or is nil. The texts must be the same
// but for white space; ok is false otherwise.
func (r *Reference) Score(sentences []Sentence, labels []string) (scores Scores, ok bool) {
	goldWords, goldTokens, goldSentences, goldText := r.units()
	words, tokens, ends, text := unitsOf(sentences, labels)
	if goldText != text {
		return Scores{}, false
	}
	scores.Tokens = compare(goldTokens, tokens)
	scores.Sentences = compare(goldSentences, ends)
	scores.Words = Count{Gold: len(goldWords), Predicted: len(words)}
	scores.Labels = scores.Words
	for _, pair := range align(goldWords, words) {
		scores.Words.Correct++
		if labels != nil && pair[0].label == pair[1].label {
			scores.Labels.Correct++
		}
	}
	return scores, true
}

// squeeze removes white space.
func squeeze(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\u00a0", " ")), "")
}

func (r *Reference) units() (words []unit, tokens, sentences [][2]int, text string) {
	var all strings.Builder
	at, start := 0, 0
	for k, t := range r.Tokens {
		if t.First && k > 0 {
			sentences = append(sentences, [2]int{start, at})
			start = at
		}
		form := squeeze(t.Form)
		all.WriteString(form)
		end := at + len([]rune(form))
		tokens = append(tokens, [2]int{at, end})
		for n, w := range t.Words {
			u := unit{start: at, end: end, form: strings.ToLower(squeeze(w)), multi: len(t.Words) > 1}
			if t.Labels != nil {
				u.label = t.Labels[n]
			}
			words = append(words, u)
		}
		at = end
	}
	if at > start {
		sentences = append(sentences, [2]int{start, at})
	}
	return words, tokens, sentences, all.String()
}

func unitsOf(list []Sentence, labels []string) (words []unit, tokens, sentences [][2]int, text string) {
	var all strings.Builder
	at, n := 0, 0
	for _, s := range list {
		start := at
		for k := 0; k < len(s.Tokens); {
			first := k
			tokenStart := at
			for k++; k < len(s.Tokens) && s.Tokens[k].Inside; k++ {
			}
			var forms []string
			for _, t := range s.Tokens[first:k] {
				form := squeeze(t.Text)
				all.WriteString(form)
				at += len([]rune(form))
				forms = append(forms, strings.ToLower(form))
			}
			tokens = append(tokens, [2]int{tokenStart, at})
			for _, form := range forms {
				u := unit{start: tokenStart, end: at, form: form, multi: len(forms) > 1}
				if labels != nil {
					u.label = labels[n]
				}
				n++
				words = append(words, u)
			}
		}
		sentences = append(sentences, [2]int{start, at})
	}
	return words, tokens, sentences, all.String()
}

// compare counts the spans that both have, each in order.
func compare(gold, found [][2]int) Count {
	c := Count{Gold: len(gold), Predicted: len(found)}
	for i, j := 0, 0; i < len(gold) && j < len(found); {
		switch g, f := gold[i], found[j]; {
		case g == f:
			c.Correct++
			i++
			j++
		case g[0] < f[0], g[0] == f[0] && g[1] < f[1]:
			i++
		default:
			j++
		}
	}
	return c
}

// align pairs the words of both that are the same: outside of multiword tokens by their characters,
// and in a region that multiword tokens of either side cover by the longest common subsequence of
// forms.
func align(gold, found []unit) (pairs [][2]unit) {
	for i, j := 0, 0; i < len(gold) && j < len(found); {
		g, f := &gold[i], &found[j]
		switch {
		case g.multi || f.multi:
			from, to := region(gold, found, i, j)
			pairs = append(pairs, common(gold[from[0]:to[0]], found[from[1]:to[1]])...)
			i, j = to[0], to[1]
		case g.start == f.start && g.end == f.end:
			pairs = append(pairs, [2]unit{*g, *f})
			i++
			j++
		case g.start <= f.start:
			i++
		default:
			j++
		}
	}
	return pairs
}

// region returns the words of both sides from i and j on that a chain of overlapping multiword
// tokens covers. A simple word that starts before the first multiword token is no part of it.
func region(gold, found []unit, i, j int) (from, to [2]int) {
	var end int
	if gold[i].multi {
		end = gold[i].end
		if !found[j].multi && found[j].start < gold[i].start {
			j++
		}
	} else {
		end = found[j].end
		if gold[i].start < found[j].start {
			i++
		}
	}
	from = [2]int{i, j}
	for inside(gold, i, end) || inside(found, j, end) {
		next := &i
		words := gold
		if i >= len(gold) || j < len(found) && found[j].start < gold[i].start {
			next, words = &j, found
		}
		if u := words[*next]; u.multi {
			end = max(end, u.end)
		}
		*next++
	}
	return from, [2]int{i, j}
}

// inside reports whether word k belongs to a region that ends with the character before end.
func inside(words []unit, k, end int) bool {
	switch {
	case k >= len(words):
		return false
	case words[k].multi:
		return words[k].start < end
	default:
		return words[k].end <= end
	}
}

// common returns a longest common subsequence of the forms.
func common(a, b []unit) (pairs [][2]unit) {
	width := len(b) + 1
	best := make([]int, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i].form == b[j].form {
				best[i*width+j] = 1 + best[(i+1)*width+j+1]
			} else {
				best[i*width+j] = max(best[(i+1)*width+j], best[i*width+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].form == b[j].form:
			pairs = append(pairs, [2]unit{a[i], b[j]})
			i++
			j++
		case best[(i+1)*width+j] >= best[i*width+j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}
