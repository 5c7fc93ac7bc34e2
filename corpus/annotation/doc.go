// Package annotation interprets the labels of a sentence: as spans in the schemes IOB1, BIO, IO,
// BIOES, IOE1 and IOE2, and as partial or soft labels.
//
// All functions work on the labels of one sentence. [AppendSpans] returns their spans, by the rules
// of conlleval. A [SchemeDetector] finds the scheme of a corpus. [IllFormed] counts labels that
// violate a scheme. A [Converter] rewrites labels in another scheme.
//
// All of these read labels such as B-PER. Files may write other letters (BILOU, BMES), another
// separator (B_PER) or the type first (PER-B). A [SpellingDetector] finds the [Spelling] of a
// corpus, and a [Speller] reads such labels and writes them back.
//
// A [Supervision] defines how a label field is read: as one label, or as a [Choice] of several with
// or without probabilities.
package annotation
