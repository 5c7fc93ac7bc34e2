package cluster

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// randomExchange returns a clustering of a random text with words of repeated letters.
func randomExchange(seed uint64) *exchange {
	r := rand.New(rand.NewPCG(seed, 4))
	text := new(Text)
	for range 2 + r.IntN(60) {
		var s []string
		for range 1 + r.IntN(8) {
			k := min(r.IntN(20), r.IntN(20))
			s = append(s, fmt.Sprintf("%.*s%d", 1+k%7, "banana", k/3))
		}
		text.Add(s...)
	}
	list := text.ranked(1 + r.IntN(2))
	if len(list) == 0 {
		return nil
	}
	words := make([]string, len(list))
	for rank, k := range list {
		words[rank] = text.words[k]
	}
	return newExchange(text.bigrams(list), words, min(1+r.IntN(6), len(list)))
}

// score recounts the objective, in units of 2^-fraction bits and, from the definitions, in bits.
func (x *exchange) score() (exact int64, bits float64) {
	n, left, right := make(map[[2]int]uint64), make(map[int]uint64), make(map[int]uint64)
	for rank, list := range x.bigrams.next {
		for _, v := range list {
			g, h, c := x.class[rank], x.class[v.rank], uint64(v.count)
			n[[2]int{g, h}] += c
			left[g] += c
			right[h] += c
		}
	}
	for k, c := range n {
		exact += int64(c) * (log2(c) - x.of(left[k[0]]) - x.of(right[k[1]]))
		bits += float64(c) * math.Log2(float64(c)/float64(left[k[0]])/float64(right[k[1]]))
	}
	// The letters, word by word.
	type pair struct{ class, before, letter int }
	l := x.letters
	count, total := make(map[pair]uint64), make(map[pair]uint64)
	for rank, k := range x.class {
		for _, p := range l.pairs[rank] {
			before, letter := int(p)/l.kinds, int(p)%l.kinds
			c, all := count[pair{k, before, letter}], total[pair{k, before, 0}]
			exact += log2(ghosts*c+1) - log2(ghosts*all+uint64(l.kinds))
			bits += math.Log2((float64(c) + 1.0/ghosts) / (float64(all) + float64(l.kinds)/ghosts))
			count[pair{k, before, letter}]++
			total[pair{k, before, 0}]++
		}
	}
	return exact, bits
}

// Each move changes the objective by its gain to the last bit, and no move lowers it. No other
// cluster of the word is better.
func TestMovesMatchTheObjective(t *testing.T) {
	moves := 0
	for seed := range uint64(60) {
		x := randomExchange(seed)
		if x == nil {
			continue
		}
		for range 3 {
			for rank := range x.class {
				before, bits := x.score()
				old := x.class[rank]
				gain := x.improve(rank)
				best := x.class[rank]
				require.GreaterOrEqual(t, gain, int64(0))
				if gain > 0 {
					moves++
				}
				for k := range x.size {
					x.class[rank] = k
					after, bitsAfter := x.score()
					require.Equal(t, after-before, x.gain[k]-x.gain[old], "seed %d, word %d, cluster %d", seed, rank, k)
					require.InDelta(t, bitsAfter-bits, float64(after-before)/(1<<fraction), 1e-5)
					require.LessOrEqual(t, x.gain[k], x.gain[best])
				}
				x.class[rank] = best
			}
		}
		// Counts after many moves equal those of the same clusters from the start.
		again := newExchange(x.bigrams, nil, x.size)
		again.class, again.letters = slices.Repeat([]int{-1}, len(x.class)), x.letters
		for rank := range x.class {
			x.letters.add(rank, x.class[rank], -1)
			again.look(rank)
			again.put(rank, x.class[rank])
		}
		require.Equal(t, again.next, x.next)
		require.Equal(t, again.previous, x.previous)
		require.Equal(t, again.left, x.left)
		require.Equal(t, again.right, x.right)
	}
	assert.Greater(t, moves, 200)
}

func TestClarkSeparatesWordsByNeighbours(t *testing.T) {
	text := new(Text)
	nouns, verbs := []string{"Anna", "Berta", "Clara", "Dora"}, []string{"sees", "hears", "feels"}
	for range 3 {
		for _, who := range nouns {
			for _, does := range verbs {
				text.Add(who, does)
			}
		}
	}
	c, err := Induce(t.Context(), text, Options{Algorithm: Clark, Clusters: 2})
	require.NoError(t, err)
	assert.False(t, c.Tree())
	for w := range c.All() {
		assert.Equal(t, map[bool]string{true: "0", false: "1"}[slices.Contains(verbs, w.Text)], w.Path, w.Text)
	}
}

// A word joins the words with its letters, although its only neighbour is one of the others.
func TestClarkReadsLetters(t *testing.T) {
	text := new(Text)
	for n := range 6 {
		for range 5 {
			text.Add("x", strings.Repeat("7", n+2))
			text.Add("y", strings.Repeat("la", n+2))
		}
	}
	text.Add("x", "lalalala7lala")
	c, err := Induce(t.Context(), text, Options{Algorithm: Clark, Clusters: 4})
	require.NoError(t, err)
	path := func(word string) string {
		p, _ := c.Path(word)
		return p
	}
	assert.Equal(t, path("777"), path("7777"))
	assert.NotEqual(t, path("lalala"), path("777"))
	assert.Equal(t, path("lalala"), path("lalalala7lala"))
}

func TestLettersOfManyKinds(t *testing.T) {
	var word []rune
	for r := rune('a'); r < 'a'+200; r++ {
		word = append(word, r)
	}
	l := newLetters([]string{string(word), "a7", "a8"}, 2)
	assert.Equal(t, maxLetters+2, l.kinds)
	assert.Equal(t, l.pairs[1], l.pairs[2], "digits are one letter")
	assert.Empty(t, newLetters(nil, 1).pairs)
}
