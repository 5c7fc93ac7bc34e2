// Package semicrf trains and runs semi-Markov CRFs for named entities and chunks: linear models
// with sparse weights that score whole spans (Sarawagi & Cohen 2004). Training accepts any loss for
// segments.
//
// A [Dataset] compiles sentences whose labels encode spans, in any scheme. [Train] returns a
// [Model], which is immutable, safe for concurrent use, and can be saved and loaded. Segment labels
// are the span types and outside. Outside segments have one token. The score of a segment of tokens
// t..u with label j is the sum of
//
//	every token v in it     sum over attributes a at v of w[in, a, j]
//	first and last token    sum over attributes a at t of w[first, a, j], and at u of w[last, a, j]
//	the segment, of a type  w[b, j] of each attribute b of the segment
//
// Token attributes come from templates, as in package crf. The attributes of a segment are its
// words, its words in lower case, the short shapes of its words (or a mark that this shape sequence
// is rare), and its length. Adjacent segments add w[i, j] for their labels. Templates for label
// pairs do not apply: their bigram lines are ignored.
//
// Features of tokens and of segment ends exist if they occur in the training data. A segment
// attribute has features if at least MinCount spans of the training data have it.
package semicrf
