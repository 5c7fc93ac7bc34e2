//go:build race

package crfsuite_test

// The constants of plain_test.go, reduced because the race detector makes each file ten times
// slower.
const (
	corruptions = 5_000
	truncations = 19
)
