package chain_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

var schemes = map[structured.Scheme][]string{
	structured.Plain: {"DET", "NOUN", "VERB"},
	structured.BIO:   {"I-X", "O", "B-X", "B-Y", "I-Y"},
	structured.BIOES: {"O", "B-X", "I-X", "E-X", "S-X"},
}

// sentence is a decoder with a random sentence, and the scores of the sentence by definition.
type sentence struct {
	*chain.Decoder
	labels []string
	scheme structured.Scheme
	trans  []float64
	want   *structured.Lattice // with edges at each position
}

// random fills x with normal scores.
func random(rng *rand.Rand, x []float64) []float64 {
	for k := range x {
		x[k] = rng.NormFloat64()
	}
	return x
}

// begin starts a sentence of n tokens with a new decoder. The decoder and the expected scores get
// the same numbers.
func begin(rng *rand.Rand, scheme structured.Scheme, n int, transitions, positions bool) *sentence {
	labels := schemes[scheme]
	l := len(labels)
	var trans []float64
	if transitions {
		trans = random(rng, make([]float64, l*l))
	}
	s := &sentence{
		Decoder: chain.NewSpace(labels, scheme, trans).NewDecoder(),
		labels:  labels, scheme: scheme, trans: trans,
	}
	s.next(rng, n, positions)
	return s
}

func (s *sentence) next(rng *rand.Rand, n int, positions bool) {
	s.want = structured.NewLattice(n, len(s.labels), structured.PositionEdges)
	got := s.Begin(n, positions)
	for k, v := range random(rng, s.want.Node) {
		got.Node[k] += v
	}
	for t := 1; t < n; t++ {
		edge := s.want.EdgeAt(t)
		if positions {
			random(rng, edge)
			for k, v := range edge {
				got.EdgeAt(t)[k] += v
			}
		}
		for k, v := range s.trans {
			edge[k] += v
		}
	}
}

// constrain forbids in the expected scores what the scheme forbids by definition.
func (s *sentence) constrain() {
	for t := range s.want.T {
		for j, label := range s.labels {
			if t == 0 && !s.scheme.Starts(label) || t == s.want.T-1 && !s.scheme.Ends(label) {
				s.want.NodeAt(t)[j] = math.Inf(-1)
			}
			for i, before := range s.labels {
				if t > 0 && !s.scheme.Follows(before, label) {
					s.want.EdgeAt(t)[i*s.want.L+j] = math.Inf(-1)
				}
			}
		}
	}
}

// allow forbids all other labels of token t in the expected scores.
func (s *sentence) allow(t int, labels []int) {
	for j := range s.want.NodeAt(t) {
		if len(labels) > 0 && !slices.Contains(labels, j) {
			s.want.NodeAt(t)[j] = math.Inf(-1)
		}
	}
}

// fits reports whether a path with a finite expected score is left.
func (s *sentence) fits() bool { return !math.IsInf(bruteforce.Max(s.want), -1) }

// check compares all results with the enumeration of all paths.
func (s *sentence) check(t *testing.T) {
	t.Helper()
	logZ := bruteforce.LogZ(s.want)

	path, score, err := s.Best()
	require.NoError(t, err)
	require.True(t, slices.Equal(bruteforce.Best(s.want), path), "%v", path)
	require.InDelta(t, bruteforce.Max(s.want), score, 1e-12)

	var all []model.Path
	for y := range structured.Paths(s.want.T, s.want.L) {
		if v := s.want.PathScore(y); !math.IsInf(v, -1) {
			all = append(all, model.Path{Labels: slices.Clone(y), Score: v})
		}
	}
	slices.SortFunc(all, func(a, b model.Path) int { return cmp.Compare(b.Score, a.Score) })
	for _, n := range []int{0, 3, len(all) + 1} {
		list, err := s.NBest(n)
		require.NoError(t, err)
		require.Len(t, list, min(n, len(all)))
		for k, p := range list {
			require.True(t, slices.Equal(all[k].Labels, p.Labels), "path %d: %v", k, p.Labels)
			require.InDelta(t, all[k].Score, p.Score, 1e-12)
			require.InDelta(t, math.Exp(all[k].Score-logZ), p.Probability, 1e-12)
		}
	}

	got, err := s.LogZ()
	require.NoError(t, err)
	require.InDelta(t, logZ, got, 1e-12)

	marginals := bruteforce.Marginals(s.want, structured.NoEdges)
	nodes, err := s.Marginals()
	require.NoError(t, err)
	require.NoError(t, bruteforce.Near(marginals, nodes, 1e-12))

	s.checkPosterior(t, marginals)
	s.checkSpans(t)
}

