package optimize

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

// The dense rules apply every step to every coordinate, as the formulas are written.

// stateless implements state for rules without checkpoints.
type stateless struct{}

func (stateless) state(*checkpoint.Coder) {}

// denseSGD is SGD with cumulative L1, proximal L2 and averaging, rate 0.5/(1 + epochs).
type denseSGD struct {
	stateless
	decaying
	w, had, mean []float64
	l1, l2, due  float64
	from, steps  int // examples before the average begins, steps averaged
}

func (d *denseSGD) before([]int) float64 { return 1 }
func (d *denseSGD) settle()              {}
func (d *denseSGD) after(g *Sparse, batch []int, _ float64) error {
	n := len(batch)
	rate := d.rate()
	d.due += rate * d.l1
	shrink := 1 + 2*rate*d.l2
	for k := range d.w {
		z := d.w[k] - rate*g.At(k)/float64(n)
		x := z
		if z > 0 {
			x = max(0, z-(d.due+d.had[k]))
		} else if z < 0 {
			x = min(0, z+(d.due-d.had[k]))
		}
		d.had[k] += x - z
		// L2 shrinks the pending penalty along with the weight.
		d.w[k], d.had[k] = x/shrink, d.had[k]/shrink
	}
	d.due /= shrink
	if d.seen >= d.from {
		floats.Add(d.mean, d.w)
		d.steps++
	}
	d.seen += n
	return nil
}
func (d *denseSGD) weights() []float64 {
	if d.steps == 0 {
		return d.w
	}
	mean := make([]float64, len(d.w))
	floats.ScaleTo(mean, 1/float64(d.steps), d.mean)
	return mean
}

type denseAdaGrad struct {
	stateless
	w, sum        []float64
	start, l1, l2 float64
}

func (d *denseAdaGrad) before([]int) float64 { return 1 }
func (d *denseAdaGrad) settle()              {}
func (d *denseAdaGrad) rate() float64        { return d.start }
func (d *denseAdaGrad) weights() []float64   { return d.w }
func (d *denseAdaGrad) after(g *Sparse, batch []int, _ float64) error {
	n := len(batch)
	for k := range d.w {
		mean := g.At(k) / float64(n)
		d.sum[k] += mean * mean
		if d.sum[k] == 0 {
			continue // no gradient yet
		}
		rate := d.start / (1e-8 + math.Sqrt(d.sum[k]))
		d.w[k] = soft(d.w[k]-rate*mean, rate*d.l1) / (1 + 2*rate*d.l2)
	}
	return nil
}

type denseAdam struct {
	stateless
	decaying
	w, m, v, n, waiting []float64
	l2                  float64
	decoupled           bool
}

func (d *denseAdam) before([]int) float64 { return 1 }
func (d *denseAdam) settle()              {}
func (d *denseAdam) weights() []float64   { return d.w }
func (d *denseAdam) after(g *Sparse, batch []int, _ float64) error {
	n := len(batch)
	touched := map[int]bool{}
	for _, k := range g.Touched() {
		touched[int(k)] = true
	}
	for k := range d.w {
		d.waiting[k]++
		if touched[k] {
			grad := g.At(k) / float64(n)
			if !d.decoupled {
				grad += 2 * d.l2 * d.waiting[k] * d.w[k]
			}
			d.waiting[k] = 0
			d.n[k]++
			d.m[k] = 0.9*d.m[k] + 0.1*grad
			d.v[k] = 0.999*d.v[k] + 0.001*grad*grad
			m, v := d.m[k]/(1-math.Pow(0.9, d.n[k])), d.v[k]/(1-math.Pow(0.999, d.n[k]))
			d.w[k] -= d.rate() * m / (math.Sqrt(v) + 1e-8)
		}
		if d.decoupled {
			d.w[k] *= 1 - 2*d.rate()*d.l2
		}
	}
	d.seen += n
	return nil
}

type densePerceptron struct {
	stateless
	w, sum []float64
	steps  float64
}

func (d *densePerceptron) before([]int) float64 { return 1 }
func (d *densePerceptron) settle()              {}
func (d *densePerceptron) rate() float64        { return 0 }
func (d *densePerceptron) after(g *Sparse, _ []int, _ float64) error {
	for k := range d.w {
		d.w[k] -= g.At(k)
	}
	floats.Add(d.sum, d.w)
	d.steps++
	return nil
}
func (d *densePerceptron) weights() []float64 {
	mean := make([]float64, len(d.w))
	floats.ScaleTo(mean, 1/d.steps, d.sum)
	return mean
}

// densePassive is PA-II with C = 0.5 and a margin of 0.2, averaged.
type densePassive struct{ densePerceptron }

func (d *densePassive) after(g *Sparse, batch []int, loss float64) error {
	step := make([]float64, len(d.w))
	for k := range step {
		step[k] = g.At(k)
	}
	floats.AddScaled(d.w, -(loss+0.2)/(floats.Dot(step, step)+1), step)
	floats.Add(d.sum, d.w)
	d.steps++
	return nil
}

// denseAROW is AROW with gamma 2 and an initial variance of 3.
type denseAROW struct {
	stateless
	w, precision []float64
}

func (d *denseAROW) before([]int) float64 { return 1 }
func (d *denseAROW) settle()              {}
func (d *denseAROW) rate() float64        { return 0 }
func (d *denseAROW) weights() []float64   { return d.w }
func (d *denseAROW) after(g *Sparse, _ []int, loss float64) error {
	confidence := 2.0
	for k := range d.w {
		confidence += g.At(k) * g.At(k) / (1.0/3 + d.precision[k])
	}
	for k := range d.w {
		d.w[k] -= loss / confidence * g.At(k) / (1.0/3 + d.precision[k])
	}
	for k := range d.w {
		d.precision[k] += g.At(k) * g.At(k) / 2
	}
	return nil
}

