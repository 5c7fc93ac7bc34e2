// Package workers limits the number of goroutines of a computation, given the number that the user
// requested and the number of sentences. It also processes blocks of input in parallel, in order.
package workers
