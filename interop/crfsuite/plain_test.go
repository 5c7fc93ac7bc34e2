//go:build !race

package crfsuite_test

// corruptions is how many damaged files TestCorruptions reads.
const corruptions = 100_000
