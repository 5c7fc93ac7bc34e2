// Package lexicon holds word resources, which add to what a tagger learns from its sentences: classes of words, lists
// of names, vectors.
//
// In flow a file and then the words of sentences; out comes a column more of a sentence, a field for each word, that
// templates (package features) read as they read any other. A [Lexicon] is that column.
//
// [Classes] has the class of each word, for instance its path in a tree of Brown clusters (package cluster). A word
// that is not there is looked up in lower case; one that is not there either has an empty field.
//
// [LabelCounts] makes such classes from the training sentences themselves: the labels that each word has there. For a
// training sentence, it leaves the labels of that sentence out.
//
// [Gazetteer] has the places of words in the entries of a list, such as names of cities. From left to right, the
// longest entry that begins at a word is taken, and the search goes on behind it. Words are compared in lower case:
//
//	B I E   the first, a further, the last word of an entry of several words
//	S       an entry of one word
//	b i e s the same, where the sentence spells the entry otherwise than the list: in other case
//
// and other words have an empty field. With the templates u:x=%p[0,NAME,1] and u:x=%P[0,NAME,1] an empty field
// yields no attribute: no word has a first character there.
//
// [Vectors] has the vector of each word, in the text format of word2vec or GloVe, looked up as a class is. The macro %v
// of templates yields its numbers as attributes with values, and others see the field known, or an empty one.
//
// Another package adds a kind of resource by implementing [Lexicon] and calling [Register].
//
// What a lexicon keeps of a word or phrase is its fingerprint, 61 bits by package fingerprint, which also says how
// rarely a word that is not there is taken for one that is: with a million words of up to 32 bytes 1.4e-11 of the
// time. [Sections] and [Decode] are its form in a file, flat arrays that are used where they lie.
package lexicon
