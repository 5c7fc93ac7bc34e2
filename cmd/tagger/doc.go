// Command tagger trains, applies and evaluates taggers: models that label the tokens of sentences
// with parts of speech, chunks, named entities or any other labels.
//
//	tagger demo                                         show all of it in a second
//	tagger train --model pos.model train.conllu         train a model
//	tagger tag --model pos.model < text.conllu          label sentences
//	tagger eval --model pos.model test.conllu           score a model
//	tagger tune train.conllu                            find good settings for train
//
// The exit status is 0 after success, 1 after an error and 2 after wrong usage. The help of each
// command describes its flags, and docs/reference/cli/tagger.md has the same text.
package main
