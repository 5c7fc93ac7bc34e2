package semimarkov_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

type lattice = semimarkov.Lattice

// define computes a loss and its gradient by enumeration: s the scores, aug with the cost.
var define = map[string]func(s, aug, cost *lattice, gold segments, gamma float64) (float64, *lattice){
	"cross-entropy": func(s, _, _ *lattice, gold segments, gamma float64) (float64, *lattice) {
		return soft(s, s, gold, gamma)
	},
	"softmax-margin": func(s, aug, _ *lattice, gold segments, gamma float64) (float64, *lattice) {
		return soft(s, aug, gold, gamma)
	},
	"perceptron": func(s, _, _ *lattice, gold segments, _ float64) (float64, *lattice) { return hard(s, s, gold) },
	"hinge":      func(s, aug, _ *lattice, gold segments, _ float64) (float64, *lattice) { return hard(s, aug, gold) },
	"squared-hinge": func(s, aug, _ *lattice, gold segments, _ float64) (float64, *lattice) {
		h, grad := hard(s, aug, gold)
		for _, x := range [][]float64{grad.Segment, grad.Edge} {
			for k := range x {
				x[k] *= 2 * h
			}
		}
		return h * h, grad
	},
	"risk": func(s, _, cost *lattice, gold segments, gamma float64) (float64, *lattice) {
		o := oracle{scaled(s, gamma)}
		mean := o.expect(cost.Score)
		return mean, o.sum(s.Shape(), func(y segments) float64 { return gamma * (cost.Score(y) - mean) })
	},
	"jensen-risk-bound": func(s, aug, _ *lattice, gold segments, gamma float64) (float64, *lattice) {
		high, low := oracle{scaled(aug, gamma)}, oracle{scaled(s, gamma)}
		grad, minus := high.marginals(s.Shape()), low.marginals(s.Shape())
		if err := semimarkov.AddScaled(grad, grad, minus, -1); err != nil {
			panic(err)
		}
		return (high.logZ() - low.logZ()) / gamma, grad
	},
}

func soft(s, aug *lattice, gold segments, gamma float64) (float64, *lattice) {
	o := oracle{scaled(aug, gamma)}
	grad := o.marginals(s.Shape())
	grad.Add(gold, -1)
	return o.logZ()/gamma - s.Score(gold), grad
}

func hard(s, aug *lattice, gold segments) (float64, *lattice) {
	grad := semimarkov.NewLattice(s.T, s.L, s.M, s.Shape())
	grad.Add(oracle{aug}.best(), 1)
	grad.Add(gold, -1)
	return oracle{aug}.max() - s.Score(gold), grad
}

// randomCost is a cost on segments and edges, zero along gold.
type randomCost struct{ *lattice }

func (c randomCost) Fill(dst *lattice, gold []semimarkov.Segment, _, _ int) error {
	c.Copy(dst)
	for k, g := range gold {
		dst.At(g.Start, g.Len())[g.Label] = 0
		if k > 0 {
			dst.EdgeAt(g.Start)[gold[k-1].Label*dst.L+g.Label] = 0
		}
	}
	return nil
}

func newRandomCost(rng *rand.Rand, s *lattice) semimarkov.Cost {
	c := random(rng, s.T, s.L, s.M, structured.PositionEdges, 1, 0)
	for _, x := range [][]float64{c.Segment, c.Edge} {
		for k := range x {
			x[k] = math.Abs(x[k])
		}
	}
	return randomCost{c}
}

func build(t testing.TB, name string, o semimarkov.Options) semimarkov.Loss {
	loss, err := semimarkov.New(name, o)
	require.NoError(t, err)
	return loss
}

