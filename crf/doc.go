// Package crf implements linear-chain models: sparse weights that score the labels of a sentence,
// trained with any structured loss.
//
// With cross-entropy, the model is a conditional random field (Lafferty, McCallum & Pereira 2001).
// The other losses train the same function of the same weights.
//
// A token has attributes, each with a value x_a. Attributes come from templates (package features)
// or from the caller. A feature has one weight. It pairs an attribute with a label, or it is a pair
// of adjacent labels (a transition), or it pairs a bigram attribute with such a pair:
//
//	Node[t][j]    = sum over attributes a at t of x_a w[a, j]
//	Edge[t][i][j] = w[i, j] + sum over bigram attributes b at t of w[b, i, j]
//
// The main types:
//
//   - [Dataset] compiles labelled sentences into numbers. It also holds partially labelled
//     sentences and soft labels.
//   - [Train] minimises a loss over a Dataset with an optimizer and returns a Model. [Options]
//     lists the settings.
//   - [Model] is immutable and safe for concurrent use. It tags sentences, is saved by
//     [Model.Save], and is memory-mapped by [Open].
//   - [Decoder] is the scratch memory of one goroutine. It computes paths, n-best lists, marginals
//     and scores, and does not allocate in steady state, except for the lists that it returns.
//   - [Content] is the content of a model as plain data. [New] builds a Model from it, for example
//     to import the model of another tool.
//
// The examples show training, custom losses, ready-made attributes and partially labelled data.
//
// Limits: training and decoding accept at most 8192 labels.
package crf
