// Package crfpp reads the models of CRF++ 0.5x and labels sentences as crf_test does.
//
// In flows a model file, text (crf_learn -t) or binary, and sentences with columns; out come the
// numbers of the model in neutral form, or labels, lists of the n best, probabilities and the text that
// crf_test prints. With L labels and the attributes that the templates inside the model yield, the model is
//
//	s(y) = c * ( sum_t   sum_{a in U(t)} w[a + y_t]
//	           + sum_t>0 sum_{b in B(t)} w[b + y_{t-1} L + y_t] )
//
// where a and b are the numbers that the model gives to attributes: the places of their blocks of L or
// L*L weights. A bigram template without a macro, such as a bare B, has one block for all positions: the
// transitions. c is the cost factor, 1 unless the caller says otherwise; like crf_test, this package heeds
// only the caller, and [Model.CostFactor] tells what the file says.
//
// # Equal to crf_test
//
// Scores are summed in float32 in the order of the templates, as crf_test sums them, so labels and
// printed digits are equal. A text model gives what crf_test would give after crf_learn -C. Differences:
//
//   - Equal scores: the best path is the same (the lowest label from the back); the order of equal
//     paths of an n-best list is that of package viterbi, where CRF++ leaves it to its heap.
//   - A row with too few columns is an error, where crf_test drops the sentence's rows up to it.
//   - Lines may have 16 MiB, not 8191 bytes, at which crf_test stops reading without a word.
//
// # Untrusted files
//
// The formats have no checksum. [Read] checks every count and offset before it is used: bytes are
// either an error that wraps [ErrModel] or a model that is safe to use, and memory is bounded by a
// small multiple of the file.
package crfpp
