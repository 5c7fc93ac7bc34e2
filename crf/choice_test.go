package crf

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

// certain returns choices with a single label each.
func certain(labels []string) []annotation.Choice {
	list := make([]annotation.Choice, len(labels))
	for t := range list {
		list[t].Labels = labels[t : t+1]
	}
	return list
}

// chosen returns n sample sentences after change has edited their labels.
func chosen(t testing.TB, source string, n int, change func(s, i int, c *annotation.Choice)) *Dataset {
	t.Helper()
	d, err := NewDataset(model.Input{Templates: parse(t, source), Names: map[string]int{"form": 0}})
	require.NoError(t, err)
	for s, rows := range read(t, sample.Train)[:n] {
		known := certain(column(rows, 2))
		for i := range known {
			change(s, i, &known[i])
		}
		require.NoError(t, d.AddChoices(model.Sentence{Columns: rows}, known, 1))
	}
	return d
}

func TestCertainChoicesAreLabels(t *testing.T) {
	whole := small(t, bigramTemplates, 20)
	for name, d := range map[string]*Dataset{
		"choices": chosen(t, bigramTemplates, 20, func(int, int, *annotation.Choice) {}),
		"shares":  chosen(t, bigramTemplates, 20, func(_, _ int, c *annotation.Choice) { c.Shares = []float64{1} }),
	} {
		assert.False(t, d.uncertain())
		var a, b bytes.Buffer
		require.NoError(t, train(t, whole, Options{Penalty: l2}).Save(&a, SaveOptions{}))
		require.NoError(t, train(t, d, Options{Penalty: l2}).Save(&b, SaveOptions{}))
		assert.True(t, bytes.Equal(a.Bytes(), b.Bytes()), name)
	}
}

// A sentence without any label information changes neither the features nor the objective nor its
// gradient.
func TestUnlabelledSentencesHaveNoEffect(t *testing.T) {
	whole := small(t, plainTemplates, 12)
	more := small(t, plainTemplates, 12)
	for _, rows := range read(t, sample.Train)[12:20] {
		require.NoError(t, more.AddChoices(model.Sentence{Columns: rows}, make([]annotation.Choice, len(rows)), 1))
	}
	x, y := whole.features(false, 0), more.features(false, 0)
	require.Equal(t, x.label, y.label)
	require.Equal(t, x.trans, y.trans)
	rng := rand.New(rand.NewPCG(4, 4))
	w := make([]float64, x.dim())
	for k := range w {
		w[k] = rng.NormFloat64()
	}
	a, b := make([]float64, len(w)), make([]float64, len(w))
	va, err := newObjective(whole, x, losses.CrossEntropy{}, 1).Eval(t.Context(), a, w)
	require.NoError(t, err)
	vb, err := newObjective(more, y, losses.CrossEntropy{}, 1).Eval(t.Context(), b, w)
	require.NoError(t, err)
	assert.InDelta(t, va, vb, 1e-9)
	assert.InDeltaSlice(t, a, b, 1e-12)
}

// The loss of a choice between two labels follows from the losses of both. For a partial label the
// probabilities add up, and for a soft label the losses mix.
func TestLossOfChoices(t *testing.T) {
	for _, source := range []string{plainTemplates, bigramTemplates, noTransitions} {
		const one, two = "B-LOC", "O"
		value := func(c annotation.Choice) float64 {
			d := small(t, source, 20) // so that all labels exist, in the same order
			base := d.Len()
			rows := read(t, sample.Train)[30]
			known := certain(column(rows, 2))
			known[len(rows)/2] = c
			known[0] = c
			require.NoError(t, d.AddChoices(model.Sentence{Columns: rows}, known, 1))
			x := d.features(true, 0)
			rng := rand.New(rand.NewPCG(4, 5))
			w := make([]float64, x.dim())
			for k := range w {
				w[k] = rng.NormFloat64()
			}
			v, err := newObjective(d, x, losses.CrossEntropy{}, 1).EvalBatch(t.Context(), optimize.NewSparse(x.dim()), w, 1, []int{base})
			require.NoError(t, err)
			return v
		}
		// Both tokens have the choice, so there are four paths; two have the same label twice.
		a, b := value(annotation.Choice{Labels: []string{one}}), value(annotation.Choice{Labels: []string{two}})
		partial := value(annotation.Choice{Labels: []string{one, two}})
		same := -math.Log(math.Exp(-a) + math.Exp(-b))
		assert.Less(t, partial, same, "more paths than these two")
		assert.Greater(t, partial, 0.0)
		all := small(t, source, 20).Labels()
		assert.InDelta(t, value(annotation.Choice{}), value(annotation.Choice{Labels: all}), 1e-9, "a choice of all labels equals no choice")

		soft := func(p float64) float64 {
			return value(annotation.Choice{Labels: []string{one, two}, Shares: []float64{p, 1 - p}})
		}
		assert.InDelta(t, a, soft(1-1e-12), 1e-6)
		assert.InDelta(t, b, soft(1e-12), 1e-6)
		// Two independent draws: a quadratic in p with a, b at its ends.
		bend := 2 * (a + b - 2*soft(0.5))
		assert.InDelta(t, b+(a-b)*0.25-bend*0.25*0.75, soft(0.25), 1e-6)
	}
}

