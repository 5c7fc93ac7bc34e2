package losses

import (
	"math"

	"github.com/trellis-nlp/trellis/structured"
)

var _ Loss = SmoothedHinge{}

// SmoothedHinge is V(s+c) - s(g), [Hinge] with each max of Viterbi's recursion smoothed by the squared
// norm (Mensch & Blondel 2018, after Nesterov 2005):
//
//	max_Omega(x) = max over distributions q of q.x + (1 - |q|^2) / (2 gamma)
//	V_t(j) = Node[t][j] + max_Omega over i of (V_{t-1}(i) + Edge[t][i][j]),   V = max_Omega over j of V_{T-1}(j)
//
// It is smooth and convex, and lies between hinge and softmax-margin of the same gamma; above hinge by at
// most T (1 - 1/L) / (2 gamma). Unlike softmax-margin it is exactly 0, with gradient 0, where the gold path
// wins by enough. For one token and two labels it is the smooth hinge of Rennie & Srebro (2005). The
// recursion runs from left to right: from right to left it would come to a slightly different value.
type SmoothedHinge struct {
	Cost  structured.Cost // nil means Hamming
	Scale float64         // of the cost; 0 means 1
	Gamma float64         // sharpness: 1 / gamma is how wide the kinks are rounded; 0 means 1
}

// Traits implements [HasTraits].
func (SmoothedHinge) Traits() Traits { return Traits{Smooth: true, Convex: true} }

// Eval implements [Loss].
func (h SmoothedHinge) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	gold, score, err := goldPath(s, y, "smoothed-hinge")
	if err != nil {
		return 0, err
	}
	aug, err := w.augment(s, h.Cost, h.Scale, gold)
	if err != nil {
		return 0, err
	}
	if err := aug.Validate(); err != nil {
		return 0, err
	}
	if grad != nil {
		grad.Reset(s.T, s.L, s.Shape())
	}
	if s.T == 0 {
		return 0, nil
	}
	v := w.chain.forward(aug, orOne(h.Gamma)) - score
	if grad != nil {
		w.chain.backward(grad)
		grad.AddPath(gold, -1)
	}
	return max(v, 0), nil
}

// A chain is the distribution over paths by which the smoothed recursion picks one, last label first.
type chain struct {
	last []float64 // L: probability of the last label
	from []float64 // (T-1) x L x L: from[((t-1)*L+j)*L+i], of label i at t-1 given j at t

	edge                             []float64 // L x L: those into t, transposed
	score, next, into, reach, before []float64 // L
	near                             []nearby  // at most L
}

// A nearby number is one that may be in the support: less than 1/gamma below the maximum.
type nearby struct {
	at    int
	below float64 // gamma (x - the maximum), in (-1, 0]
}

// forward runs the recursion over scores s, T > 0, and returns V.
func (c *chain) forward(s *structured.Lattice, gamma float64) float64 {
	l := s.L
	c.last, c.from = grow(c.last, l), grow(c.from, (s.T-1)*l*l)
	c.score, c.next, c.into = grow(c.score, l), grow(c.next, l), grow(c.into, l)
	copy(c.score, s.NodeAt(0))
	for t := 1; t < s.T; t++ {
		edge := s.EdgeAt(t)
		if edge != nil && (t == 1 || s.Shape() == structured.PositionEdges) {
			c.edge = grow(c.edge, l*l)
			transpose(c.edge, edge, l)
		}
		for j, u := range s.NodeAt(t) {
			x := c.score
			if edge != nil {
				x = c.into
				for i, e := range c.edge[j*l : (j+1)*l] {
					x[i] = c.score[i] + e
				}
			}
			at := ((t-1)*l + j) * l
			c.next[j] = u + c.sparsemax(c.from[at:at+l], x, gamma)
		}
		c.score, c.next = c.next, c.score
	}
	return c.sparsemax(c.last, c.score, gamma)
}

func transpose(dst, x []float64, l int) {
	for i := range l {
		for j, v := range x[i*l : (i+1)*l] {
			dst[j*l+i] = v
		}
	}
}

// backward adds to grad the probabilities of its nodes and edges.
func (c *chain) backward(grad *structured.Lattice) {
	l := grad.L
	c.reach, c.before = grow(c.reach, l), grow(c.before, l)
	copy(c.reach, c.last)
	for t := grad.T - 1; ; t-- {
		node := grad.NodeAt(t)
		for j, p := range c.reach {
			node[j] += p
		}
		if t == 0 {
			return
		}
		clear(c.before)
		edge := grad.EdgeAt(t)
		for j, p := range c.reach {
			if p == 0 {
				continue
			}
			at := ((t-1)*l + j) * l
			for i, q := range c.from[at : at+l] {
				c.before[i] += p * q
				if edge != nil {
					edge[i*l+j] += p * q
				}
			}
		}
		c.reach, c.before = c.before, c.reach
	}
}

// sparsemax makes q the distribution that max_Omega of x picks, the projection of gamma x onto the
// simplex (Martins & Astudillo 2016, by Michelot's 1986 method), and returns max_Omega: the
// maximum itself where it leads by 1/gamma or more. Without a finite x all is 0, and the value -Inf.
func (c *chain) sparsemax(q, x []float64, gamma float64) float64 {
	most := math.Inf(-1)
	for _, v := range x {
		if v > most { // no NaN here: quicker than max
			most = v
		}
	}
	clear(q)
	if math.IsInf(most, -1) {
		return most
	}
	// Against the maximum, the threshold is at least -1. Each round lifts it, and drops what falls below.
	near, sum, cut := c.near[:0], 0.0, most-1/gamma
	for k, v := range x {
		if v > cut {
			z := gamma * (v - most)
			near = append(near, nearby{k, z})
			sum += z
		}
	}
	c.near = near
	threshold := (sum - 1) / float64(len(near))
	for n := 0; n != len(near); {
		n, sum = len(near), 0
		kept := near[:0]
		for _, z := range near {
			if z.below > threshold {
				kept = append(kept, z)
				sum += z.below
			}
		}
		near, threshold = kept, (sum-1)/float64(len(kept))
	}
	mean, squares := 0.0, 0.0
	for _, z := range near {
		p := z.below - threshold
		q[z.at] = p
		mean += p * z.below
		squares += p * p
	}
	return most + (mean+(1-squares)/2)/gamma
}

// grow returns x with n elements, of any value.
func grow(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}
