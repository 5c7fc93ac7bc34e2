//go:build race

package crfsuite_test

// As in plain_test.go, but less where each takes ten times as long.
const (
	corruptions = 5_000
	truncations = 19
)
