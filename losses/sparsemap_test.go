package losses_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// mixtureOf returns the marginals in the gradient of sparsemap, with edges for each position.
func mixtureOf(t *testing.T, s *structured.Lattice, gold []int, gamma float64, w *losses.Workspace) (float64, *structured.Lattice) {
	t.Helper()
	each := new(structured.Lattice) // s with separate edges at each position
	require.NoError(t, structured.AddScaled(each, s, structured.NewLattice(s.T, s.L, structured.PositionEdges), 1))
	mu := new(structured.Lattice)
	v, err := losses.SparseMAP{Gamma: gamma}.Eval(mu, each, structured.PathTarget(gold), w)
	require.NoError(t, err)
	mu.AddPath(gold, 1)
	return v, mu
}

// certify proves that a solution is optimal: its marginals belong to a distribution over paths, its
// value is the objective there, and no path lies above the tangent plane.
func certify(t *testing.T, name string, s *structured.Lattice, gold []int, gamma float64, w *losses.Workspace) {
	t.Helper()
	v, mu := mixtureOf(t, s, gold, gamma, w)
	require.NoError(t, structured.ValidateSoft(mu, 1e-9), name)
	score, squares := 0.0, 0.0
	tangent := scaled(s, 1)
	for k, p := range mu.Node {
		if p != 0 {
			score += p * s.Node[k]
		}
		squares += p * p
		tangent.Node[k] -= p / gamma
	}
	for at := 1; at < s.T && len(s.Edge) > 0; at++ {
		for k, p := range mu.EdgeAt(at) {
			if p != 0 {
				score += p * s.EdgeAt(at)[k]
			}
		}
	}
	want := score - squares/(2*gamma) + float64(s.T)/(2*gamma) - s.PathScore(gold)
	require.InDelta(t, want, v, 1e-9*math.Max(1, want), name)
	require.LessOrEqual(t, bruteforce.Max(tangent), score-squares/gamma+1e-9, "duality gap, gamma %v, %s", gamma, name)
}

// With small integer scores, many paths tie and supports are degenerate.
func TestSparseMAPWithTies(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 10))
	var w losses.Workspace
	for range 3 {
		for c := range bruteforce.Cases(rng.Uint64()) {
			s := c.Scores
			for _, x := range [][]float64{s.Node, s.Edge} {
				for k, v := range x {
					x[k] = math.Round(v / 2)
				}
			}
			for _, gamma := range []float64{0.05, 0.25, 1} {
				certify(t, c.Name, s, bruteforce.RandomPath(rng, s), gamma, &w)
			}
		}
	}
}

func TestSparseMAPIsOptimal(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 10))
	var w losses.Workspace
	for c := range bruteforce.Cases(301) {
		s := c.Scores
		gold := bruteforce.RandomPath(rng, s)
		for _, gamma := range []float64{0.05, 0.4, 1, 5, 1e4} {
			certify(t, c.Name, s, gold, gamma, &w)
			numeric := bruteforce.Gradient(s, 1e-6, func(s *structured.Lattice) float64 {
				v, err := losses.SparseMAP{Gamma: gamma}.Eval(nil, s, structured.PathTarget(gold), &w)
				require.NoError(t, err)
				return v
			})
			grad := new(structured.Lattice)
			_, err := losses.SparseMAP{Gamma: gamma}.Eval(grad, s, structured.PathTarget(gold), &w)
			require.NoError(t, err)
			require.NoError(t, bruteforce.Near(numeric, grad, 1e-5*math.Max(1, gamma/100)), "gamma %v, %s", gamma, c.Name)
		}
	}
}

