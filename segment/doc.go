// Package segment learns to split text into sentences and tokens.
//
// Train learns from references: a CoNLL-U file with SpaceAfter=No (text.ReadReference), or words
// between separators (text.ReadSeparated), such as Thai. The Model that it returns is a
// text.Tokenizer, and is safe for concurrent use:
//
//	reference, err := text.ReadReference(file, "train.conllu", -1)
//	tokenizer, err := segment.Train(ctx, []*text.Reference{reference}, segment.Options{})
//	document := text.Split(tokenizer, "Anna lives in Oslo. She doesn't ski.")
//
// Save writes a model and Load reads it. A model of the English treebank of Universal Dependencies
// takes about 200 kB.
//
// # How it works
//
// The model is a conditional random field over characters, trained by package crf. It gives each
// character one of four labels: it starts a sentence, starts a surface token, starts a word within
// a surface token ("n't" in "don't"), or continues a word. Characters that cannot start a word have
// no label: white space, combining marks, and letters whose neighbours never surrounded a word
// start in training. In English, two of three characters are of this kind.
//
// The attributes of a character, in keys.go, are:
//
//   - windows of up to six characters, in lower case, and of up to eight character classes;
//   - the label that the tokenizer of text.Rules gives it, since the rules are right most of the
//     time;
//   - the words of the training data that start, end or stand at it. In training, words of the same
//     paragraph do not count, as the model would learn to rely on them;
//   - at the start of a rule-based token, the tokens and shapes around it, how often its word starts
//     a sentence or has a capital within one, and the length of the sentence so far;
//   - within a rule-based token, its two parts, the whole and the tokens around it.
//
// Attributes are known by hashes of 32 bits, and weights are whole numbers. So a model gives the
// same cuts on every machine.
package segment
