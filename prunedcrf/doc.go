// Package prunedcrf is the linear model for large tagsets that looks back up to two labels: sparse weights over what
// package pruned searches from coarse to fine (Mueller, Schmid & Schuetze 2013). A label may be taken apart:
// with the separator "|", Number=Sing|Person=3 has the parts Number=Sing and Person=3, which share weights with
// every other label that has them. With x_t the attributes of token t, as templates yield them,
//
//	Node[t][j]         = sum over a in x_t of (w[a, j] + sum over parts u of j of w[a, u])
//	Edge[t][i][j]      = w[i, j]
//	Triple[t][h][i][j] = w[h, i, j]
//
// with a weight for each combination that the training data has. In flow sentences, which a [Dataset] compiles
// into numbers; [Train] fits the weights with a stochastic method and the thresholds of pruning with them; out
// comes a [Model], which is immutable and safe for concurrent use, and is saved and loaded.
//
// A sentence is scored with nodes alone; labels whose probability is below a threshold go; pairs of what is left
// are scored, more labels go, and triples are scored last. Training starts with nodes, adds pairs after an epoch
// and triples after another, always keeps the gold labels, and moves the thresholds after each epoch such that
// about so many labels a token are left as [Options] say. Where the labels spell spans, a [Tagger] keeps to the
// grammar of their scheme; O is then never pruned, so that there is always a labelling.
package prunedcrf
