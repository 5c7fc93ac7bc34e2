package cluster

import "slices"

// neighbour is a word next to another one, with a count.
type neighbour struct {
	rank  int
	count uint32
}

// bigrams counts adjacent words, identified by rank.
type bigrams struct {
	pairs    int           // number of adjacent pairs
	next     [][]neighbour // words after each word, by rank
	previous [][]neighbour // words before each word, by rank
}

// ranks returns the rank of each word in the list, or sentenceEnd for other words.
func (t *Text) ranks(list []uint32) []uint32 {
	rank := make([]uint32, len(t.words))
	for k := range rank {
		rank[k] = sentenceEnd
	}
	for r, k := range list {
		rank[k] = uint32(r)
	}
	return rank
}

// bigrams counts the adjacent words of the list. Other words separate sentences.
func (t *Text) bigrams(list []uint32) *bigrams {
	rank := t.ranks(list)
	b := new(bigrams)
	var first, second []uint32 // the pairs
	last := sentenceEnd
	for _, k := range t.tokens {
		r := sentenceEnd
		if k != sentenceEnd {
			r = rank[k]
		}
		if last != sentenceEnd && r != sentenceEnd {
			first, second = append(first, last), append(second, r)
		}
		last = r
	}
	b.pairs = len(first)
	b.next = tally(len(list), first, second)
	b.previous = tally(len(list), second, first)
	return b
}

// tally counts the values of each of n keys, in ascending order.
func tally(n int, keys, values []uint32) [][]neighbour {
	start := make([]int, n+1)
	for _, k := range keys {
		start[k+1]++
	}
	for k := range n {
		start[k+1] += start[k]
	}
	sorted := make([]uint32, len(values))
	free := slices.Clone(start)
	for p, k := range keys {
		sorted[free[k]] = values[p]
		free[k]++
	}
	table := make([][]neighbour, n)
	for k := range table {
		run := sorted[start[k]:start[k+1]]
		slices.Sort(run)
		for p, v := range run {
			if p == 0 || v != run[p-1] {
				table[k] = append(table[k], neighbour{rank: int(v)})
			}
			table[k][len(table[k])-1].count++
		}
	}
	return table
}

func total(list []neighbour) uint64 {
	var n uint64
	for _, v := range list {
		n += uint64(v.count)
	}
	return n
}
