// Package tune searches settings for those that score best on sentences that were not trained on.
//
// In flow a [Space] of settings, the number of sentences, a seed, and a function that trains with one
// setting on one part of the sentences and scores it on another; out come [Trial] values, ranked. A
// setting is any comparable type of the caller's: the package knows neither models nor sentences, only
// their numbers 0..n-1.
//
// [Space.Grid] lists all settings of a space, [Space.Sample] draws some. [HoldOut] sets a share of the
// sentences aside, [KFold] parts them into k folds, each of which is tested on once while the others are
// trained on. [Run] scores every setting on every split; with scores x_1..x_k a trial has
//
//	mean = 1/k sum_i x_i    sd = sqrt(1/(k-1) sum_i (x_i - mean)^2)
//
// and all settings see the same splits, so that a difference of means owes nothing to luck in the
// parting. [Rank] puts the best first. Everything follows from the seed, but for the time that it takes.
//
// It is a package of its own, and public, since a program that calls crf.Train with its own features or
// losses has the same need as the command tagger tune. Why draws beat grids where few of many axes matter: Bergstra & Bengio
// 2012.
package tune
