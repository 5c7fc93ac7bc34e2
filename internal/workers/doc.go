// Package workers bounds how many goroutines a computation uses.
//
// In flow the number that a user asked for and the number of sentences, out comes the number of workers.
package workers
