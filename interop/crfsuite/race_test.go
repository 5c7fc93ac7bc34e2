//go:build race

package crfsuite_test

// corruptions is how many damaged files TestCorruptions reads, fewer where each takes ten times as long.
const corruptions = 5_000
