// Package metrics scores predicted labels against gold labels.
//
// An [Evaluator] takes the gold and predicted labels of one sentence at a time and returns
// [Results]. Results print as tables ([Results.WriteTable], [Results.WriteMarkdown]) and marshal to
// JSON. [Evaluate] scores a whole corpus. [Evaluator.Merge] combines evaluators that ran in
// parallel. A [Scorer] detects whether labels are spans.
//
// With g gold items, p predicted items and c items in both,
//
//	precision = c/p    recall = c/g    F1 = 2c/(g+p)
//
// where 0/0 is 0. The label scheme determines what an item is:
//
//   - In a span scheme, an item is a span. A predicted span is correct if start, end and type equal
//     those of a gold span. Spans are also read from ill-formed labels. The counts equal those of
//     conlleval, the scorer of the CoNLL shared tasks; see [annotation.AppendSpans] for the rules.
//   - With plain labels, an item is a token with its label. Over all labels g = p, so precision,
//     recall and F1 all equal the accuracy.
//
// So F1 compares models on any task.
//
// Accuracy is the fraction of tokens with the right label: of all tokens, of words seen in
// training, and of unknown words. Sentence accuracy is the fraction of sentences without an error.
// Accuracy and confusions compare labels as strings, in span schemes too.
//
// [Results.MacroAverage], [Results.WeightedAverage] and [Results.BalancedAccuracy] average over
// labels or span types.
//
// For statistical significance, [Evaluator.Last] returns the [Counts] of each sentence. [Bootstrap]
// computes confidence intervals from them (Efron & Tibshirani 1993), and [Compare] tests whether
// two systems differ (Noreen 1989, Yeh 2000). A [Calibrator] compares the probabilities of labels
// with the observed accuracy.
package metrics
