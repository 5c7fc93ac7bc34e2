// Package sample holds a small corpus of English sentences for tests, examples and demonstrations.
// It is embedded, so it needs no files and no download.
//
// The authors of trellis wrote and annotated every sentence by hand. None is generated, and none
// comes from a corpus, a book or an article. People, most companies and all events are invented.
// Places and some organisations are real, but no statement about them is a fact. The texts have the
// licence of the module, Apache-2.0, and may be redistributed under it.
//
// The three splits [Train], [Dev] and [Test] mix the same genres in shuffled order: news, mail,
// instructions, dialogue, reviews, forum posts, travel, sport, science, biographies, weather and
// announcements. The same people, companies and places recur across sentences and splits, so that
// even a small model learns something.
//
// A split has one line per token and a blank line after each sentence. Lines end in LF. The columns
// are separated by tabs:
//
//  1. The word. Contractions, possessives and hyphenated compounds are split: "do n't", "John 's",
//     "second - hand".
//  2. The part of speech: one of the 17 UPOS tags of Universal Dependencies v2, as in the English
//     Web Treebank. X does not occur. Words of names and titles of works are PROPN, but articles
//     and prepositions in them are DET and ADP, numerals NUM and "&" CCONJ. Nationalities are ADJ
//     ("Dutch students", "the Dutch"); languages and nouns ("a Canadian") are PROPN. "There is" has
//     VERB, every other "be" AUX. Prepositions that open a clause are SCONJ ("before leaving").
//  3. The entity label in the BIO scheme. PER excludes titles such as Dr. LOC includes streets,
//     stations, parks, planets, and countries as teams in a match. ORG includes teams, newspapers,
//     schools, hospitals and hotels. MISC includes nationalities, languages, events, prizes, works,
//     products and holidays, but days and months are not entities.
//
// The corpus is small: use it to show that something works, never to compare models.
package sample
