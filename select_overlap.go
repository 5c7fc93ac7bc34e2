package trellis

import (
	"slices"
	"strings"
)

// An overlap finds the sentence with the greatest overlap among those that were added. It stores
// sentences as sets of words, in an inverted index.
type overlap struct {
	numbers  map[string]int32
	postings [][]int32 // by word number: the sentences, ascending
	sizes    []int32   // by sentence: the number of different words

	shared  []int32 // by sentence: the number of words it shares; 0 between calls
	touched []int32 // sentences that share words; scratch memory
}

func newOverlap() *overlap { return &overlap{numbers: make(map[string]int32)} }

// len returns the number of sentences.
func (o *overlap) len() int { return len(o.sizes) }

// set returns the numbers of the different words of a sentence, in lower case.
func (o *overlap) set(words []string) []int32 {
	set := make([]int32, 0, len(words))
	for _, word := range words {
		word = strings.ToLower(word)
		n, ok := o.numbers[word]
		if !ok {
			n = int32(len(o.postings))
			o.numbers[strings.Clone(word)] = n
			o.postings = append(o.postings, nil)
		}
		set = append(set, n)
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// add adds a sentence.
func (o *overlap) add(set []int32) {
	for _, w := range set {
		o.postings[w] = append(o.postings[w], int32(len(o.sizes)))
	}
	o.sizes, o.shared = append(o.sizes, int32(len(set))), append(o.shared, 0)
}

// greatest returns the greatest overlap of a sentence with those added since number from.
func (o *overlap) greatest(set []int32, from int) float64 {
	o.touched = o.touched[:0]
	for _, w := range set {
		list := o.postings[w]
		at, _ := slices.BinarySearch(list, int32(from))
		for _, s := range list[at:] {
			if o.shared[s] == 0 {
				o.touched = append(o.touched, s)
			}
			o.shared[s]++
		}
	}
	best := 0.0
	for _, s := range o.touched {
		n := o.shared[s]
		o.shared[s] = 0
		best = max(best, float64(n)/float64(int32(len(set))+o.sizes[s]-n))
	}
	return best
}
