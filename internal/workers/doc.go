// Package workers limits the number of goroutines of a computation, given the number that the user
// requested and the number of sentences.
package workers
