// Package sparsemax computes a maximum smoothed by the squared norm. The smoothed Viterbi
// recursions of lattices, segments and pruned lattices use it.
package sparsemax