// checkPosterior compares with the path of the greatest sum of marginals within the constraints.
func (s *sentence) checkPosterior(t *testing.T, marginals *structured.Lattice) {
	t.Helper()
	path, right, err := s.Posterior()
	require.NoError(t, err)
	most := math.Inf(-1)
	for y := range structured.Paths(s.want.T, s.want.L) {
		if s.Kept() == nil || !math.IsInf(s.want.PathScore(y), -1) {
			most = max(most, marginals.PathScore(y))
		}
	}
	require.InDelta(t, most, right, 1e-12)
	require.InDelta(t, most, marginals.PathScore(path), 1e-12)
	if s.Kept() != nil {
		require.False(t, math.IsInf(s.want.PathScore(path), -1), "%v breaks the scheme", path)
	}
}

// checkSpans compares with the total probability of the paths that have the span.
func (s *sentence) checkSpans(t *testing.T) {
	t.Helper()
	var spans []annotation.Span
	for start := range s.want.T {
		for end := start + 1; end <= s.want.T; end++ {
			for _, typ := range []string{"X", "Y"} {
				spans = append(spans, annotation.Span{Start: start, End: end, Type: typ})
			}
		}
	}
	got, err := s.SpanProbabilities([]float64{7}, spans)
	require.NoError(t, err)
	require.Len(t, got, len(spans)+1)
	require.Equal(t, 7.0, got[0])
	names := make([]string, s.want.T)
	for k, span := range spans {
		want := bruteforce.Expect(s.want, func(y []int) float64 {
			for at, j := range y {
				names[at] = s.labels[j]
			}
			if slices.Contains(annotation.AppendSpans(nil, names), span) {
				return 1
			}
			return 0
		})
		require.InDelta(t, want, got[k+1], 1e-12, "%v", span)
	}
}

// eachSentence runs f on sentences of 0 to 4 tokens, for each scheme and kind of edges.
func eachSentence(t *testing.T, seed uint64, f func(t *testing.T, rng *rand.Rand, s *sentence)) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, scheme := range []structured.Scheme{structured.Plain, structured.BIO, structured.BIOES} {
		for kind := range 4 {
			for n := range 5 {
				transitions, positions := kind&1 != 0, kind&2 != 0
				t.Run(fmt.Sprintf("%v,T=%d,transitions=%t,positions=%t", scheme, n, transitions, positions), func(t *testing.T) {
					f(t, rng, begin(rng, scheme, n, transitions, positions))
				})
			}
		}
	}
}

func TestAnswersWithinTheGrammar(t *testing.T) {
	eachSentence(t, 1, func(t *testing.T, _ *rand.Rand, s *sentence) {
		require.Equal(t, s.scheme != structured.Plain, s.Kept() != nil)
		s.constrain()
		s.check(t)
	})
}

func TestAnswersWithoutTheGrammar(t *testing.T) {
	eachSentence(t, 2, func(t *testing.T, rng *rand.Rand, s *sentence) {
		for _, positions := range []bool{false, true} {
			s.Constrain(false)
			s.next(rng, s.want.T, positions)
			require.Nil(t, s.Kept())
			s.check(t)
		}
	})
}

