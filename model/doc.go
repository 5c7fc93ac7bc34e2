// Package model holds what all kinds of model share: the interface [Labeller], the taggers that give labels as files
// spell them ([NewTagger]), the errors that callers test for, what a model reads of a sentence ([Input]), what a model
// file says beyond its weights ([Metadata]), what a model holds ([Description]), and what training reports ([Progress],
// [Summary]).
//
// In flow label numbers, which the [Decoder] of a kind finds; out come labels in the scheme of the files, found in
// fields of the model's normal form. So every kind gives a Go program what it gives the command.
//
// The kinds themselves are packages of their own (crf, semicrf, prunedcrf and those below interop), and this
// package knows none of them: [Open] gets a list of them.
package model
