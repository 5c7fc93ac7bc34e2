// Package recipe decides how to train on given data: which columns hold words and labels, which templates, label
// scheme, loss, penalty, optimizer and number of steps suit them.
//
// A [Config] holds one field for each setting of training; fields that are nil or zero are open. [Look] makes a
// [Profile] of the first sentences of the training data, and [Config.Complete] fills in the open fields from it. Both
// are pure functions, so that a completed configuration that is written down trains the same model again. Constants
// name the table of measurements that they come from.
//
// The package knows no files and no models. [Config.Loss] and [Config.Optimizer] make what training needs.
package recipe
