// Package semicrf is the segment-level model for named entities and chunks: sparse weights that score whole
// spans, trained with any loss of package semimarkov (Sarawagi & Cohen 2004).
//
// In flow sentences whose labels spell spans, in any scheme; out comes a [Model] that tags, is immutable and
// safe for concurrent use, and is saved and loaded. Labels are the types of spans and outside, whose segments
// have one token. The score of a segment of tokens t..u under label j sums weights over
//
//	every token v of it     sum over attributes a at v of w[in, a, j]
//	its first and last one  sum over attributes a at t of w[first, a, j], and at u of w[last, a, j]
//	the segment, of a type  w[b, j] of each attribute b of the segment
//
// where the attributes of tokens are what templates yield, as for package crf, and those of a segment are its
// words, its words in lower case, the short shapes of its words (or that they are rare together) and its
// length. Adjacent segments add w[i, j] for their labels. Templates that look at pairs of labels have no
// place here: their bigram lines are left out.
//
// A token or boundary feature exists where it was seen in the training data; an attribute of segments where at least
// MinCount spans of the training data have it.
package semicrf
