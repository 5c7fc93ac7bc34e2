// Package study finds out which settings of training are good: it searches hyper-parameters and compares losses.
//
// Both start from a source of labelled sentences and a [recipe.Config] that all trainings share. A [Search] trains
// with each setting of a grid, or with settings that are drawn at random, and scores each on sentences that it did not
// train on: a share that is held out ([HoldOut]), folds ([KFold]), or development data. It returns a [Ranking] of
// [Trial] values, each with the configuration that trains so. With scores x_1..x_k a trial has
//
//	mean = 1/k sum_i x_i    sd = sqrt(1/(k-1) sum_i (x_i - mean)^2)
//
// All settings see the same splits, so that a difference of means owes nothing to luck in the splitting. Random draws
// beat grids where few of many axes matter (Bergstra & Bengio 2012).
//
// A [Comparison] tunes each of several losses, trains each with several seeds on resampled sentences, and reports
// scores with their deviations, the expected cost, calibration and the significance of differences.
//
// Everything follows from the seed, except for the times. Studies train first-order chains.
package study