// The gradient with partial and soft labels, against central differences, in every form.
func TestGradientOfChoices(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 2))
	for _, source := range []string{plainTemplates, bigramTemplates, noTransitions} {
		partial := chosen(t, source, 5, func(_, i int, c *annotation.Choice) {
			switch i % 3 {
			case 0:
				*c = annotation.Choice{}
			case 1:
				c.Labels = []string{c.Labels[0], "B-MISC"}
			}
		})
		soft := chosen(t, source, 5, func(_, i int, c *annotation.Choice) {
			if i%2 == 0 {
				*c = annotation.Choice{Labels: []string{c.Labels[0], "B-MISC", "I-MISC"}, Shares: []float64{0.5, 0.3, 0.2}}
			}
		})
		for _, d := range []*Dataset{partial, soft} {
			require.True(t, d.uncertain())
			x := d.features(false, 0)
			w, grad := make([]float64, x.dim()), make([]float64, x.dim())
			for k := range w {
				w[k] = rng.NormFloat64()
			}
			for _, loss := range []losses.Loss{losses.CrossEntropy{}, losses.CrossEntropy{Smoothing: 0.1, Entropy: -0.2, Gamma: 2}} {
				o := newObjective(d, x, loss, 1)
				v, err := o.Eval(t.Context(), grad, w)
				require.NoError(t, err)
				at := func(k int, step float64) float64 {
					moved := append([]float64(nil), w...)
					moved[k] += step
					v, err := o.Eval(t.Context(), make([]float64, len(w)), moved)
					require.NoError(t, err)
					return v
				}
				for range 40 {
					k := rng.IntN(len(w))
					const h = 1e-6
					assert.InDelta(t, (at(k, h)-at(k, -h))/(2*h), grad[k], 1e-6*math.Max(10, math.Abs(v)))
				}
				g := optimize.NewSparse(len(w))
				bv, err := newObjective(d, x, loss, 3).EvalBatch(t.Context(), g, w, 1, []int{0, 1, 2, 3, 4})
				require.NoError(t, err)
				assert.InDelta(t, v, bv, 1e-9*math.Max(1, math.Abs(v)))
				for k := range w {
					assert.InDelta(t, grad[k], g.At(k), 1e-9)
				}
			}
		}
	}
}

// A token yields features for the labels that it may have.
func TestFeaturesOfChoices(t *testing.T) {
	d, err := NewDataset(model.Input{})
	require.NoError(t, err)
	a := func(name string) []attrfile.Attribute { return []attrfile.Attribute{{Name: name, Value: 1}} }
	require.NoError(t, d.AddChoices(model.Sentence{Items: [][]attrfile.Attribute{a("x"), a("y"), a("z"), a("x")}}, []annotation.Choice{
		{Labels: []string{"A"}}, {Labels: []string{"B", "A"}}, {}, {Labels: []string{"C"}},
	}, 1))
	assert.Equal(t, []string{"A", "B", "C"}, d.Labels())
	x := d.features(false, 0)
	assert.Equal(t, []int{0, 2, 4, 4}, x.start)
	assert.Equal(t, []int32{0, 2, 0, 1}, x.label, "x with A and C, y with A and B, z with none")
	assert.Equal(t, []int32{0, 1}, x.trans, "A to A or B")
	assert.Equal(t, []int{0, 2, 2, 2}, d.features(false, 2).start, "only x occurs twice")
	assert.Equal(t, 3*3+9, d.features(true, 0).dim())
}

