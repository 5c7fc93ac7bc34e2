// Package structured holds what every algorithm of this module works on: one real number on
// every node and every edge of a trellis.
//
// A sentence of T tokens and an alphabet of L labels span a trellis: node (t, j) says that
// token t has label j, edge (t, i, j) that label i at t-1 is followed by j at t. A path y picks
// one node a position; Y(x), the set of all paths, has L^T members. A [Lattice] puts numbers on
// the nodes and edges, and sums them along a path:
//
//	s(y) = sum_t Node[t][y_t] + sum_{t>=1} Edge[t][y_{t-1}][y_t]
//
// In flow numbers of any origin (a linear model, a neural network); out come lattices and paths
// for the decoders, the inference and the losses above this package. Scores, costs ([Cost]),
// constraints ([Grammar], [Fixed]), soft targets, marginals and gradients are all lattices, so
// cost-augmented decoding is the sum of two of them, and constrained decoding too. This package
// knows nothing about how a lattice is decoded or where its numbers come from.
package structured
