// Package crfsuite reads and writes the binary models of CRFsuite 0.12 (Okazaki 2007), those of
// python-crfsuite, sklearn-crfsuite and the other programs that share its format, and tags with
// them as its command does.
//
// In flows a model file: [Read] turns it into a [Model], plain lists of labels, attributes, features
// and transitions, and [Write] turns such lists, wherever they come from, into a file that
// CRFsuite loads. A sentence is a list of items, each a list of attributes with values, as
// [attrfile.Reader] reads them from attribute files or a program makes them. A [Tagger] puts
// a sentence on a lattice,
//
//	Node[t][j] = sum over attributes a of item t of value(a) w[a, j]
//	Edge[i][j] = w[i, j]
//
// where features that the model lacks weigh 0, and finds its best path, log Z and marginals by
// packages viterbi and forwardbackward; a [Printer] writes them with the digits and in the columns of
// "crfsuite tag". There are no weights for the start and end of a sentence: CRFsuite's users say
// them by attributes (__BOS__, __EOS__).
//
// Scores are added up in CRFsuite's order, so that they, the paths and the ties, which go to the
// lowest label numbers, are CRFsuite's to the last bit. Log Z and marginals are sums in another order
// and agree up to rounding, except where the exponential of a score leaves the range of float64: there
// CRFsuite's are infinite or NaN, and ours are right.
package crfsuite
