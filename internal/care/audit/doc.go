// Command audit measures how well study.Audit finds wrong labels. It changes a share of the labels
// of a file at random, audits the file, and prints the precision of the first suspects in Markdown.
//
//	go run ./internal/care/audit -share 0.02 train.conll
package main
