// Package semimarkov decodes and computes with semi-Markov CRFs (Sarawagi & Cohen 2004). It labels
// segments: runs of tokens, such as names, that share a label and are scored as a whole. A
// segmentation y splits a sentence of T tokens into segments (start, end, label) of at most M
// tokens each. Its score is the sum over its segments and over the pairs of labels at their
// boundaries:
//
//	s(y) = sum over segments of Segment[start][length][label]
//	     + sum over boundaries t of Edge[t][label before t][label from t]
//
// The input is a [Lattice] of scores from any source. A [Workspace] returns segmentations, numbers
// and lattices. With M = 1 the results equal those of structured, viterbi and forwardbackward for
// tokens. Package losses has the losses. A cost is also a lattice: a token cost summed over each
// segment, or a cost of missed and spurious segments ([SpanCost]).
//
// # Recursions
//
// Edges do not depend on lengths. The previous label is therefore summed out first, once per
// boundary, and the length after it (as in Sarawagi 2006). That takes O(T (M L + L^2)) time instead
// of O(T M L^2). a_e(j) covers the prefixes whose last segment ends at e with label j. g_t(j)
// covers the prefixes before a segment of label j that starts at t. b_e(i) and h_t(j) are the same
// for suffixes:
//
//	g_0(j) = 0    g_t(j) = log sum_i exp(a_t(i) + Edge[t][i][j])
//	              a_e(j) = log sum_d exp(g_{e-d}(j) + Segment[e-d][d][j])
//	              h_t(j) = log sum_d exp(Segment[t][d][j] + b_{t+d}(j))
//	b_T(i) = 0    b_t(i) = log sum_j exp(Edge[t][i][j] + h_t(j))
//
//	log Z                      = log sum_j exp(a_T(j))
//	p(segment (t, t+d, j))     = exp(g_t(j) + Segment[t][d][j] + b_{t+d}(j) - log Z)
//	p(i ends and j starts at t) = exp(a_t(i) + Edge[t][i][j] + h_t(j) - log Z)
//
// All values are logarithms. A sum over labels is a product with exp(Edge), which is computed once
// per sentence if edges are shared. If scores are so far apart that a finite term would underflow,
// that boundary uses exact log-sum-exp. Viterbi replaces log sum exp by max, and
// [Workspace.SmoothMax] by a smoothed max. Expected costs follow the same steps with means for sums
// (the expectation semiring of Li & Eisner 2009).
//
// # Ties and legal scores
//
// Among the best segmentations, Decode returns the one whose last segment has the lowest label.
// Going back, it prefers the shortest last segment, then the lowest label before it, and so on.
// With M = 1 this is the order of package viterbi. KBest lists ties in this order. Scores are
// summed from left to right, each edge before the segment it leads to. Prefixes that become equal
// by rounding further right keep their order.
//
// A score of -Inf forbids a segment or edge. NaN and +Inf are a [*ValueError] with their position.
// Lengths that do not match wrap [structured.ErrShape]. If every segmentation is forbidden, or none
// exists, the error is [structured.ErrNoPath]. A lattice without tokens has one segmentation, the
// empty one, of score 0. Sums of scores must stay within float64.
package semimarkov
