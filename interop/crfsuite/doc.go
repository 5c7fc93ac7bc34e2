// Package crfsuite reads and writes the binary models of CRFsuite 0.12 (Okazaki 2007), of
// python-crfsuite, sklearn-crfsuite and other programs that share the format. It labels sentences
// as the crfsuite command does.
//
// [Read] converts a model file to a [Model]: lists of labels, attributes, features and transitions.
// [Write] writes such lists, from any source, to a file that CRFsuite loads. A sentence is a list
// of items, and an item is a list of attributes with values, from [attrfile.Reader] or made by a
// program. A [Decoder] computes the lattice of a sentence,
//
//	Node[t][j] = sum over attributes a of item t of value(a) w[a, j]
//	Edge[i][j] = w[i, j]
//
// where missing features have weight 0. It finds the best path, log Z and marginals with packages
// viterbi and forwardbackward. A [Printer] writes them with the digits and columns of "crfsuite
// tag". There are no weights for the start and end of a sentence: CRFsuite users represent them
// with attributes (__BOS__, __EOS__).
//
// Scores are added in the order of CRFsuite. So scores, paths and ties, which go to the lowest
// label numbers, equal those of CRFsuite to the last bit. Log Z and marginals are summed in another
// order and agree up to rounding. The exception is scores whose exponential exceeds the range of
// float64: there CRFsuite returns infinity or NaN, and this package returns the correct value.
package crfsuite
