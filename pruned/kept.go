package pruned

import (
	"errors"
	"slices"
)

// ErrPruned means that a path has a label that its token does not keep.
var ErrPruned = errors.New("label is not kept")

// Kept lists the labels that each token keeps, in ascending order. Call Reset before use; the zero
// value has no tokens.
type Kept struct {
	l     int // alphabet size
	label []int
	end   []int // T: the labels of token t are label[end[t-1]:end[t]]
}

// KeepAll makes k keep all l labels at each of t tokens.
func (k *Kept) KeepAll(t, l int) {
	k.Reset(l)
	for range t {
		for j := range l {
			k.label = append(k.label, j)
		}
		k.end = append(k.end, len(k.label))
	}
}

// Reset removes all tokens and sets the alphabet size to l. It reuses the memory of k.
func (k *Kept) Reset(l int) { k.l, k.label, k.end = l, k.label[:0], k.end[:0] }

// Append adds a token with its kept labels. It panics unless they are ascending and in 0..l-1.
func (k *Kept) Append(labels ...int) {
	for at, j := range labels {
		if j < 0 || j >= k.l || at > 0 && j <= labels[at-1] {
			panic("pruned: kept labels must be ascending and below the alphabet size")
		}
	}
	k.label = append(k.label, labels...)
	k.end = append(k.end, len(k.label))
}

// Len returns the number of tokens.
func (k *Kept) Len() int { return len(k.end) }

// Alphabet returns the size of the alphabet.
func (k *Kept) Alphabet() int { return k.l }

// Labels returns the total number of kept labels over all tokens.
func (k *Kept) Labels() int { return len(k.label) }

// At returns the labels that token t keeps. The caller must not change them.
func (k *Kept) At(t int) []int { return k.label[k.start(t):k.end[t]] }

// Index returns the index of label in At(t), or -1.
func (k *Kept) Index(t, label int) int {
	if at, ok := slices.BinarySearch(k.At(t), label); ok {
		return at
	}
	return -1
}

func (k *Kept) start(t int) int {
	if t == 0 {
		return 0
	}
	return k.end[t-1]
}

// count returns the number of labels of token t, or 1 before the sentence.
func (k *Kept) count(t int) int {
	if t < 0 {
		return 1
	}
	return k.end[t] - k.start(t)
}
