// Package training holds what the training of all kinds of model shares: the workers that evaluate sentences
// ([Pool]), the scores of development data ([Score]), the best weights and patience ([Watch]), and the defaults and
// checks of optimizers and losses ([Method]).
//
// Values, gradients and scores depend on the number of workers but not on their timing. The package knows no kind of model: crf, semicrf and prunedcrf pass functions that
// evaluate one sentence.
package training
