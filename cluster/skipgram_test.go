package cluster

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A step for a pair of words follows the negative gradient of the loss, by central differences.
func TestSkipGramGradient(t *testing.T) {
	const words, rate, h = 12, 1e-6, 1e-5
	r := rand.New(rand.NewPCG(1, 5))
	m := newSkipGram(slices.Repeat([]uint32{9}, words), 1, 1)
	for k := range m.in {
		m.in[k], m.out[k] = r.NormFloat64()/4, r.NormFloat64()/4
	}
	const word, neighbour = 3, 7
	var drawn []uint32
	seed := uint64(0)
	for len(drawn) < negatives { // a word drawn twice would get two steps
		seed++
		m.workers[0].random.Seed(seed, 0)
		drawn = drawn[:0]
		for range negatives {
			if n := m.draws[0][m.workers[0].random.Uint64()%uint64(len(m.draws[0]))]; n != neighbour && !slices.Contains(drawn, n) {
				drawn = append(drawn, n)
			}
		}
	}
	loss := func() float64 {
		score := func(c uint32) float64 {
			sum := 0.0
			for k := range dimensions {
				sum += m.in[word*dimensions+k] * m.out[int(c)*dimensions+k]
			}
			return sum
		}
		sum := math.Log1p(math.Exp(-score(neighbour)))
		for _, n := range drawn {
			sum += math.Log1p(math.Exp(score(n)))
		}
		return sum
	}
	var want [][]float64
	for _, x := range [][]float64{m.in, m.out} {
		gradient := make([]float64, len(x))
		for k, v := range x {
			x[k] = v + h
			up := loss()
			x[k] = v - h
			gradient[k] = (up - loss()) / (2 * h)
			x[k] = v
		}
		want = append(want, gradient)
	}
	in, out := slices.Clone(m.in), slices.Clone(m.out)
	m.workers[0].random.Seed(seed, 0)
	m.pair(&m.workers[0], word, neighbour, m.draws[0], rate)
	for k := range in {
		require.InDelta(t, want[0][k], (in[k]-m.in[k])/rate, 1e-6)
		require.InDelta(t, want[1][k], (out[k]-m.out[k])/rate, 1e-6)
	}
}

// All threads together process each pair of a block once.
func TestThreadsShareThePairs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 6))
	b := new(block)
	for range 300 {
		w := sentenceEnd
		if r.IntN(9) > 0 {
			w = uint32(r.IntN(40))
		}
		b.words, b.radius = append(b.words, w), append(b.radius, uint8(1+r.IntN(radius)))
	}
	want := 0
	for p, w := range b.words {
		for q, c := range b.words {
			if d := max(p, q) - min(p, q); w != sentenceEnd && c != sentenceEnd && d > 0 && d <= int(b.radius[p]) &&
				!slices.Contains(b.words[min(p, q):max(p, q)], sentenceEnd) {
				want++
			}
		}
	}
	for _, threads := range []int{1, 2, 5} {
		got := 0
		for i := range threads {
			for j := range threads {
				for word, neighbour := range b.pairs(i, j, threads) {
					require.Equal(t, []int{i, j}, []int{int(word) % threads, int(neighbour) % threads})
					got++
				}
			}
		}
		assert.Equal(t, want, got, "%d threads", threads)
	}
}

func TestDrawTable(t *testing.T) {
	counts := []uint32{1000, 100, 10, 1}
	for parts := range 3 {
		for part := range parts {
			share := make(map[uint32]float64)
			table := drawTable(counts, part, parts)
			for _, w := range table {
				require.Equal(t, part, int(w)%parts)
				share[w] += 1 / float64(len(table))
			}
			all := 0.0
			for w := part; w < len(counts); w += parts {
				all += math.Pow(float64(counts[w]), 0.75)
			}
			for w := part; w < len(counts); w += parts {
				assert.InDelta(t, math.Pow(float64(counts[w]), 0.75)/all, share[uint32(w)], 1e-4)
			}
		}
	}
}

// pets is a text in which names, verbs and numbers have neighbours of their own.
func pets() (*Text, [][]string) {
	groups := [][]string{{"Anna", "Berta", "Clara", "Dora"}, {"sees", "hears", "feels"}, {"two", "three", "four"}, {"cats", "dogs", "birds"}}
	r := rand.New(rand.NewPCG(1, 7))
	text := new(Text)
	for range 3000 {
		var s []string
		for _, g := range groups {
			s = append(s, g[r.IntN(len(g))])
		}
		text.Add(s...)
	}
	return text, groups
}

