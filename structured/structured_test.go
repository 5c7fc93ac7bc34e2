package structured_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/structured"
)

var shapes = []structured.EdgeShape{structured.NoEdges, structured.SharedEdges, structured.PositionEdges}

func TestPathsListsEachOnce(t *testing.T) {
	for tt := range 5 {
		for l := range 4 {
			seen := map[[5]int]bool{}
			n := 0
			for y := range structured.Paths(tt, l) {
				var key [5]int
				copy(key[:], y)
				seen[key] = true
				n++
			}
			want := int(math.Pow(float64(l), float64(tt)))
			assert.Equal(t, want, n, "T=%d L=%d", tt, l)
			assert.Len(t, seen, want)
		}
	}
}

func TestAddScaledSumsAlongEveryPath(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for tt := range 5 {
		for _, ea := range shapes {
			for _, eb := range shapes {
				a := bruteforce.Random(rng, tt, 3, ea, 1, 0.2)
				b := bruteforce.Random(rng, tt, 3, eb, 1, 0)
				for _, c := range []float64{0, 1, 0.5, -2} {
					fresh, inPlace := new(structured.Lattice), new(structured.Lattice)
					require.NoError(t, structured.AddScaled(fresh, a, b, c))
					a.Copy(inPlace)
					inPlace.Edge = append(make([]float64, 0, 100), inPlace.Edge...) // room to grow in place
					require.NoError(t, structured.AddScaled(inPlace, inPlace, b, c))
					for y := range structured.Paths(tt, 3) {
						want := a.PathScore(y) + c*b.PathScore(y)
						if math.IsInf(want, -1) {
							assert.Equal(t, want, fresh.PathScore(y))
							assert.Equal(t, want, inPlace.PathScore(y))
							continue
						}
						assert.InDelta(t, want, fresh.PathScore(y), 1e-12)
						assert.InDelta(t, want, inPlace.PathScore(y), 1e-12)
					}
				}
			}
		}
	}
	empty := structured.NewLattice(3, 0, structured.PositionEdges)
	require.NoError(t, structured.AddScaled(new(structured.Lattice), empty, empty, 1))
	assert.ErrorIs(t, structured.AddScaled(new(structured.Lattice), empty, new(structured.Lattice), 1), structured.ErrShape)
}

func TestScaleKeepsForbiddenForbidden(t *testing.T) {
	s := &structured.Lattice{T: 1, L: 2, Node: []float64{math.Inf(-1), 4}}
	s.Scale(0.5)
	assert.Equal(t, []float64{math.Inf(-1), 2}, s.Node)
	s.Scale(0)
	assert.Equal(t, []float64{0, 0}, s.Node)
}

func TestAddPathIsTheIndicator(t *testing.T) {
	y := []int{1, 0, 1}
	for _, edges := range shapes {
		s := structured.NewLattice(3, 2, edges)
		s.AddPath(y, 1)
		want := 3.0
		if edges != structured.NoEdges {
			want += 2
		}
		sum := 0.0
		for _, v := range append(s.Node, s.Edge...) {
			sum += v
		}
		assert.Equal(t, want, sum)
		assert.GreaterOrEqual(t, s.PathScore(y), want)
	}
}

func TestValidateSaysWhere(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	s := structured.NewLattice(3, 2, structured.PositionEdges)
	s.Node[0] = math.Inf(-1)
	require.NoError(t, s.Validate(), "-Inf is legal")

	s.Node[3] = nan
	assert.EqualError(t, s.Validate(), "score of node (t=1, label=1) is NaN: want a finite number or -Inf")
	s.Node[3] = 0
	s.Edge[4+2] = inf
	assert.EqualError(t, s.Validate(), "score of edge (t=2, from=1, label=0) is +Inf: want a finite number or -Inf")
	s.Edge = s.Edge[:4]
	s.Edge[1] = inf
	assert.EqualError(t, s.Validate(), "score of shared edge (from=0, label=1) is +Inf: want a finite number or -Inf")
	s.Edge = s.Edge[:3]
	assert.ErrorIs(t, s.Validate(), structured.ErrShape)
	s.Edge, s.Node = nil, s.Node[:5]
	assert.ErrorIs(t, s.Validate(), structured.ErrShape)
	s.T = -1
	assert.ErrorIs(t, s.Validate(), structured.ErrShape)
	require.NoError(t, new(structured.Lattice).Validate())
}