// Every loss and every gradient, against enumeration, and against central differences.
func TestLossesEqualEnumeration(t *testing.T) {
	for _, name := range semimarkov.Names() {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 8))
			var w semimarkov.Workspace
			for c, s := range cases(101) {
				gold := pick(rng, s)
				span := semimarkov.SpanCost{FalseNegative: 1, FalsePositive: 0.7}
				for _, kind := range []semimarkov.Cost{semimarkov.Hamming{}, span, newRandomCost(rng, s)} {
					for _, gamma := range []float64{1, 0.3, 4} {
						const scale = 1.7
						var cost lattice
						require.NoError(t, kind.Fill(&cost, gold, s.L, s.M))
						cost.Scale(scale)
						want, wantGrad := define[name](s, sum(t, s, &cost, 1), &cost, gold, gamma)

						loss := build(t, name, semimarkov.Options{Cost: kind, Scale: scale, Gamma: gamma})
						grad := new(lattice)
						got, err := loss.Eval(grad, s, gold, &w)
						require.NoError(t, err, c)
						inDelta(t, want, got, 1e-10, c)
						near(t, wantGrad, grad, 1e-10, c)

						value := func(s *lattice) float64 {
							v, err := loss.Eval(nil, s, gold, &w)
							require.NoError(t, err)
							return v
						}
						inDelta(t, got, value(s), 1e-12, "value without gradient")
						near(t, differences(s, 1e-5, value), grad, 1e-6, c)
					}
				}
			}
		})
	}
}

// With segments of one token, every loss is that of package losses, for costs that are sums over tokens.
func TestOneTokenLossesAreTheChains(t *testing.T) {
	var w semimarkov.Workspace
	var chain losses.Workspace
	entity := structured.EntityCost{FalseNegative: 4, FalsePositive: 1, Confusion: 2}
	for c := range bruteforce.Cases(5) {
		x := c.Scores
		rng := rand.New(rand.NewPCG(uint64(x.T), uint64(x.L)))
		gold := bruteforce.RandomPath(rng, x)
		var y segments
		for t, j := range gold {
			y = append(y, semimarkov.Segment{Start: t, End: t + 1, Label: j})
		}
		var s lattice
		require.NoError(t, semimarkov.FromTokens(&s, x, 1))
		for _, name := range losses.Names() {
			loss, err := semimarkov.New(name, semimarkov.Options{Cost: semimarkov.TokenCost{Cost: entity}, Scale: 0.6, Gamma: 1.5})
			if err != nil {
				continue // one that segments do not have
			}
			same, err := losses.New(name, losses.Options{Cost: entity, Scale: 0.6, Gamma: 1.5})
			require.NoError(t, err)
			wantGrad, grad := new(structured.Lattice), new(lattice)
			want, err := same.Eval(wantGrad, x, structured.PathTarget(gold), &chain)
			require.NoError(t, err)
			got, err := loss.Eval(grad, &s, y, &w)
			require.NoError(t, err)
			inDelta(t, want, got, 1e-11, name)
			require.NoError(t, bruteforce.Near(wantGrad, &structured.Lattice{T: x.T, L: x.L, Node: grad.Segment, Edge: grad.Edge}, 1e-10), name)
			assert.Equal(t, same.(losses.HasTraits).Traits(), loss.Traits(), name)
		}
	}
}

