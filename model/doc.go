// Package model holds what all kinds of model share: the interface [Labeller], the taggers that give labels as files
// spell them ([NewTagger]), the errors that callers test for, what a model reads of a sentence ([Input]), what a model
// file says beyond its weights ([Metadata]), what a model holds ([Description]), and what training reports ([Progress],
// [Summary]).
//
// The [Decoder] of a kind finds label numbers; the package turns them into labels in the scheme of the files, and
// words into the normal form of the model. So every kind gives a Go program what it gives the command.
//
// The kinds themselves are packages of their own (crf, semicrf, prunedcrf and those below interop), and this
// package knows none of them: [Open] gets a list of them.
package model
