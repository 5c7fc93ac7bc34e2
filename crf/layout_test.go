package crf

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The layout does not depend on the number of goroutines, even with more of them than tokens.
func TestLayoutDoesNotDependOnThreads(t *testing.T) {
	for _, labels := range []int{2, 21} {
		d := chains(t, labels, false)
		x := d.features(false, 0)
		want := newPlan(d, x, 1)
		require.Len(t, want.wideFirst, d.Tokens()+1)
		require.NotZero(t, len(want.wide)+len(want.narrow))
		for _, threads := range []int{2, 3, d.Tokens() + 5} {
			require.Equal(t, want, newPlan(d, x, threads))
		}
	}
}
