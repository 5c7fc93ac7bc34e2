// Package losses measures how far the scores of a sentence are from its target, and says in which
// direction to move them: value and gradient of each structured loss with respect to the scores.
//
// In flow a lattice of scores s and a [structured.Target]; out come a number and, if asked for, a
// lattice of the shape of s that holds the gradient (a subgradient where a loss has a kink). With g
// the gold path, c its cost lattice, mu_s the marginals of p_s(y) = exp(s(y)) / Z(s), 1_y the
// indicator of path y, and yhat, y+ and y- the best paths of s, s+c and s-c:
//
//	cross-entropy      log Z(s) - s(g)                mu_s - 1_g
//	  soft target q    log Z(s) - sum_e q(e) s(e)     mu_s - q
//	  partial, set G   log Z(s) - log Z(s over G)     mu_s - mu_{s,G}
//	perceptron         max_y s(y) - s(g)              1_yhat - 1_g
//	hinge              h = max_y (s+c)(y) - s(g)      1_y+ - 1_g
//	squared-hinge      h^2                            2h (1_y+ - 1_g)
//	smoothed-hinge     V(s+c) - s(g)                  nu_{s+c} - 1_g
//	softmax-margin     log Z(s+c) - s(g)              mu_{s+c} - 1_g
//	risk               R = E_{p_s}[c]                 mu_s(e) (E[c | e] - R)
//	jensen-risk-bound  log Z(s+c) - log Z(s)          mu_{s+c} - mu_s
//	ramp1              max (s+c)(y) - max s(y)        1_y+ - 1_yhat
//	ramp2              max s(y) - max (s-c)(y)        1_yhat - 1_y-
//	ramp3              max (s+c)(y) - max (s-c)(y)    1_y+ - 1_y-
//	soft-ramp1, 2, 3   log Z for max in these         mu for 1
//	token-marginal     -sum_t log mu_s(t, g_t)        sum_t mu_s - mu_{s, y_t = g_t}
//	sparsemap          max_mu s(mu) - |mu|^2/2 ...    mu* - 1_g
//	large-margin-softmax  cross-entropy of scores with an angular margin, by the chain rule
//
// V is Viterbi's recursion with smooth maxima and nu its path marginals; |mu| in sparsemap is over the nodes.
//
// Each loss has one implementation, a function of a [Problem], which stands for a sentence on any structure: a lattice
// ([Loss]), segments ([EvalSegments], package semimarkov) or a chain over pruned labels ([EvalPruned], package pruned).
// Only large-margin-softmax is for lattices alone.
//
// Losses with a max run Viterbi, those with log Z forward-backward, and risk and token-marginal the
// expected-cost recursion: each is exact and takes O(T L^2). sparsemap runs Viterbi as often as its solution
// has paths. An inverse temperature gamma puts (1/gamma) log Z(gamma s) for log Z(s): 1 is the loss of the
// table, and as gamma grows it turns into max. A cost scale multiplies c. A [Schedule] changes both in the
// course of training.
//
// A loss knows nothing about features, weights or files: the scores may come from a neural network,
// which takes the gradient back. The sources are Lafferty, McCallum & Pereira (2001) for
// cross-entropy, Collins (2002) for perceptron, Taskar, Guestrin & Koller (2003) and Tsochantaridis
// et al. (2005) for hinge, Mensch & Blondel (2018) for smoothed-hinge, Gimpel & Smith (2010) for
// softmax-margin and the Jensen risk bound, Li & Eisner (2009) for risk, Gimpel & Smith (2012) for the
// ramps, Kakade, Teh & Roweis (2002) for token-marginal, Niculae et al. (2018) for sparsemap, and Liu et
// al. (2016) for large-margin softmax.
package losses
