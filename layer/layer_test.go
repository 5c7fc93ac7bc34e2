package layer_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/layer"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

var (
	ctx = context.Background()
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

// random returns a batch of n sequences of up to t positions, with NaN in its padding, and targets
// of finite score. Some transitions and emissions are forbidden.
func random(seed uint64, n, t, l int) (*layer.Batch, layer.Target) {
	r := rand.New(rand.NewPCG(seed, 77))
	b := layer.NewBatch(n, t, l)
	b.Lengths = make([]int, n)
	for _, x := range [][]float32{b.Emissions, b.Transitions, b.Start, b.End} {
		for k := range x {
			x[k] = float32(2 * r.NormFloat64())
		}
	}
	if l > 2 {
		b.Transitions[1] = -inf // 0 before 1
		b.Start[2] = -inf
	}
	y := layer.Target{Labels: make([]int, n*t), Weights: make([]float32, n), Norms: make([]float32, n*t)}
	for k := range n {
		b.Lengths[k] = r.IntN(t + 1)
		if k == 0 {
			b.Lengths[k] = t
		}
		y.Weights[k] = float32(0.1 + r.Float64())
		before := 1
		for p := range t {
			row := b.Emissions[(k*t+p)*l:][:l]
			if p >= b.Lengths[k] {
				y.Labels[k*t+p], y.Norms[k*t+p] = -7, nan
				for j := range row {
					row[j] = nan
				}
				continue
			}
			gold := r.IntN(min(l, 2))
			if before == 0 {
				gold = 0
			}
			before = gold
			y.Labels[k*t+p] = gold
			y.Norms[k*t+p] = float32(math.Abs(float64(row[gold])) + r.Float64())
			if l > 3 && r.IntN(4) == 0 {
				row[3] = -inf
			}
		}
	}
	return b, y
}

// gradientOf returns a gradient filled with values that must be overwritten.
func gradientOf(b *layer.Batch) *layer.Gradient {
	g := &layer.Gradient{
		Emissions:   make([]float32, len(b.Emissions)),
		Transitions: make([]float32, len(b.Transitions)),
		Start:       make([]float32, len(b.Start)),
		End:         make([]float32, len(b.End)),
		Norms:       make([]float32, b.N*b.T),
	}
	for _, x := range [][]float32{g.Emissions, g.Transitions, g.Start, g.End, g.Norms} {
		for k := range x {
			x[k] = nan
		}
	}
	return g
}

// lattice returns sequence n as a lattice, with Start and End added to its nodes.
func lattice(b *layer.Batch, n int) *structured.Lattice {
	s := structured.NewLattice(b.Lengths[n], b.L, structured.SharedEdges)
	for t := range s.T {
		for j := range s.L {
			v := float64(b.Emissions[(n*b.T+t)*b.L+j])
			if t == 0 && b.Start != nil {
				v += float64(b.Start[j])
			}
			if t == s.T-1 && b.End != nil {
				v += float64(b.End[j])
			}
			s.Node[t*s.L+j] = v
		}
	}
	for k, v := range b.Transitions {
		s.Edge[k] = float64(v)
	}
	return s
}

func lossesByName(t *testing.T) map[string]losses.Loss {
	t.Helper()
	all := make(map[string]losses.Loss)
	for _, name := range losses.Names() {
		loss, err := losses.New(name, losses.Options{Scale: 1.5})
		require.NoError(t, err)
		all[name] = loss
	}
	return all
}

// prepare makes a batch and its targets suitable for a loss: norms exclude Start and End.
func prepare(b *layer.Batch, y layer.Target, loss losses.Loss) (*layer.Batch, layer.Target) {
	c := *b
	if _, ok := loss.(losses.AngularLoss); ok {
		c.Start, c.End = nil, nil
	} else {
		y.Norms = nil
	}
	return &c, y
}

// singly computes the expected result of Loss, one lattice at a time.
func singly(t *testing.T, b *layer.Batch, y layer.Target, loss losses.Loss) (values []float32, g *layer.Gradient) {
	t.Helper()
	g = gradientOf(b)
	for _, x := range [][]float32{g.Emissions, g.Norms} {
		clear(x)
	}
	transitions, start, end := make([]float64, b.L*b.L), make([]float64, b.L), make([]float64, b.L)
	var w losses.Workspace
	for n := range b.N {
		s, weight := lattice(b, n), float64(y.Weights[n])
		grad, byNorm := new(structured.Lattice), make([]float64, s.T)
		gold := structured.PathTarget(y.Labels[n*b.T:][:s.T])
		var v float64
		var err error
		if of, ok := loss.(losses.AngularLoss); ok {
			norms := make([]float64, s.T)
			for p := range norms {
				norms[p] = float64(y.Norms[n*b.T+p])
			}
			v, err = of.EvalWithNorms(grad, byNorm, s, norms, gold, &w)
		} else {
			v, err = loss.Eval(grad, s, gold, &w)
		}
		require.NoError(t, err)
		values = append(values, float32(v))
		for k, v := range grad.Node {
			g.Emissions[n*b.T*b.L+k] = float32(weight * v)
		}
		for k, v := range byNorm {
			g.Norms[n*b.T+k] = float32(weight * v)
		}
		for k, v := range grad.Edge {
			transitions[k] += weight * v
		}
		if s.T > 0 {
			for j := range b.L {
				start[j] += weight * grad.NodeAt(0)[j]
				end[j] += weight * grad.NodeAt(s.T - 1)[j]
			}
		}
	}
	for k := range g.Transitions {
		g.Transitions[k] = float32(transitions[k])
	}
	for j := range g.Start {
		g.Start[j] = float32(start[j])
	}
	for j := range g.End {
		g.End[j] = float32(end[j])
	}
	return values, g
}

// near asserts that the sums of two gradients are equal up to rounding, and that the rest is equal
// bit for bit.
func near(t *testing.T, want, got *layer.Gradient, msg string) {
	t.Helper()
	assert.Equal(t, want.Emissions, got.Emissions, msg)
	assert.Equal(t, want.Norms, got.Norms, msg)
	assert.InDeltaSlice(t, want.Transitions, got.Transitions, 1e-4, msg)
	assert.InDeltaSlice(t, want.Start, got.Start, 1e-4, msg)
	assert.InDeltaSlice(t, want.End, got.End, 1e-4, msg)
}

var sizes = []struct{ n, t, l int }{{1, 1, 1}, {1, 2, 4}, {3, 5, 1}, {7, 6, 4}, {150, 5, 5}, {4, 0, 3}, {0, 4, 3}}

func TestLossEqualsSingleLattices(t *testing.T) {
	for name, loss := range lossesByName(t) {
		c := layer.Chain{Threads: 3}
		for k, size := range sizes {
			b, y := random(uint64(k), size.n, size.t, size.l)
			b, y = prepare(b, y, loss)
			want, wantGrad := singly(t, b, y, loss)
			got, grad := make([]float32, b.N), gradientOf(b)
			require.NoError(t, c.Loss(ctx, grad, got, b, y, loss), "%s %v", name, size)
			assert.Equal(t, want, append([]float32(nil), got...), "%s %v", name, size)
			near(t, wantGrad, grad, fmt.Sprint(name, size))

			alone := make([]float32, b.N)
			require.NoError(t, c.Loss(ctx, nil, alone, b, y, loss))
			assert.InDeltaSlice(t, got, alone, 1e-5, "%s: values without gradient", name)

			edges := &layer.Gradient{Transitions: make([]float32, len(b.Transitions))}
			require.NoError(t, c.Loss(ctx, edges, nil, b, y, loss))
			assert.Equal(t, grad.Transitions, edges.Transitions, "%s: nothing else wanted", name)
		}
	}
}

// With equal weights, a layer evaluates several sequences at once.
func TestGroupsEqualSingleLattices(t *testing.T) {
	for name, loss := range lossesByName(t) {
		c := layer.Chain{Threads: 3}
		for k, size := range sizes {
			b, y := random(uint64(k), size.n, size.t, size.l)
			equal(y)
			b, y = prepare(b, y, loss)
			want, wantGrad := singly(t, b, y, loss)
			got, grad := make([]float32, b.N), gradientOf(b)
			require.NoError(t, c.Loss(ctx, grad, got, b, y, loss), "%s %v", name, size)
			assert.InDeltaSlice(t, want, got, 1e-5, "%s %v", name, size)
			assert.InDeltaSlice(t, wantGrad.Emissions, grad.Emissions, 1e-6, "%s %v", name, size)
			wantGrad.Emissions = grad.Emissions
			near(t, wantGrad, grad, fmt.Sprint(name, size))
		}
	}
}

// Compares the gradient of the weighted sum with central differences. The objective uses float64
// scores, so that the step can be small.
func TestGradientEqualsDifferences(t *testing.T) {
	const h = 1e-5
	for name, loss := range lossesByName(t) {
		b, y := random(5, 6, 5, 4)
		b, y = prepare(b, y, loss)
		if _, ok := loss.(losses.AngularLoss); ok {
			continue // TestLossEqualsSingleLattices covers it
		}
		grad := gradientOf(b)
		var c layer.Chain
		require.NoError(t, c.Loss(ctx, grad, nil, b, y, loss))

		// objective changes one number of the lattices: it calls add with the lattice of each
		// sequence.
		objective := func(move func(n int, s *structured.Lattice)) float64 {
			var w losses.Workspace
			sum := 0.0
			for n := range b.N {
				s := lattice(b, n)
				move(n, s)
				v, err := loss.Eval(nil, s, structured.PathTarget(y.Labels[n*b.T:][:s.T]), &w)
				require.NoError(t, err)
				sum += float64(y.Weights[n]) * v
			}
			return sum
		}
		slope := func(move func(n int, s *structured.Lattice, h float64)) float64 {
			up := objective(func(n int, s *structured.Lattice) { move(n, s, h) })
			down := objective(func(n int, s *structured.Lattice) { move(n, s, -h) })
			return (up - down) / (2 * h)
		}
		for k := range b.L * b.L {
			want := slope(func(_ int, s *structured.Lattice, h float64) { s.Edge[k] += h })
			assert.InDelta(t, want, grad.Transitions[k], 1e-5, "%s, transition %d", name, k)
		}
		for j := range b.L {
			want := slope(func(_ int, s *structured.Lattice, h float64) {
				if s.T > 0 {
					s.Node[j] += h
				}
			})
			assert.InDelta(t, want, grad.Start[j], 1e-5, "%s, start %d", name, j)
			want = slope(func(_ int, s *structured.Lattice, h float64) {
				if s.T > 0 {
					s.NodeAt(s.T - 1)[j] += h
				}
			})
			assert.InDelta(t, want, grad.End[j], 1e-5, "%s, end %d", name, j)
		}
		for k := range b.Emissions {
			at, node := k/(b.T*b.L), k%(b.T*b.L)
			want := 0.0
			if node < b.Lengths[at]*b.L {
				want = slope(func(n int, s *structured.Lattice, h float64) {
					if n == at {
						s.Node[node] += h
					}
				})
			}
			assert.InDelta(t, want, grad.Emissions[k], 1e-5, "%s, emission %d", name, k)
		}
	}
}

func TestMarginalsDecodePosteriorEqualSingleLattices(t *testing.T) {
	for k, size := range sizes {
		b, _ := random(uint64(k), size.n, size.t, size.l)
		c := layer.Chain{Threads: 2}
		logZ, m := make([]float32, b.N), gradientOf(b)
		best, score := make([]int, b.N*b.T), make([]float32, b.N)
		probable, right := make([]int, b.N*b.T), make([]float32, b.N)
		require.NoError(t, c.Marginals(ctx, m, logZ, b))
		require.NoError(t, c.Decode(ctx, best, score, b))
		require.NoError(t, c.Posterior(ctx, probable, right, b))
		only := make([]float32, b.N)
		require.NoError(t, c.Marginals(ctx, nil, only, b))
		assert.InDeltaSlice(t, logZ, only, 1e-5)

		want := gradientOf(b)
		clear(want.Emissions)
		clear(want.Norms)
		transitions := make([]float64, b.L*b.L)
		var fb forwardbackward.Workspace
		for n := range b.N {
			s, mu := lattice(b, n), new(structured.Lattice)
			z, err := fb.Marginals(mu, s, structured.SharedEdges)
			require.NoError(t, err)
			assert.Equal(t, float32(z), logZ[n])
			for k, v := range mu.Node {
				want.Emissions[n*b.T*b.L+k] = float32(v)
			}
			for k, v := range mu.Edge {
				transitions[k] += v
			}
			path := make([]int, s.T)
			v, err := viterbi.Decode(path, s)
			require.NoError(t, err)
			assert.Equal(t, path, best[n*b.T:][:s.T])
			assert.Equal(t, float32(v), score[n])
			v, err = fb.Posterior(path, s)
			require.NoError(t, err)
			assert.Equal(t, path, probable[n*b.T:][:s.T])
			assert.Equal(t, float32(v), right[n])
			for p := s.T; p < b.T; p++ {
				assert.Equal(t, []int{-1, -1}, []int{best[n*b.T+p], probable[n*b.T+p]}, "padding")
			}
		}
		assert.Equal(t, want.Emissions, m.Emissions)
		assert.Equal(t, want.Norms, m.Norms)
		total, long := 0.0, 0
		for _, v := range m.Transitions {
			total += float64(v)
		}
		for _, n := range b.Lengths {
			long += max(n-1, 0)
		}
		assert.InDelta(t, long, total, 1e-3, "expected transitions")
		assert.InDeltaSlice(t, transitions, m.Transitions, 1e-4)
		assert.InDelta(t, sum(m.Start), sum(m.End), 1e-4, "each sequence that is not empty starts and ends once")
	}
}

func sum(x []float32) (s float64) {
	for _, v := range x {
		s += float64(v)
	}
	return s
}

// More padding with arbitrary values, or another order of the sequences, changes nothing.
func TestPaddingAndOrderDoNotMatter(t *testing.T) {
	for name, loss := range lossesByName(t) {
		b, y := random(9, 20, 6, 4)
		b, y = prepare(b, y, loss)
		var c layer.Chain
		want, wantGrad := make([]float32, b.N), gradientOf(b)
		require.NoError(t, c.Loss(ctx, wantGrad, want, b, y, loss))

		const wide = 11
		order := rand.New(rand.NewPCG(1, 2)).Perm(b.N)
		q := &layer.Batch{N: b.N, T: wide, L: b.L, Lengths: make([]int, b.N), Transitions: b.Transitions, Start: b.Start, End: b.End}
		q.Emissions = slices.Repeat([]float32{inf}, b.N*wide*b.L)
		z := layer.Target{Labels: make([]int, b.N*wide), Weights: make([]float32, b.N)}
		if y.Norms != nil {
			z.Norms = make([]float32, b.N*wide)
		}
		for to, from := range order {
			q.Lengths[to], z.Weights[to] = b.Lengths[from], y.Weights[from]
			copy(q.Emissions[to*wide*b.L:], b.Emissions[from*b.T*b.L:][:b.Lengths[from]*b.L])
			copy(z.Labels[to*wide:], y.Labels[from*b.T:][:b.T])
			if y.Norms != nil {
				copy(z.Norms[to*wide:], y.Norms[from*b.T:][:b.T])
			}
		}
		got, wideGrad := make([]float32, b.N), gradientOf(q)
		require.NoError(t, c.Loss(ctx, wideGrad, got, q, z, loss), name)

		grad := gradientOf(b)
		grad.Transitions, grad.Start, grad.End = wideGrad.Transitions, wideGrad.Start, wideGrad.End
		values := make([]float32, b.N)
		for to, from := range order {
			values[from] = got[to]
			copy(grad.Emissions[from*b.T*b.L:][:b.T*b.L], wideGrad.Emissions[to*wide*b.L:])
			copy(grad.Norms[from*b.T:][:b.T], wideGrad.Norms[to*wide:])
			for _, v := range wideGrad.Emissions[(to*wide+b.Lengths[from])*b.L : (to+1)*wide*b.L] {
				require.Zero(t, v, "padding")
			}
		}
		assert.Equal(t, want, values, name)
		near(t, wantGrad, grad, name)
	}
}

// Results are the same bits for any number of threads and any previous use of the layer.
func TestThreadsDoNotMatter(t *testing.T) {
	t.Run("weights", func(t *testing.T) { threadsDoNotMatter(t, func(layer.Target) {}) })
	t.Run("equal weights", func(t *testing.T) { threadsDoNotMatter(t, equal) })
}

// equal sets all weights to the first one.
func equal(y layer.Target) {
	for n := range y.Weights {
		y.Weights[n] = y.Weights[0]
	}
}

func threadsDoNotMatter(t *testing.T, change func(y layer.Target)) {
	for name, loss := range lossesByName(t) {
		b, y := random(3, 100, 7, 5)
		change(y)
		for k := range b.Emissions[:7*5] {
			b.Emissions[k] *= 300 // a sequence that forces forward-backward into log space
		}
		b, y = prepare(b, y, loss)
		for n := range y.Norms {
			y.Norms[n] *= 300
		}
		var want []float32
		var wantGrad *layer.Gradient
		var kept layer.Chain
		for _, threads := range []int{1, 2, 3, 8, 100, 0} {
			kept.Threads = threads
			for _, c := range []*layer.Chain{{Threads: threads}, &kept} {
				got, grad := make([]float32, b.N), gradientOf(b)
				require.NoError(t, c.Loss(ctx, grad, got, b, y, loss), name)
				if want == nil {
					want, wantGrad = got, grad
				}
				require.Equal(t, want, got, "%s, %d threads", name, threads)
				require.Equal(t, wantGrad, grad, "%s, %d threads", name, threads)
			}
		}
	}
}

func TestGradientInPlace(t *testing.T) {
	b, y := random(4, 30, 6, 4)
	var c layer.Chain
	want := gradientOf(b)
	y.Norms = nil
	require.NoError(t, c.Loss(ctx, want, nil, b, y, losses.SoftmaxMargin{}))
	got := &layer.Gradient{Emissions: b.Emissions, Transitions: b.Transitions, Start: b.Start, End: b.End, Norms: want.Norms}
	require.NoError(t, c.Loss(ctx, got, nil, b, y, losses.SoftmaxMargin{}))
	assert.Equal(t, want, got)
}

func TestUnknownLabels(t *testing.T) {
	b, y := random(6, 1, 3, 4)
	y.Norms = nil
	b.Transitions, b.Start, b.End = nil, nil, nil
	y.Labels = []int{1, -1, 0}
	var c layer.Chain
	values, grad := make([]float32, 1), &layer.Gradient{Emissions: make([]float32, len(b.Emissions))}
	require.NoError(t, c.Loss(ctx, grad, values, b, y, losses.CrossEntropy{}))
	assert.Equal(t, make([]float32, 4), grad.Emissions[4:8], "nothing is asked of the second position")
	s := lattice(b, 0)
	known := s.Node[1] + s.Node[8]
	middle := structured.NewLattice(1, 4, structured.NoEdges)
	copy(middle.Node, s.NodeAt(1))
	assert.InDelta(t, bruteforce.LogZ(s)-known-bruteforce.LogZ(middle), values[0], 1e-6)

	assert.ErrorIs(t, c.Loss(ctx, grad, values, b, y, losses.Hinge{}), structured.ErrTarget)
}

func TestForbidKeepsToTheGrammar(t *testing.T) {
	labels := []string{"O", "B-X", "I-X"}
	b, y := random(8, 40, 6, 3)
	y.Norms = nil
	b.Start, b.End = nil, make([]float32, 3)
	require.NoError(t, b.Forbid(structured.NewGrammar(labels, structured.BIO)))
	assert.Equal(t, []float32{0, 0, -inf}, b.Start)
	assert.Equal(t, -inf, b.Transitions[0*3+2], "O before I-X")

	var c layer.Chain
	best := make([]int, b.N*b.T)
	require.NoError(t, c.Decode(ctx, best, nil, b))
	for n := range b.N {
		before := 0
		for _, label := range best[n*b.T:][:b.Lengths[n]] {
			assert.False(t, label == 2 && before == 0, "I-X after O or at the start")
			before = label
		}
	}
	grad := gradientOf(b)
	clear(y.Labels)
	b.Transitions[1] = 0 // random forbids it, but the grammar does not
	require.NoError(t, c.Loss(ctx, grad, nil, b, y, losses.CrossEntropy{}))
	assert.Zero(t, grad.Transitions[0*3+2])
	assert.Zero(t, grad.Start[2])

	assert.ErrorIs(t, b.Forbid(structured.NewGrammar(labels[:2], structured.BIO)), structured.ErrShape)
}

func TestLengths(t *testing.T) {
	got := make([]int, 3)
	require.NoError(t, layer.Lengths(got, []bool{true, true, false, false, true, true}))
	assert.Equal(t, []int{2, 0, 2}, got)
	require.NoError(t, layer.Lengths(nil, nil))
	for _, mask := range [][]bool{{true, false, true}, {false, false, true}, {false, true, true}} {
		assert.ErrorIs(t, layer.Lengths(make([]int, 1), mask), structured.ErrShape)
	}
	assert.ErrorIs(t, layer.Lengths(nil, []bool{true}), structured.ErrShape)
	assert.ErrorIs(t, layer.Lengths(make([]int, 2), []bool{true}), structured.ErrShape)
}
