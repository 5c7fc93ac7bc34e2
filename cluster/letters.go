package cluster

import (
	"cmp"
	"slices"
	"unicode"
)

const (
	// maxLetters is the number of letters that are distinguished. Others count as one letter.
	maxLetters = 94
	// ghosts is the number of additional letters that count as much as one letter of a word.
	ghosts = 8
)

// letters is a model of the letters of words. A cluster has a probability for each letter after
// another, and after the start of the word. The end of the word is a letter, too. The prior of the
// probabilities is a symmetric Dirichlet distribution with parameter 1/ghosts, and the model
// integrates over them. So the probability of a letter that followed n times among N letters is
//
//	(n + 1/ghosts) / (N + letters/ghosts) = (ghosts n + 1) / (ghosts N + letters)
//
// The probability of all words of a cluster is a product of such fractions, in any order.
type letters struct {
	logs
	size  int // number of clusters
	kinds int // number of letters
	// pairs are the pairs of letters of each word, as before*kinds + letter.
	pairs [][]uint16
	// count and total count pairs, and pairs with the first letter, by cluster.
	count, total []uint32 // pairs x size, letters x size
}

func newLetters(words []string, size int) *letters {
	kinds := make(map[rune]int)
	for _, word := range words {
		for _, r := range word {
			kinds[letter(r)]++
		}
	}
	var list []rune
	for r := range kinds {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b rune) int { return cmp.Or(cmp.Compare(kinds[b], kinds[a]), cmp.Compare(a, b)) })
	const edge = 0 // of a word
	for k, r := range list {
		kinds[r] = 1 + min(k, maxLetters)
	}
	l := &letters{size: size, kinds: 1 + min(len(list), maxLetters+1), pairs: make([][]uint16, len(words))}
	all := 0
	for rank, word := range words {
		before := edge
		for _, r := range word {
			l.pairs[rank] = append(l.pairs[rank], uint16(before*l.kinds+kinds[letter(r)]))
			before = kinds[letter(r)]
		}
		l.pairs[rank] = append(l.pairs[rank], uint16(before*l.kinds+edge))
		all += len(l.pairs[rank])
	}
	l.count, l.total = make([]uint32, l.kinds*l.kinds*size), make([]uint32, l.kinds*size)
	l.logs = newLogs(ghosts*all + l.kinds)
	return l
}

// letter returns the letter that stands for r.
func letter(r rune) rune {
	if unicode.IsDigit(r) {
		return '0'
	}
	return r
}

// add adds n, 1 or -1, to the counts of the letters of a word.
func (l *letters) add(rank, k, n int) {
	for _, p := range l.pairs[rank] {
		l.count[int(p)*l.size+k] += uint32(n)
		l.total[int(p)/l.kinds*l.size+k] += uint32(n)
	}
}

// gains adds the logarithm of the probability of a word in each cluster, given the other words of
// the cluster.
func (l *letters) gains(rank int, gain []int64) {
	pairs := l.pairs[rank]
	for at, p := range pairs {
		same, context := uint32(0), uint32(0) // earlier pairs of the word
		for _, q := range pairs[:at] {
			if q == p {
				same++
			}
			if int(q)/l.kinds == int(p)/l.kinds {
				context++
			}
		}
		count, total := l.count[int(p)*l.size:][:l.size], l.total[int(p)/l.kinds*l.size:][:l.size]
		for k := range gain {
			gain[k] += l.of(ghosts*uint64(count[k]+same)+1) - l.of(ghosts*uint64(total[k]+context)+uint64(l.kinds))
		}
	}
}
