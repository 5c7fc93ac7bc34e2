// Package crf is the linear-chain model: sparse weights that score the labels of a sentence, trained
// with any structured loss.
//
// A token has attributes (what templates yield, or a list of one's own), each with a value x_a. A
// feature is an attribute paired with a label, a pair of adjacent labels (a transition), or an
// attribute paired with such a pair, and has one weight:
//
//	Node[t][j]    = sum over attributes a at t of x_a w[a, j]
//	Edge[t][i][j] = w[i, j] + sum over bigram attributes b at t of w[b, i, j]
//
// In flow sentences: a [Dataset] compiles them into numbers, [Train] hands the lattice of each
// sentence to a loss, pulls the gradient back onto the weights and gives it to an optimizer. Out
// comes a [Model], which is immutable and safe for concurrent use: it tags, lists the n best
// labellings, tells marginals, and is saved and opened: in place, by a memory map. A [Tagger] is the
// scratch memory of one goroutine and allocates nothing in steady state. [New] makes a
// model of its [Content], as for models of other tools, and [Model.Content] returns it.
//
// Cross-entropy makes the model a conditional random field (Lafferty, McCallum & Pereira 2001); with
// the other losses it is the same function of the same weights.
package crf
