package losses_test

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/losses"
)

// definition computes a loss and its gradient by enumerating all labellings. The cost of a
// labelling is multiplied by scale.
type definition func(x *instance, scale, gamma float64) (float64, []float64)

var definitions = map[string]definition{
	"cross-entropy": func(x *instance, _, gamma float64) (float64, []float64) {
		return againstGold(x, softMax(x, 0, gamma))
	},
	"perceptron": func(x *instance, _, _ float64) (float64, []float64) { return againstGold(x, hardMax(x, 0)) },
	"hinge":      func(x *instance, scale, _ float64) (float64, []float64) { return againstGold(x, hardMax(x, scale)) },
	"squared-hinge": func(x *instance, scale, _ float64) (float64, []float64) {
		h, grad := againstGold(x, hardMax(x, scale))
		return h * h, weighed(2*h, grad)
	},
	"smoothed-hinge": func(x *instance, scale, gamma float64) (float64, []float64) {
		return againstGold(x, smoothMax(x, scale, gamma))
	},
	"softmax-margin": func(x *instance, scale, gamma float64) (float64, []float64) {
		return againstGold(x, softMax(x, scale, gamma))
	},
	"risk": func(x *instance, scale, gamma float64) (float64, []float64) {
		p := probabilities(x, 0, gamma)
		mean := 0.0
		for k, y := range x.all {
			mean += p[k] * scale * y.cost
		}
		for k, y := range x.all {
			p[k] *= gamma * (scale*y.cost - mean)
		}
		return mean, mixed(x, p)
	},
	"jensen-risk-bound": func(x *instance, scale, gamma float64) (float64, []float64) {
		// log E[exp c] by its definition, not as a difference of two log Z.
		mean := 0.0
		for k, p := range probabilities(x, 0, gamma) {
			mean += p * math.Exp(gamma*scale*x.all[k].cost)
		}
		_, grad := difference(softMax(x, scale, gamma), softMax(x, 0, gamma))
		return math.Log(mean) / gamma, grad
	},
	"ramp1": func(x *instance, scale, _ float64) (float64, []float64) {
		return difference(hardMax(x, scale), hardMax(x, 0))
	},
	"ramp2": func(x *instance, scale, _ float64) (float64, []float64) {
		return difference(hardMax(x, 0), hardMax(x, -scale))
	},
	"ramp3": func(x *instance, scale, _ float64) (float64, []float64) {
		return difference(hardMax(x, scale), hardMax(x, -scale))
	},
	"soft-ramp1": func(x *instance, scale, gamma float64) (float64, []float64) {
		return difference(softMax(x, scale, gamma), softMax(x, 0, gamma))
	},
	"soft-ramp2": func(x *instance, scale, gamma float64) (float64, []float64) {
		return difference(softMax(x, 0, gamma), softMax(x, -scale, gamma))
	},
	"soft-ramp3": func(x *instance, scale, gamma float64) (float64, []float64) {
		return difference(softMax(x, scale, gamma), softMax(x, -scale, gamma))
	},
	"token-marginal": func(x *instance, _, gamma float64) (float64, []float64) {
		p, v := probabilities(x, 0, gamma), 0.0
		weight := make([]float64, len(p))
		for t, g := range x.all[x.gold].labels {
			right := func(k int) bool { return x.all[k].labels[t] == g }
			mu := 0.0
			for k := range p {
				if right(k) {
					mu += p[k]
				}
			}
			v -= math.Log(mu) / gamma
			for k := range p {
				if weight[k] += p[k]; right(k) {
					weight[k] -= p[k] / mu
				}
			}
		}
		return v, mixed(x, weight)
	},
	"sparsemap": func(x *instance, _, gamma float64) (float64, []float64) { return againstGold(x, sparseMax(x, gamma)) },
}

// regularised maps settings of cross-entropy to their definitions.
var regularised = map[losses.CrossEntropy]definition{
	{Smoothing: 0.3}: func(x *instance, _, gamma float64) (float64, []float64) {
		v, grad := againstGold(x, softMax(x, 0, gamma))
		open := 0
		for _, y := range x.all {
			if x.score(y, 0) > math.Inf(-1) {
				open++
			}
		}
		// The mean of the loss over the targets: the gold labelling and all labellings.
		q := make([]float64, len(x.all))
		for k, y := range x.all {
			if s := x.score(y, 0); s > math.Inf(-1) {
				q[k] = -0.3 / float64(open)
				v += q[k] * s
			}
		}
		q[x.gold] += 0.3
		return v + 0.3*x.score(x.all[x.gold], 0), sum(grad, mixed(x, q), 1)
	},
	{Entropy: 0.6}:  lessEntropy(0.6),
	{Entropy: -0.6}: lessEntropy(-0.6),
}

func lessEntropy(weight float64) definition {
	return func(x *instance, _, gamma float64) (float64, []float64) {
		v, grad := againstGold(x, softMax(x, 0, gamma))
		p, h := probabilities(x, 0, gamma), 0.0
		for _, q := range p {
			if q > 0 {
				h -= q * math.Log(q)
			}
		}
		for k, q := range p {
			if q > 0 {
				p[k] = gamma * q * (math.Log(q) + h) // minus d/ds of -sum q log q
			}
		}
		return v - weight*h, sum(grad, mixed(x, p), weight)
	}
}

