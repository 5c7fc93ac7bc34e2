// Package model holds what all kinds of model share:
//
//   - [Labeller], the interface of a model, [Tagger], which labels sentences, and [TextTagger], which
//     labels plain text.
//   - [Open], which opens a model file of any kind that the caller lists.
//   - [Input], what a model reads of a sentence, and [Metadata], what its file stores besides weights.
//   - [Description], for inspection; [Progress] and [Summary], from training.
//   - Errors for errors.Is, and [OptionError].
//
// The kinds are packages of their own: crf, semicrf, prunedcrf, and those below interop. Each has a
// [Decoder], which finds label numbers. [NewTagger] builds a tagger around it. The tagger
// normalises words as in training, and returns labels in the scheme of the training files. So Go
// programs and the tagger command get the same labels from every kind of model.
package model
