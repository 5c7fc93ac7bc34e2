package forwardbackward_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/structured"
)

const tol = 1e-9

var shapes = []structured.EdgeShape{structured.NoEdges, structured.SharedEdges, structured.PositionEdges}

// near compares numbers relative to the larger of 1 and want.
func near(t *testing.T, want, got float64, what string) {
	t.Helper()
	assert.InDelta(t, want, got, tol*math.Max(1, math.Abs(want)), what)
}

// bothPaths runs f on the scaled and on the exact recursion with a reused workspace.
func bothPaths(t *testing.T, f func(t *testing.T, w *forwardbackward.Workspace)) {
	t.Run("scaled", func(t *testing.T) { f(t, new(forwardbackward.Workspace)) })
	t.Run("exact", func(t *testing.T) { f(t, &forwardbackward.Workspace{Exact: true}) })
}

func TestEqualsBruteForce(t *testing.T) {
	bothPaths(t, func(t *testing.T, w *forwardbackward.Workspace) {
		rng := rand.New(rand.NewPCG(7, 7))
		for c := range bruteforce.Cases(11) {
			s := c.Scores
			logZ, err := w.LogZ(s)
			require.NoError(t, err, c.Name)
			near(t, bruteforce.LogZ(s), logZ, c.Name)

			for _, edges := range shapes {
				mu := new(structured.Lattice)
				again, err := w.Marginals(mu, s, edges)
				require.NoError(t, err, c.Name)
				assert.Equal(t, logZ, again, c.Name)
				require.NoError(t, bruteforce.Near(bruteforce.Marginals(s, edges), mu, tol), c.Name)
			}

			h, err := w.Entropy(s)
			require.NoError(t, err, c.Name)
			near(t, bruteforce.Expect(s, func(y []int) float64 { return logZ - s.PathScore(y) }), h, c.Name)

			for _, edges := range shapes {
				cost := bruteforce.Random(rng, s.T, s.L, edges, 3, 0)
				want := bruteforce.Expect(s, cost.PathScore)
				got, err := w.Expectation(s, cost)
				require.NoError(t, err, c.Name)
				near(t, want, got, c.Name)

				for _, gradEdges := range shapes {
					grad := structured.NewLattice(s.T, s.L, gradEdges)
					got, err = w.AddExpectationGradient(grad, s, cost, 1)
					require.NoError(t, err, c.Name)
					near(t, want, got, c.Name)
					cov := structured.NewLattice(s.T, s.L, gradEdges)
					for y := range structured.Paths(s.T, s.L) {
						p := math.Exp(s.PathScore(y) - logZ)
						cov.AddPath(y, p*(cost.PathScore(y)-want))
					}
					require.NoError(t, bruteforce.Near(cov, grad, tol), c.Name)
				}
			}
		}
	})
}

func TestExpectationGradientEqualsFiniteDifferences(t *testing.T) {
	bothPaths(t, func(t *testing.T, w *forwardbackward.Workspace) {
		rng := rand.New(rand.NewPCG(3, 4))
		for c := range bruteforce.Cases(5) {
			cost := bruteforce.Random(rng, c.Scores.T, c.Scores.L, structured.PositionEdges, 1, 0)
			grad := structured.NewLattice(c.Scores.T, c.Scores.L, c.Scores.Shape())
			_, err := w.AddExpectationGradient(grad, c.Scores, cost, 1)
			require.NoError(t, err)
			want := bruteforce.Gradient(c.Scores, 1e-5, func(s *structured.Lattice) float64 {
				e, err := w.Expectation(s, cost)
				require.NoError(t, err)
				return e
			})
			require.NoError(t, bruteforce.Near(want, grad, 1e-6), c.Name)
		}
	})
}

func TestKLEqualsBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var d forwardbackward.Divergence
	for c := range bruteforce.Cases(23) {
		p := c.Scores
		logZ := bruteforce.LogZ(p)
		for _, edges := range shapes {
			for _, forbidden := range []float64{0, 0.2} {
				q := bruteforce.Random(rng, p.T, p.L, edges, 2, forbidden)
				logZq := bruteforce.LogZ(q)
				want := bruteforce.Expect(p, func(y []int) float64 {
					return p.PathScore(y) - logZ - q.PathScore(y) + logZq
				})
				got, err := d.KL(p, q)
				require.NoError(t, err)
				if math.IsInf(want, 1) {
					assert.Equal(t, want, got, c.Name)
				} else {
					near(t, want, got, c.Name)
				}
			}
		}
		self, err := forwardbackward.KL(p, p)
		require.NoError(t, err)
		assert.InDelta(t, 0, self, 1e-12)
	}
}

