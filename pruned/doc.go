// Package pruned decodes and computes with pruned higher-order CRFs: lattices of order 0, 1 or 2
// over the few labels that each token keeps. The score of a path y of kept labels is
//
//	s(y) = sum_t Node[t][y_t] + sum_{t>=1} Edge[t][y_{t-1}][y_t] + sum_{t>=2} Triple[t][y_{t-2}][y_{t-1}][y_t]
//
// The input is a list of kept labels ([Kept]) and scores over it. A [Lattice] of order 0 has nodes,
// order 1 adds edges, order 2 adds triples. A [Workspace] returns paths, numbers, lattices of the
// same shape, and shorter lists of kept labels. [Workspace.Prune] keeps the labels whose
// probability reaches a threshold.
//
// This makes tag sets of hundreds of labels tractable by coarse-to-fine search, as in MarMoT
// (Mueller, Schmid & Schuetze 2013). Order 0 runs over all labels, order 1 over those that order 0
// keeps, and order 2 over those that order 1 keeps. With every label kept and triples of zero, the
// results equal those of viterbi and forwardbackward.
//
// # Recursion
//
// One recursion serves all orders. The state at t is the pair (b, c) of the last two labels. In
// orders 0 and 1, b is void. A step from (a, b) to (b, c) has the weight W, the score of the
// highest order (triples in order 2, edges in order 1). Entering (b, c) has the weight U, the sum
// of all lower orders:
//
//	alpha_t(b, c)  = U(b, c) + log sum_a exp(alpha_{t-1}(a, b) + W(a, b, c))
//	p_t(a | b, c)  = exp(alpha_{t-1}(a, b) + W(a, b, c) + U(b, c) - alpha_t(b, c))
//	log Z          = log sum_{b,c} exp(alpha_{T-1}(b, c))
//
// Going back, marginals are products of the stored conditional probabilities p_t(a | b, c). They
// need no further exponentials and suffer no cancellation:
//
//	mu_{T-1}(b, c) = exp(alpha_{T-1}(b, c) - log Z)
//	mu_t(a, b, c)  = mu_t(b, c) p_t(a | b, c),    mu_{t-1}(a, b) = sum_c mu_t(a, b, c)
//
// With K labels kept per token this takes O(T K^3) time and memory in order 2, O(T K^2) in order 1
// and O(T K) in order 0. [Workspace.Decode] replaces log sum exp by max, and [Workspace.SmoothMax]
// by a smoothed max. Expected costs follow the same steps with means for sums. Everything is
// computed in logarithms, so scores may be arbitrarily far apart.
//
// Package losses has the losses over kept labels. The kept labels must include the gold ones: pass
// gold to Prune to ensure that.
//
// # Ties and legal scores
//
// Among paths of equal score, Decode returns the one with the lowest last label, then the lowest
// label before it, and so on. This is the order of package viterbi. A score of -Inf forbids a node,
// edge or triple. NaN and +Inf are a [*ValueError]. Lattices that do not match each other wrap
// [structured.ErrShape]. A path with a label that is not kept wraps [ErrPruned]. If every path is
// forbidden, the error is [structured.ErrNoPath]. A lattice without tokens has one path, the empty
// one, of score 0. Sums of scores must stay within float64.
package pruned
