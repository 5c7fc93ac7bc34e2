package crf

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/model"
)

// tagDictionary is the tag dictionary of a model: frequent words with their labels in the training
// data. The key of a slot is keyOf(hashWord(word)). The labels, in ascending order, are
// labels[Ref:Ref+N].
type tagDictionary struct {
	table
	labels []uint16
}

// of returns the labels that a word may have. An empty list allows all labels.
func (x *tagDictionary) of(word string) []uint16 {
	if x.used == 0 {
		return nil
	}
	at := x.find(keyOf(hashWord(word)))
	return x.labels[at.Ref : at.Ref+at.N]
}

// newTagDictionary builds the dictionary from labels by word fingerprint. Labels must ascend. Words
// that have all l labels are not restricted and are left out.
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

// entries returns the entries by word fingerprint, or nil if the dictionary is empty.
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

// check verifies a dictionary that was read from a file, for l labels, and completes its table.
func (x *tagDictionary) check(l int) error {
	used := uint64(0)
	for k := range x.len() {
		if x.slot(k).N > 0 {
			used++
		}
	}
	x.lines = linesFor(used)
	if err := x.table.check(func(uint64) bool { return true }); err != nil {
		return err
	}
	run := 0
	for k := range x.len() {
		at := x.slot(k)
		if at.N == 0 {
			continue
		}
		if int(at.Ref) != run || uint64(at.N) > uint64(len(x.labels)-run) || !ascend(x.labels[run:run+int(at.N)], l) {
			return fmt.Errorf("%w: the labels of word %d of the tag dictionary are misplaced", model.ErrModel, k)
		}
		run += int(at.N)
	}
	if run != len(x.labels) {
		return fmt.Errorf("%w: some labels of the tag dictionary belong to no word", model.ErrModel)
	}
	return nil
}

// wordLabels holds the labels of the words of a data set by word number. Word k has
// label[start[k]:start[k+1]], which is empty if the word is too rare.
type wordLabels struct {
	start []int
	label []uint16
}

// wordLabels collects the labels of words that occur, with a known label, at least least times.
func (d *Dataset) wordLabels(least int) (w wordLabels, err error) {
	if d.form < 0 {
		return w, fmt.Errorf("%w: a tag dictionary needs a word column", model.ErrInput)
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

// of returns the labels that word k may have. An empty list allows all labels. k is negative for
// unknown words.
func (w *wordLabels) of(k int32) []uint16 {
	if k < 0 {
		return nil
	}
	return w.label[w.start[k]:w.start[k+1]]
}

func (d *Dataset) tagDictionary(w *wordLabels) (tagDictionary, error) {
	labels := make(map[uint64][]int, len(d.words))
	for word, k := range d.words {
		for _, j := range w.of(k) {
			labels[word] = append(labels[word], int(j))
		}
	}
	return newTagDictionary(labels, d.labels.Len())
}