func TestKLIsInfiniteWhereQForbids(t *testing.T) {
	inf := math.Inf(-1)
	got, err := forwardbackward.KL(&structured.Lattice{T: 1, L: 2, Node: []float64{0, -800}},
		&structured.Lattice{T: 1, L: 2, Node: []float64{0, inf}})
	require.NoError(t, err)
	assert.Equal(t, math.Inf(1), got)

	rng := rand.New(rand.NewPCG(31, 32))
	var d forwardbackward.Divergence
	infinite := 0
	for range 3000 {
		n, l := 1+rng.IntN(4), 1+rng.IntN(3)
		p := bruteforce.Random(rng, n, l, shapes[rng.IntN(3)], 500, 0.2)
		q := bruteforce.Random(rng, n, l, shapes[rng.IntN(3)], 500, 0.1)
		logZ, logZq, want := bruteforce.LogZ(p), bruteforce.LogZ(q), 0.0
		for y := range structured.Paths(n, l) {
			sp, sq := p.PathScore(y), q.PathScore(y)
			switch {
			case math.IsInf(sp, -1):
			case math.IsInf(sq, -1):
				want = math.Inf(1)
			default:
				want += math.Exp(sp-logZ) * (sp - logZ - sq + logZq)
			}
		}
		got, err := d.KL(p, q)
		require.NoError(t, err)
		if math.IsInf(want, 1) {
			infinite++
			require.Equal(t, want, got, "p = %v, q = %v", p, q)
		} else {
			require.InDelta(t, want, got, tol*math.Max(1, want), "p = %v, q = %v", p, q)
		}
	}
	assert.Greater(t, infinite, 300)
	assert.Less(t, infinite, 2700)
}

// The counting semiring: with zero scores Z is the number of paths, L^T.
func TestCountsPaths(t *testing.T) {
	bothPaths(t, func(t *testing.T, w *forwardbackward.Workspace) {
		for _, edges := range shapes {
			s := structured.NewLattice(50, 7, edges)
			logZ, err := w.LogZ(s)
			require.NoError(t, err)
			near(t, 50*math.Log(7), logZ, "log of L^T")
			h, err := w.Entropy(s)
			require.NoError(t, err)
			near(t, 50*math.Log(7), h, "entropy of the uniform distribution")
		}
	})
}

func TestScaledAgreesWithExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	fast, exact := new(forwardbackward.Workspace), &forwardbackward.Workspace{Exact: true}
	for _, size := range []int{1, 2, 30, 400, 2000} {
		for _, sd := range []float64{0.1, 3, 50, 1e3, 1e4} {
			for _, edges := range shapes {
				for _, forbidden := range []float64{0, 0.3} {
					s := bruteforce.Random(rng, size, 5, edges, 0, forbidden)
					for _, x := range [][]float64{s.Node, s.Edge} {
						for k := range x {
							x[k] += (2*rng.Float64() - 1) * sd
						}
					}
					want, got := new(structured.Lattice), new(structured.Lattice)
					wantZ, err := exact.Marginals(want, s, structured.PositionEdges)
					require.NoError(t, err)
					gotZ, err := fast.Marginals(got, s, structured.PositionEdges)
					require.NoError(t, err)
					near(t, wantZ, gotZ, "log Z")
					require.NoError(t, bruteforce.Near(want, got, tol))

					cost := bruteforce.Random(rng, size, 5, structured.PositionEdges, 1, 0)
					want.Reset(size, 5, edges)
					got.Reset(size, 5, edges)
					wantR, err := exact.AddExpectationGradient(want, s, cost, 1)
					require.NoError(t, err)
					gotR, err := fast.AddExpectationGradient(got, s, cost, 1)
					require.NoError(t, err)
					near(t, wantR, gotR, "expectation")
					// A covariance is a difference of two sums of T costs.
					require.NoError(t, bruteforce.Near(want, got, tol*float64(size)))

					wantH, err := exact.Entropy(s)
					require.NoError(t, err)
					gotH, err := fast.Entropy(s)
					require.NoError(t, err)
					near(t, wantH, gotH, "entropy")
				}
			}
		}
	}
}

