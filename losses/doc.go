// Package losses measures how far the scores of a sentence are from its target, and says in which
// direction to move them: value and gradient of each structured loss with respect to the scores.
//
// In flow a lattice of scores s and a [structured.Target]; out come a number and, if asked for, a
// lattice of the shape of s that holds the gradient (a subgradient where a loss has a kink). With g
// the gold path, c its cost lattice, mu_s the marginals of p_s(y) = exp(s(y)) / Z(s) and 1_y the
// indicator of path y:
//
//	cross-entropy    log Z(s) - s(g)              mu_s - 1_g
//	  soft target q  log Z(s) - sum_e q(e) s(e)   mu_s - q
//	  partial, set G log Z(s) - log Z(s over G)   mu_s - mu_{s,G}
//	perceptron       max_y s(y) - s(g)            1_yhat - 1_g
//	hinge            h = max_y (s+c)(y) - s(g)    1_yhat - 1_g
//	squared-hinge    h^2                          2h (1_yhat - 1_g)
//	softmax-margin   log Z(s+c) - s(g)            mu_{s+c} - 1_g
//	risk             R = E_{p_s}[c]               mu_s(e) (E[c | e] - R)
//
// Losses with a max run Viterbi, those with log Z forward-backward, and risk the expected-cost
// recursion: each is exact and takes O(T L^2). An inverse temperature gamma puts (1/gamma) log
// Z(gamma s) for log Z(s): 1 is the loss of the table, and as gamma grows it turns into max. A
// cost scale multiplies c.
//
// A loss knows nothing about features, weights or files: the scores may come from a neural network,
// which takes the gradient back. The sources are Lafferty, McCallum & Pereira (2001) for
// cross-entropy, Collins (2002) for perceptron, Taskar, Guestrin & Koller (2003) and Tsochantaridis
// et al. (2005) for hinge, Gimpel & Smith (2010) for softmax-margin, and Li & Eisner (2009) for risk.
package losses
