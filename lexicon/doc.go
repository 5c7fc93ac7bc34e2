// Package lexicon implements word resources: word classes, lists of names and word vectors. They
// add to what a tagger learns from labelled sentences.
//
// A [Lexicon] is read from a file or counted on sentences. It is a column that is computed from the
// words of a sentence. Templates (package features) read it like any other column. There are four
// sources:
//
// [Classes] has the class of each word, for instance its path in a tree of Brown clusters (package
// cluster). Unknown words are looked up in lower case. If that fails, too, the field is empty.
//
// [LabelCounts] creates classes from the training sentences: the labels of each word there. The
// field of a training sentence does not count the labels of the sentence itself.
//
// [Gazetteer] marks words that belong to an entry of a list, such as city names. It scans a
// sentence from left to right, takes the longest entry that begins at a word, and continues after
// it. Comparison is in lower case. The fields are:
//
//	B I E   the first, a middle, the last word of an entry of several words
//	S       an entry of one word
//	b i e s the same, if the sentence and the list differ in case
//
// Other words have an empty field. With the templates u:x=%p[0,NAME,1] and u:x=%P[0,NAME,1], an
// empty field yields no attribute, because it has no first character.
//
// [Vectors] has the vector of each word, in the text format of word2vec or GloVe. Lookup is as for
// classes. The macro %v of templates yields the numbers as attributes with values. Other macros see
// the field "known", or an empty field.
//
// Another package can add a kind of resource: implement [Lexicon] and call [Register].
//
// A lexicon stores a 61-bit fingerprint of each word or phrase (package fingerprint). An unknown
// word may have the fingerprint of a known one: with a million words of up to 32 bytes, the
// probability is 1.4e-11. [Sections] and [Decode] define the file format, which consists of flat
// arrays that are used in place.
package lexicon
