package crf

import (
	"math/bits"
	"slices"
)

// features builds the index of features: the pairs in the data, or all pairs, of attributes that
// occur at least minCount times.
func (d *Dataset) features(allPairs bool, minCount int) *index {
	return d.featuresOf(allPairs, minCount, nil)
}

// featuresOf is features with attributes that keep accepts only. A nil keep accepts all.
func (d *Dataset) featuresOf(allPairs bool, minCount int, keep func(attribute string) bool) *index {
	d.finish()
	l := d.labels.Len()
	dropped, droppedPairs := d.attrs.dropped(keep), d.bigrams.dropped(keep)
	minCount = max(minCount, 1) // dropped attributes count as attributes that do not occur
	x := &index{labels: l}
	x.start, x.label = pairs(d.attrs.len(), l, allPairs, minCount, func(visit func(a int32, labels []int32)) {
		for t := range d.gold {
			labels, _ := d.allowed(t)
			for _, a := range d.attr[d.first[t]:d.first[t+1]] {
				if dropped == nil || !dropped[a] {
					visit(a, labels)
				}
			}
		}
	})
	var both []int32
	into := func(t int) []int32 { // label pairs of the edge into token t
		from, _ := d.allowed(t - 1)
		to, _ := d.allowed(t)
		both = both[:0]
		for _, i := range from {
			for _, j := range to {
				both = append(both, i*int32(l)+j)
			}
		}
		return both
	}
	if d.input.Templates == nil || d.input.Templates.Transitions() {
		seen := make([]bool, l*l)
		for s := range d.Len() {
			for t := d.sentence[s] + 1; t < d.sentence[s+1]; t++ {
				for _, pair := range into(t) {
					seen[pair] = true
				}
			}
		}
		for pair, ok := range seen {
			if ok || allPairs {
				x.trans = append(x.trans, int32(pair))
			}
		}
	}
	x.bstart, x.bpair = pairs(d.bigrams.len(), l*l, allPairs, minCount, func(visit func(b int32, pairs []int32)) {
		if len(d.battr) == 0 {
			return
		}
		for s := range d.Len() {
			for t := d.sentence[s] + 1; t < d.sentence[s+1]; t++ {
				pairs := into(t)
				for _, b := range d.tokens.pairs(t, t+1) {
					if droppedPairs == nil || !droppedPairs[b] {
						visit(b, pairs)
					}
				}
			}
		}
	})
	return x.finish()
}

// dropped returns which names keep rejects, or nil if keep is nil.
func (d *dictionary) dropped(keep func(name string) bool) []bool {
	if keep == nil {
		return nil
	}
	list := make([]bool, d.len())
	for k, name := range d.names() {
		list[k] = !keep(name)
	}
	return list
}

// pairs collects the distinct outcomes of each of n attributes in ascending order. Outcomes are
// labels or label pairs, with numbers below outcomes. each visits all occurrences of attributes
// with their possible outcomes. The outcomes of attribute a are outcome[start[a]:start[a+1]].
func pairs(n, outcomes int, all bool, minCount int, each func(visit func(a int32, outcomes []int32))) (start []int, outcome []int32) {
	if outcomes <= widestSets && !all {
		return pairsBySets(n, outcomes, minCount, each)
	}
	count := make([]int, n+1)
	frequent := make([]bool, n)
	occurs := make([]int32, n)
	each(func(a int32, o []int32) {
		count[a+1] += len(o)
		occurs[a]++
	})
	for a := range n {
		frequent[a] = int(occurs[a]) >= minCount
		count[a+1] += count[a]
	}
	start = make([]int, n+1)
	if all {
		for a := range n {
			for o := 0; frequent[a] && o < outcomes; o++ {
				outcome = append(outcome, int32(o))
			}
			start[a+1] = len(outcome)
		}
		return start, outcome
	}
	with := make([]int32, count[n])
	at := slices.Clone(count[:n])
	each(func(a int32, o []int32) { at[a] += copy(with[at[a]:], o) })
	for a := range n {
		if frequent[a] {
			mine := with[count[a]:count[a+1]]
			slices.Sort(mine)
			outcome = append(outcome, slices.Compact(mine)...)
		}
		start[a+1] = len(outcome)
	}
	return start, slices.Clip(outcome)
}

// widestSets is the number of outcomes up to which pairs uses sets of bits. They take at most 32
// bytes for each attribute.
const widestSets = 256

// pairsBySets is pairs with a set of bits for each attribute. It needs one pass and no sorting.
func pairsBySets(n, outcomes, minCount int, each func(visit func(a int32, outcomes []int32))) (start []int, outcome []int32) {
	words := (outcomes + 63) / 64
	sets, occurs := make([]uint64, n*words), make([]int32, n)
	each(func(a int32, o []int32) {
		occurs[a]++
		set := sets[int(a)*words:][:words]
		for _, k := range o {
			set[k/64] |= 1 << (k % 64)
		}
	})
	start = make([]int, n+1)
	for a := range n {
		set := sets[a*words:][:words]
		if int(occurs[a]) < minCount {
			clear(set)
		}
		start[a+1] = start[a]
		for _, word := range set {
			start[a+1] += bits.OnesCount64(word)
		}
	}
	outcome = make([]int32, 0, start[n])
	for k, word := range sets {
		for ; word != 0; word &= word - 1 {
			outcome = append(outcome, int32(k%words*64+bits.TrailingZeros64(word)))
		}
	}
	return start, outcome
}
