//go:build !race

package crfsuite_test

const (
	corruptions = 100_000 // damaged files that TestCorruptions reads
	truncations = 1       // bytes from one file of TestTruncations to the next
)
