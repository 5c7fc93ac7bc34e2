// Lattice draws the picture of the README: the labels that a small model considers for a sentence,
// their probabilities, and the best path through them.
//
//	go run ./internal/plots/lattice docs/lattice.svg
package main
