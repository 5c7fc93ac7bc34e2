package prunedcrf

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// poolOf returns a pool of n workers without sentences.
func poolOf(n int) *training.Pool[worker] { return training.NewPool[worker](n, 0, nil) }

func TestObjectiveByFiniteDifferences(t *testing.T) {
	templates, err := features.Parse(strings.NewReader("u:%x[0,0]\nu:%s[0,0,1]\nu:%v[0,1]\n"), "t", features.DialectTrellis)
	require.NoError(t, err)
	d, err := NewDataset(model.Input{Templates: templates, Columns: 2})
	require.NoError(t, err)
	require.NoError(t, d.Add(features.Rows{{"ab", "0.5"}, {"cb", "-2"}, {"ab", "1e-1"}, {"d", "no number"}}, []string{"x|y", "y", "x|z", "y"}, 2))
	require.NoError(t, d.Add(features.Rows{{"d", "3"}, {"ab", "_"}}, []string{"y", "x|y"}, 1))
	for _, name := range []string{"cross-entropy", "smoothed-hinge", "risk", "soft-ramp3", "token-marginal"} {
		loss, err := losses.NewGeneral(name, losses.Options{})
		require.NoError(t, err)
		checkGradient(t, &objective{x: newIndex(d, "|", 0, 2), list: d.list, loss: loss, pool: poolOf(2)})
	}
}

// checkGradient compares batch gradients with finite differences, for each order.
func checkGradient(t *testing.T, goal *objective) {
	rng := rand.New(rand.NewPCG(1, 2))
	w := make([]float64, goal.Dim())
	for k := range w {
		w[k] = rng.NormFloat64()
	}
	for _, batch := range [][]int{{0, 1}, {0, 1, 1, 0, 1, 0, 0, 1}} { // two workers share the second
		for goal.plan.order = range 3 {
			value := func(g *optimize.Sparse) float64 {
				v, err := goal.EvalBatch(context.Background(), g, w, 0.5, batch)
				require.NoError(t, err)
				return v
			}
			g, unused := optimize.NewSparse(goal.Dim()), optimize.NewSparse(goal.Dim())
			value(g)
			for k := range w {
				const h = 1e-5
				was := w[k]
				w[k] = was + h
				up := value(unused)
				w[k] = was - h
				down := value(unused)
				w[k] = was
				require.InDelta(t, (up-down)/(2*h), 0.5*g.At(k), 1e-7)
			}
			supported := make([]bool, goal.Dim())
			goal.Support(batch, func(lo, hi int) {
				for k := lo; k < hi; k++ {
					supported[k] = true
				}
			})
			for _, k := range g.Touched() {
				require.True(t, supported[k])
			}
		}
	}
}

func TestThresholdsMoveTowardsWhatIsToBeKept(t *testing.T) {
	o := &objective{loss: losses.CrossEntropy{}, keep: [2]float64{3, 2}, plan: plan{order: 1}, pool: poolOf(2)}
	a, b := o.pool.Scratch(0), o.pool.Scratch(1)
	a.tokens, a.kept = 4, [2]int{20, 0}
	b.tokens, b.kept = 6, [2]int{30, 0}
	o.plan.prune[0].Threshold = 0.01
	require.True(t, o.begun())
	require.Equal(t, [2]float64{5, 0}, o.endEpoch())
	require.InDelta(t, 0.02, o.plan.prune[0].Threshold, 1e-12)
	require.False(t, o.begun())
	o.plan.order = 2
	b.tokens, b.kept = 10, [2]int{20, 10}
	o.plan.prune[1].Threshold = 0.01
	o.endEpoch()
	require.InDelta(t, 0.01, o.plan.prune[0].Threshold, 1e-12)
	require.InDelta(t, 0.0025, o.plan.prune[1].Threshold, 1e-12)
}

// Thresholds reach the wanted number of labels for scores of any scale.
func TestThresholdsOfAnyScale(t *testing.T) {
	for _, scale := range []float64{0.1, 1, 30, 1000} {
		kept := func(threshold float64) float64 { // of labels with scores 0, -scale, -2 scale ...
			return 1 + math.Floor(-math.Log(threshold)/scale)
		}
		threshold := 0.01
		for range 40 {
			threshold = moved(threshold, (min(kept(threshold), 50)-1)/5, false)
		}
		if scale == 1 || scale == 30 { // even 0.5 keeps 7, or even the smallest threshold keeps 1
			require.InDelta(t, 6, kept(threshold), 2, "%v", scale)
		}
		require.GreaterOrEqual(t, threshold, leastThreshold)
	}
}
