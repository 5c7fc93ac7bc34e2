// Package metrics compares predicted labels with gold ones.
//
// In flow pairs of label sequences, a sentence at a time, into an [Evaluator]; out comes
// [Results], which prints as tables ([Results.WriteTable], [Results.WriteMarkdown]) and marshals as
// JSON. Evaluators that were fed in parallel add up by [Evaluator.Merge].
//
// With g gold items, p predicted ones and c in both,
//
//	precision = c/p    recall = c/g    F1 = 2c/(g+p)
//
// where 0/0 is 0. The scheme of the labels says what an item is. Where labels spell spans, an
// item is a span: predicted and gold agree if start, end and type are the same, spans are read
// off ill-formed labels too, and counts are those of conlleval, the scorer of the CoNLL shared
// tasks (see [annotation.AppendSpans] for the rules). Where labels are plain, an item is a token with
// its label; over all labels g = p, so that precision, recall and F1 are then all equal to the
// accuracy. F1 is hence the figure to compare models by, whatever the task.
//
// Accuracy is over tokens: all, those of words seen in training, and those of new words; and
// over sentences, where only one with no error counts. For span labels too it compares the
// labels as they are spelt, and so do the confusions.
//
// [Results.MacroAverage], [Results.WeightedAverage] and [Results.BalancedAccuracy] average over labels or types of
// span.
//
// How far to trust these figures: [Evaluator.Last] gives the [Counts] of each sentence, of which
// [Bootstrap] makes confidence intervals, and [Compare] a test of whether two systems differ. A
// [Calibrator] compares the probabilities of labels with how often these are right.
package metrics
