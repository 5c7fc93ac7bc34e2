// Command accuracy compares settings of training on the public data sets in ../shared/data, which
// are not part of this repository. It trains a model for each data set and each variant, scores it
// on development data, and prints a table in Markdown. It also tests whether each variant differs
// from the first one by more than chance.
//
//	go run ./internal/accuracy peer default 'ce loss=cross-entropy l2=0.5'
//
// A variant is a name and options of tagger train. The variant default has no options. The variant
// peer is a user of CRFsuite: hand-written features, cross-entropy and L-BFGS, 120 iterations.
//
// The options clusters, gazetteer and text may occur several times in a variant:
//
//	go run ./internal/accuracy default 'lists gazetteer=given=given.txt gazetteer=geo=geo.txt'
//
// The option without=REGEXP leaves out the templates whose names match, of the preset that the
// first variant picked:
//
//	go run ./internal/accuracy default 'suffixes without=^s[0-9]'
//
// The flag -folds N trains and scores on N folds of the training data, and prints the mean of the
// differences with its standard error. The flag -curve prints the objective and the score after
// each training step instead, from which rules for stopping follow. The flag -test scores on test
// data: use it once, after choosing.
package main
