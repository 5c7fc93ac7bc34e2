// Package pruned is the chain that looks back two labels, over the few labels that each token keeps. Its
// score of labels y, each kept by its token, is
//
//	s(y) = sum_t Node[t][y_t] + sum_{t>=1} Edge[t][y_{t-1}][y_t] + sum_{t>=2} Triple[t][y_{t-2}][y_{t-1}][y_t]
//
// In flow a list of kept labels ([Kept]) and scores over it (a [Lattice] of order 0, 1 or 2: nodes, edges,
// triples); out come paths, numbers, lattices of the same shape, and shorter lists: [Workspace.Prune] keeps the
// labels whose probability reaches a threshold. A tagset of hundreds is so searched from coarse to fine, as in
// MarMoT (Mueller, Schmid & Schuetze 2013): order 0 over all labels, order 1 over those it keeps, order 2 over
// those that order 1 keeps. With every label kept and triples of zero all is what viterbi and forwardbackward
// compute.
//
// # Recursion
//
// One recursion serves all orders. The state at t is the pair (b, c) of the last two labels; b is void in
// orders 0 and 1. A step from (a, b) to (b, c) has the weight W, the finest score there is (triples in order 2,
// edges in order 1), and entering (b, c) has the weight U, all coarser ones:
//
//	alpha_t(b, c)  = U(b, c) + log sum_a exp(alpha_{t-1}(a, b) + W(a, b, c))
//	p_t(a | b, c)  = exp(alpha_{t-1}(a, b) + W(a, b, c) + U(b, c) - alpha_t(b, c))
//	log Z          = log sum_{b,c} exp(alpha_{T-1}(b, c))
//
// Going back, marginals are products of the kept shares p_t(a | b, c), without a further exponential and without
// cancellation:
//
//	mu_{T-1}(b, c) = exp(alpha_{T-1}(b, c) - log Z)
//	mu_t(a, b, c)  = mu_t(b, c) p_t(a | b, c),    mu_{t-1}(a, b) = sum_c mu_t(a, b, c)
//
// With K labels kept that takes O(T K^3) time and memory in order 2, O(T K^2) in order 1, O(T K) in order 0.
// [Workspace.Decode] has max for log sum exp, and [Workspace.SmoothMax] smoothed maxima; expected costs follow the same
// steps with means for sums. Package losses has the losses over kept labels; the gold ones must be among them, which
// Prune sees to when it is told. All is done in logarithms: scores may lie as far apart as they like.
//
// # Ties and legal scores
//
// Of equal paths Decode returns the one with the lowest last label, then the lowest before it, and so on: the
// order of package viterbi. A score of -Inf forbids a node, edge or triple. NaN and +Inf are a [*ValueError],
// lattices that do not fit each other wrap [structured.ErrShape], a path with a label that is not kept wraps
// [ErrPruned], and where every path is forbidden the error is [structured.ErrNoPath]. A lattice of no tokens has
// one path, empty, of score 0. Sums of scores must stay within float64.
package pruned
