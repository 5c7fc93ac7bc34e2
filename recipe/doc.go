// Package recipe decides how to train on given data. It picks the columns of words and labels, the
// templates, the label scheme, the loss, the penalty, the optimizer and the number of steps.
//
// A [Config] has one field per setting of training. A nil or zero field is unset.
//
//  1. [Config.Look] describes the first sentences of the training data in a [Profile].
//  2. [Config.Complete] picks the unset fields to suit the profile.
//  3. [Config.NewLoss], [Config.NewCost] and [Config.NewMethod] create what training needs.
//
// Look and Complete are pure functions: a completed configuration always trains the same model.
// Comments on the constants name the measurements behind them.
//
// The package opens no files and does not train.
package recipe
