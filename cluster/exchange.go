package cluster

import (
	"slices"
	"strconv"
)

// maxRounds limits the passes of Clark's algorithm over the words.
const maxRounds = 10

// clark returns the cluster of each word of the list.
func (t *Text) clark(s *steps, list []uint32, opts Options) ([]string, error) {
	words := make([]string, len(list))
	for rank, k := range list {
		words[rank] = t.words[k]
	}
	x := newExchange(t.bigrams(list), words, min(opts.Clusters, len(list)))
	s.all = maxRounds * len(list)
	for moved := true; moved && s.done < s.all; {
		moved = false
		for rank := range list {
			if gain := x.improve(rank); gain > 0 {
				moved = true
			}
			if err := s.step(); err != nil {
				return nil, err
			}
		}
	}
	return names(x.class), nil
}

// exchange holds a clustering, which moves of single words improve. Its objective is the logarithm
// of the probability of the text in a bigram model of clusters, plus that of the letters of the
// words. In units of 2^-fraction bits, the first part is
//
//	sum_gh f(n_gh) - sum_g f(left_g) - sum_h f(right_h),  f(n) = n log2 n
//
// without terms that no move changes. Cluster h follows cluster g n_gh times. left and right count
// the pairs that begin and end with a cluster. Sums of integers are exact, so a sum of the changes
// equals a change of the sums.
type exchange struct {
	logs
	bigrams     *bigrams
	size        int
	class       []int    // by rank
	next        []uint32 // size x size: next[g*size+h] = n_gh
	previous    []uint32 // size x size: previous[h*size+g] = n_gh
	left, right []uint64 // by cluster
	letters     *letters

	// The word to move, outside of all clusters.
	before, after []uint32 // number of words of each cluster before and after it
	around        []int    // clusters with such words
	twice         uint32   // number of times that it follows itself
	first, second uint64   // number of pairs that begin and end with it
	gain          []int64  // change of the objective in each cluster
}

// newExchange puts each of the most frequent words into a cluster, and the others into the last
// one.
func newExchange(b *bigrams, words []string, size int) *exchange {
	x := &exchange{
		logs: newLogs(b.pairs), bigrams: b, size: size, class: make([]int, len(words)),
		next: make([]uint32, size*size), previous: make([]uint32, size*size),
		left: make([]uint64, size), right: make([]uint64, size),
		letters: newLetters(words, size),
		before:  make([]uint32, size), after: make([]uint32, size), gain: make([]int64, size),
	}
	for rank := range words {
		x.class[rank] = -1
	}
	for rank := range words {
		x.look(rank)
		x.put(rank, min(rank, size-1))
	}
	return x
}

// improve moves a word to the best cluster. It returns the gain, which is not negative.
func (x *exchange) improve(rank int) int64 {
	old := x.class[rank]
	x.take(rank)
	x.gains()
	x.letters.gains(rank, x.gain)
	best := old
	for k, g := range x.gain {
		if g > x.gain[best] {
			best = k
		}
	}
	x.put(rank, best)
	return x.gain[best] - x.gain[old]
}

// look counts the clusters around a word that has no cluster.
func (x *exchange) look(rank int) {
	for _, k := range x.around {
		x.before[k], x.after[k] = 0, 0
	}
	x.around, x.twice = x.around[:0], 0
	count := func(table []uint32, list []neighbour) {
		for _, v := range list {
			k := x.class[v.rank]
			if v.rank == rank {
				x.twice = v.count
			}
			if k < 0 {
				continue
			}
			if x.before[k] == 0 && x.after[k] == 0 {
				x.around = append(x.around, k)
			}
			table[k] += v.count
		}
	}
	count(x.before, x.bigrams.previous[rank])
	count(x.after, x.bigrams.next[rank])
	x.first, x.second = total(x.bigrams.next[rank]), total(x.bigrams.previous[rank])
}

// take takes a word out of its cluster.
func (x *exchange) take(rank int) {
	k := x.class[rank]
	x.class[rank] = -1
	x.look(rank)
	for _, g := range x.around {
		x.add(g, k, -x.before[g])
		x.add(k, g, -x.after[g])
	}
	x.add(k, k, -x.twice)
	x.left[k] -= x.first
	x.right[k] -= x.second
	x.letters.add(rank, k, -1)
}

// put puts the word of the last look into a cluster.
func (x *exchange) put(rank, k int) {
	x.class[rank] = k
	for _, g := range x.around {
		x.add(g, k, x.before[g])
		x.add(k, g, x.after[g])
	}
	x.add(k, k, x.twice)
	x.left[k] += x.first
	x.right[k] += x.second
	x.letters.add(rank, k, 1)
}

// add adds n, modulo 2^32, to the count of cluster h after cluster g.
func (x *exchange) add(g, h int, n uint32) {
	x.next[g*x.size+h] += n
	x.previous[h*x.size+g] += n
}

// gains sets gain to the change of the first part of the objective when the word of the last look
// enters each cluster.
func (x *exchange) gains() {
	for k := range x.gain {
		l, r := x.left[k], x.right[k]
		x.gain[k] = x.times(l) - x.times(l+x.first) + x.times(r) - x.times(r+x.second)
	}
	for _, g := range x.around {
		if n := x.before[g]; n > 0 {
			x.raise(x.next[g*x.size:][:x.size], n)
		}
		if n := x.after[g]; n > 0 {
			x.raise(x.previous[g*x.size:][:x.size], n)
		}
	}
	// The counts of a cluster with itself change by both counts.
	for k := range x.gain {
		a, b := uint64(x.before[k]), uint64(x.after[k])
		if a+b == 0 && x.twice == 0 {
			continue
		}
		n := uint64(x.next[k*x.size+k])
		x.gain[k] += x.times(n+a+b+uint64(x.twice)) - x.times(n+a) - x.times(n+b) + x.times(n)
	}
}

// raise adds f(m+n) - f(m) to gain for each m of a row.
func (x *exchange) raise(row []uint32, n uint32) {
	alone := x.times(uint64(n))
	for k, m := range row {
		if m == 0 {
			x.gain[k] += alone
		} else {
			x.gain[k] += x.times(uint64(m)+uint64(n)) - x.times(uint64(m))
		}
	}
}

// names returns names of clusters: numbers in the order of their most frequent words, from 0.
func names(class []int) []string {
	numbers := make([]string, slices.Max(class)+1)
	list, used := make([]string, len(class)), 0
	for rank, k := range class {
		if numbers[k] == "" {
			numbers[k] = strconv.Itoa(used)
			used++
		}
		list[rank] = numbers[k]
	}
	return list
}
