// Package annotation interprets the labels of a sentence: as spans in the schemes IOB1, BIO, IO and
// BIOES, and as partial or soft labels.
//
// All functions work on the labels of one sentence. [AppendSpans] returns their spans, by the rules
// of conlleval. A [SchemeDetector] finds the scheme of a corpus. [IllFormed] counts labels that
// violate a scheme. A [Converter] rewrites labels in another scheme.
//
// A [Supervision] defines how a label field is read: as one label, or as a [Choice] of several with
// or without probabilities.
package annotation
