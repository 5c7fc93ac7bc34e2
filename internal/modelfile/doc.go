// Package modelfile reads and writes what the model files of semicrf and prunedcrf have in common.
// Each is a container with a JSON section named settings, lists of names, and weights ordered by
// attribute. The lexicon sections are also shared with crf.
//
// The package converts between the parts of a model and sections. No file content causes a panic or
// an allocation out of proportion to the file. Errors describe the problem; the caller adds the
// context.
package modelfile
