package crf

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// planted adds sentences to a data set in which the groups a and b determine the label, group c
// repeats a, and groups n and m are noise: the values of n have a random sign, and m has many
// values.
func planted(t *testing.T, rng *rand.Rand, d *Dataset, n int) {
	t.Helper()
	for range n {
		var tokens [][]attrfile.Attribute
		var labels []string
		for range 5 {
			a, b := rng.IntN(6), rng.IntN(6)
			var token []attrfile.Attribute
			for _, name := range []string{fmt.Sprint("a=", a), fmt.Sprint("b=", b), fmt.Sprint("c=", a), fmt.Sprint("m=", rng.IntN(500))} {
				token = append(token, attrfile.Attribute{Name: name, Value: 1})
			}
			token = append(token, attrfile.Attribute{Name: fmt.Sprint("n=", rng.IntN(4)), Value: float64(2*rng.IntN(2) - 1)})
			label := (a + b) / 3
			if rng.IntN(10) == 0 {
				label = rng.IntN(4)
			}
			tokens, labels = append(tokens, token), append(labels, string(rune('A'+label)))
		}
		require.NoError(t, d.AddItems(tokens, labels, 1))
	}
}

const plantedGroups = "abcnm"

func plantedGroup(attribute string) int {
	for g := range plantedGroups {
		if plantedGroups[g] == attribute[0] {
			return g
		}
	}
	return -1
}

func plantedPath(t *testing.T, costs []float64) []model.ShrinkLevel {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 6))
	d, err := NewDataset(model.Input{})
	require.NoError(t, err)
	planted(t, rng, d, 300)
	held := d.HeldOut()
	planted(t, rng, held, 200)
	levels, err := Shrink(t.Context(), d, Options{Dev: held, Penalty: optimize.Penalty{L2: 0.1}, Threads: 1, Seed: 1}, plantedGroup, costs)
	require.NoError(t, err)
	require.NotEmpty(t, levels)
	return levels
}

// vanished returns the strength at which each group vanishes; infinite if it stays.
func vanished(levels []model.ShrinkLevel) []float64 {
	at := make([]float64, len(levels[0].Factors))
	for g := range at {
		at[g] = math.Inf(1)
		for k := len(levels) - 1; k >= 0 && levels[k].Factors[g] == 0; k-- {
			at[g] = levels[k].Strength
		}
	}
	return at
}

// Noise vanishes first, even without a cost if it has many values. Of two equal groups, the one
// that costs more vanishes, and the other one takes its part.
func TestShrinkFindsIdleGroups(t *testing.T) {
	levels := plantedPath(t, []float64{1, 1, 3, 1, 1})
	assert.Zero(t, levels[0].Strength)
	last := levels[len(levels)-1]
	at := vanished(levels)
	for _, idle := range []int{2, 3, 4} {
		assert.Less(t, at[idle], min(at[0], at[1]), "group %c: %v", plantedGroups[idle], at)
	}
	for _, level := range levels {
		if level.Factors[2] == 0 {
			assert.Greater(t, level.Factors[0], 1.3, "a replaces c")
			break
		}
	}
	for k, level := range levels[1:] {
		assert.Greater(t, level.Strength, levels[k].Strength)
		assert.GreaterOrEqual(t, level.Loss, levels[0].Loss*(1-1e-3))
	}
	assert.GreaterOrEqual(t, last.Loss, 1.1*levels[0].Loss, "the path ends where the loss is 10%% higher")

	free := plantedPath(t, []float64{0, 0, 0, 1, 1})
	assert.Zero(t, free[len(free)-1].Factors[3])
	assert.Zero(t, free[len(free)-1].Factors[4])
	assert.NotZero(t, free[len(free)-1].Factors[0])
	assert.Less(t, free[len(free)-1].Loss, 1.1*free[0].Loss, "the path ends where no group with a cost is left")
}

