package semimarkov_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// The number of segmentations is f(t) = l * (f(t-1) + ... + f(t-m)), f(0) = 1. All are valid and
// distinct.
func TestSegmentations(t *testing.T) {
	for l := range 4 {
		for m := range 5 {
			count := []int{1}
			for n := range 6 {
				if n > 0 {
					f := 0
					for d := 1; d <= min(m, n); d++ {
						f += l * count[n-d]
					}
					count = append(count, f)
				}
				s := semimarkov.NewLattice(n, l, m, structured.NoEdges)
				var all []segments
				for y := range semimarkov.Segmentations(n, l, m) {
					require.NoError(t, s.CheckSegmentation(y))
					all = append(all, slices.Clone(y))
				}
				require.Len(t, all, count[n], "T=%d L=%d M=%d", n, l, m)
				for k, y := range all[min(1, len(all)):] {
					require.NotEqual(t, all[k], y)
				}
			}
		}
	}
	for range semimarkov.Segmentations(4, 2, 2) {
		break // a loop may stop early
	}
}

func TestCheckSegmentation(t *testing.T) {
	s := semimarkov.NewLattice(4, 2, 2, structured.NoEdges)
	for _, c := range []struct {
		y    segments
		says string
	}{
		{nil, "segmentation has 0 tokens, but the lattice has T = 4"},
		{segments{{0, 2, 0}}, "segmentation has 2 tokens, but the lattice has T = 4"},
		{segments{{0, 2, 0}, {3, 4, 0}}, "segment 1 starts at token 3: want 2"},
		{segments{{0, 2, 0}, {1, 4, 0}}, "segment 1 starts at token 1: want 2"},
		{segments{{0, 3, 0}, {3, 4, 0}}, "segment 0 has 3 tokens: want 1..2"},
		{segments{{0, 0, 0}, {0, 4, 0}}, "segment 0 has 0 tokens"},
		{segments{{0, 2, 2}, {2, 4, 0}}, "segment 0 has label 2: want 0..1"},
		{segments{{0, 2, 0}, {2, 4, -1}}, "segment 1 has label -1"},
		{segments{{0, 2, 0}, {2, 4, 1}, {4, 5, 1}}, "5 tokens"},
	} {
		err := s.CheckSegmentation(c.y)
		require.ErrorIs(t, err, structured.ErrShape)
		assert.ErrorContains(t, err, c.says)
	}
	assert.NoError(t, s.CheckSegmentation(segments{{0, 2, 0}, {2, 4, 1}}))
}

func TestValidateNamesThePlace(t *testing.T) {
	for _, edges := range shapes {
		s := semimarkov.NewLattice(4, 3, 2, edges)
		s.At(3, 2)[1] = math.NaN() // beyond T
		s.At(1, 2)[0] = -inf
		require.NoError(t, s.Validate())
		s.At(2, 2)[1] = inf
		var e *semimarkov.ValueError
		require.ErrorAs(t, s.Validate(), &e)
		assert.Equal(t, semimarkov.ValueError{Start: 2, Length: 2, From: -1, Label: 1, Value: inf}, *e)
		assert.EqualError(t, e, "score of segment (start=2, length=2, label=1) is +Inf: want a finite number or -Inf")
		s.At(2, 2)[1] = 0
		if edges == structured.NoEdges {
			continue
		}
		s.EdgeAt(2)[3*1+2] = inf
		require.ErrorAs(t, s.Validate(), &e)
		says := "edge (t=2, from=1, label=2)"
		if edges == structured.SharedEdges {
			says = "shared edge (from=1, label=2)"
		}
		assert.ErrorContains(t, e, says)
	}
	for name, s := range map[string]*semimarkov.Lattice{
		"T = -1":                    {T: -1},
		"want 6":                    {T: 3, L: 1, M: 2, Segment: make([]float64, 3)},
		"want 0, 4 or 8":            {T: 3, L: 2, M: 1, Segment: make([]float64, 6), Edge: make([]float64, 3)},
		"M = -2 tokens per segment": {M: -2},
	} {
		require.ErrorIs(t, s.Validate(), structured.ErrShape)
		assert.ErrorContains(t, s.Validate(), name)
	}
}

// The sum of two lattices scores each segmentation as the sum of their scores, for all edge shapes.
func TestAddScaled(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for _, x := range shapes {
		for _, y := range shapes {
			for _, n := range []int{0, 1, 2, 4} {
				a, b := random(rng, n, 2, 3, x, 1, 0), random(rng, n, 2, 3, y, 1, 0)
				for _, c := range []float64{0, 2} {
					r := sum(t, a, b, c)
					require.NoError(t, r.Validate())
					inPlace := scaled(a, 1)
					require.NoError(t, semimarkov.AddScaled(inPlace, inPlace, b, c))
					for g := range semimarkov.Segmentations(n, 2, 3) {
						inDelta(t, a.Score(g)+c*b.Score(g), r.Score(g), 1e-12, "")
						require.Equal(t, r.Score(g), inPlace.Score(g))
					}
				}
			}
		}
	}
	a, b := semimarkov.NewLattice(2, 2, 2, structured.NoEdges), semimarkov.NewLattice(2, 2, 1, structured.NoEdges)
	assert.ErrorIs(t, semimarkov.AddScaled(a, a, b, 1), structured.ErrShape)
}

