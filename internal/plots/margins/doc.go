// Margins draws the figure of docs/explanation/losses.md that sets large-margin softmax against softmax-margin:
//
//	go run ./internal/plots/margins docs/explanation/losses-margins.svg
//
// For one token with two labels, whose weights are w and -w, so that their scores are n cos(theta) and -n cos(theta)
// with n = |w| |x|, it draws the score that the gold label is left with, and the loss, which is that of package
// losses, by theta and by n.
package main
