// Package analysis breaks down the scores of a tagger: by type, length, frequency and novelty, with
// a confusion matrix and a list of the errors.
//
// [New] takes the gold and predicted labels of sentences together with their words. For labels that
// spell spans, it pairs gold and predicted spans and sorts the errors into kinds ([Kind]). For
// other labels, such as parts of speech, an error is a token with a wrong label. The same input
// gives the same analysis.
//
// [ReadSteps] reads the log of a training, which "tagger train --log-json" writes.
package analysis
