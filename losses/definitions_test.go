package losses_test

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// edgeCost is a cost that lives on nodes and edges, zero along the gold path.
type edgeCost struct{ *structured.Lattice }

func (c edgeCost) Fill(dst *structured.Lattice, gold []int, _ int) error {
	c.Copy(dst)
	for t, j := range gold {
		dst.NodeAt(t)[j] = 0
		if t > 0 {
			dst.EdgeAt(t)[gold[t-1]*dst.L+j] = 0
		}
	}
	return nil
}

func randomCost(rng *rand.Rand, t, l int) structured.Cost {
	c := bruteforce.Random(rng, t, l, structured.PositionEdges, 1, 0)
	for _, x := range [][]float64{c.Node, c.Edge} {
		for k := range x {
			x[k] = math.Abs(x[k])
		}
	}
	return edgeCost{c}
}

// A definition computes a loss and its gradient, in the shape of s, over all of Y(x).
type definition struct {
	name string
	loss func(c structured.Cost, scale, gamma float64) losses.Loss
	want func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice)
}

func scaled(s *structured.Lattice, c float64) *structured.Lattice {
	r := new(structured.Lattice)
	s.Copy(r)
	r.Scale(c)
	return r
}

func softmax(s, aug *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
	mu := reshape(bruteforce.Marginals(scaled(aug, gamma), structured.PositionEdges), s.Shape())
	mu.AddPath(gold, -1)
	return bruteforce.LogZ(scaled(aug, gamma))/gamma - s.PathScore(gold), mu
}

// reshape sums marginals per position into the shape asked for.
func reshape(mu *structured.Lattice, edges structured.EdgeShape) *structured.Lattice {
	r := structured.NewLattice(mu.T, mu.L, edges)
	copy(r.Node, mu.Node)
	for t := 1; t < mu.T && len(r.Edge) > 0; t++ {
		for k, v := range mu.EdgeAt(t) {
			r.EdgeAt(t)[k] += v
		}
	}
	return r
}

func maximum(s, aug *structured.Lattice, gold []int, square bool) (float64, *structured.Lattice) {
	h, g := bruteforce.Max(aug)-s.PathScore(gold), 1.0
	if square {
		h, g = h*h, 2*h
	}
	grad := structured.NewLattice(s.T, s.L, s.Shape())
	grad.AddPath(bruteforce.Best(aug), g)
	grad.AddPath(gold, -g)
	return h, grad
}

