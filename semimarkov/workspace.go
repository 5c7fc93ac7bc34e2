package semimarkov

import (
	"errors"
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// A Workspace is the scratch memory of decoding and inference; the zero value is ready. One that is
// kept stops allocating when it has grown to what it is asked for. It serves one goroutine at a time.
type Workspace struct {
	// Exact asks for log-sum-exp at each edge, the slow reference, instead of products of exponentials.
	Exact bool

	s *Lattice // the scores that the tables below belong to

	ends   []float64 // (T+1) x L: a_e(j); row 0 is unused. The decoder keeps its maxima here
	starts []float64 // T x L: g_t(j)
	after  []float64 // (T+1) x L: b_e(i)
	begin  []float64 // T x L: h_t(j)
	share  []float64 // T x M x L: p(length d | a segment of label j starts at t)
	edges  potentials

	start  []float64 // T x L: p(a segment of label j starts at t)
	prefix []float64 // (T+1) x L: the expected cost up to e, given that label j ends there
	enter  []float64 // T x L: the expected cost up to t, given that label j starts there, its edge included
	suffix []float64 // (T+1) x L: the expected cost from e on, given that label i ends there
	leave  []float64 // L: the expected cost from t on, given that label j starts there

	term      []float64 // max(M, L) x L
	most, sum []float64 // L
	left      []float64 // L
	right     []float64 // L
	mat       []float64 // L x L

	labels []int              // of the tokens of a gold segmentation
	tokens structured.Lattice // their cost

	ranked ranked
	smooth smooth
}

// errOverflow says that sums of scores leave float64.
var errOverflow = errors.New("sums of scores overflow")

// prepare checks the scores and makes them the workspace's; done says that there is nothing to sum over.
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

// potentials are exp(Edge - its largest), in the shape of the edges.
type potentials struct {
	exp    []float64
	most   []float64 // of each matrix: the largest score, 0 where all are -Inf
	spread []float64 // of each matrix: the largest score less the smallest finite one
}

// fill computes the potentials of s.
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

// expShifted sets dst to exp(x - most) and returns the shift, which is the largest of x, and the distance
// from it of the smallest that is finite; both are 0 where none is.
func expShifted(dst, x []float64) (most, spread float64) {
	most = simd.Max(x)
	if math.IsInf(most, -1) {
		clear(dst)
		return 0, 0
	}
	return most, -simd.Exp(dst, x, most)
}

// safe bounds the sum of the spreads of factors: products of their exponentials then stay far above the
// smallest float64, so that none is lost and all their digits are good.
const safe = 600

// logSumRows sets dst[j] to log sum_k exp(x[k][j]) over the rows of x, len(dst) numbers each, and x to
// exp(x[k][j] - max_k x[k][j]), whose sum over k it leaves in sum.
func (w *Workspace) logSumRows(dst, x []float64) {
	l := len(dst)
	most := w.most
	for j := range most {
		most[j] = -math.MaxFloat64 // not -Inf: -Inf - -Inf is NaN
	}
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
