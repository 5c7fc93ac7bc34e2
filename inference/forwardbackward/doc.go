// Package forwardbackward computes with the distribution over paths that the scores of a lattice
// define,
//
//	p(y) = exp(s(y)) / Z,   Z = sum over y in Y(x) of exp(s(y)),
//
// in O(T L^2) time, or O(T (L + n)) with n sparse edges. It computes log Z, node and edge
// marginals, entropy, divergence, the expectation of a second lattice and its gradient, samples,
// and the path of least expected Hamming cost. The input is a [structured.Lattice] of scores. The
// methods of [Workspace] return numbers, paths or lattices.
//
// The recursion (Rabiner 1989) runs on shifted potentials that are scaled at each position,
//
//	alpha_t(j) = exp(Node[t][j] - m_t) sum_i alpha_{t-1}(i) exp(Edge[t][i][j] - M) / c_t
//	log Z      = sum_t (log c_t + m_t) + sum_{t>=1} M
//
// where c_t makes alpha_t sum to 1. With shared edges that takes L exps per position and none per
// edge. If scores are so far apart that a finite entry would be lost, the sentence is computed
// again in log space with exact log-sum-exp. Both methods thus agree for any scores.
// [Workspace.Exact] always uses log space.
//
// With sparse edges, the potential of most edges is the same. A sum over labels is then the sum of
// all alphas times that potential, plus corrections for the listed pairs. If negative corrections
// cancel nearly all of a sum, it is computed again without them. Entropy, samples and marginals of
// all edges still take O(T L^2) time or memory.
//
// [Workspace.AddMarginalsBlock] processes four lattices with the same shared or sparse edges at
// once. The vector instructions then work on the same label of four lattices. That takes half the
// time or less with few labels or sparse edges, and four fifths with hundreds of dense labels.
//
// Scores are finite or -Inf (forbidden). NaN and +Inf are a [*structured.ValueError]. If every path
// is forbidden, the error is [structured.ErrNoPath]. Lengths that do not match wrap
// [structured.ErrShape].
package forwardbackward