// A label that underflows and that a large edge makes relevant again must not be lost.
func TestUnderflowIsBroughtBack(t *testing.T) {
	s := structured.NewLattice(2, 2, structured.PositionEdges)
	s.NodeAt(0)[1] = -1000 // too small for exp
	copy(s.EdgeAt(1), []float64{-3000, -3000, 0, 0})
	var w forwardbackward.Workspace
	mu := new(structured.Lattice)
	logZ, err := w.Marginals(mu, s, structured.NoEdges)
	require.NoError(t, err)
	near(t, -1000+math.Log(2), logZ, "log Z")
	assert.InDelta(t, 1, mu.NodeAt(0)[1], tol)

	// The same over several steps, none of which underflows alone.
	s = structured.NewLattice(4, 2, structured.PositionEdges)
	inf := math.Inf(-1)
	for t := 1; t < 3; t++ {
		copy(s.EdgeAt(t), []float64{0, inf, inf, -600})
	}
	copy(s.EdgeAt(3), []float64{inf, inf, 0, 0})
	logZ, err = w.Marginals(mu, s, structured.NoEdges)
	require.NoError(t, err)
	near(t, -1200+math.Log(2), logZ, "log Z")
	assert.InDelta(t, 1, mu.NodeAt(0)[1], tol)
}

func TestTemperature(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	s := bruteforce.Random(rng, 5, 4, structured.SharedEdges, 1, 0)
	best := bruteforce.Best(s)
	s.Scale(1e4)
	mu := new(structured.Lattice)
	_, err := new(forwardbackward.Workspace).Marginals(mu, s, structured.NoEdges)
	require.NoError(t, err)
	for i, j := range best {
		assert.InDelta(t, 1, mu.NodeAt(i)[j], tol, "cold marginals are the best path")
	}
}

func TestEmptyAndForbidden(t *testing.T) {
	bothPaths(t, func(t *testing.T, w *forwardbackward.Workspace) {
		mu := new(structured.Lattice)
		logZ, err := w.Marginals(mu, new(structured.Lattice), structured.SharedEdges)
		require.NoError(t, err)
		assert.Zero(t, logZ, "one empty path")
		h, err := w.Entropy(&structured.Lattice{L: 3})
		require.NoError(t, err)
		assert.Zero(t, h)

		_, err = w.Marginals(mu, structured.NewLattice(9, 2, structured.SharedEdges), structured.SharedEdges)
		require.NoError(t, err)
		logZ, err = w.Marginals(mu, &structured.Lattice{L: 2}, structured.SharedEdges)
		require.NoError(t, err)
		assert.Zero(t, logZ, "empty after a longer one")
		assert.Equal(t, make([]float64, 4), mu.Edge)

		_, err = w.LogZ(&structured.Lattice{T: 2})
		assert.ErrorIs(t, err, structured.ErrNoPath, "no labels")

		inf := math.Inf(-1)
		for _, s := range []*structured.Lattice{
			{T: 1, L: 2, Node: []float64{inf, inf}},
			{T: 2, L: 1, Node: []float64{0, 0}, Edge: []float64{inf}},
			{T: 2, L: 2, Node: []float64{0, inf, inf, 0}, Edge: []float64{0, inf, 0, 0}},
		} {
			_, err = w.LogZ(s)
			assert.ErrorIs(t, err, structured.ErrNoPath)
			_, err = w.Entropy(s)
			assert.ErrorIs(t, err, structured.ErrNoPath)
		}

		nan := structured.NewLattice(3, 2, structured.SharedEdges)
		nan.NodeAt(1)[1] = math.NaN()
		var bad *structured.ValueError
		_, err = w.LogZ(nan)
		require.ErrorAs(t, err, &bad)
		assert.Equal(t, 1, bad.T)
		assert.Equal(t, 1, bad.Label)

		_, err = w.Expectation(structured.NewLattice(2, 2, 0), structured.NewLattice(3, 2, 0))
		assert.ErrorIs(t, err, structured.ErrShape)
		_, err = w.AddMarginals(structured.NewLattice(2, 3, 0), structured.NewLattice(2, 2, 0), 1)
		assert.ErrorIs(t, err, structured.ErrShape)
		_, err = w.Posterior(make([]int, 1), structured.NewLattice(2, 2, 0))
		assert.ErrorIs(t, err, structured.ErrShape)
		assert.ErrorIs(t, w.Sample([][]int{{1}}, structured.NewLattice(2, 2, 0), nil), structured.ErrShape)
	})
}

