//go:build !race

package crfsuite_test

const (
	corruptions = 100_000 // damaged files that TestCorruptions reads
	truncations = 1       // step in bytes between the files of TestTruncations
)