var definitions = []definition{
	{"cross-entropy",
		func(_ structured.Cost, _, gamma float64) losses.Loss { return losses.CrossEntropy{Gamma: gamma} },
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			return softmax(s, s, gold, gamma)
		}},
	{"perceptron",
		func(structured.Cost, float64, float64) losses.Loss { return losses.Perceptron{} },
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			return maximum(s, s, gold, false)
		}},
	{"hinge",
		func(c structured.Cost, scale, _ float64) losses.Loss { return losses.Hinge{Cost: c, Scale: scale} },
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			return maximum(s, sc, gold, false)
		}},
	{"squared-hinge",
		func(c structured.Cost, scale, _ float64) losses.Loss {
			return losses.SquaredHinge{Cost: c, Scale: scale}
		},
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			return maximum(s, sc, gold, true)
		}},
	{"softmax-margin",
		func(c structured.Cost, scale, gamma float64) losses.Loss {
			return losses.SoftmaxMargin{Cost: c, Scale: scale, Gamma: gamma}
		},
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			return softmax(s, sc, gold, gamma)
		}},
	{"risk",
		func(c structured.Cost, scale, gamma float64) losses.Loss {
			return losses.Risk{Cost: c, Scale: scale, Gamma: gamma}
		},
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			p := scaled(s, gamma)
			mean := bruteforce.Expect(p, cost.PathScore)
			cov := structured.NewLattice(s.T, s.L, s.Shape())
			logZ := bruteforce.LogZ(p)
			for y := range structured.Paths(s.T, s.L) {
				cov.AddPath(y, gamma*math.Exp(p.PathScore(y)-logZ)*(cost.PathScore(y)-mean))
			}
			return mean, cov
		}},
	{"jensen-risk-bound",
		func(c structured.Cost, scale, gamma float64) losses.Loss {
			return losses.JensenRiskBound{Cost: c, Scale: scale, Gamma: gamma}
		},
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			// log E[exp c] by that definition, not as a difference.
			p := scaled(s, gamma)
			v := math.Log(bruteforce.Expect(p, func(y []int) float64 { return math.Exp(gamma * cost.PathScore(y)) })) / gamma
			_, grad := difference(s, sc, s, meanPath(gamma))
			return v, grad
		}},
	ramp(1, false), ramp(2, false), ramp(3, false),
	ramp(1, true), ramp(2, true), ramp(3, true),
	{"smoothed-hinge",
		func(c structured.Cost, scale, gamma float64) losses.Loss {
			return losses.SmoothedHinge{Cost: c, Scale: scale, Gamma: gamma}
		},
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			v, last, from := smoothedViterbi(sc, gamma)
			grad := structured.NewLattice(s.T, s.L, s.Shape())
			for y := range structured.Paths(s.T, s.L) {
				p := last[y[s.T-1]]
				for t := 1; t < s.T; t++ {
					p *= from[t][y[t]][y[t-1]]
				}
				grad.AddPath(y, p)
			}
			grad.AddPath(gold, -1)
			return v - s.PathScore(gold), grad
		}},
	{"token-marginal",
		func(_ structured.Cost, _, gamma float64) losses.Loss { return losses.TokenMarginal{Gamma: gamma} },
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			p := scaled(s, gamma)
			v, logZ := 0.0, bruteforce.LogZ(p)
			grad := structured.NewLattice(s.T, s.L, s.Shape())
			for t, g := range gold {
				mu := 0.0
				for y := range structured.Paths(s.T, s.L) {
					if y[t] == g {
						mu += math.Exp(p.PathScore(y) - logZ)
					}
				}
				v -= math.Log(mu) / gamma
				for y := range structured.Paths(s.T, s.L) {
					q := math.Exp(p.PathScore(y) - logZ)
					grad.AddPath(y, q)
					if y[t] == g {
						grad.AddPath(y, -q/mu)
					}
				}
			}
			return v, grad
		}},
	{"smoothed cross-entropy",
		func(_ structured.Cost, _, gamma float64) losses.Loss {
			return losses.CrossEntropy{Gamma: gamma, Smoothing: 0.3}
		},
		func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
			v, grad := softmax(s, s, gold, gamma)
			var open [][]int
			for y := range structured.Paths(s.T, s.L) {
				if s.PathScore(y) > math.Inf(-1) {
					open = append(open, slices.Clone(y))
				}
			}
			// The mean of the loss over targets: gold, or any path.
			v += 0.3 * s.PathScore(gold)
			grad.AddPath(gold, 0.3)
			for _, y := range open {
				v -= 0.3 / float64(len(open)) * s.PathScore(y)
				grad.AddPath(y, -0.3/float64(len(open)))
			}
			return v, grad
		}},
	{"cross-entropy less entropy", entropyRegularised(0.6), regularised(0.6)},
	{"cross-entropy plus entropy", entropyRegularised(-0.6), regularised(-0.6)},
}

func entropyRegularised(weight float64) func(structured.Cost, float64, float64) losses.Loss {
	return func(_ structured.Cost, _, gamma float64) losses.Loss {
		return losses.CrossEntropy{Gamma: gamma, Entropy: weight}
	}
}

func regularised(weight float64) func(s, sc, cost *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
	return func(s, _, _ *structured.Lattice, gold []int, gamma float64) (float64, *structured.Lattice) {
		v, grad := softmax(s, s, gold, gamma)
		p := scaled(s, gamma)
		logZ := bruteforce.LogZ(p)
		surprise := func(y []int) float64 { return logZ - p.PathScore(y) }
		h := bruteforce.Expect(p, surprise)
		for y := range structured.Paths(s.T, s.L) {
			if q := math.Exp(-surprise(y)); q > 0 {
				grad.AddPath(y, -weight*gamma*q*(surprise(y)-h)) // d/ds of -sum q log q
			}
		}
		return v - weight*h, grad
	}
}

