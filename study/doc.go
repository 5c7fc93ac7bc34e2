// Package study finds good training settings: it searches hyper-parameters, compares losses and
// draws learning curves.
//
// All start from a source of labelled sentences and a [recipe.Config] that all training runs
// share.
//
// A [Search] trains with each setting of a grid, or with settings drawn at random. It scores each
// setting on sentences outside its training data: a held-out share ([HoldOut]), folds ([KFold]), or
// development data. It returns a [Ranking] of [Trial] values, each with its configuration. For
// scores x_1..x_k a trial has
//
//	mean = 1/k sum_i x_i    sd = sqrt(1/(k-1) sum_i (x_i - mean)^2)
//
// All settings use the same splits, so differences of means do not depend on the splitting. Random
// draws beat grids if only a few of many hyper-parameters matter (Bergstra & Bengio 2012).
//
// A [Comparison] tunes several losses and trains each with several seeds on resampled sentences. It
// reports scores with standard deviations, the expected cost, calibration, and the significance of
// differences.
//
// A [LearningCurve] trains on growing shares of the sentences. Its [Curve] says whether the last
// doubling of the data has improved the score.
//
// Apart from the times, all results are determined by the seed. Searches and comparisons train
// first-order chains only.
package study
