// Package tagging labels files: it finds the columns that a model reads, labels blocks of sentences on several
// goroutines, and writes them in the order and format of the input, or as another tool writes its output.
//
// The number of goroutines changes nothing but the time.
package tagging