// A lattice from tokens scores a segmentation as the labels of its tokens. AddToTokens is the
// transpose.
func TestTokens(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	for c := range bruteforce.Cases(9) {
		for m := range 4 {
			var s semimarkov.Lattice
			require.NoError(t, semimarkov.FromTokens(&s, c.Scores, m))
			require.NoError(t, s.Validate())
			for y := range semimarkov.Segmentations(s.T, s.L, m) {
				labels := semimarkov.AppendLabels(nil, y)
				want, got := c.Scores.PathScore(labels), s.Score(y)
				require.True(t, want == got || math.Abs(want-got) < 1e-12, c.Name)
			}

			// <FromTokens(x), y> = <x, AddToTokens(y)> for nodes x and segments y.
			x := bruteforce.Random(rng, s.T, s.L, structured.NoEdges, 1, 0)
			y := random(rng, s.T, s.L, m, structured.NoEdges, 1, 0)
			require.NoError(t, semimarkov.FromTokens(&s, x, m))
			back := structured.NewLattice(s.T, s.L, structured.SharedEdges)
			require.NoError(t, semimarkov.AddToTokens(back, y))
			left, right := 0.0, 0.0
			for at := range s.T {
				for k, v := range s.From(at) {
					left += v * y.From(at)[k]
				}
			}
			for k, v := range x.Node {
				right += v * back.Node[k]
			}
			inDelta(t, left, right, 1e-12, c.Name)
			require.Equal(t, make([]float64, s.L*s.L), back.Edge)
		}
	}
	var s semimarkov.Lattice
	assert.ErrorIs(t, semimarkov.FromTokens(&s, structured.NewLattice(2, 2, structured.NoEdges), -1), structured.ErrShape)
	assert.ErrorIs(t, semimarkov.FromTokens(&s, &structured.Lattice{T: 1}, 1), nil)
	assert.ErrorIs(t, semimarkov.FromTokens(&s, &structured.Lattice{T: 1, L: 1}, 1), structured.ErrShape)
	assert.ErrorIs(t, semimarkov.AddToTokens(structured.NewLattice(2, 2, structured.NoEdges), &s), structured.ErrShape)
}

// With a label limited to one token, each of its tokens is its own segment, and nothing else
// changes.
func TestLimitLength(t *testing.T) {
	s := semimarkov.NewLattice(5, 3, 4, structured.NoEdges)
	s.LimitLength(1, 1)
	s.LimitLength(2, 3)
	for y := range semimarkov.Segmentations(5, 3, 4) {
		bad := slices.ContainsFunc(y, func(g semimarkov.Segment) bool {
			return g.Label == 1 && g.Len() > 1 || g.Label == 2 && g.Len() > 3
		})
		require.Equal(t, bad, math.IsInf(s.Score(y), -1))
	}
	s.LimitLength(0, 0)
	s.LimitLength(1, -1)
	for y := range semimarkov.Segmentations(5, 2, 4) {
		require.True(t, math.IsInf(s.Score(y), -1))
	}
}

// summed hides the type of a cost, so that FillCost sums over tokens.
type summed struct{ structured.Cost }

func TestCosts(t *testing.T) {
	var w semimarkov.Workspace
	rng := rand.New(rand.NewPCG(5, 1))
	span := semimarkov.SpanCost{Outside: 1, FalseNegative: 3, FalsePositive: 0.5}
	everySpan := semimarkov.SpanCost{Outside: -1, FalseNegative: 1, FalsePositive: 1}
	weights := structured.WeightedHamming{1, 2, 5}
	boundary := structured.NewBoundaryCost([]string{"O", "B", "I"}, 1, 2, 3)
	for range 20 {
		gold := pick(rng, semimarkov.NewLattice(5, 3, 3, structured.NoEdges))
		labels := semimarkov.AppendLabels(nil, gold)
		var edges structured.Lattice
		require.NoError(t, boundary.Fill(&edges, labels, 3))
		spans := func(y segments, outside int) (missed, wrong float64) {
			for _, g := range gold {
				if g.Label != outside && !slices.Contains(y, g) {
					missed++
				}
			}
			for _, g := range y {
				if g.Label != outside && !slices.Contains(gold, g) {
					wrong++
				}
			}
			return missed, wrong
		}
		for y := range semimarkov.Segmentations(5, 3, 3) {
			path := semimarkov.AppendLabels(nil, y)
			hamming, weighted := 0.0, 0.0
			for k, j := range path {
				if j != labels[k] {
					hamming++
					weighted += weights[labels[k]]
				}
			}
			for _, c := range []struct {
				cost structured.Cost
				want float64
			}{
				{structured.Hamming{}, hamming},
				{summed{structured.Hamming{}}, hamming},
				{weights, weighted},
				{boundary, edges.PathScore(path)},
				{span, func() float64 { a, b := spans(y, 1); return 3*a + 0.5*b }()},
				{everySpan, func() float64 { a, b := spans(y, -1); return a + b }()},
			} {
				var got semimarkov.Lattice
				require.NoError(t, w.FillCost(&got, c.cost, gold, 3, 3))
				require.NoError(t, got.Validate())
				require.InDelta(t, c.want, got.Score(y), 1e-12, "%T of %v for gold %v", c.cost, y, gold)
			}
		}
	}
	var none semimarkov.Lattice
	for _, c := range []structured.Cost{structured.Hamming{}, span, summed{structured.Hamming{}}} {
		require.NoError(t, w.FillCost(&none, c, nil, 3, 2))
		assert.Zero(t, none.T)
	}
	assert.ErrorIs(t, w.FillCost(&none, weights, segments{{0, 1, 0}}, 2, 1), structured.ErrShape)
	assert.ErrorIs(t, span.Fill(new(structured.Lattice), []int{0}, 2), structured.ErrStructure)
}
