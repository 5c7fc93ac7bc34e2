// Package forwardbackward computes with the distribution over paths that the scores of a lattice
// define,
//
//	p(y) = exp(s(y)) / Z,   Z = sum over y in Y(x) of exp(s(y)),
//
// in O(T L^2) time: log Z, node and edge marginals, entropy, divergence, the expectation of a
// second lattice and its gradient, samples, and the path of least expected Hamming cost.
//
// In flows a *structured.Lattice of scores; out come numbers, paths, or lattices. The recursion
// (Rabiner 1989) is run on shifted potentials that are scaled at each position,
//
//	alpha_t(j) = exp(Node[t][j] - m_t) sum_i alpha_{t-1}(i) exp(Edge[t][i][j] - M) / c_t
//	log Z      = sum_t (log c_t + m_t) + sum_{t>=1} M
//
// with c_t such that alpha_t sums to 1: L exps a position and none an edge where the edges are
// shared. Scores so far apart that this would lose a finite entry are done again in log space by
// exact log-sum-exp, sentence by sentence, so that both agree for any scores; [Workspace.Exact]
// asks for that path always.
//
// Scores are finite or -Inf (forbidden). NaN and +Inf are a *structured.ValueError, a lattice
// where every path is forbidden is structured.ErrNoPath, and lengths that do not fit wrap
// structured.ErrShape.
package forwardbackward
