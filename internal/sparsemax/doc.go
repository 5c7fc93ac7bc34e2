// Package sparsemax smooths a maximum by the squared norm: the step that the smoothed Viterbi recursions of the
// three structures share.
package sparsemax
