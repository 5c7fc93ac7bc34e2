package pruned

import (
	"errors"
	"slices"
)

// ErrPruned says that a path has a label that its token does not keep.
var ErrPruned = errors.New("label is not kept")

// Kept lists the labels that each token keeps, of an alphabet, in ascending order. Reset makes it ready; the zero
// value has no tokens.
type Kept struct {
	l     int // labels of the alphabet
	label []int
	end   []int // T: those of token t are label[end[t-1]:end[t]]
}

// KeepAll makes k keep all of l labels at each of t tokens.
func (k *Kept) KeepAll(t, l int) {
	k.Reset(l)
	for range t {
		for j := range l {
			k.label = append(k.label, j)
		}
		k.end = append(k.end, len(k.label))
	}
}

// Reset makes k a list for no tokens over an alphabet of l labels, with the memory that it has.
func (k *Kept) Reset(l int) { k.l, k.label, k.end = l, k.label[:0], k.end[:0] }

// Append adds a token with the labels that it keeps, ascending and in 0..l-1; it panics for others.
func (k *Kept) Append(labels ...int) {
	for at, j := range labels {
		if j < 0 || j >= k.l || at > 0 && j <= labels[at-1] {
			panic("pruned: kept labels out of order or range")
		}
	}
	k.label = append(k.label, labels...)
	k.end = append(k.end, len(k.label))
}

// Len returns the number of tokens.
func (k *Kept) Len() int { return len(k.end) }

// Alphabet returns the number of labels of the alphabet.
func (k *Kept) Alphabet() int { return k.l }

// Labels returns the number of labels kept, over all tokens.
func (k *Kept) Labels() int { return len(k.label) }

// At returns the labels that token t keeps. They must not be changed.
func (k *Kept) At(t int) []int { return k.label[k.start(t):k.end[t]] }

// Index returns the place of a label in At(t), or -1.
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

// count is the number of labels of token t, 1 before the sentence.
func (k *Kept) count(t int) int {
	if t < 0 {
		return 1
	}
	return k.end[t] - k.start(t)
}
