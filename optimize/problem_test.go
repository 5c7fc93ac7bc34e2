package optimize

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// logistic is sum_i log(1 + exp(-y_i w.x_i)) over sparse x, batch and stochastic.
type logistic struct {
	dim  int
	rows [][]int32 // nonzero coordinates, ascending
	vals [][]float64
	sign []float64
}

var (
	_ Objective  = (*logistic)(nil)
	_ Stochastic = (*logistic)(nil)
)

// newLogistic draws n examples. Coordinate 0 is a bias, and the others become rarer. Noisy labels
// make the examples inseparable.
func newLogistic(seed uint64, n, dim int, noise float64) *logistic {
	rng := rand.New(rand.NewPCG(seed, 1))
	truth := make([]float64, dim)
	for k := range truth {
		truth[k] = 2 * rng.NormFloat64()
	}
	f := &logistic{dim: dim}
	for range n {
		row, val, score := []int32{0}, []float64{1}, truth[0]
		for k := 1; k < dim; k++ {
			if rng.Float64() < 2/float64(1+k) {
				v := 0.5 + rng.Float64()
				row, val = append(row, int32(k)), append(val, v)
				score += truth[k] * v
			}
		}
		y := 1.0
		if score < 0 {
			y = -1
		}
		if rng.Float64() < noise {
			y = -y
		}
		f.rows, f.vals, f.sign = append(f.rows, row), append(f.vals, val), append(f.sign, y)
	}
	return f
}

func (f *logistic) Dim() int { return f.dim }
func (f *logistic) Len() int { return len(f.rows) }

// example returns the loss of example i and its derivative with respect to the score.
func (f *logistic) example(w []float64, scale float64, i int) (loss, slope float64) {
	var score float64
	for j, k := range f.rows[i] {
		score += w[k] * f.vals[i][j]
	}
	z := -f.sign[i] * scale * score
	return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))), -f.sign[i] / (1 + math.Exp(-z))
}

func (f *logistic) Eval(_ context.Context, grad, w []float64) (float64, error) {
	clear(grad)
	var sum float64
	for i := range f.rows {
		loss, slope := f.example(w, 1, i)
		sum += loss
		for j, k := range f.rows[i] {
			grad[k] += slope * f.vals[i][j]
		}
	}
	return sum, nil
}

func (f *logistic) Support(batch []int, visit func(lo, hi int)) {
	for _, i := range batch {
		for _, k := range f.rows[i] {
			visit(int(k), int(k)+1)
		}
	}
}

func (f *logistic) EvalBatch(_ context.Context, g *Sparse, w []float64, scale float64, batch []int) (float64, error) {
	var sum float64
	for _, i := range batch {
		loss, slope := f.example(w, scale, i)
		sum += loss
		for j, k := range f.rows[i] {
			g.Add(int(k), slope*f.vals[i][j])
		}
	}
	return sum, nil
}

// value returns f plus the penalty.
func value(t *testing.T, f Objective, w []float64, p Penalty) float64 {
	v, err := f.Eval(t.Context(), make([]float64, f.Dim()), w)
	require.NoError(t, err)
	return v + p.Value(w)
}

// newton returns the minimum of f + l2 ||w||^2 by damped Newton steps. It is the reference for the
// smooth methods.
func (f *logistic) newton(t *testing.T, l2 float64) []float64 {
	w, grad := make([]float64, f.dim), make([]float64, f.dim)
	for range 100 {
		v, err := f.Eval(t.Context(), grad, w)
		require.NoError(t, err)
		v += l2 * floats.Dot(w, w)
		floats.AddScaled(grad, 2*l2, w)
		if floats.Norm(grad, 2) < 1e-11 {
			return w
		}
		hess := mat.NewSymDense(f.dim, nil)
		for i, row := range f.rows {
			_, slope := f.example(w, 1, i)
			s := math.Abs(slope)
			x := mat.NewVecDense(f.dim, nil)
			for j, k := range row {
				x.SetVec(int(k), f.vals[i][j])
			}
			hess.SymRankOne(hess, s*(1-s), x)
		}
		for k := range f.dim {
			hess.SetSym(k, k, hess.At(k, k)+2*l2)
		}
		var chol mat.Cholesky
		require.True(t, chol.Factorize(hess))
		var step mat.VecDense
		require.NoError(t, chol.SolveVecTo(&step, mat.NewVecDense(f.dim, grad)))
		next := make([]float64, f.dim)
		for rate := 1.0; rate > 1e-9; rate /= 2 {
			floats.AddScaledTo(next, w, -rate, step.RawVector().Data)
			if value(t, f, next, Penalty{L2: l2}) <= v*(1+1e-12) { // up to rounding
				break
			}
		}
		copy(w, next)
	}
	require.Fail(t, "Newton's method did not converge")
	return nil
}

// descent returns the minimum of f plus the penalty by cyclic coordinate descent. On each
// coordinate it takes steps with the curvature bound 1/4 sum x^2 and a soft threshold. It is slow,
// with exact zeros.
func (f *logistic) descent(t *testing.T, p Penalty) []float64 {
	w, bound := make([]float64, f.dim), make([]float64, f.dim)
	columns := make([][][2]int, f.dim) // example, index in its row
	for i, row := range f.rows {
		for j, k := range row {
			bound[k] += f.vals[i][j] * f.vals[i][j] / 4
			columns[k] = append(columns[k], [2]int{i, j})
		}
	}
	for range 20000 {
		largest := 0.0
		for k := range w {
			if bound[k] == 0 {
				continue
			}
			slope := 2 * p.L2 * w[k]
			for _, at := range columns[k] {
				_, s := f.example(w, 1, at[0])
				slope += s * f.vals[at[0]][at[1]]
			}
			h := bound[k] + 2*p.L2
			next := soft(w[k]-slope/h, p.L1/h)
			largest = max(largest, math.Abs(next-w[k]))
			w[k] = next
		}
		if largest < 1e-13 {
			return w
		}
	}
	require.Fail(t, "coordinate descent did not converge")
	return nil
}

func soft(x, a float64) float64 { return math.Copysign(max(0, math.Abs(x)-a), x) }

// quadratic is 1/2 (w-c)' A (w-c) with A = diag(a) + u u'.
type quadratic struct{ a, c, u []float64 }

func (q quadratic) Dim() int { return len(q.a) }

func (q quadratic) Eval(_ context.Context, grad, w []float64) (float64, error) {
	var sum float64
	d := make([]float64, len(w))
	floats.SubTo(d, w, q.c)
	ud := floats.Dot(q.u, d)
	for k := range w {
		grad[k] = q.a[k]*d[k] + ud*q.u[k]
		sum += grad[k] * d[k] / 2
	}
	return sum, nil
}

// function makes an Objective from a function.
type function struct {
	dim  int
	eval func(ctx context.Context, grad, w []float64) (float64, error)
}

func (f function) Dim() int { return f.dim }
func (f function) Eval(ctx context.Context, grad, w []float64) (float64, error) {
	return f.eval(ctx, grad, w)
}

func requireFinite(t *testing.T, w []float64) {
	t.Helper()
	require.NoError(t, finiteSlice("weight", w))
}

func distance(a, b []float64) float64 { return floats.Distance(a, b, math.Inf(1)) }
