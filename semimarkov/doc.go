// Package semimarkov is the chain whose steps are segments: runs of tokens that share a label, such as
// names, which are scored as a whole (Sarawagi & Cohen 2004). A segmentation y splits a sentence of T
// tokens into segments (start, end, label) of at most M tokens each; its score is the sum over its
// segments, and over the pairs of labels that meet at their boundaries:
//
//	s(y) = sum over segments of Segment[start][length][label]
//	     + sum over boundaries t of Edge[t][label before t][label from t]
//
// In flow a [Lattice] of scores, whoever filled it; out come segmentations, numbers and lattices. With
// M = 1 all is what structured, viterbi and forwardbackward have for tokens.
//
// # Recursions
//
// Edges do not depend on lengths, so the label before is summed out first, once a boundary, and the
// length after it (Sarawagi 2006 makes use of the same): O(T (M L + L^2)) time, not O(T M L^2). With a_e(j)
// for prefixes whose last segment ends at e with label j, g_t(j) for the same where a segment of label j is
// about to start at t, b_e(i) and h_t(j) for the suffixes beyond:
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
// All is kept in logarithms. A sum over labels is a product with exp(Edge), computed once a sentence
// where edges are shared; where scores lie so far apart that a finite term would underflow, that
// boundary is done by exact log-sum-exp. Viterbi has max for log sum exp; expected costs follow the same
// steps with means for sums (the expectation semiring of Li & Eisner 2009).
//
// [Workspace.SmoothMax] is the recursion of Viterbi with smoothed maxima. Package losses has the losses; a cost is a
// lattice too: of tokens summed over each segment, or of whole segments missed and made up ([SpanCost]).
//
// # Ties and legal scores
//
// Of the best segmentations, Decode returns the one whose last segment has the lowest label; then, going back, the
// shortest last segment, then the lowest label before it, and so on: the order of package viterbi where M = 1. KBest
// lists equal ones in this order. Scores are summed from left to right, each edge before the segment it leads to;
// prefixes that rounding makes equal only further right stay in the order that they had.
//
// A score of -Inf forbids a segment or edge. NaN and +Inf are refused with a [*ValueError] that says where
// they stand, lengths that do not fit with [structured.ErrShape]; where every segmentation is forbidden, or
// none exists, the error is [structured.ErrNoPath]. A lattice of no tokens has one segmentation, empty, of
// score 0. Sums of scores must stay within float64.
package semimarkov
