package chain

// Sparse edges pay from sparseLabels labels, and if at most one of sparsePairs label pairs is
// listed. docs/benchmarks/performance.md has the measurements.
const (
	sparseLabels = 32
	sparsePairs  = 4
)

// Sparse reports whether a lattice of the given number of labels should have sparse edges if the
// given number of label pairs has a score.
func Sparse(labels, pairs int) bool {
	return labels >= sparseLabels && sparsePairs*pairs <= labels*labels
}
