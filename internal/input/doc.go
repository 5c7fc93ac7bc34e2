// Package input opens files of sentences, standard input and sentences in memory, once or twice, and reads them one
// after another whatever their format. Reading ends with its context, even where it waits for a terminal.
package input
