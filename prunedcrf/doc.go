// Package prunedcrf trains and runs pruned higher-order CRFs: linear models for large tag sets that
// look back up to two labels (Mueller, Schmid & Schuetze 2013). They have sparse weights and use
// the coarse-to-fine search of package pruned.
//
// Labels can be split into subtags. With the separator "|", Number=Sing|Person=3 has the subtags
// Number=Sing and Person=3. Labels with a common subtag share its weights. With x_t the attributes
// of token t from the templates, the scores are
//
//	Node[t][j]         = sum over a in x_t of (w[a, j] + sum over subtags u of j of w[a, u])
//	Edge[t][i][j]      = w[i, j]
//	Triple[t][h][i][j] = w[h, i, j]
//
// with a weight for each combination in the training data. A [Dataset] compiles labelled sentences
// into numbers. [Train] fits the weights with a stochastic method, and the pruning thresholds with
// them. The resulting [Model] is immutable, safe for concurrent use, and can be saved and loaded.
//
// # Pruning
//
// A sentence is first scored with nodes alone. Labels whose probability is below a threshold are
// removed. Then pairs of the remaining labels are scored and more labels are removed. Triples are
// scored last.
//
// Training starts with nodes, adds pairs after the first epoch and triples after the second. It
// always keeps the gold labels. After each epoch it moves the thresholds so that each token keeps
// about as many labels as [Options] specify, on average.
//
// If the labels encode spans, a [Decoder] respects the transition constraints of their scheme. O is
// then never pruned, so a labelling always exists.
package prunedcrf
