package optimize

import (
	"context"
	"math/rand/v2"
)

// multilabel is a structured hinge loss: sum_i max_y [c_i(y) + w.(f_i(y) - f_i(gold))] over a few
// candidates y of each example. The first candidate is gold and has cost 0.
type multilabel struct {
	dim  int
	gaps [][]map[int]float64 // example x candidate: f(y) - f(gold)
	cost [][]float64         // example x candidate
}

var _ Stochastic = (*multilabel)(nil)

// newMultilabel draws n examples with the given number of candidates. True scores decide which
// candidate is gold, except for a fraction given by noise.
func newMultilabel(seed uint64, n, candidates, dim int, noise float64) *multilabel {
	rng := rand.New(rand.NewPCG(seed, 2))
	truth := make([]float64, dim)
	for k := range truth {
		truth[k] = rng.NormFloat64()
	}
	f := &multilabel{dim: dim}
	for range n {
		features := make([]map[int]float64, candidates)
		gold, best := 0, 0.0
		for y := range features {
			features[y] = map[int]float64{}
			var score float64
			for range 4 {
				k := int(float64(dim) * rng.Float64() * rng.Float64())
				v := rng.NormFloat64()
				features[y][k] += v
				score += truth[k] * v
			}
			if y == 0 || score > best {
				gold, best = y, score
			}
		}
		if rng.Float64() < noise {
			gold = rng.IntN(candidates)
		}
		features[0], features[gold] = features[gold], features[0]
		gaps, cost := make([]map[int]float64, candidates), make([]float64, candidates)
		for y := range features {
			gaps[y] = map[int]float64{}
			for k, v := range features[y] {
				gaps[y][k] += v
			}
			for k, v := range features[0] {
				gaps[y][k] -= v
			}
			if y > 0 {
				cost[y] = float64(1 + rng.IntN(3))
			}
		}
		clear(gaps[0])
		f.gaps, f.cost = append(f.gaps, gaps), append(f.cost, cost)
	}
	return f
}

func (f *multilabel) Dim() int { return f.dim }
func (f *multilabel) Len() int { return len(f.gaps) }

// worst returns the candidate with the largest margin violation, and the violation.
func (f *multilabel) worst(w []float64, scale float64, i int) (y int, loss float64) {
	for other, gap := range f.gaps[i] {
		value := f.cost[i][other]
		for k := range f.dim { // in order, for reproducible sums
			if v, ok := gap[k]; ok {
				value += scale * w[k] * v
			}
		}
		if value > loss {
			y, loss = other, value
		}
	}
	return y, loss
}

func (f *multilabel) Support(batch []int, visit func(lo, hi int)) {
	for _, i := range batch {
		for _, gap := range f.gaps[i] {
			for k := range f.dim {
				if _, ok := gap[k]; ok {
					visit(k, k+1)
				}
			}
		}
	}
}

func (f *multilabel) EvalBatch(_ context.Context, g *Sparse, w []float64, scale float64, batch []int) (float64, error) {
	var sum float64
	for _, i := range batch {
		y, loss := f.worst(w, scale, i)
		sum += loss
		for k := range f.dim {
			if v, ok := f.gaps[i][y][k]; ok {
				g.Add(k, v)
			}
		}
	}
	return sum, nil
}

// Eval implements Objective with a subgradient.
func (f *multilabel) Eval(ctx context.Context, grad, w []float64) (float64, error) {
	g := NewSparse(f.dim)
	all := make([]int, f.Len())
	for i := range all {
		all[i] = i
	}
	v, err := f.EvalBatch(ctx, g, w, 1, all)
	copy(grad, g.val)
	return v, err
}
