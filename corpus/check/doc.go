// Package check examines labelled sentences before training.
//
// A [Checker] reads the sentences of the training, development and test data, one at a time. Its
// [Report] has counts for each set and a list of findings. A [Finding] has a severity, a number of
// cases, and the first cases with file and line:
//
//   - An [Error] breaks a rule of the format, such as an I- label that starts a span in BIO, or text
//     that is not UTF-8.
//   - A [Warning] is probably a mistake or harms scores, such as sentences of the training data in
//     the test data, or labels that only the test data have.
//   - A [Note] is worth knowing, such as rare labels.
//
// A checker keeps three integers per token and each word once. It needs no second pass over the
// files.
package check
