package bruteforce

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"

	"github.com/trellis-nlp/trellis/structured"
)

// Case is a random lattice of scores with a name.
type Case struct {
	Name   string
	Scores *structured.Lattice
}

// Cases yields lattices of T in 1..5 and L in 1..4, for each edge shape, with and without forbidden
// nodes and edges. Each has a finite path, because label 0 is always allowed.
func Cases(seed uint64) iter.Seq[Case] {
	return func(yield func(Case) bool) {
		rng := rand.New(rand.NewPCG(seed, 1))
		for t := 1; t <= 5; t++ {
			for l := 1; l <= 4; l++ {
				for _, edges := range []structured.EdgeShape{structured.NoEdges, structured.SharedEdges, structured.PositionEdges} {
					for _, forbidden := range []float64{0, 0.25} {
						s := Random(rng, t, l, edges, 2, forbidden)
						name := fmt.Sprintf("T=%d,L=%d,edges=%d,forbidden=%v", t, l, edges, forbidden)
						if !yield(Case{name, s}) {
							return
						}
					}
				}
			}
		}
	}
}

// Random returns a lattice of normal scores with standard deviation sd. Each score is -Inf with
// probability forbidden, except along the path of label 0.
func Random(rng *rand.Rand, t, l int, edges structured.EdgeShape, sd, forbidden float64) *structured.Lattice {
	s := structured.NewLattice(t, l, edges)
	fill := func(x []float64, free func(k int) bool) {
		for k := range x {
			x[k] = rng.NormFloat64() * sd
			if rng.Float64() < forbidden && !free(k) {
				x[k] = math.Inf(-1)
			}
		}
	}
	fill(s.Node, func(k int) bool { return k%l == 0 })
	fill(s.Edge, func(k int) bool { return k%(l*l) == 0 })
	return s
}

// RandomPath draws a path of s with a finite score, uniformly.
func RandomPath(rng *rand.Rand, s *structured.Lattice) []int {
	var all [][]int
	for y := range structured.Paths(s.T, s.L) {
		if !math.IsInf(s.PathScore(y), -1) {
			all = append(all, append([]int{}, y...))
		}
	}
	return all[rng.IntN(len(all))]
}

// LogZ returns log sum_y exp(s(y)).
func LogZ(s *structured.Lattice) float64 {
	most := Max(s)
	if math.IsInf(most, -1) {
		return most
	}
	sum := 0.0
	for y := range structured.Paths(s.T, s.L) {
		sum += math.Exp(s.PathScore(y) - most)
	}
	return most + math.Log(sum)
}

// Max returns max_y s(y).
func Max(s *structured.Lattice) float64 {
	most := math.Inf(-1)
	for y := range structured.Paths(s.T, s.L) {
		most = math.Max(most, s.PathScore(y))
	}
	return most
}

// Best returns the lexicographically first path with score max_y s(y).
func Best(s *structured.Lattice) []int {
	var best []int
	most := math.Inf(-1)
	for y := range structured.Paths(s.T, s.L) {
		if v := s.PathScore(y); v > most {
			most, best = v, append(best[:0], y...)
		}
	}
	return best
}

// Expect returns sum_y p(y) f(y) under scores s.
func Expect(s *structured.Lattice, f func(y []int) float64) float64 {
	logZ, sum := LogZ(s), 0.0
	for y := range structured.Paths(s.T, s.L) {
		if p := math.Exp(s.PathScore(y) - logZ); p > 0 {
			sum += p * f(y)
		}
	}
	return sum
}

// Marginals returns the marginals under scores s, with edges of the given shape.
func Marginals(s *structured.Lattice, edges structured.EdgeShape) *structured.Lattice {
	mu := structured.NewLattice(s.T, s.L, edges)
	logZ := LogZ(s)
	for y := range structured.Paths(s.T, s.L) {
		mu.AddPath(y, math.Exp(s.PathScore(y)-logZ))
	}
	return mu
}

// Gradient returns the central differences of f at s with step h, or 0 where s is -Inf.
func Gradient(s *structured.Lattice, h float64, f func(s *structured.Lattice) float64) *structured.Lattice {
	g := structured.NewLattice(s.T, s.L, s.Shape())
	at := new(structured.Lattice)
	s.Copy(at)
	difference := func(to, x []float64) {
		for k, v := range x {
			if math.IsInf(v, -1) {
				continue
			}
			x[k] = v + h
			up := f(at)
			x[k] = v - h
			down := f(at)
			x[k] = v
			to[k] = (up - down) / (2 * h)
		}
	}
	difference(g.Node, at.Node)
	difference(g.Edge, at.Edge)
	return g
}

// Near returns an error unless all numbers of got are within tol of want, relative to the larger of
// 1 and want. The error names the position.
func Near(want, got *structured.Lattice, tol float64) error {
	if want.T != got.T || want.L != got.L || len(want.Edge) != len(got.Edge) {
		return fmt.Errorf("lattice has T = %d, L = %d, %d edges: want T = %d, L = %d, %d edges",
			got.T, got.L, len(got.Edge), want.T, want.L, len(want.Edge))
	}
	for k, v := range want.Node {
		if !near(v, got.Node[k], tol) {
			return fmt.Errorf("node %d of T = %d, L = %d is %v: want %v", k, want.T, want.L, got.Node[k], v)
		}
	}
	for k, v := range want.Edge {
		if !near(v, got.Edge[k], tol) {
			return fmt.Errorf("edge %d of T = %d, L = %d is %v: want %v", k, want.T, want.L, got.Edge[k], v)
		}
	}
	return nil
}

func near(want, got, tol float64) bool {
	return want == got || math.Abs(want-got) <= tol*math.Max(1, math.Abs(want))
}
