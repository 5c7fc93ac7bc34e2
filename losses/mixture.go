package losses

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/internal/vec"
)

// support is a set of affinely independent paths, as points of the node indicators, and a
// distribution over the set. With G(a, b) the number of nodes that paths a and b share,
// |mu_nodes|^2 = p'G p. On segments, the nodes are the segments and the paths are segmentations.
type support[L any, E comparable] struct {
	in     structure[L, E]
	gold   int // number of nodes of the gold path
	paths  [][]E
	score  []float64   // gamma (s(y) - s(the best path)) of each path
	weight []float64   // p: positive, summing to 1
	factor [][]float64 // lower triangle of Cholesky's factor of G + 11', which is regular, as G is on what sums to 0

	mu     []float64 // of each node: the marginals of the mixture
	oracle L

	row, target, u, v []float64 // a number a path
	spare             [][]E     // memory for paths
}

// mixture fills m with the mixture of paths that maximises s(mu) - |mu_nodes|^2 / (2 gamma). It
// returns the score of the best path, and how much the maximum plus gold / (2 gamma) exceeds that
// score.
//
// It is an active-set method (Nocedal & Wright 2006, section 16.5; Niculae et al. 2018, appendix
// B). In each round, the path furthest above the tangent plane of the objective at mu joins the
// set. The mixture then moves to the best mixture of the set; paths whose weight vanishes on the
// way leave. The search ends when no path lies above the plane, or after the given number of
// rounds.
func (m *support[L, E]) mixture(in structure[L, E], s *L, gold int, gamma float64, rounds int) (best, above float64, err error) {
	m.in, m.gold = in, gold
	y, best, err := in.decode(s)
	if err != nil {
		return 0, 0, err
	}
	m.reset()
	m.join(y, 0)
	m.weight[0] = 1
	in.copy(&m.oracle, s)
	nodes, tilted := in.numbers(s)[0], in.numbers(&m.oracle)[0]
	value := m.marginals(s)
	for range rounds {
		for k, v := range nodes {
			tilted[k] = v - m.mu[k]/gamma
		}
		y, top, err := in.decode(&m.oracle)
		if err != nil {
			return 0, 0, err
		}
		tangent := 0.0
		for k, p := range m.weight {
			tangent += p * in.score(&m.oracle, m.paths[k])
		}
		if top-tangent <= 1e-13*max(1, math.Abs(top)) || m.has(y) {
			break
		}
		m.enter(y, gamma*(in.score(s, y)-best))
		m.settle()
		next := m.marginals(s)
		if !(next > value) { // only rounding errors remain
			break
		}
		value = next
	}
	return best, value / gamma, nil
}

func (m *support[L, E]) reset() {
	m.spare = append(m.spare, m.paths...)
	m.paths, m.score, m.weight = m.paths[:0], m.score[:0], m.weight[:0]
}

// marginals fills mu. It returns gamma times the objective plus gold / 2, relative to the value of
// the best path alone.
func (m *support[L, E]) marginals(s *L) float64 {
	m.mu = vec.Resize(m.mu, len(m.in.numbers(s)[0]))
	clear(m.mu)
	value := 0.0
	for k, p := range m.weight {
		// The second term is 0 unless the number of nodes differs, as in segmentations.
		value += p * (m.score[k] - float64(len(m.paths[k])-m.gold)/2)
		m.in.addNodes(m.mu, s, m.paths[k], p)
	}
	spread := 0.0 // number of nodes minus |mu|^2
	for _, p := range m.mu {
		spread += p * (1 - p)
	}
	return value + spread/2
}

func (m *support[L, E]) has(y []E) bool {
	return slices.ContainsFunc(m.paths, func(x []E) bool { return slices.Equal(x, y) })
}

// enter adds path y with weight 0. If y depends affinely on the set, y = sum a_b b with sum a_b =
// 1, weight moves from the set to y until one path has weight 0 and leaves.
func (m *support[L, E]) enter(y []E, score float64) {
	weight := 0.0
	m.row = growTo(m.row, len(m.paths))
	for k, x := range m.paths {
		m.row[k] = m.in.agree(x, y) + 1
	}
	m.lower(m.row)
	own := float64(len(y) + 1)
	if own-dot(m.row, m.row) < 1e-9*own {
		m.upper(m.row) // a
		out := -1
		weight = math.Inf(1)
		for k, a := range m.row {
			if a > 1e-9 && m.weight[k]/a < weight {
				out, weight = k, m.weight[k]/a
			}
		}
		for k, a := range m.row {
			m.weight[k] -= weight * a
		}
		m.leave(out)
	}
	m.join(y, score)
	m.weight[len(m.weight)-1] = weight
}

// settle moves to the best mixture of the set and drops the paths that block the way.
func (m *support[L, E]) settle() {
	for {
		n := len(m.paths)
		m.target = growTo(m.target, n)
		m.optimum(m.target)
		out, step := -1, 1.0
		for k, p := range m.target {
			if p <= 1e-15 {
				if a := m.weight[k] / (m.weight[k] - p); out < 0 || a < step {
					out, step = k, max(a, 0)
				}
			}
		}
		for k, p := range m.target {
			m.weight[k] += step * (p - m.weight[k])
		}
		if out < 0 || n == 1 {
			return
		}
		m.leave(out)
	}
}

// optimum sets dst to the numbers that sum to 1 and maximise score.p - p'G p / 2. The solution is p
// = u + nu v with (G + 11') u = score and (G + 11') v = 1; nu makes the sum 1.
func (m *support[L, E]) optimum(dst []float64) {
	n := len(dst)
	m.u, m.v = growTo(m.u, n), growTo(m.v, n)
	copy(m.u, m.score)
	vec.Fill(m.v, 1)
	for _, x := range [][]float64{m.u, m.v} {
		m.lower(x)
		m.upper(x)
	}
	sumU, sumV := 0.0, 0.0
	for k := range dst {
		sumU += m.u[k]
		sumV += m.v[k]
	}
	nu := (1 - sumU) / sumV
	for k := range dst {
		dst[k] = m.u[k] + nu*m.v[k]
	}
}
