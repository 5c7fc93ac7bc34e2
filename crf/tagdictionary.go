package crf

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/model"
)

// A tagDictionary is that of a model: frequent words with the labels that they had in the training data. A
// slot holds the key of a word, keyOf(hashWord(word)), and where its labels are: labels[Ref:Ref+N], ascending.
type tagDictionary struct {
	table
	labels []uint16
}

// of returns the labels that a word may have, none if it may have any.
func (x *tagDictionary) of(word string) []uint16 {
	if x.used == 0 {
		return nil
	}
	at := x.find(keyOf(hashWord(word)))
	return x.labels[at.Ref : at.Ref+at.N]
}

// newTagDictionary returns the dictionary of words, by their fingerprints; labels ascend. Words with all l labels say
// nothing and are left out.
func newTagDictionary(labels map[uint64][]int, l int) (tagDictionary, error) {
	words := slices.DeleteFunc(slices.Collect(maps.Keys(labels)), func(word uint64) bool {
		n := len(labels[word])
		return n == 0 || n == l || keyOf(word) == freeKey
	})
	if len(words) == 0 {
		return tagDictionary{}, nil
	}
	slices.SortFunc(words, func(a, b uint64) int { return cmp.Compare(keyOf(a), keyOf(b)) })
	x := tagDictionary{}
	slots := make([]slot, len(words))
	for k, word := range words {
		if uint64(len(x.labels))+uint64(l) > math.MaxUint32 {
			return tagDictionary{}, errTooLarge
		}
		slots[k] = slot{Key: keyOf(word), Ref: uint32(len(x.labels)), N: uint32(len(labels[word]))}
		for _, j := range labels[word] {
			x.labels = append(x.labels, uint16(j))
		}
	}
	x.table = newTable(slots)
	return x, nil
}

// entries returns what the dictionary was made of, nil if it is empty.
func (x *tagDictionary) entries() map[uint64][]int {
	var entries map[uint64][]int
	for k := range x.len() {
		at := x.slot(k)
		if at.N == 0 {
			continue
		}
		if entries == nil {
			entries = make(map[uint64][]int, x.used)
		}
		word := at.Key * keyBack
		for _, j := range x.labels[at.Ref : at.Ref+at.N] {
			entries[word] = append(entries[word], int(j))
		}
	}
	return entries
}

// check tells whether a dictionary that was read is as its comment says, for l labels, and completes its table.
func (x *tagDictionary) check(l int) error {
	used := uint64(0)
	for k := range x.len() {
		if x.slot(k).N > 0 {
			used++
		}
	}
	x.lines = linesFor(used)
	if err := x.table.check(); err != nil {
		return err
	}
	run := 0
	for k := range x.len() {
		at := x.slot(k)
		if at.N == 0 {
			continue
		}
		if int(at.Ref) != run || uint64(at.N) > uint64(len(x.labels)-run) || !ascend(x.labels[run:run+int(at.N)], l) {
			return fmt.Errorf("%w: the labels of word %d of the dictionary are not where they belong", model.ErrModel, k)
		}
		run += int(at.N)
	}
	if run != len(x.labels) {
		return fmt.Errorf("%w: labels without a word in the dictionary", model.ErrModel)
	}
	return nil
}

// wordLabels are the labels of the words of a data set, by their numbers: those of word k are
// label[start[k]:start[k+1]], none where it occurs too seldom.
type wordLabels struct {
	start []int
	label []uint16
}

// wordLabels collects the labels of words that occur, with a label that is known, at least so often.
func (d *Dataset) wordLabels(least int) (w wordLabels, err error) {
	if d.form < 0 {
		return w, fmt.Errorf("%w: a tag dictionary needs a column of words", model.ErrInput)
	}
	start, label := pairs(len(d.words), d.labels.Len(), false, least, func(visit func(k int32, labels []int32)) {
		for t, k := range d.word {
			if labels, _ := d.allowed(t); len(labels) > 0 {
				visit(k, labels)
			}
		}
	})
	w.start, w.label = start, make([]uint16, len(label))
	for q, j := range label {
		w.label[q] = uint16(j)
	}
	return w, nil
}

// of returns the labels that a word, of number k or negative, may have, none if it may have any.
func (w *wordLabels) of(k int32) []uint16 {
	if k < 0 {
		return nil
	}
	return w.label[w.start[k]:w.start[k+1]]
}

// tagDictionary returns the dictionary of the words of d.
func (d *Dataset) tagDictionary(w *wordLabels) (tagDictionary, error) {
	labels := make(map[uint64][]int, len(d.words))
	for word, k := range d.words {
		for _, j := range w.of(k) {
			labels[word] = append(labels[word], int(j))
		}
	}
	return newTagDictionary(labels, d.labels.Len())
}
