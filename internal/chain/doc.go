// Package chain decodes one first-order lattice of label scores: the best path, the k best, marginals, the path of the
// most probable labels, and the probabilities of spans, within the grammar of a label scheme where there is one.
//
// The models of package crf and those of other tools compute the scores of a sentence; the package returns label
// numbers and probabilities. A [Space] is what all sentences of a model share; a [Decoder] is the scratch memory of one
// goroutine.
package chain
