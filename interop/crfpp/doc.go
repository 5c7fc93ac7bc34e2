// Package crfpp reads models of CRF++ 0.5x and labels sentences as crf_test does.
//
// [Read] reads a model file, text (crf_learn -t) or binary. A [Model] lists its labels, templates
// and weights. A [Decoder] finds labels, n-best lists and probabilities for sentences with columns.
// [Model.Test] and [Printer] write the output of crf_test. With L labels and the attributes U(t)
// and B(t) that the templates of the model expand to, the score is
//
//	s(y) = c * ( sum_t   sum_{a in U(t)} w[a + y_t]
//	           + sum_t>0 sum_{b in B(t)} w[b + y_{t-1} L + y_t] )
//
// where a and b are the numbers of attributes in the model: the offsets of their blocks of L or L*L
// weights. A bigram template without a macro, such as a bare B, has one block for all positions:
// the transitions. c is the cost factor, 1 unless the caller sets it. Like crf_test, this package
// ignores the cost factor of the file, which [Model.CostFactor] returns.
//
// # Equal to crf_test
//
// Scores are summed in float32 in the order of the templates, as in crf_test, so labels and printed
// digits are equal. A text model gives the results of crf_test after crf_learn -C. Differences:
//
//   - Equal scores: the best path is the same (the lowest label, compared from the last token). In
//     n-best lists, equal paths have the order of package viterbi; in CRF++ their order depends on
//     a heap.
//   - A row with too few columns is an error. crf_test drops the rows of the sentence up to that
//     row.
//   - Lines may have up to 16 MiB. crf_test stops reading at a line of 8191 bytes, without an
//     error.
//
// # Untrusted files
//
// The formats have no checksum. [Read] checks every count and offset before it uses it. The result
// is either an error that wraps [ErrModel] or a model that is safe to use. Memory is bounded by a
// small multiple of the file size.
package crfpp
