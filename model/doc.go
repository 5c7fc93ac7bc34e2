// Package model holds what all kinds of model share: the errors that callers test for, what a model reads of
// a sentence ([Input]), what a model file says beyond its weights ([Metadata]), and what training reports
// ([Progress], [Summary]).
//
// The kinds themselves are packages of their own (crf, semicrf, prunedcrf and those below interop), and this
// package knows none of them.
package model