// The gradient with respect to the factors is the difference quotient, with label pairs as well.
func TestShrinkFactors(t *testing.T) {
	d := small(t, bigramTemplates, 20)
	x := d.features(false, 0)
	rng := rand.New(rand.NewPCG(7, 8))
	f := &factors{of: d.groups(x, func(a string) int { return strings.Index("*ub", a[:1]) }), w: make([]float64, x.dim()), n: 3}
	counts := make(map[int32]int)
	for q := range f.w {
		f.w[q] = rng.NormFloat64()
		counts[f.of[q]]++
	}
	assert.Len(t, counts, 4, "three groups, and the transitions")
	assert.Equal(t, len(x.trans), counts[-1])
	f.at, f.grad, f.loss = make([]float64, x.dim()), make([]float64, x.dim()), newObjective(d, x, losses.CrossEntropy{}, 1)
	c, grad, scratch := []float64{0.5, 1.5, 1}, make([]float64, 3), make([]float64, 3)
	_, err := f.Eval(t.Context(), grad, c)
	require.NoError(t, err)
	for g := range c {
		const h = 1e-6
		at := func(by float64) float64 {
			own := append([]float64(nil), c...)
			own[g] += by
			v, err := f.Eval(t.Context(), scratch, own)
			require.NoError(t, err)
			return v
		}
		assert.InDelta(t, (at(h)-at(-h))/(2*h), grad[g], 1e-4)
	}
}

func oneGroup(string) int { return 0 }

// A sentence with a label that the training data lack does not count.
func TestShrinkUnseenLabels(t *testing.T) {
	d := small(t, plainTemplates, 20)
	held := d.HeldOut()
	require.NoError(t, held.Add(features.Rows{{"Anna"}, {"left"}}, []string{"B-PER", "O"}, 1))
	o := Options{Dev: held, Penalty: optimize.Penalty{L2: 0.1}, Threads: 2}
	want, err := Shrink(t.Context(), d, o, oneGroup, []float64{1})
	require.NoError(t, err)
	require.NoError(t, held.Add(features.Rows{{"Anna"}, {"left"}}, []string{"B-NEW", "O"}, 1))
	got, err := Shrink(t.Context(), d, o, oneGroup, []float64{1})
	require.NoError(t, err)
	assert.InDelta(t, want[0].Loss, got[0].Loss, 1e-6)
	assert.Equal(t, []float64{1, 1}, held.weight, "the data set is the same afterwards")
}

func TestShrinkRefuses(t *testing.T) {
	d := small(t, plainTemplates, 20)
	o := Options{Dev: d.HeldOut()}
	_, err := Shrink(t.Context(), d, o, oneGroup, []float64{1})
	require.ErrorIs(t, err, model.ErrInput)
	require.NoError(t, o.Dev.Add(features.Rows{{"Anna"}}, []string{"B-PER"}, 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Shrink(ctx, d, o, oneGroup, []float64{1})
	require.ErrorIs(t, err, context.Canceled)
	o.Penalty.L2 = -1
	_, err = Shrink(t.Context(), d, o, oneGroup, []float64{1})
	require.ErrorIs(t, err, optimize.ErrPenalty)
}

// Attributes that Keep rejects have no features: training gives the model of data without them.
func TestKeep(t *testing.T) {
	for name, x := range map[string]struct {
		all, less string
		drop      byte
	}{
		"unigrams": {"u:w=%l[0,form]\nu:s=%s[0,form,2]\nb\n", "u:w=%l[0,form]\nb\n", 's'},
		"bigrams":  {"u:w=%l[0,form]\nb:k=%k[0,form]\nb\n", "u:w=%l[0,form]\nb\n", 'k'},
	} {
		for _, allPairs := range []bool{false, true} {
			o := Options{AllPairs: allPairs, Penalty: optimize.Penalty{L2: 0.1}, Threads: 1}
			want, _, err := Train(t.Context(), small(t, x.less, 20), o)
			require.NoError(t, err)
			o.Keep = func(attribute string) bool { return attribute[2] != x.drop }
			got, _, err := Train(t.Context(), small(t, x.all, 20), o)
			require.NoError(t, err)
			assert.Equal(t, want.Features(), got.Features(), name)
			assert.Equal(t, want.Attributes(), got.Attributes(), name)
			for _, rows := range read(t, sample.Test)[:10] {
				a, err := want.Tag(rows)
				require.NoError(t, err)
				b, err := got.Tag(rows)
				require.NoError(t, err)
				assert.Equal(t, a, b, name)
			}
		}
	}
}