// term is a maximum over labellings, hard or soft, and its gradient.
type term struct {
	value float64
	grad  []float64
}

func difference(above, below term) (float64, []float64) {
	return above.value - below.value, sum(above.grad, below.grad, -1)
}

func againstGold(x *instance, m term) (float64, []float64) {
	q := make([]float64, len(x.all))
	q[x.gold] = 1
	return difference(m, term{x.score(x.all[x.gold], 0), mixed(x, q)})
}

// mixed returns, for each number, the sum over labellings of p times the number of passes.
func mixed(x *instance, p []float64) []float64 {
	mu := make([]float64, len(x.numbers))
	for k, y := range x.all {
		if p[k] != 0 {
			for _, m := range y.passes {
				mu[m] += p[k]
			}
		}
	}
	return mu
}

// sum returns a + c b.
func sum(a, b []float64, c float64) []float64 {
	r := slices.Clone(a)
	for k, v := range b {
		r[k] += c * v
	}
	return r
}

func weighed(c float64, a []float64) []float64 { return sum(make([]float64, len(a)), a, c) }

// best returns the labelling with the greatest s + scale c.
func best(x *instance, scale float64) int {
	at := 0
	for k, y := range x.all {
		if x.score(y, scale) > x.score(x.all[at], scale) {
			at = k
		}
	}
	return at
}

func hardMax(x *instance, scale float64) term {
	p, at := make([]float64, len(x.all)), best(x, scale)
	p[at] = 1
	return term{x.score(x.all[at], scale), mixed(x, p)}
}

func logZ(x *instance, scale, gamma float64) float64 {
	most, sum := x.score(x.all[best(x, scale)], scale), 0.0
	for _, y := range x.all {
		sum += math.Exp(gamma * (x.score(y, scale) - most))
	}
	return gamma*most + math.Log(sum)
}

// probabilities returns the probabilities of the labellings under gamma (s + scale c).
func probabilities(x *instance, scale, gamma float64) []float64 {
	p, z := make([]float64, len(x.all)), logZ(x, scale, gamma)
	for k, y := range x.all {
		p[k] = math.Exp(gamma*x.score(y, scale) - z)
	}
	return p
}

func softMax(x *instance, scale, gamma float64) term {
	return term{logZ(x, scale, gamma) / gamma, mixed(x, probabilities(x, scale, gamma))}
}

// smoothMax runs the smoothed recursion over the graph, forward and backward.
func smoothMax(x *instance, scale, gamma float64) term {
	// The costs of the arcs are the costs of the last setCost.
	g := x.current
	v, choice := make([]float64, len(g)), make([][]float64, len(g))
	for k, arcs := range g[1:] {
		var into []float64
		for _, a := range arcs {
			s := v[a.from] + scale*a.cost
			for _, m := range a.passes {
				s += *x.numbers[m]
			}
			into = append(into, s)
		}
		v[k+1], choice[k+1] = projected(into, gamma)
	}
	grad, reach := make([]float64, len(x.numbers)), make([]float64, len(g))
	reach[len(g)-1] = 1
	for k := len(g) - 1; k > 0; k-- {
		for m, a := range g[k] {
			p := reach[k] * choice[k][m]
			reach[a.from] += p
			for _, n := range a.passes {
				grad[n] += p
			}
		}
	}
	return term{v[len(g)-1], grad}
}

// projected returns max_q q.x + (1 - |q|^2)/(2 gamma). It tries the n largest x as the support, for
// each n.
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

// sparseMax solves max over mixtures mu of s(mu) - (|mu|^2 - |g|^2) / (2 gamma), with the norm over
// nodes or segments. It takes pairwise Frank-Wolfe steps over the weights of all labellings
// (Lacoste-Julien & Jaggi 2015).
func sparseMax(x *instance, gamma float64) term {
	p := make([]float64, len(x.all))
	p[best(x, 0)] = 1
	for range 100_000 {
		mu := mixed(x, p)
		slope := func(k int) float64 {
			v := x.score(x.all[k], 0)
			for _, m := range x.all[k].passes {
				if x.node[m] {
					v -= mu[m] / gamma
				}
			}
			return v
		}
		up, down := 0, -1
		gain, loss := math.Inf(-1), math.Inf(1)
		for k := range p {
			v := slope(k)
			if v > gain {
				up, gain = k, v
			}
			if p[k] > 0 && v < loss {
				down, loss = k, v
			}
		}
		if gain-loss < 1e-12 {
			break
		}
		apart := 0.0 // squared distance of the two in nodes
		q := make([]float64, len(p))
		q[up], q[down] = 1, -1
		for m, d := range mixed(x, q) {
			if x.node[m] {
				apart += d * d
			}
		}
		step := min(p[down], gamma*(gain-loss)/apart)
		p[up] += step
		if p[down] -= step; p[down] < 1e-16 {
			p[down] = 0
		}
	}
	mu := mixed(x, p)
	v, squares := 0.0, 0.0
	for k, y := range x.all {
		if p[k] > 0 {
			v += p[k] * x.score(y, 0)
		}
	}
	for m, q := range mu {
		if x.node[m] {
			squares += q * q
		}
	}
	return term{v + (float64(len(x.all[x.gold].segments))-squares)/(2*gamma), mu}
}