func TestCheckPath(t *testing.T) {
	s := structured.NewLattice(2, 2, structured.NoEdges)
	require.NoError(t, s.CheckPath([]int{0, 1}))
	assert.ErrorIs(t, s.CheckPath([]int{0}), structured.ErrShape)
	assert.ErrorIs(t, s.CheckPath([]int{0, 2}), structured.ErrShape)
	assert.ErrorIs(t, s.CheckPath([]int{-1, 0}), structured.ErrShape)
	assert.Panics(t, func() { s.PathScore([]int{0}) })
}

func TestAlphabet(t *testing.T) {
	a := structured.NewAlphabet("O", "B", "O")
	assert.Equal(t, []string{"O", "B"}, a.Names())
	assert.Equal(t, 1, a.Add("B"))
	assert.Equal(t, 2, a.Add("I"))
	assert.Equal(t, 3, a.Len())
	assert.Equal(t, "I", a.Name(2))
	_, ok := a.Index("E")
	assert.False(t, ok)
}

// Each cost is zero along the gold path. Along other paths it equals the sum in its definition.
func TestCosts(t *testing.T) {
	labels := []string{"O", "B-PER", "I-PER", "B-LOC"}
	l := len(labels)
	boundary := structured.NewBoundaryCost(labels, 1, 2, 3)
	weights := structured.WeightedHamming{1, 2, 3, 4}
	entity := structured.EntityCost{Outside: 0, FalseNegative: 5, FalsePositive: 2, Confusion: 1}
	c := new(structured.Lattice)
	starts := func(y []int, t int) bool { _, s := structured.Boundary(at(labels, y, t-1), at(labels, y, t)); return s }
	ends := func(y []int, t int) bool { e, _ := structured.Boundary(at(labels, y, t), at(labels, y, t+1)); return e }
	for gold := range structured.Paths(3, l) {
		for y := range structured.Paths(3, l) {
			var hamming, weighted, ent, bound float64
			for i := range y {
				g := gold[i]
				if y[i] != g {
					hamming++
					weighted += weights[g]
					bound++
					switch {
					case y[i] == 0:
						ent += 5
					case g == 0:
						ent += 2
					default:
						ent++
					}
				}
				if starts(y, i) != starts(gold, i) {
					bound += 2
				}
				if ends(y, i) != ends(gold, i) {
					bound += 3
				}
			}
			for _, k := range []struct {
				cost structured.Cost
				want float64
			}{{structured.Hamming{}, hamming}, {weights, weighted}, {entity, ent}, {boundary, bound}} {
				require.NoError(t, k.cost.Fill(c, gold, l))
				require.NoError(t, c.Validate())
				require.Equal(t, k.want, c.PathScore(y), "%T gold %v path %v", k.cost, gold, y)
			}
		}
	}
	for _, cost := range []structured.Cost{weights, boundary, structured.EntityCost{Outside: 9}} {
		assert.ErrorIs(t, cost.Fill(c, []int{0}, 3), structured.ErrShape)
	}
}

// A cost of 0 means 1, a negative cost means 0.
func TestEntityCostDefaults(t *testing.T) {
	var got, want structured.Lattice
	gold := []int{0, 1, 2}
	for _, k := range []struct{ cost, want structured.EntityCost }{
		{structured.EntityCost{FalseNegative: 3}, structured.EntityCost{FalseNegative: 3, FalsePositive: 1, Confusion: 1}},
		{structured.EntityCost{FalsePositive: 3}, structured.EntityCost{FalseNegative: 1, FalsePositive: 3, Confusion: 1}},
	} {
		require.NoError(t, k.cost.Fill(&got, gold, 3))
		require.NoError(t, k.want.Fill(&want, gold, 3))
		assert.Equal(t, want, got)
	}
	require.NoError(t, structured.EntityCost{}.Fill(&got, gold, 3))
	require.NoError(t, structured.Hamming{}.Fill(&want, gold, 3))
	assert.Equal(t, want, got)
	require.NoError(t, structured.EntityCost{FalseNegative: -1, FalsePositive: -1, Confusion: 2}.Fill(&got, gold, 3))
	assert.Equal(t, []float64{0, 0, 0, 0, 0, 2, 0, 2, 0}, got.Node)
}