// The order of the losses and their limits, as for chains.
func TestIdentities(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 8))
	var w semimarkov.Workspace
	for c, s := range cases(7) {
		gold := pick(rng, s)
		o := semimarkov.Options{Cost: semimarkov.SpanCost{FalseNegative: 2, FalsePositive: 1}}
		v := make(map[string]float64)
		eval := func(s *lattice, o semimarkov.Options) {
			for _, name := range semimarkov.Names() {
				var err error
				v[name], err = build(t, name, o).Eval(nil, s, gold, &w)
				require.NoError(t, err)
			}
		}
		eval(s, o)
		const slack = 1e-9
		require.GreaterOrEqual(t, v["perceptron"], 0.0, c)
		require.GreaterOrEqual(t, v["hinge"], v["perceptron"]-slack, c)
		require.GreaterOrEqual(t, v["softmax-margin"], v["hinge"]-slack, c)
		require.GreaterOrEqual(t, v["softmax-margin"], v["cross-entropy"]-slack, c)
		require.GreaterOrEqual(t, v["jensen-risk-bound"], v["risk"]-slack, c)
		inDelta(t, v["softmax-margin"]-v["cross-entropy"], v["jensen-risk-bound"], slack, c)

		// A constant on all segments that cover one token changes nothing.
		shifted := scaled(s, 1)
		for at := range s.T {
			rows := shifted.From(at)
			for k := range rows {
				if at <= s.T/2 && s.T/2 < at+k/s.L+1 {
					rows[k] += 3
				}
			}
		}
		before := v
		v = make(map[string]float64)
		eval(shifted, o)
		for name := range before {
			inDelta(t, before[name], v[name], 1e-9, name)
		}

		o.Gamma = 1e4
		eval(s, o)
		inDelta(t, v["perceptron"], v["cross-entropy"], 1e-2, c)
		inDelta(t, v["hinge"], v["softmax-margin"], 1e-2, c)

		eval(s, semimarkov.Options{Cost: semimarkov.SpanCost{}})
		inDelta(t, v["cross-entropy"], v["softmax-margin"], 1e-12, c)
		inDelta(t, v["perceptron"], v["hinge"], 1e-12, c)
		inDelta(t, 0, v["risk"], 1e-12, c)
		inDelta(t, 0, v["jensen-risk-bound"], 1e-12, c)
	}
}

func TestLossErrors(t *testing.T) {
	var w semimarkov.Workspace
	s := semimarkov.NewLattice(3, 2, 2, structured.SharedEdges)
	for _, name := range semimarkov.Names() {
		loss := build(t, name, semimarkov.Options{})
		_, err := loss.Eval(new(lattice), s, segments{{0, 3, 0}}, &w)
		assert.ErrorIs(t, err, structured.ErrShape, name)
		_, err = loss.Eval(new(lattice), &lattice{T: 3, L: 2, M: 1}, nil, &w)
		assert.ErrorIs(t, err, structured.ErrShape, name)

		v, err := loss.Eval(new(lattice), new(lattice), nil, &w)
		assert.NoError(t, err, name)
		assert.Zero(t, v, name)

		forbidden := scaled(s, 1)
		forbidden.LimitLength(1, 1)
		_, err = loss.Eval(new(lattice), forbidden, segments{{0, 2, 1}, {2, 3, 0}}, &w)
		if name == "risk" || name == "jensen-risk-bound" {
			assert.NoError(t, err, name)
		} else {
			assert.ErrorIs(t, err, losses.ErrForbidden, name)
		}
	}
	for _, o := range []semimarkov.Options{{Scale: -1}, {Gamma: math.NaN()}, {Scale: inf}} {
		_, err := semimarkov.New("risk", o)
		assert.Error(t, err)
	}
	_, err := semimarkov.New("riks", semimarkov.Options{})
	assert.ErrorContains(t, err, "cross-entropy, perceptron")
}

func TestLossesAllocateNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 8))
	s := random(rng, 20, 3, 4, structured.SharedEdges, 1, 0)
	var w semimarkov.Workspace
	gold, _, err := w.Decode(nil, random(rng, 20, 3, 4, structured.SharedEdges, 1, 0))
	require.NoError(t, err)
	grad := new(lattice)
	for _, name := range semimarkov.Names() {
		for _, cost := range []semimarkov.Cost{nil, semimarkov.SpanCost{FalseNegative: 1}} {
			loss := build(t, name, semimarkov.Options{Cost: cost, Gamma: 2})
			eval := func() {
				if _, err := loss.Eval(grad, s, gold, &w); err != nil {
					panic(err)
				}
			}
			eval()
			assert.Zero(t, testing.AllocsPerRun(1, func() {
				for range 20 {
					eval()
				}
			}), name)
		}
	}
}
