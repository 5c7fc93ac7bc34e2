// Package workers bounds how many goroutines a computation uses, given the number that a user asked for and the number
// of sentences.
package workers
