// Package structured defines the data that every algorithm of this module works on: one real number
// on each node and edge of a trellis.
//
// A sentence of T tokens and an alphabet of L labels span a trellis. Node (t, j) means that token t
// has label j. Edge (t, i, j) means that label i at t-1 is followed by label j at t. A path y picks
// one node at each position. Y(x) is the set of all L^T paths. A [Lattice] assigns a number to each
// node and edge. The score of a path is their sum:
//
//	s(y) = sum_t Node[t][y_t] + sum_{t>=1} Edge[t][y_{t-1}][y_t]
//
// The numbers may come from any source: a linear model or a neural network, for example. Scores,
// costs ([Cost]), constraints ([Grammar], [Fixed]), soft targets, marginals and gradients are all
// lattices. Cost-augmented decoding and constrained decoding therefore decode the sum of two
// lattices ([AddScaled]).
//
// With hundreds of labels, most transitions usually have no weight. Sparse edges then store only
// the listed [Pairs], and inference is proportional to their number. [NewPairs] lists pairs, and
// [Compress] finds them in a matrix.
//
// The package also has the label [Alphabet], the kinds of training [Target] and the span labelling
// schemes ([Scheme]). It does not decode: see packages viterbi and forwardbackward.
package structured
