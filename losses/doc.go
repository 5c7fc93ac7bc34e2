// Package losses implements structured losses: value and gradient of each loss with respect to the
// scores of one sentence.
//
// The input is a lattice of scores s and a [structured.Target]. The output is the loss and, on
// request, its gradient, a lattice of the same shape as s. Losses that are not differentiable
// everywhere return a subgradient.
//
// The table below uses this notation:
//
//   - g is the gold path and c its cost lattice.
//   - mu_s are the marginals of p_s(y) = exp(s(y)) / Z(s).
//   - 1_y is the indicator of path y.
//   - yhat, y+ and y- are the best paths of s, s+c and s-c.
//
// The columns are name, loss and gradient:
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
// In smoothed-hinge, V is Viterbi's recursion with smoothed maxima, and nu its path marginals. In
// sparsemap, |mu| is the norm over the nodes.
//
// # Structures
//
// Each loss has one implementation, a function of a [Problem]: one sentence on any structure. The
// structures are lattices ([Loss]), segments ([EvalSegments], package semimarkov) and pruned
// lattices ([EvalPruned], package pruned). Only large-margin-softmax is limited to lattices.
//
// [New] makes a loss by name. To write your own loss, implement [Loss], or [General] for all
// structures.
//
// # Time and options
//
// Losses with a max run Viterbi. Losses with log Z run forward-backward. Risk and token-marginal
// run the expected-cost recursion. Each of these is exact and takes O(T L^2) time. Sparsemap runs
// Viterbi once for each path in its solution.
//
// An inverse temperature gamma replaces log Z(s) by (1/gamma) log Z(gamma s). Gamma 1 gives the
// loss of the table; as gamma grows, log Z approaches max. A cost scale multiplies c. A [Schedule]
// changes both during training.
//
// A loss knows nothing about features, weights or files. The scores may come from a neural network,
// which backpropagates the gradient.
//
// # Sources
//
//   - cross-entropy: Lafferty, McCallum & Pereira (2001)
//   - perceptron: Collins (2002)
//   - hinge: Taskar, Guestrin & Koller (2003), Tsochantaridis et al. (2005)
//   - smoothed-hinge: Mensch & Blondel (2018)
//   - softmax-margin and the Jensen risk bound: Gimpel & Smith (2010)
//   - risk: Li & Eisner (2009)
//   - ramps: Gimpel & Smith (2012)
//   - token-marginal: Kakade, Teh & Roweis (2002)
//   - sparsemap: Niculae et al. (2018)
//   - large-margin softmax: Liu et al. (2016)
package losses