// By a chi-squared test over all paths, samples occur as often as their probability.
func TestSampleFollowsTheDistribution(t *testing.T) {
	bothPaths(t, func(t *testing.T, w *forwardbackward.Workspace) {
		rng := rand.New(rand.NewPCG(31, 41))
		for _, edges := range shapes {
			s := bruteforce.Random(rng, 4, 3, edges, 1, 0.15)
			const n = 60000
			flat := make([]int, n*s.T)
			paths := make([][]int, n)
			for k := range paths {
				paths[k] = flat[k*s.T : (k+1)*s.T]
			}
			require.NoError(t, w.Sample(paths, s, rng))
			seen := map[[4]int]int{}
			for _, y := range paths {
				seen[[4]int(y)]++
			}
			logZ := bruteforce.LogZ(s)
			chi2, cells := 0.0, 0
			for y := range structured.Paths(s.T, s.L) {
				want := n * math.Exp(s.PathScore(y)-logZ)
				got := float64(seen[[4]int(y)])
				if want == 0 {
					assert.Zero(t, got, "a forbidden path was drawn")
				} else if want > 5 {
					chi2 += (got - want) * (got - want) / want
					cells++
				}
			}
			// Mean cells-1, variance 2(cells-1): allow five standard deviations.
			assert.Less(t, chi2, float64(cells)+5*math.Sqrt(2*float64(cells)))
		}
	})
}

func TestSampleIsDeterministic(t *testing.T) {
	s := bruteforce.Random(rand.New(rand.NewPCG(1, 1)), 20, 5, structured.SharedEdges, 1, 0)
	a, b := [][]int{make([]int, 20)}, [][]int{make([]int, 20)}
	require.NoError(t, new(forwardbackward.Workspace).Sample(a, s, rand.New(rand.NewPCG(4, 2))))
	require.NoError(t, new(forwardbackward.Workspace).Sample(b, s, rand.New(rand.NewPCG(4, 2))))
	assert.Equal(t, a, b)
}

func TestPosteriorIsLeastExpectedHammingCost(t *testing.T) {
	bothPaths(t, func(t *testing.T, w *forwardbackward.Workspace) {
		for c := range bruteforce.Cases(77) {
			path := make([]int, c.Scores.T)
			right, err := w.Posterior(path, c.Scores)
			require.NoError(t, err)
			most := 0.0
			for y := range structured.Paths(c.Scores.T, c.Scores.L) {
				most = math.Max(most, bruteforce.Expect(c.Scores, func(z []int) float64 { return same(y, z) }))
			}
			near(t, most, right, c.Name)
			near(t, most, bruteforce.Expect(c.Scores, func(z []int) float64 { return same(path, z) }), c.Name)
		}
	})
}

func same(y, z []int) float64 {
	n := 0.0
	for k := range y {
		if y[k] == z[k] {
			n++
		}
	}
	return n
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, exact := range []bool{false, true} {
		for _, edges := range shapes {
			w := &forwardbackward.Workspace{Exact: exact}
			var d forwardbackward.Divergence
			s := bruteforce.Random(rng, 25, 9, edges, 1, 0)
			cost := bruteforce.Random(rng, 25, 9, structured.PositionEdges, 1, 0)
			mu := new(structured.Lattice)
			paths := [][]int{make([]int, 25)}
			run := func() {
				_, e1 := w.Marginals(mu, s, edges)
				_, e2 := w.Entropy(s)
				_, e3 := w.AddExpectationGradient(mu, s, cost, 1)
				_, e4 := w.Posterior(paths[0], s)
				e5 := w.Sample(paths, s, rng)
				_, e6 := d.KL(s, cost)
				for _, err := range []error{e1, e2, e3, e4, e5, e6} {
					if err != nil {
						t.Error(err)
					}
				}
			}
			run()
			assert.Zero(t, testing.AllocsPerRun(20, run), "exact=%v edges=%v", exact, edges)
		}
	}
}

func BenchmarkMarginals(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, exact := range []bool{false, true} {
		name := "scaled"
		if exact {
			name = "exact"
		}
		b.Run(name, func(b *testing.B) {
			w := &forwardbackward.Workspace{Exact: exact}
			s := bruteforce.Random(rng, 25, 22, structured.SharedEdges, 1, 0)
			mu := new(structured.Lattice)
			for b.Loop() {
				if _, err := w.Marginals(mu, s, structured.SharedEdges); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
