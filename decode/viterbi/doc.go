// Package viterbi finds the best paths of a [structured.Lattice]. In flows a lattice of scores,
// whoever filled it; out flow paths (one label a position), their scores, and the score of the
// best path through each node and edge. The package knows nothing about features or models.
//
// Everything rests on one recursion (Viterbi 1967). delta[t][j] is the score of the best prefix
// that ends in label j at position t:
//
//	delta[0][j] = Node[0][j]
//	delta[t][j] = max_i (delta[t-1][i] + Edge[t][i][j]) + Node[t][j]
//
// The best path ends in the label of the greatest delta[T-1][j] and follows, back to front, the
// label i that gave each maximum. That takes O(T L^2) time and O(T L) memory; O(T L) time for a
// lattice without edges. [Workspace.KBest] asks the same trellis lazily for further paths
// (Huang & Chiang 2005, algorithm 3), and [Workspace.MaxMarginals] runs the recursion from both
// ends. [Workspace.DecodeAmong] visits only the labels that each position may have.
//
// # Ties
//
// Of the labels that share the best score at the last position the lowest is taken; then, going
// back, the lowest of the predecessors that share the maximum. Among paths of equal score this
// is the order that compares labels from the last position to the first, the lower label
// before the higher: with T = 2 the paths 00, 10, 01, 11 stand in this order. [Workspace.KBest]
// lists paths by descending score and then in this order, so that its first path is
// [Workspace.Decode]'s.
//
// A score is the floating-point sum from left to right, each edge before the node it leads to.
// Where rounding makes the sums of two different prefixes equal only further right, the prefix
// that was ahead stays ahead: from the back, two paths compare by score, last label, then by the
// score up to and with their last edge, the label before it, and so on to the front. Where sums
// are exact this is the order above. A lattice without edges gives what one with zeros on all
// edges gives, bit for bit.
//
// # Legal scores
//
// A score of -Inf forbids a node or edge; no path returned meets one, and a lattice in which
// every path does gives [structured.ErrNoPath], as does one of positions but no labels. NaN and
// +Inf are refused with a [*structured.ValueError] that says where they stand, shapes that do
// not fit with [structured.ErrShape]. A lattice of no positions has one path, empty, of score 0.
// Sums of scores must stay within float64: a prefix whose sum overflows to -Inf is a forbidden
// one.
package viterbi
