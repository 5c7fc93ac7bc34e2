package study

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrSplit says that sentences cannot be split as asked.
var ErrSplit = errors.New("unfit split")

// A Split divides the sentences 0..n-1 into those to train on and those to test on, each in ascending order.
type Split struct{ Train, Test []int }

// KFold shuffles n sentences and deals them into k folds, 2 <= k <= n, whose sizes differ by one at most.
// Split i tests on fold i and trains on all others.
func KFold(n, k int, seed uint64) ([]Split, error) {
	if k < 2 || k > n {
		return nil, fmt.Errorf("%w: %d folds of %d sentences: want 2 folds or more, each with a sentence", ErrSplit, k, n)
	}
	order := shuffled(n, seed)
	splits := make([]Split, k)
	for i := range splits {
		splits[i] = part(order, foldAt(n, k, i), foldAt(n, k, i+1))
	}
	return splits, nil
}

// HoldOut shuffles n sentences, two at least, and sets a share of them aside, 0 < share < 1, to test on:
// rounded to whole sentences, but at least one, and one remains to train on.
func HoldOut(n int, share float64, seed uint64) (Split, error) {
	if !(share > 0 && share < 1) {
		return Split{}, fmt.Errorf("%w: a share of %v: want a number between 0 and 1", ErrSplit, share)
	}
	if n < 2 {
		return Split{}, fmt.Errorf("%w: of %d sentences none can be held out", ErrSplit, n)
	}
	held := int(math.Round(share * float64(n)))
	return part(shuffled(n, seed), 0, min(max(held, 1), n-1)), nil
}

// foldAt is where fold i of k starts among n sentences: the first n mod k folds have one more.
func foldAt(n, k, i int) int { return i*(n/k) + min(i, n%k) }

func shuffled(n int, seed uint64) []int { return newRandom(seed, splitting).Perm(n) }

// part tests on order[lo:hi].
func part(order []int, lo, hi int) Split {
	s := Split{Train: slices.Concat(order[:lo], order[hi:]), Test: slices.Clone(order[lo:hi])}
	slices.Sort(s.Train)
	slices.Sort(s.Test)
	return s
}
