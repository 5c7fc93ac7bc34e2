// Package trellis labels the tokens of sentences: parts of speech, chunks, names. It opens models of any kind, labels
// sentences and files with them, scores them, and converts models of CRFsuite, CRF++ and Wapiti.
//
// What a [Model] returns is what the command writes, for every kind of model: fields are read in the normal form of the
// model, and labels come in the scheme of the files that it was trained on.
package trellis
