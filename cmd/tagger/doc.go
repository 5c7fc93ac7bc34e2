// Command tagger trains taggers on CoNLL files, tags with them and scores them: parts of speech,
// chunks, named entities, or any other labels of the tokens of a sentence.
//
//	tagger demo                                         what it does, in a few seconds
//	tagger train --model pos.model train.conllu         learn
//	tagger tune train.conllu                            find good settings for that
//	tagger tag --model pos.model < text.conllu          label
//	tagger eval --model pos.model test.conllu           score
//
// The exit status is 0 if all was done, 1 if something failed and 2 if the usage was wrong.
// Everything is explained by tagger help and docs/reference/cli.md.
package main
