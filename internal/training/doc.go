// Package training holds what training has in common for all kinds of model:
//
//   - [Pool] evaluates sentences on several goroutines and scores development data.
//   - [Watch] keeps the best weights and applies patience.
//   - [Method] holds the optimizer, and checks that it suits the loss.
//
// Values, gradients and scores depend on the number of workers but not on their timing. The package
// does not know the kinds of model: crf, semicrf and prunedcrf pass functions that evaluate one
// sentence.
package training
