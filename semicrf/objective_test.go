package semicrf

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

func tiny(t testing.TB) *Dataset {
	templates, err := features.Parse(strings.NewReader("u:w=%x[0,form]\nu:l=%x[-1,form]\nb:%x[0,form]\n"), "test", features.DialectTrellis)
	require.NoError(t, err)
	d, err := NewDataset(model.Input{Templates: templates, Names: map[string]int{"form": 0}})
	require.NoError(t, err)
	for k, s := range []string{
		"in/O New/B-L York/I-L today/O", "Ann/B-P meets/O Bo/B-P Ek/I-P", "New/B-L York/I-L", "no/O", "Bo/B-P Ek/I-P Ann/B-P",
	} {
		var rows features.Rows
		var labels []string
		for _, token := range strings.Fields(s) {
			word, label, _ := strings.Cut(token, "/")
			rows, labels = append(rows, []string{word}), append(labels, label)
		}
		require.NoError(t, d.Add(rows, labels, float64(k%3)))
	}
	return d
}

func small(t testing.TB, loss losses.General, threads int) *objective {
	_, o, err := tiny(t).compile(Options{Loss: loss, MaxLength: 3, MinCount: 2, Threads: threads})
	require.NoError(t, err)
	return o
}

// The gradient of a smooth loss equals finite differences at a random point. The sum over batches
// equals the full pass, at w as at scale * w/scale. All changes are within the support.
func TestObjective(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"cross-entropy", "smoothed-hinge", "softmax-margin", "risk", "soft-ramp3", "token-marginal"} {
		loss, err := losses.NewGeneral(name, losses.Options{})
		require.NoError(t, err)
		o := small(t, loss, 2)
		n := o.Dim()
		w, grad, other := make([]float64, n), make([]float64, n), make([]float64, n)
		for k := range w {
			w[k] = rng.NormFloat64()
		}
		value, err := o.Eval(ctx, grad, w)
		require.NoError(t, err)
		moved := 0
		for k := range w {
			const h = 1e-5
			at := slices.Clone(w)
			at[k] += h
			up, err := o.Eval(ctx, other, at)
			require.NoError(t, err)
			at[k] -= 2 * h
			down, err := o.Eval(ctx, other, at)
			require.NoError(t, err)
			require.InDelta(t, (up-down)/(2*h), grad[k], 1e-6, "%s, weight %d", name, k)
			if grad[k] != 0 {
				moved++
			}
		}
		assert.Greater(t, moved, n/2)

		half := slices.Clone(w)
		for k := range half {
			half[k] /= 2
		}
		g := optimize.NewSparse(n)
		total := 0.0
		for s := range o.Len() {
			one := optimize.NewSparse(n)
			v, err := o.EvalBatch(ctx, one, half, 2, []int{s})
			require.NoError(t, err)
			total += v
			g.AddSparse(one)
			inside := make([]bool, n)
			o.Support([]int{s}, func(lo, hi int) {
				for k := lo; k < hi; k++ {
					inside[k] = true
				}
			})
			for _, k := range one.Touched() {
				require.True(t, inside[k], "weight %d of sentence %d", k, s)
			}
		}
		all := optimize.NewSparse(n)
		batch := []int{0, 1, 2, 3, 4, 0, 1, 2, 3, 4}
		twice, err := o.EvalBatch(ctx, all, w, 1, batch)
		require.NoError(t, err)
		assert.InDelta(t, value, total, 1e-9)
		assert.InDelta(t, 2*value, twice, 1e-9)
		for k := range w {
			require.InDelta(t, grad[k], g.At(k), 1e-9)
			require.InDelta(t, 2*grad[k], all.At(k), 1e-9)
		}
	}
}

// Segment attributes are the length, the texts, and a mark for a rare shape.
func TestLexicon(t *testing.T) {
	o := small(t, losses.CrossEntropy{}, 1)
	x := &lexicon{longest: 2}
	x.number([]string{"h X", "w New York"})
	text := texts{{[]byte("New"), []byte("York")}, {[]byte("new"), []byte("york")}, {[]byte("X"), []byte("Xx")}}
	var k keys
	seg, ends := x.segments(nil, nil, 2, &text, &k)
	assert.Equal(t, []int32{0, 3, 1, 4, 2, 0, 2}, seg) // New: length 1, shape X; New York: its name, rare shape; York
	assert.Equal(t, []int{2, 5, 7, 7}, ends)
	assert.Equal(t, 5, x.len())
	assert.Equal(t, 3, o.x.labels)
}