// Training succeeds on the sample if half of the labels are hidden and a third of the others are
// ambiguous between two.
func TestHalfOfTheLabels(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 7))
	p, err := features.Preset("pos")
	require.NoError(t, err)
	d, err := NewDataset(model.Input{Templates: p, Names: map[string]int{"form": 0}})
	require.NoError(t, err)
	for _, rows := range read(t, sample.Train) {
		known := certain(column(rows, 1))
		for i := range known {
			switch u := rng.Float64(); {
			case u < 0.5:
				known[i] = annotation.Choice{}
			case u < 0.67 && known[i].Labels[0] != "NOUN":
				known[i].Labels = []string{"NOUN", known[i].Labels[0]}
			}
		}
		require.NoError(t, d.AddChoices(model.Sentence{Columns: rows}, known, 1))
	}
	for name, o := range map[string]Options{
		"lbfgs": {Penalty: l2}, "sgd": {Penalty: l2, Stochastic: optimize.SGD{Passes: optimize.Passes{Epochs: 15}}},
	} {
		reached := accuracy(t, train(t, d, o), sample.Dev, 1)
		t.Logf("%s: accuracy %.4f", name, reached)
		assert.Greater(t, reached, 0.82, name)
	}
}

func TestChoicesAreRefused(t *testing.T) {
	partial := chosen(t, plainTemplates, 5, func(_, i int, c *annotation.Choice) {
		if i == 1 {
			*c = annotation.Choice{}
		}
	})
	soft := chosen(t, plainTemplates, 5, func(_, i int, c *annotation.Choice) {
		if i == 1 {
			*c = annotation.Choice{Labels: []string{"O", "B-LOC"}, Shares: []float64{0.5, 0.5}}
		}
	})
	for _, name := range losses.Names() {
		loss, err := losses.New(name, losses.Options{})
		require.NoError(t, err)
		kind, _ := losses.Lookup(name)
		for _, d := range []*Dataset{partial, soft} {
			o := Options{Loss: loss, Stochastic: optimize.SGD{Passes: optimize.Passes{Epochs: 1}, Rate: 0.01}}
			if name == "large-margin-softmax" {
				o.Stochastic = nil
			}
			_, _, err := Train(t.Context(), d, o)
			if kind.Target {
				assert.NoError(t, err, name)
			} else {
				assert.ErrorIs(t, err, structured.ErrTarget, name)
			}
		}
	}
	_, _, err := Train(t.Context(), partial, Options{Stochastic: optimize.SAGA{}, Penalty: l2})
	require.ErrorIs(t, err, model.ErrPair)
	_, _, err = Train(t.Context(), soft, Options{Stochastic: optimize.SAGA{Passes: optimize.Passes{Epochs: 2}}, Penalty: l2})
	require.NoError(t, err, "soft labels leave the loss convex")
	_, _, err = Train(t.Context(), small(t, plainTemplates, 5), Options{Dev: partial})
	require.ErrorIs(t, err, model.ErrInput)

	d, err := NewDataset(model.Input{Templates: parse(t, plainTemplates), Names: map[string]int{"form": 0}})
	require.NoError(t, err)
	rows := features.Rows{{"a"}, {"b"}}
	for _, known := range [][]annotation.Choice{
		{{}}, // one for two tokens
		{{Labels: []string{"A", "B"}, Shares: []float64{0.5, 0.5}}, {}},
		{{Labels: []string{"A", "B"}, Shares: []float64{0.5, 0.4}}, {Labels: []string{"A"}}},
		{{Labels: []string{"A", "B"}, Shares: []float64{1, 0}}, {Labels: []string{"A"}}},
		{{Labels: []string{"A", "B"}, Shares: []float64{1}}, {Labels: []string{"A"}}},
	} {
		assert.ErrorIs(t, d.AddChoices(model.Sentence{Columns: rows}, known, 1), model.ErrInput)
	}
	assert.Zero(t, d.Len())
	require.NoError(t, d.AddChoices(model.Sentence{Columns: rows}, make([]annotation.Choice, 2), 1))
	_, _, err = Train(t.Context(), d, Options{})
	assert.ErrorContains(t, err, "no token has a label")
	assert.ErrorIs(t, d.HeldOut().AddChoices(model.Sentence{Columns: rows}, make([]annotation.Choice, 2), 1), model.ErrInput)
}

// The scheme is detected from the known labels.
func TestSchemeOfChoices(t *testing.T) {
	d := chosen(t, plainTemplates, 40, func(s, i int, c *annotation.Choice) {
		if (s+i)%3 == 0 {
			*c = annotation.Choice{}
		}
	})
	assert.Equal(t, structured.BIO, d.Scheme())
	assert.Zero(t, d.scheme.IllFormed())
}
