package text

// candidates are the tokenizers that Best tries for a language, simplest first.
func candidates(language string) []Tokenizer {
	list := []Tokenizer{Space{}, &Rules{}, &Rules{Hyphens: true}}
	if languages[language] != nil && language != "" {
		list = append(list, &Rules{Language: language}, &Rules{Language: language, Hyphens: true})
	}
	return list
}

// Languages returns the codes of the languages that Rules has rules for, in order.
func Languages() []string {
	return []string{"de", "en", "es", "fr", "it"}
}

// Best returns the tokenizer that finds the words of a reference best, by F1, and its scores. It
// tries Space and Rules with and without hyphens, for text of any language and for each of the
// languages. Of equal tokenizers it returns the simplest one. It returns nil for a reference
// without tokens.
func Best(r *Reference) (best Tokenizer, scores Scores) {
	list := candidates("")
	for _, language := range Languages() {
		list = append(list, candidates(language)[3:]...)
	}
	for _, t := range list {
		s, ok := r.Score(Split(t, r.Text).Sentences, nil)
		if ok && s.Words.Gold > 0 && (best == nil || s.Words.F1() > scores.Words.F1()) {
			best, scores = t, s
		}
	}
	return best, scores
}
