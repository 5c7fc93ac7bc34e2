// Package study trains many models to learn about settings and data: it searches hyper-parameters,
// compares losses, draws learning curves, and finds labels that are probably wrong.
//
// All studies start from a source of labelled sentences and a [recipe.Config] that all training
// runs share.
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
// An [Audit] trains on all folds but one and ranks the labels of that fold by how much the model
// doubts them.
//
// Apart from the times, all results are determined by the seed. Searches, comparisons and audits
// train first-order chains only.
package study