func at(labels []string, y []int, t int) string {
	if t < 0 || t >= len(y) {
		return "O"
	}
	return labels[y[t]]
}

// wellFormed checks a sentence against the definition of each scheme in terms of spans.
func wellFormed(s structured.Scheme, labels []string, y []int) bool {
	for t := range y {
		p, pt := structured.SplitLabel(at(labels, y, t-1))
		c, ct := structured.SplitLabel(at(labels, y, t))
		n, nt := structured.SplitLabel(at(labels, y, t+1))
		inside := p != 'O' && pt == ct // the previous token belongs to a span of this type
		switch s {
		case structured.IOB1:
			if c == 'B' && !inside {
				return false
			}
		case structured.IO:
			if c != 'I' && c != 'O' {
				return false
			}
		case structured.IOE1:
			if c == 'B' || c == 'S' || c == 'E' && !(n != 'O' && nt == ct) {
				return false
			}
		case structured.IOE2:
			if c == 'B' || c == 'S' || c == 'I' && !(n != 'O' && nt == ct) {
				return false
			}
		case structured.BIO:
			if c == 'I' && !inside {
				return false
			}
		case structured.BIOES:
			if (c == 'I' || c == 'E') && !(inside && (p == 'B' || p == 'I')) {
				return false
			}
			if (c == 'B' || c == 'I') && !((n == 'I' || n == 'E') && nt == ct) {
				return false
			}
		}
	}
	return true
}

func TestGrammarAllowsTheWellFormedOnly(t *testing.T) {
	for _, k := range []struct {
		scheme structured.Scheme
		labels []string
	}{
		{structured.Plain, []string{"NOUN", "VERB"}},
		{structured.IOB1, []string{"O", "B-X", "I-X", "B-Y", "I-Y"}},
		{structured.BIO, []string{"O", "B-X", "I-X", "B-Y", "I-Y"}},
		{structured.BIOES, []string{"O", "B-X", "I-X", "E-X", "S-X", "B-Y", "E-Y"}},
		{structured.IO, []string{"O", "B-X", "I-X", "I-Y"}},
		{structured.IOE1, []string{"O", "I-X", "E-X", "I-Y", "E-Y", "B-Y"}},
		{structured.IOE2, []string{"O", "I-X", "E-X", "I-Y", "E-Y", "S-Y"}},
	} {
		g := structured.NewGrammar(k.labels, k.scheme)
		c := new(structured.Lattice)
		for n := range 5 {
			g.Fill(c, n)
			require.NoError(t, c.Validate())
			for y := range structured.Paths(n, len(k.labels)) {
				want := 0.0
				if !wellFormed(k.scheme, k.labels, y) {
					want = math.Inf(-1)
				}
				require.Equal(t, want, c.PathScore(y), "%v %v", k.scheme, y)
			}
		}
	}
}

func TestFixedAndAllow(t *testing.T) {
	c := new(structured.Lattice)
	require.NoError(t, structured.Fixed(c, 3, []int{2, -1}))
	n := 0
	for y := range structured.Paths(2, 3) {
		if c.PathScore(y) == 0 {
			assert.Equal(t, 2, y[0])
			n++
		}
	}
	assert.Equal(t, 3, n)
	require.NoError(t, structured.Allow(c, 3, [][]int{{0, 2}, nil}))
	n = 0
	for y := range structured.Paths(2, 3) {
		if c.PathScore(y) == 0 {
			assert.NotEqual(t, 1, y[0])
			n++
		}
	}
	assert.Equal(t, 6, n)
	assert.ErrorIs(t, structured.Fixed(c, 3, []int{3}), structured.ErrShape)
	assert.ErrorIs(t, structured.Allow(c, 3, [][]int{{-1}}), structured.ErrShape)
}

