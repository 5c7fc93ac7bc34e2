package cluster

import (
	"iter"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/trellis-nlp/trellis/internal/simd"
)

// Settings of the skip-gram model. Those not named here are the defaults of word2vec.
const (
	dimensions = 64
	epochs     = 5
	radius     = 5    // maximum distance of two words
	negatives  = 5    // random words for each neighbour
	frequent   = 1e-3 // more frequent words are omitted at random
	fastest    = 0.05 // initial learning rate, which falls to 0
	blockSize  = 1 << 16
	drawBits   = 17 // of the number of entries in the table of random words
)

// skipGram trains a vector for each word (Mikolov et al. 2013). For a word w and a neighbour c, it
// minimises
//
//	-log s(in_w out_c) - sum_n log s(-in_w out_n),  s(x) = 1 / (1 + exp(-x))
//
// where n runs over random words, drawn by frequency to the power 3/4. Each word has a vector in
// and a vector out.
//
// T threads divide the words into T parts. Each thread owns one part of the vectors in, and one
// part of the vectors out, and processes the pairs of words whose vectors it owns. Then the threads
// exchange their parts of the vectors out. After T such turns all pairs of a block of text are
// processed. No thread reads what another writes (Gemulla et al. 2011), so the result depends only
// on the seed and the number of threads.
type skipGram struct {
	in, out []float64  // words x dimensions
	draws   [][]uint32 // by part: random words
	seed    uint64
	workers []sgnsWorker
}

// sgnsWorker is the scratch memory of a thread.
type sgnsWorker struct {
	sum    []float64
	random *rand.PCG
}

// newSkipGram makes a model of words with these frequencies, in descending order.
func newSkipGram(counts []uint32, threads int, seed uint64) *skipGram {
	m := &skipGram{
		in: make([]float64, len(counts)*dimensions), out: make([]float64, len(counts)*dimensions),
		draws: make([][]uint32, threads), seed: seed, workers: make([]sgnsWorker, threads),
	}
	r := rand.New(rand.NewPCG(seed, 0))
	for k := range m.in {
		m.in[k] = (r.Float64() - 0.5) / dimensions
	}
	for i := range m.workers {
		m.workers[i] = sgnsWorker{sum: make([]float64, dimensions), random: rand.NewPCG(0, 0)}
		m.draws[i] = drawTable(counts, i, threads)
	}
	return m
}

// drawTable lists the words of a part, each as often as it is drawn.
func drawTable(counts []uint32, part, parts int) []uint32 {
	weight := func(w int) float64 { return math.Pow(float64(counts[w]), 0.75) }
	all := 0.0
	for w := part; w < len(counts); w += parts {
		all += weight(w)
	}
	table := make([]uint32, 1<<drawBits/parts)
	w, sum := part, weight(part)
	for k := range table {
		for sum < all*(float64(k)+0.5)/float64(len(table)) && w+parts < len(counts) {
			w += parts
			sum += weight(w)
		}
		table[k] = uint32(w)
	}
	return table
}

// block is a run of tokens without the omitted ones, with the distance to the neighbours of each.
type block struct {
	words  []uint32 // by rank, or sentenceEnd
	radius []uint8
}

// train processes a block. No two blocks have the same number.
func (m *skipGram) train(b *block, number int, rate float64) {
	parts := len(m.workers)
	for turn := range parts {
		var wait sync.WaitGroup
		for i := range m.workers {
			wait.Go(func() {
				k, j := &m.workers[i], (i+turn)%parts
				k.random.Seed(m.seed, uint64((number*parts+turn)*parts+i+1))
				for word, neighbour := range b.pairs(i, j, parts) {
					m.pair(k, word, neighbour, m.draws[j], rate)
				}
			})
		}
		wait.Wait()
	}
}

// pairs yields the pairs of a word in part i and a neighbour in part j.
func (b *block) pairs(i, j, parts int) iter.Seq2[uint32, uint32] {
	return func(yield func(word, neighbour uint32) bool) {
		for p, w := range b.words {
			if w == sentenceEnd || int(w)%parts != i {
				continue
			}
			for _, step := range [2]int{-1, 1} {
				for d := 1; d <= int(b.radius[p]); d++ {
					q := p + step*d
					if q < 0 || q >= len(b.words) || b.words[q] == sentenceEnd {
						break
					}
					if c := b.words[q]; int(c)%parts == j && !yield(w, c) {
						return
					}
				}
			}
		}
	}
}

// pair takes a gradient step for a word and a neighbour.
func (m *skipGram) pair(k *sgnsWorker, word, neighbour uint32, draws []uint32, rate float64) {
	clear(k.sum)
	in := m.in[int(word)*dimensions:][:dimensions]
	m.toward(k.sum, in, neighbour, 1, rate)
	for range negatives {
		if n := draws[k.random.Uint64()%uint64(len(draws))]; n != neighbour {
			m.toward(k.sum, in, n, 0, rate)
		}
	}
	simd.Axpy(in, 1, k.sum)
}

// toward moves s(in out_c) towards the target. It adds the step for in to sum.
func (m *skipGram) toward(sum, in []float64, c uint32, target, rate float64) {
	out := m.out[int(c)*dimensions:][:dimensions]
	g := rate * (target - 1/(1+math.Exp(-simd.Dot(in, out))))
	simd.Axpy(sum, g, out)
	simd.Axpy(out, g, in)
}

// vectors returns a vector of each word of the list, as rows.
func (t *Text) vectors(s *steps, list []uint32, threads int, seed uint64) ([]float64, error) {
	rank := t.ranks(list)
	counts := make([]uint32, len(list))
	all := 0.0
	for r, k := range list {
		counts[r] = t.counts[k]
		all += float64(counts[r])
	}
	keep := make([]float64, len(list)) // probabilities
	for r, c := range counts {
		f := float64(c) / all / frequent
		keep[r] = (math.Sqrt(f) + 1) / f
	}
	m := newSkipGram(counts, threads, seed)
	r := rand.New(rand.NewPCG(seed, math.MaxUint64))
	var b block
	number, blocks := 0, epochs*t.blocks()
	for range epochs {
		for at := 0; at < len(t.tokens); at += blockSize {
			b.words, b.radius = b.words[:0], b.radius[:0]
			for _, k := range t.tokens[at:min(at+blockSize, len(t.tokens))] {
				w := sentenceEnd
				if k != sentenceEnd {
					w = rank[k]
				}
				if w == sentenceEnd || r.Float64() < keep[w] {
					b.words, b.radius = append(b.words, w), append(b.radius, uint8(1+r.IntN(radius)))
				}
			}
			m.train(&b, number, fastest*(1-float64(number)/float64(blocks)))
			number++
			if err := s.step(); err != nil {
				return nil, err
			}
		}
	}
	return m.in, nil
}

// blocks returns the number of blocks of the text.
func (t *Text) blocks() int { return (len(t.tokens) + blockSize - 1) / blockSize }
