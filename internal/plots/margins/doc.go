// Margins draws the figure of docs/explanation/losses.md that compares large-margin softmax with
// softmax-margin:
//
//	go run ./internal/plots/margins docs/explanation/losses-margins.svg
//
// The example is one token with two labels. Their weights are w and -w, so their scores are
// n cos(theta) and -n cos(theta) with n = |w| |x|. The figure shows the score of the gold label
// after the margin, and the losses of package losses, as functions of theta and n.
package main