func TestSchemeNames(t *testing.T) {
	for s := structured.Plain; s <= structured.IOE2; s++ {
		got, err := structured.ParseScheme(s.String())
		require.NoError(t, err)
		assert.Equal(t, s, got)
	}
	got, err := structured.ParseScheme("IOB2")
	require.NoError(t, err)
	assert.Equal(t, structured.BIO, got)
	_, err = structured.ParseScheme("bilou?")
	assert.Error(t, err)
	assert.Equal(t, "Scheme(9)", structured.Scheme(9).String())
}

func TestSplitLabel(t *testing.T) {
	for label, want := range map[string]string{
		"B-creative-work": "B creative-work", "I-PER": "I PER", "O": "O ", "": "O ", "NOUN": "O ", "B": "B ",
		"S-X": "S X", "E-": "E ", "X-Y": "O ",
	} {
		p, typ := structured.SplitLabel(label)
		assert.Equal(t, want, string(p)+" "+typ, label)
	}
}

func TestTargetCheck(t *testing.T) {
	s := structured.NewLattice(3, 2, structured.SharedEdges)
	soft := structured.NewLattice(3, 2, structured.SharedEdges)
	require.NoError(t, structured.PathTarget([]int{0, 1, 1}).Check(s))
	require.NoError(t, structured.Target{Soft: soft}.Check(s))
	require.NoError(t, structured.Target{Partial: structured.NewLattice(3, 2, 0)}.Check(s))
	assert.ErrorIs(t, structured.Target{Path: []int{0, 1, 1}, Soft: soft}.Check(s), structured.ErrTarget)
	assert.ErrorIs(t, structured.Target{Partial: soft, Soft: soft}.Check(s), structured.ErrTarget)
	assert.ErrorIs(t, structured.PathTarget([]int{0, 1}).Check(s), structured.ErrShape)
	assert.ErrorIs(t, structured.Target{}.Check(s), structured.ErrShape)
	assert.ErrorIs(t, structured.Target{Soft: structured.NewLattice(3, 2, 0)}.Check(s), structured.ErrShape, "no edge counts")
	assert.ErrorIs(t, structured.Target{Soft: soft}.Check(structured.NewLattice(3, 2, structured.PositionEdges)), structured.ErrShape)
	assert.ErrorIs(t, structured.Target{Partial: structured.NewLattice(2, 2, 0)}.Check(s), structured.ErrShape)
}

func TestValidateSoft(t *testing.T) {
	for c := range bruteforce.Cases(3) {
		for _, edges := range shapes {
			q := bruteforce.Marginals(c.Scores, edges)
			require.NoError(t, structured.ValidateSoft(q, 1e-9), c.Name)
			q.Node[0] += 0.1
			assert.ErrorIs(t, structured.ValidateSoft(q, 1e-9), structured.ErrTarget)
			q.Node[0] -= 0.1
			if len(q.Edge) > 0 && q.T > 1 {
				q.Edge[0] += 0.1
				assert.ErrorIs(t, structured.ValidateSoft(q, 1e-9), structured.ErrTarget, c.Name)
			}
			q.Node[0] = math.NaN()
			assert.ErrorIs(t, structured.ValidateSoft(q, 1e-9), structured.ErrTarget)
		}
	}
}

func TestLatticeMemoryIsReused(t *testing.T) {
	s, sum := structured.NewLattice(9, 4, structured.PositionEdges), new(structured.Lattice)
	cost := new(structured.Lattice)
	b := structured.NewBoundaryCost([]string{"O", "B-X", "I-X", "B-Y"}, 1, 1, 1)
	gold := make([]int, 9)
	run := func() {
		s.Reset(9, 4, structured.SharedEdges)
		if err := b.Fill(cost, gold, 4); err != nil {
			t.Error(err)
		}
		if err := structured.AddScaled(sum, s, cost, 2); err != nil {
			t.Error(err)
		}
	}
	run()
	assert.Zero(t, testing.AllocsPerRun(10, run))
}
