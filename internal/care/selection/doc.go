// Command selection compares the strategies of active learning with random choice. It starts with
// random sentences, trains, chooses further sentences by each strategy, and so on. It prints the F1
// on another file, in Markdown, by the number of labelled sentences and of labelled tokens.
//
//	go run ./internal/care/selection -test dev.conll train.conll
package main