// Results follow changes to the scores.
func TestScores(t *testing.T) {
	eachSentence(t, 3, func(t *testing.T, rng *rand.Rand, s *sentence) {
		_, _, err := s.Best() // before the scores are complete
		require.NoError(t, err)
		s.constrain()
		scores := s.Scores()
		for y := range structured.Paths(s.want.T, s.want.L) {
			want := s.want.PathScore(y)
			if math.IsInf(want, -1) {
				require.True(t, math.IsInf(scores.PathScore(y), -1), "%v", y)
			} else {
				require.InDelta(t, want, scores.PathScore(y), 1e-12)
			}
		}
		s.check(t)
		for k := range s.want.Node {
			v := rng.NormFloat64()
			s.want.Node[k] += v
			scores.Node[k] += v
		}
		l := s.want.L
		for k := range scores.Edge {
			v := rng.NormFloat64()
			scores.Edge[k] += v
			for at := k; at < len(s.want.Edge); at += l * l {
				if s.want.Edge[at] += v; len(scores.Edge) > l*l {
					break // the edge of one position
				}
			}
		}
		s.check(t)
	})
}

// someLabels draws ascending lists of labels, including empty ones.
func someLabels(rng *rand.Rand, n, l int) [][]int {
	lists := make([][]int, n)
	for t := range lists {
		lists[t] = rng.Perm(l)[:rng.IntN(l)]
		slices.Sort(lists[t])
	}
	return lists
}

// If the tag dictionary and the constraints exclude each other, the constraints win.
func TestChoices(t *testing.T) {
	kept, lifted := 0, 0
	for seed := range uint64(10) {
		eachSentence(t, 100+seed, func(t *testing.T, rng *rand.Rand, s *sentence) {
			s.constrain()
			without := slices.Clone(s.want.Node)
			some := false
			lists := someLabels(rng, s.want.T, s.want.L)
			for at, labels := range lists {
				var list []uint16
				for _, j := range labels {
					list = append(list, uint16(j))
				}
				s.Give(at, list)
				assert.Equal(t, list, s.At(at))
				s.allow(at, labels)
				some = some || len(list) > 0
			}
			require.Equal(t, some, s.Some())
			s.Keep(s.Kept())
			if s.fits() {
				kept++
				require.Equal(t, some, s.Some())
			} else {
				lifted++
				require.False(t, s.Some())
				copy(s.want.Node, without)
			}
			s.check(t)
			s.Scores()
			s.check(t)
		})
	}
	assert.NotZero(t, kept)
	assert.NotZero(t, lifted)
}

// The labels of Allow always hold. The constraints hold if they leave a path among these labels.
func TestAllow(t *testing.T) {
	kept, lifted := 0, 0
	for seed := range uint64(10) {
		eachSentence(t, 200+seed, func(t *testing.T, rng *rand.Rand, s *sentence) {
			free := new(structured.Lattice)
			s.want.Copy(free)
			s.constrain()
			lists := someLabels(rng, s.want.T, s.want.L)
			require.NoError(t, s.Allow(lists))
			for at, labels := range lists {
				s.allow(at, labels)
			}
			if s.fits() {
				kept++
				require.Equal(t, s.scheme != structured.Plain, s.Kept() != nil)
			} else {
				lifted++
				require.Nil(t, s.Kept())
				s.want = free
				for at, labels := range lists {
					s.allow(at, labels)
				}
			}
			s.check(t)
		})
	}
	assert.NotZero(t, kept)
	assert.NotZero(t, lifted)
}

// After a result the constraints stay: labels that they exclude leave no path, for any kind of
// edges.
func TestAllowAfterAnAnswer(t *testing.T) {
	for _, positions := range []bool{false, true} {
		for _, allowed := range [][][]int{{{0}, {1}}, {{1}, {0}}} { // I-X O and O I-X
			s := begin(rand.New(rand.NewPCG(4, 1)), structured.BIO, 2, true, positions)
			_, _, err := s.Best()
			require.NoError(t, err)
			require.NoError(t, s.Allow(allowed))
			require.NotNil(t, s.Kept())
			_, _, err = s.Best()
			require.ErrorIs(t, err, structured.ErrNoPath)
			_, err = s.NBest(1)
			require.ErrorIs(t, err, structured.ErrNoPath)
			_, err = s.LogZ()
			require.ErrorIs(t, err, structured.ErrNoPath)
			_, err = s.Marginals()
			require.ErrorIs(t, err, structured.ErrNoPath)
			_, _, err = s.Posterior()
			require.ErrorIs(t, err, structured.ErrNoPath)
			_, err = s.SpanProbabilities(nil, []annotation.Span{{Start: 0, End: 1, Type: "X"}})
			require.ErrorIs(t, err, structured.ErrNoPath)
		}
	}
}