// Compares with the quadratic program over the weights of all paths, solved by accelerated
// projected gradients.
func TestSparseMAPSolvesTheQuadraticProgram(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 10))
	var w losses.Workspace
	for range 8 {
		s := bruteforce.Random(rng, 3, 3, structured.PositionEdges, 0.5, 0.1)
		gold := bruteforce.RandomPath(rng, s)
		const gamma = 1.3
		var paths [][]int
		var score []float64
		for y := range structured.Paths(s.T, s.L) {
			if v := s.PathScore(y); v > math.Inf(-1) {
				paths, score = append(paths, slices.Clone(y)), append(score, v)
			}
		}
		n := len(paths)
		p, ahead := make([]float64, n), make([]float64, n)
		p[0], ahead[0] = 1, 1
		nodes := structured.NewLattice(s.T, s.L, structured.NoEdges)
		for step := range 2000 {
			clear(nodes.Node)
			for k, y := range paths {
				nodes.AddPath(y, ahead[k])
			}
			moved := make([]float64, n) // 1 / (T n) is below 1 / the largest curvature
			for k, y := range paths {
				moved[k] = ahead[k] + gamma/float64(s.T*n)*(score[k]-nodes.PathScore(y)/gamma)
			}
			_, next := projected(moved, 1)
			for k, v := range next {
				ahead[k] = v + float64(step)/float64(step+3)*(v-p[k])
			}
			p = next
		}
		clear(nodes.Node)
		want := float64(s.T)/(2*gamma) - s.PathScore(gold)
		for k, y := range paths {
			nodes.AddPath(y, p[k])
			want += p[k] * score[k]
		}
		for _, v := range nodes.Node {
			want -= v * v / (2 * gamma)
		}
		got, mu := mixtureOf(t, s, gold, gamma, &w)
		assert.InDelta(t, want, got, 1e-8)
		assert.InDeltaSlice(t, nodes.Node, mu.Node, 1e-4)
	}
}

func TestSparseMAPBounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 10))
	var w losses.Workspace
	for c := range bruteforce.Cases(302) {
		s := c.Scores
		gold := bruteforce.RandomPath(rng, s)
		if rng.IntN(2) == 0 { // a gold path that leads
			gold = bruteforce.Best(s)
		}
		value := func(l losses.Loss) float64 {
			v, err := l.Eval(nil, s, structured.PathTarget(gold), &w)
			require.NoError(t, err)
			return v
		}
		perceptron := value(losses.Perceptron{})
		for _, gamma := range []float64{0.3, 1, 4, 1e8} {
			v := value(losses.SparseMAP{Gamma: gamma})
			assert.GreaterOrEqual(t, v+1e-9, perceptron, c.Name)
			assert.LessOrEqual(t, v, perceptron+float64(s.T)*(1-1/float64(s.L))/(2*gamma)+1e-9, c.Name)
			hinge := value(losses.Hinge{Scale: 1 / gamma})
			assert.Equal(t, hinge <= 1e-12, v <= 1e-12, "its margin is hinge's: %v, %v, %s", hinge, v, c.Name)
		}
		if s.Shape() == structured.NoEdges || s.T == 1 { // a sparsemax loss for each token
			want := 0.0
			for at, g := range gold {
				v, _ := projected(s.NodeAt(at), 2)
				want += v - s.NodeAt(at)[g]
			}
			assert.InDelta(t, want, value(losses.SparseMAP{Gamma: 2}), 1e-9, c.Name)
		}
	}
}

// If all scores are equal, as at zero weights, the node marginals have one solution, the uniform
// one, and many supports. The search must find it for a long sentence as well.
func TestSparseMAPOfLevelScores(t *testing.T) {
	for _, edges := range shapes {
		s := structured.NewLattice(60, 20, edges)
		grad := new(structured.Lattice)
		v, err := losses.SparseMAP{}.Eval(grad, s, structured.PathTarget(make([]int, 60)), new(losses.Workspace))
		require.NoError(t, err)
		assert.InDelta(t, 60*(1-1.0/20)/2, v, 1e-9)
		for k, p := range grad.Node {
			want := 1.0 / 20
			if k%20 == 0 {
				want--
			}
			require.InDelta(t, want, p, 1e-9)
		}
	}
}

// With too few rounds the value is too low, by at most the gain of more rounds. The gradient still
// belongs to a mixture.
func TestSparseMAPOfFewRounds(t *testing.T) {
	s := bruteforce.Random(rand.New(rand.NewPCG(4, 10)), 8, 5, structured.PositionEdges, 0.01, 0)
	y := structured.PathTarget(make([]int, 8))
	var w losses.Workspace
	exact, err := losses.SparseMAP{Rounds: 1 << 20}.Eval(nil, s, y, &w)
	require.NoError(t, err)
	before := 0.0
	for _, rounds := range []int{1, 3, 10, 40} {
		grad := new(structured.Lattice)
		v, err := losses.SparseMAP{Rounds: rounds}.Eval(grad, s, y, &w)
		require.NoError(t, err)
		assert.Greater(t, v, before)
		assert.Less(t, v, exact)
		grad.AddPath(y.Path, 1)
		require.NoError(t, structured.ValidateSoft(grad, 1e-9))
		before = v
	}
}
