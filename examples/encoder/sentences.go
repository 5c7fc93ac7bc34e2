package main

import (
	"math/rand/v2"
	"strings"
)

// sentence holds words and their gold labels.
type sentence struct {
	words  []string
	labels []int
}

// labelNames lists the labels, in the BIO scheme.
var labelNames = []string{"O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"}

// patterns lists the sentences, with placeholders for entities, days and numbers. Many words are
// ambiguous, so that the network needs the context: "of" precedes names of all types, and some
// words occur in names of people, towns and firms.
var patterns = strings.Split(`PER moved from LOC to LOC last DAY .
PER of ORG will speak in LOC .
ORG opened an office in LOC , said PER .
On DAY PER and PER met at ORG .
the mayor of LOC thanked PER for the bridge .
ORG sold NUM lamps to ORG .
the train from LOC to LOC was NUM minutes late .
PER works for ORG , not for ORG .
nobody in LOC had heard of PER .
shares of ORG fell after PER left .
" we like LOC , " said PER , who leads ORG .
it rained in LOC on DAY .
the museum paid PER NUM crowns .
PER , NUM , lives near LOC .
the choir of LOC sang for ORG .
they waited NUM hours and went home on DAY .
PER asked ORG for a new desk .
both LOC and LOC want the fair .`, "\n")

// A bar splits each list: training draws from the words before it, the development sentences from
// all.
var (
	firstNames = list("Mara Tobin Elise Ruben Ines Kofi Salma Jorun Petra Davi | Noor Casper Livia")
	lastNames  = list("Holt Marlow Venn Okoro Brandt Selby Castell Iqbal Rourke Ferro | Quill Adeyo Lund")
	towns      = list("Marlow Selby Castell Dunmere Ostholm Varga Lindau Brackwell Tarn Ferro | Eskby Pellworth Orran")
	firmHeads  = list("Dunmere Northgate Holt Lumen Selby Arbor Varga Quarry Helix Brandt | Zephyr Orran Copper")
	firmTails  = list("Works Bank Trust Mills Press Group | Works Foods")
	townHeads  = list("Port Upper New Saint | Lower Mount")
	days       = list("Monday Tuesday Thursday Friday Sunday |")
	numbers    = list("12 30 47 105 2000 | 61 8")
)

// pool is a list of words. Training uses only the first ones.
type pool struct {
	words []string
	train int // number of words for training
}

func list(s string) pool {
	train, rest, _ := strings.Cut(s, "|")
	seen := strings.Fields(train)
	return pool{words: append(seen, strings.Fields(rest)...), train: len(seen)}
}

func (p pool) draw(r *rand.Rand, unseen bool) string {
	if unseen {
		return p.words[r.IntN(len(p.words))]
	}
	return p.words[r.IntN(p.train)]
}

// generate returns n random sentences. If unseen is true, their names may come from words that
// training does not use.
func generate(r *rand.Rand, n int, unseen bool) []sentence {
	sentences := make([]sentence, n)
	for k := range sentences {
		s := &sentences[k]
		for _, word := range strings.Fields(patterns[r.IntN(len(patterns))]) {
			switch word {
			case "PER":
				s.add(1, name(r, unseen, firstNames, lastNames, 0.4)...)
			case "LOC":
				s.add(3, name(r, unseen, townHeads, towns, 0.8)...)
			case "ORG":
				s.add(5, firmHeads.draw(r, unseen), firmTails.draw(r, unseen))
			case "DAY":
				s.add(0, days.draw(r, unseen))
			case "NUM":
				s.add(0, numbers.draw(r, unseen))
			default:
				s.add(0, word)
			}
		}
	}
	return sentences
}

// name returns a word from last, preceded by a word from first. With probability alone, it returns
// the word from last only.
func name(r *rand.Rand, unseen bool, first, last pool, alone float64) []string {
	word := last.draw(r, unseen)
	if r.Float64() < alone {
		return []string{word}
	}
	return []string{first.draw(r, unseen), word}
}

// add appends words. The first gets the given label. If that is a B- label, the others get the I-
// label that follows it.
func (s *sentence) add(label int, words ...string) {
	for k, word := range words {
		s.words = append(s.words, word)
		if label > 0 && k == 1 {
			label++
		}
		s.labels = append(s.labels, label)
	}
}
