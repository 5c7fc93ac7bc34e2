// Package chain decodes one first-order lattice of label scores. It computes the best path, the k
// best paths, marginals, the path of the most probable labels, and span probabilities. All results
// respect the transition constraints of the label scheme, if it has any.
//
// Package crf and the importers of other tools fill in the scores of a sentence. The package
// returns label numbers and probabilities. A [Space] holds what all sentences of a model share. A
// [Decoder] is the scratch memory of one goroutine.
package chain
