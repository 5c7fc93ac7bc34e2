// Package viterbi finds the best paths of a [structured.Lattice]. The input is a lattice of scores
// from any source. The output is paths (one label per position), their scores, and the score of the
// best path through each node and edge. The package knows nothing about features or models.
//
// Everything rests on one recursion (Viterbi 1967). delta[t][j] is the score of the best prefix
// that ends in label j at position t:
//
//	delta[0][j] = Node[0][j]
//	delta[t][j] = max_i (delta[t-1][i] + Edge[t][i][j]) + Node[t][j]
//
// The best path ends in the label with the greatest delta[T-1][j]. From there it follows, back to
// front, the label i that gave each maximum. That takes O(T L^2) time and O(T L) memory. A lattice
// without edges takes O(T L) time.
//
// [Workspace.KBest] extracts further paths lazily from the same trellis (Huang & Chiang 2005,
// algorithm 3). [Workspace.MaxMarginals] runs the recursion from both ends. [Workspace.DecodeAmong]
// visits only the labels allowed at each position. [Workspace.DecodeBounded] also drops labels that
// cannot be on a best path.
//
// # Ties
//
// If labels share the best score at the last position, the lowest label wins. Going back, the
// lowest of the predecessors that share the maximum wins. Paths of equal score are thus ordered by
// their labels from the last position to the first, lower labels first. With T = 2 the order is 00,
// 10, 01, 11. [Workspace.KBest] lists paths by descending score and then in this order, so its
// first path is the path of [Workspace.Decode].
//
// A score is the floating-point sum from left to right, each edge before the node it leads to.
// Rounding can make the sums of two different prefixes equal further right. The prefix that was
// ahead then stays ahead. Seen from the back, two paths compare by score, last label, the score up
// to and including their last edge, the label before it, and so on to the front. If sums are exact,
// this is the order above. A lattice without edges gives the same bits as one whose edges are all
// zero.
//
// # Legal scores
//
// A score of -Inf forbids a node or edge, and no returned path passes one. If every path does, or
// if the lattice has positions but no labels, the error is [structured.ErrNoPath]. NaN and +Inf are
// a [*structured.ValueError] with their position. Shapes that do not match are
// [structured.ErrShape]. A lattice without positions has one path, the empty one, of score 0. Sums
// of scores must stay within float64: a prefix whose sum overflows to -Inf is forbidden.
package viterbi
