// Package sample holds a small corpus of English sentences for the tests, examples and
// demonstrations of this module, embedded so that they need no file and no download.
//
// The sentences were written and annotated one by one for trellis by its authors; none comes
// out of a pattern, and none is taken from a corpus, a book or an article. People, most firms
// and all events are invented, places and some organisations are real, and nothing that a
// sentence says of them is a fact. The texts are under the licence of the module, Apache-2.0,
// and may be copied on with it.
//
// Out flow three splits of the same mix of kinds (news, mail, instructions, dialogue, reviews,
// forum posts, travel, sport, science, lives, weather, announcements), in shuffled order. The
// same people, firms and places come back across sentences and splits, so that even a small
// model learns something. A split is one line a token and a blank line after each sentence;
// lines end in LF, and the columns are separated by tabs:
//
//  1. the word; contractions and possessives are split ("do n't", "John 's"), hyphenated
//     compounds too ("second - hand");
//  2. its part of speech, one of the 17 UPOS of Universal Dependencies v2 (X does not occur),
//     in the manner of the English Web Treebank: PROPN for the words of names and titles of
//     works, but DET and ADP for articles and prepositions in them, NUM for numerals and CCONJ
//     for "&"; ADJ for nationalities ("Dutch students", "the Dutch"), PROPN for languages and
//     for nouns ("a Canadian"); VERB for "there is", AUX for every other "be"; SCONJ for a
//     preposition that opens a clause ("before leaving");
//  3. its entity label in the BIO scheme, with the types PER (without titles such as Dr.), LOC
//     (also streets, stations, parks and planets, and countries that play a match), ORG (also
//     teams, newspapers, schools, hospitals and hotels) and MISC (nationalities, languages,
//     events, prizes, works and products). Days and months are no entities, feasts are MISC.
//
// The counts are small: use the corpus to show that something works, never to compare models.
package sample
