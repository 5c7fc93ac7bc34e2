package semimarkov

import (
	"errors"
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Workspace is the scratch memory for decoding and inference; the zero value is ready. A reused
// workspace stops allocating once it has grown to the largest lattice. It serves one goroutine at a
// time.
type Workspace struct {
	// Exact computes log-sum-exp at each edge instead of products of exponentials: the slow
	// reference.
	Exact bool

	s *Lattice // the scores of the tables below

	ends   []float64 // (T+1) x L: a_e(j); row 0 is unused. Decode stores its maxima here
	starts []float64 // T x L: g_t(j)
	after  []float64 // (T+1) x L: b_e(i)
	begin  []float64 // T x L: h_t(j)
	share  []float64 // T x M x L: p(length d | a segment of label j starts at t)
	edges  potentials

	start  []float64 // T x L: p(a segment of label j starts at t)
	prefix []float64 // (T+1) x L: the expected cost up to e, given that label j ends at e
	enter  []float64 // T x L: the expected cost up to t with the edge, given that label j starts at t
	suffix []float64 // (T+1) x L: the expected cost from e on, given that label i ends at e
	leave  []float64 // L: the expected cost from t on, given that label j starts at t

	term      []float64 // max(M, L) x L
	most, sum []float64 // L
	left      []float64 // L
	right     []float64 // L
	mat       []float64 // L x L

	labels []int              // token labels of a gold segmentation
	tokens structured.Lattice // token cost of a gold segmentation

	ranked ranked
	smooth smooth
}

// errOverflow means that sums of scores exceed the range of float64.
var errOverflow = errors.New("sums of scores overflow")

// prepare validates s and sizes the tables for it. done is true on error and if s has no tokens.
func (w *Workspace) prepare(s *Lattice) (done bool, err error) {
	if err := s.Validate(); err != nil {
		return true, err
	}
	w.s = s
	if s.T == 0 {
		return true, nil
	}
	if s.L == 0 || s.M == 0 {
		return true, structured.ErrNoPath
	}
	l, n := s.L, s.T*s.L
	w.ends, w.starts = vec.Resize(w.ends, n+l), vec.Resize(w.starts, n)
	w.term = vec.Resize(w.term, max(min(s.M, s.T), l)*l)
	w.most, w.sum = vec.Resize(w.most, l), vec.Resize(w.sum, l)
	w.left, w.right, w.mat = vec.Resize(w.left, l), vec.Resize(w.right, l), vec.Resize(w.mat, l*l)
	return false, nil
}

// potentials holds exp(Edge - maximum), in the shape of the edges.
type potentials struct {
	exp    []float64
	most   []float64 // per matrix: the maximum, or 0 if all are -Inf
	spread []float64 // per matrix: the maximum minus the smallest finite score
}

func (p *potentials) fill(s *Lattice) {
	p.exp = vec.Resize(p.exp, len(s.Edge))
	n := s.L * s.L
	p.most, p.spread = p.most[:0], p.spread[:0]
	for at := 0; at < len(s.Edge); at += n {
		m, spread := expShifted(p.exp[at:at+n], s.Edge[at:at+n])
		p.most, p.spread = append(p.most, m), append(p.spread, spread)
	}
}

// at returns the L x L potentials of the boundary before token t, their shift and their spread.
func (p *potentials) at(t, l int) (exp []float64, most, spread float64) {
	if len(p.most) == 1 {
		return p.exp, p.most[0], p.spread[0]
	}
	return p.exp[(t-1)*l*l : t*l*l], p.most[t-1], p.spread[t-1]
}

// expShifted sets dst to exp(x - most), where most is the maximum of x. spread is the distance from
// the maximum to the smallest finite number. Both are 0 if no number is finite.
func expShifted(dst, x []float64) (most, spread float64) {
	most = simd.Max(x)
	if math.IsInf(most, -1) {
		clear(dst)
		return 0, 0
	}
	return most, -simd.Exp(dst, x, most)
}

// safe bounds the sum of the spreads of the factors of a product. The product of their exponentials
// then stays far above the smallest float64 and keeps all its digits.
const safe = 600

// logSumRows sets dst[j] to log sum_k exp(x[k][j]) over the rows of x, of len(dst) numbers each. It
// sets x to exp(x[k][j] - max_k x[k][j]) and stores the sum of these over k in sum.
func (w *Workspace) logSumRows(dst, x []float64) {
	l := len(dst)
	most := w.most
	vec.Fill(most, -math.MaxFloat64) // not -Inf: -Inf - -Inf is NaN
	for k := 0; k < len(x); k += l {
		for j, v := range x[k : k+l] {
			if v > most[j] {
				most[j] = v
			}
		}
	}
	for k := 0; k < len(x); k += l {
		row := x[k : k+l]
		for j, m := range most {
			row[j] -= m
		}
	}
	simd.Exp(x, x, 0)
	clear(w.sum)
	for k := 0; k < len(x); k += l {
		for j, v := range x[k : k+l] {
			w.sum[j] += v
		}
	}
	for j, m := range most {
		dst[j] = m + math.Log(w.sum[j])
	}
}
