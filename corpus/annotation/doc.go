// Package annotation reads what the labels of a sentence mean: the spans that they spell, in the schemes IOB1, BIO,
// IO and BIOES, and labels that are known in part.
//
// All functions work on the labels of one sentence. [AppendSpans] returns their spans, by the rules of conlleval. A
// [SchemeDetector] finds the scheme of a corpus, [IllFormed] counts labels that break it, and a [Converter] rewrites
// labels in another scheme.
//
// A [Supervision] says how a label field is read: one label, or a [Choice] of several, with or without
// probabilities.
package annotation
