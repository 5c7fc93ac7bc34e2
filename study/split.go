package study

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrSplit means that sentences cannot be split as requested.
var ErrSplit = errors.New("unfit split")

// A Split divides the sentences 0..n-1 into training and test sentences, each in ascending order.
type Split struct{ Train, Test []int }

// KFold shuffles n sentences and divides them into k folds, 2 <= k <= n, whose sizes differ by at
// most one. Split i tests on fold i and trains on all others.
func KFold(n, k int, seed uint64) ([]Split, error) {
	if k < 2 || k > n {
		return nil, fmt.Errorf("%w: %d folds of %d sentences: want at least 2 folds, each with a sentence", ErrSplit, k, n)
	}
	order := shuffled(n, seed)
	splits := make([]Split, k)
	for i := range splits {
		splits[i] = part(order, foldAt(n, k, i), foldAt(n, k, i+1))
	}
	return splits, nil
}

// HoldOut shuffles n >= 2 sentences and holds out a share of them as test sentences, 0 < share < 1.
// It rounds to whole sentences; each part has at least one.
func HoldOut(n int, share float64, seed uint64) (Split, error) {
	if !(share > 0 && share < 1) {
		return Split{}, fmt.Errorf("%w: a share of %v: want a number between 0 and 1", ErrSplit, share)
	}
	if n < 2 {
		return Split{}, fmt.Errorf("%w: cannot hold out any of %d sentences", ErrSplit, n)
	}
	held := int(math.Round(share * float64(n)))
	return part(shuffled(n, seed), 0, min(max(held, 1), n-1)), nil
}

// foldAt returns the start of fold i of k among n sentences. The first n mod k folds have one more
// sentence.
func foldAt(n, k, i int) int { return i*(n/k) + min(i, n%k) }

func shuffled(n int, seed uint64) []int { return newRandom(seed, splitting).Perm(n) }

// part tests on order[lo:hi].
func part(order []int, lo, hi int) Split {
	s := Split{Train: slices.Concat(order[:lo], order[hi:]), Test: slices.Clone(order[lo:hi])}
	slices.Sort(s.Train)
	slices.Sort(s.Test)
	return s
}
