// Package calibration fits a model.Calibration to held-out sentences.
//
// A [Set] keeps the scores of the sentences, as lattices of any of the three structures. Memory is
// in proportion to the lattices; chains without attributes of label pairs share their edges.
//
// # Temperature
//
// [Set.Temperature] minimises the negative log-likelihood of the gold labels g,
//
//	f(gamma) = sum over sentences of log Z(gamma s) - gamma s(g)        gamma = 1 / temperature
//
// f is convex. Its derivative is the sum of E[s(y)] - s(g), and E[s(y)] = (log Z - H) / gamma with
// the entropy H. The root of the derivative is found by regula falsi (Illinois).
//
// # Bias
//
// Let n(y) be the number of spans or labels of y with certain keys. A bias b of these keys adds b
// n(y) to the score of y. As a function of b, the best score of a sentence is the upper envelope of
// lines with slopes n(y). [Set.Fit] decodes at the points where two known lines meet, until it has
// the whole envelope. Minimum error rate training does the same (Och 2003, Macherey et al. 2008).
// So Fit knows the counts of all sentences between any two breakpoints, and takes the best
// interval. No grid is involved. Several biases are fitted one after another until none changes.
//
// # Threshold
//
// A bias ranks spans by the score that they add to the best labelling without them. A threshold
// ranks them by their probability, which sums over all labellings. [Set.FitThresholds] knows the
// counts between any two probabilities of spans, and takes the best interval, too.
package calibration