func TestLazyEqualsDense(t *testing.T) {
	f := newLogistic(11, 60, 40, 0.2)
	n := float64(f.Len())
	passes := Passes{Epochs: 5, Seed: 9, Tolerance: -1}
	zeros := func() []float64 { return make([]float64, f.Dim()) }
	type pair struct {
		p           Penalty
		lazy, dense func(w []float64, p Penalty) rule
	}
	cases := map[string]pair{}
	rate := decaying{start: 0.5, decay: 1, total: f.Len()}
	for i, p := range []Penalty{{}, {L1: 0.3}, {L2: 2}, {L1: 0.3, L2: 2}, {L2: 200}, {L1: 0.01, L2: 200}} {
		cases[fmt.Sprint("SGD ", i)] = pair{p,
			func(w []float64, p Penalty) rule {
				s := newSGDRule(f, w, p)
				s.decaying = rate
				return s
			},
			func(w []float64, p Penalty) rule {
				return &denseSGD{decaying: rate, w: w, had: zeros(), l1: p.L1 / n, l2: p.L2 / n, from: math.MaxInt}
			},
		}
		cases[fmt.Sprint("AdaGrad ", i)] = pair{p,
			func(w []float64, p Penalty) rule { return newAdaGradRule(f, w, p, 0.2, 1e-8) },
			func(w []float64, p Penalty) rule {
				return &denseAdaGrad{w: w, sum: zeros(), start: 0.2, l1: p.L1 / n, l2: p.L2 / n}
			},
		}
		if p.L1 > 0 {
			continue
		}
		cases[fmt.Sprint("SGD averaged ", i)] = pair{p,
			func(w []float64, p Penalty) rule {
				s := newSGDRule(f, w, p)
				s.decaying, s.average, s.averageFrom = rate, newAverage(w), f.Len()
				return s
			},
			func(w []float64, p Penalty) rule {
				return &denseSGD{decaying: rate, w: w, had: zeros(), mean: zeros(), l2: p.L2 / n, from: f.Len()}
			},
		}
		for _, decoupled := range []bool{false, true} {
			cases[fmt.Sprint("Adam ", decoupled, i)] = pair{p,
				func(w []float64, p Penalty) rule {
					a, err := newAdamRule(f, w, p, Adam{Rate: 0.05, Decay: 0.1, Decoupled: decoupled})
					require.NoError(t, err)
					return a
				},
				func(w []float64, p Penalty) rule {
					return &denseAdam{
						decaying: decaying{start: 0.05, decay: 0.1, total: f.Len()}, w: w,
						m: zeros(), v: zeros(), n: zeros(), waiting: zeros(), l2: p.L2 / n, decoupled: decoupled,
					}
				},
			}
		}
	}
	cases["AveragedPerceptron"] = pair{Penalty{},
		func(w []float64, _ Penalty) rule { return newPerceptronRule(w) },
		func(w []float64, _ Penalty) rule {
			return &densePerceptron{w: w, sum: append([]float64(nil), w...), steps: 1}
		},
	}
	cases["PassiveAggressive"] = pair{Penalty{},
		func(w []float64, _ Penalty) rule {
			r, err := newPassiveAggressiveRule(w, PassiveAggressive{SquaredSlack: true, C: 0.5, Margin: 0.2})
			require.NoError(t, err)
			return r
		},
		func(w []float64, _ Penalty) rule {
			return &densePassive{densePerceptron{w: w, sum: append([]float64(nil), w...), steps: 1}}
		},
	}
	cases["AROW"] = pair{Penalty{},
		func(w []float64, _ Penalty) rule {
			r, err := newAROWRule(w, AROW{Gamma: 2, Variance: 3})
			require.NoError(t, err)
			return r
		},
		func(w []float64, _ Penalty) rule { return &denseAROW{w: w, precision: zeros()} },
	}
	for name, c := range cases {
		for _, size := range []int{1, 7} {
			t.Run(fmt.Sprint(name, "/", size), func(t *testing.T) {
				o := passes
				o.BatchSize = size
				minimise := func(make func([]float64, Penalty) rule) ([]float64, []float64) {
					w := zeros()
					for k := range w {
						w[k] = math.Sin(float64(k)) // a warm start
					}
					r, err := newPassRun(t.Context(), f, w, c.p, o)
					require.NoError(t, err)
					r.rule = make(w, c.p)
					var objectives []float64
					_, err = r.run(nil, o, func(s *Step) error {
						objectives = append(objectives, s.Objective, s.GradNorm, s.Rate)
						return nil
					})
					require.NoError(t, err)
					return w, objectives
				}
				lazy, lazySteps := minimise(c.lazy)
				dense, denseSteps := minimise(c.dense)
				assert.InDeltaSlice(t, dense, lazy, 1e-10)
				assert.InDeltaSlice(t, denseSteps, lazySteps, 1e-9)
				if c.p.L1 > 0 {
					for k := range lazy {
						assert.Equal(t, math.Abs(dense[k]) < 1e-12, lazy[k] == 0, "coordinate %d", k)
					}
				}
			})
		}
	}
}

func TestShrinkIsItsSteps(t *testing.T) {
	for _, x := range []float64{3, -2, 1e-3, 0} {
		for _, l1 := range []float64{0, 1e-9, 0.01, 0.4} {
			for _, l2 := range []float64{0, 1e-30, 1e-9, 0.01, 5} {
				want := x
				for n := 1; n < 60; n++ {
					want = soft(want, l1) / (1 + l2)
					assert.InDelta(t, want, shrink(x, l1, l2, n), 1e-13, "%g %g %g %d", x, l1, l2, n)
				}
			}
		}
	}
}