// Fill accepts edges of each shape from the caller.
func TestFill(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	labels := schemes[structured.BIO]
	d := chain.NewSpace(labels, structured.Plain, nil).NewDecoder()
	for _, shape := range []structured.EdgeShape{structured.NoEdges, structured.SharedEdges, structured.PositionEdges} {
		for n := range 4 {
			s := &sentence{Decoder: d, labels: labels, want: bruteforce.Random(rng, n, len(labels), shape, 1, 0.2)}
			scores := d.Fill(n, shape)
			require.NoError(t, bruteforce.Near(structured.NewLattice(n, len(labels), shape), scores, 0), "all zeros")
			copy(scores.Node, s.want.Node)
			copy(scores.Edge, s.want.Edge)
			s.check(t)
		}
	}
}

// Begin removes the scores, restrictions and edges of the previous sentence.
func TestBeginForgets(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	s := begin(rng, structured.BIO, 3, true, false)
	for range 20 {
		s.Give(s.want.T-1, []uint16{1})
		require.NoError(t, s.Allow(make([][]int, s.want.T)))
		s.Scores()
		_, err := s.NBest(5)
		require.NoError(t, err)

		s.next(rng, 1+rng.IntN(4), rng.IntN(2) == 0)
		require.False(t, s.Some())
		s.constrain()
		s.check(t)
	}
}

func TestRefusedInput(t *testing.T) {
	s := begin(rand.New(rand.NewPCG(7, 1)), structured.BIO, 3, true, false)
	for _, bad := range []annotation.Span{{Start: -1, End: 1}, {Start: 0, End: 4}, {Start: 1, End: 1}, {Start: 2, End: 1}} {
		_, err := s.SpanProbabilities(nil, []annotation.Span{{Start: 0, End: 1, Type: "X"}, bad})
		require.ErrorIs(t, err, model.ErrInput)
		require.ErrorContains(t, err, fmt.Sprintf("span %d..%d: the sentence has 3 tokens", bad.Start, bad.End))
	}
	none, err := s.SpanProbabilities(nil, nil)
	require.NoError(t, err)
	require.Empty(t, none)

	err = s.Allow(make([][]int, 2))
	require.ErrorIs(t, err, model.ErrInput)
	require.ErrorContains(t, err, "labels allowed for 2 tokens, but the sentence has 3")
	for _, bad := range []int{-1, 5} {
		err = s.Allow([][]int{nil, {1, bad}, nil})
		require.ErrorIs(t, err, model.ErrInput)
		require.ErrorIs(t, err, structured.ErrShape)
	}
	s.constrain()
	s.check(t) // nothing has changed

	s.Begin(3, false).NodeAt(1)[2] = math.NaN()
	var value *structured.ValueError
	_, _, err = s.Best()
	require.ErrorAs(t, err, &value)
	_, err = s.Marginals()
	require.ErrorAs(t, err, &value)
	_, err = s.NBest(1)
	require.ErrorAs(t, err, &value)
}

func TestBestAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	list := []uint16{1, 2}
	for _, positions := range []bool{false, true} {
		for _, restricted := range []bool{false, true} {
			s := begin(rng, structured.BIO, 20, true, positions)
			node := slices.Clone(s.want.Node)
			assert.Zero(t, testing.AllocsPerRun(20, func() {
				copy(s.Begin(20, positions).Node, node)
				if restricted {
					s.Give(3, list)
					s.Keep(s.Kept())
				}
				if _, _, err := s.Best(); err != nil {
					t.Error(err)
				}
			}), "positions: %t, restricted: %t", positions, restricted)
		}
	}
}