func TestVectorsOfGroupsAreClose(t *testing.T) {
	text, groups := pets()
	list := text.ranked(1)
	group := func(rank int) int {
		return slices.IndexFunc(groups, func(g []string) bool { return slices.Contains(g, text.words[list[rank]]) })
	}
	for _, threads := range []int{1, 3} {
		x, err := text.vectors(&steps{ctx: t.Context()}, list, threads, 1)
		require.NoError(t, err)
		for p := range list {
			normalise(x[p*dimensions:][:dimensions])
		}
		for p := range list {
			nearest, best := -1, math.Inf(-1)
			for q := range list {
				if c := dot(x[p*dimensions:][:dimensions], x[q*dimensions:][:dimensions]); q != p && c > best {
					nearest, best = q, c
				}
			}
			assert.Equal(t, group(p), group(nearest), "%s, %d threads", text.words[list[p]], threads)
		}
	}
}

func TestKMeansIsDeterministic(t *testing.T) {
	text, groups := pets()
	opts := Options{Algorithm: KMeans, Clusters: 8, Threads: 3, Seed: 1}
	left := -1
	opts.Progress = func(done, all int) {
		assert.LessOrEqual(t, done, all)
		left = all - done
	}
	c, err := Induce(t.Context(), text, opts)
	require.NoError(t, err)
	assert.Zero(t, left, "progress ends at 100%%")
	assert.False(t, c.Tree())
	used := make(map[string]int) // group by cluster
	for k, g := range groups {
		for _, word := range g {
			path, _ := c.Path(word)
			if other, ok := used[path]; ok {
				assert.Equal(t, other, k, word)
			}
			used[path] = k
		}
	}
	again, err := Induce(t.Context(), text, opts)
	require.NoError(t, err)
	assert.Equal(t, c, again)
}

// Passes of k-means never move the points away from their centres.
func TestMeansImprove(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 8))
	m := &means{dimensions: 3, threads: 2, class: make([]int, 200), near: make([]float64, 200)}
	for range 200 {
		x := []float64{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
		normalise(x)
		m.points = append(m.points, x...)
	}
	require.NoError(t, m.begin(&steps{ctx: t.Context()}, 9, 1))
	last, passes := math.Inf(-1), 0
	for m.assign() && passes < 100 {
		sum := 0.0
		for p, k := range m.class {
			best := math.Inf(-1)
			for c := range 9 {
				dot := 0.0
				for d, v := range m.point(p) {
					dot += v * m.centre(c)[d]
				}
				best = max(best, dot)
			}
			require.InDelta(t, best, m.near[p], 1e-12)
			require.InDelta(t, best, dot(m.point(p), m.centre(k)), 1e-12)
			sum += m.near[p]
		}
		require.GreaterOrEqual(t, sum, last-1e-9)
		last = sum
		m.move()
		passes++
	}
	assert.Greater(t, passes, 2)
	assert.Less(t, passes, 100)
}

func dot(x, y []float64) float64 {
	sum := 0.0
	for k, v := range x {
		sum += v * y[k]
	}
	return sum
}

func TestKMeansOfFewWords(t *testing.T) {
	text := new(Text)
	text.Add("a")
	for _, a := range []Algorithm{Clark, KMeans} {
		c, err := Induce(t.Context(), text, Options{Algorithm: a})
		require.NoError(t, err)
		path, _ := c.Path("a")
		assert.Equal(t, "0", path)
	}
	_, err := Induce(t.Context(), text, Options{Algorithm: KMeans, Threads: 1 << 30})
	require.NoError(t, err)
	_, err = Induce(t.Context(), text, Options{Algorithm: 7})
	assert.EqualError(t, err, "unknown algorithm Algorithm(7)")
	_, err = Induce(t.Context(), text, Options{Algorithm: Clark, Clusters: 2, Window: 3})
	assert.Error(t, err)
	for a, name := range algorithms {
		var read Algorithm
		require.NoError(t, read.UnmarshalText([]byte(name)))
		assert.Equal(t, Algorithm(a), read)
		assert.Equal(t, name, read.String())
	}
	assert.EqualError(t, new(Algorithm).UnmarshalText([]byte("x")), `unknown algorithm "x": expected brown, clark or kmeans`)
}