// A term is a maximum over paths, hard or soft, of scores, and its gradient, one matrix a position.
type term func(s *structured.Lattice) (float64, *structured.Lattice)

func bestPath(s *structured.Lattice) (float64, *structured.Lattice) {
	g := structured.NewLattice(s.T, s.L, structured.PositionEdges)
	g.AddPath(bruteforce.Best(s), 1)
	return bruteforce.Max(s), g
}

func meanPath(gamma float64) term {
	return func(s *structured.Lattice) (float64, *structured.Lattice) {
		return bruteforce.LogZ(scaled(s, gamma)) / gamma, bruteforce.Marginals(scaled(s, gamma), structured.PositionEdges)
	}
}

// difference of two terms, the gradient in the shape of s.
func difference(s, above, below *structured.Lattice, m term) (float64, *structured.Lattice) {
	a, ga := m(above)
	b, gb := m(below)
	for k, v := range gb.Node {
		ga.Node[k] -= v
	}
	for k, v := range gb.Edge {
		ga.Edge[k] -= v
	}
	return a - b, reshape(ga, s.Shape())
}

func ramp(form int, soft bool) definition {
	d := definition{
		name: "ramp" + string(rune('0'+form)),
		loss: func(c structured.Cost, scale, _ float64) losses.Loss {
			return losses.Ramp{Form: form, Cost: c, Scale: scale}
		},
		want: func(s, sc, cost *structured.Lattice, _ []int, gamma float64) (float64, *structured.Lattice) {
			less := new(structured.Lattice)
			if err := structured.AddScaled(less, s, cost, -1); err != nil {
				panic(err)
			}
			m := term(bestPath)
			if soft {
				m = meanPath(gamma)
			}
			switch form {
			case 1:
				return difference(s, sc, s, m)
			case 2:
				return difference(s, s, less, m)
			}
			return difference(s, sc, less, m)
		},
	}
	if soft {
		d.name = "soft-" + d.name
		d.loss = func(c structured.Cost, scale, gamma float64) losses.Loss {
			return losses.SoftRamp{Form: form, Cost: c, Scale: scale, Gamma: gamma}
		}
	}
	return d
}

// smoothedViterbi is the recursion of smoothed-hinge as its definition has it: the value, the distribution
// of the last label, and from[t][j] that of the label at t-1 given j at t.
func smoothedViterbi(s *structured.Lattice, gamma float64) (v float64, last []float64, from [][][]float64) {
	score := slices.Clone(s.NodeAt(0))
	from = make([][][]float64, s.T)
	for t := 1; t < s.T; t++ {
		next := make([]float64, s.L)
		for j := range next {
			into := slices.Clone(score)
			for i := range into {
				if e := s.EdgeAt(t); e != nil {
					into[i] += e[i*s.L+j]
				}
			}
			v, q := projected(into, gamma)
			next[j] = v + s.NodeAt(t)[j]
			from[t] = append(from[t], q)
		}
		score = next
	}
	v, last = projected(score, gamma)
	return v, last, from
}

// projected returns max_q q.x + (1 - |q|^2)/(2 gamma) by trying each number of largest x as the support.
func projected(x []float64, gamma float64) (best float64, q []float64) {
	best, q = math.Inf(-1), make([]float64, len(x))
	order := make([]int, 0, len(x))
	for k, v := range x {
		if v > math.Inf(-1) {
			order = append(order, k)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return int(math.Copysign(1, x[b]-x[a])) })
	for n := 1; n <= len(order); n++ {
		mean := 0.0
		for _, k := range order[:n] {
			mean += x[k] / float64(n)
		}
		p, v, squares := make([]float64, len(x)), 0.0, 0.0
		for _, k := range order[:n] {
			p[k] = 1/float64(n) + gamma*(x[k]-mean)
			v += p[k] * x[k]
			squares += p[k] * p[k]
		}
		if slices.Min(p) >= 0 {
			if v += (1 - squares) / (2 * gamma); v > best {
				best, q = v, p
			}
		}
	}
	return best, q
}
