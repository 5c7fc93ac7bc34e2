package study

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKFoldTestsEachSentenceOnce(t *testing.T) {
	for _, c := range []struct{ n, k int }{{2, 2}, {7, 7}, {10, 3}, {100, 5}, {101, 10}} {
		splits, err := KFold(c.n, c.k, 4)
		require.NoError(t, err)
		require.Len(t, splits, c.k)
		tested := make([]int, c.n)
		for _, s := range splits {
			checkParts(t, s, c.n)
			assert.Contains(t, []int{c.n / c.k, c.n/c.k + 1}, len(s.Test))
			for _, i := range s.Test {
				tested[i]++
			}
		}
		assert.Equal(t, slices.Repeat([]int{1}, c.n), tested)
	}
}

// checkParts requires that the parts of s are in order and together hold each of 0..n-1 once.
func checkParts(t *testing.T, s Split, n int) {
	t.Helper()
	require.True(t, slices.IsSorted(s.Train))
	require.True(t, slices.IsSorted(s.Test))
	require.NotEmpty(t, s.Train)
	require.NotEmpty(t, s.Test)
	all := slices.Concat(s.Train, s.Test)
	slices.Sort(all)
	for i := range n {
		require.Equal(t, i, all[i])
	}
	require.Len(t, all, n)
}

func TestHoldOutTakesTheShare(t *testing.T) {
	for _, c := range []struct {
		n     int
		share float64
		want  int
	}{{100, 0.2, 20}, {10, 0.25, 3}, {2, 0.9, 1}, {5, 0.01, 1}, {5, 0.999, 4}} {
		s, err := HoldOut(c.n, c.share, 4)
		require.NoError(t, err)
		checkParts(t, s, c.n)
		assert.Len(t, s.Test, c.want)
	}
}

func TestSplitsFollowFromTheSeed(t *testing.T) {
	a, err := KFold(50, 5, 1)
	require.NoError(t, err)
	b, err := KFold(50, 5, 1)
	require.NoError(t, err)
	c, err := KFold(50, 5, 2)
	require.NoError(t, err)
	assert.Equal(t, a, b)
	assert.NotEqual(t, a, c)
	assert.NotEqual(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, a[0].Test, "they are shuffled")
}

func TestUnfitSplits(t *testing.T) {
	for _, c := range []struct{ n, k int }{{0, 2}, {1, 2}, {5, 1}, {5, 0}, {5, 6}, {5, -1}} {
		_, err := KFold(c.n, c.k, 1)
		assert.ErrorIs(t, err, ErrSplit, "%v", c)
	}
	for _, share := range []float64{0, 1, -0.5, 2, math.NaN(), math.Inf(1)} {
		_, err := HoldOut(10, share, 1)
		assert.ErrorIs(t, err, ErrSplit, "%v", share)
	}
	_, err := HoldOut(1, 0.5, 1)
	assert.ErrorIs(t, err, ErrSplit)
}
