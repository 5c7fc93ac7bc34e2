// Package chain decodes one first-order lattice of label scores: the best path, the k best, marginals, the path of the
// most probable labels, and the probabilities of spans, within the grammar of a label scheme where there is one.
//
// In flow the scores of a sentence, which the models of package crf and those of other tools compute; out come label
// numbers and probabilities. A [Space] is what all sentences of a model share; a [Decoder] is the scratch memory of one
// goroutine.
package chain
