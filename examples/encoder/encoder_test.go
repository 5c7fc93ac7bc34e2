package main

import (
	"bytes"
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/losses"
)

var defaults = options{loss: "cross-entropy", epochs: 15, warm: 3, batch: 16, sentences: 120, seed: 1, rate: 0.01}

// Each loss decreases, and the network fits the training sentences.
func TestEveryLossTrains(t *testing.T) {
	for _, name := range losses.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := defaults
			o.loss = name
			var reports []report
			g, sample, err := train(context.Background(), o, func(r report) {
				if r.loss == name {
					reports = append(reports, r)
				}
			})
			require.NoError(t, err)
			require.Len(t, reports, o.epochs)
			first, last := reports[0], reports[o.epochs-1]
			assert.Less(t, last.mean, first.mean/3, "the mean loss of an epoch")
			assert.Greater(t, last.f1, 0.9, "F1 on sentences with unseen names")
			results, err := g.evaluate(context.Background(), sample)
			require.NoError(t, err)
			assert.GreaterOrEqual(t, results.F1, 0.99, "F1 on the training sentences")
			for _, p := range g.weights() {
				for _, v := range p.value {
					require.False(t, math.IsNaN(float64(v)) || v > math.MaxFloat32, "weights are finite, or -Inf")
				}
			}
		})
	}
}

// The gradients of all weights of the network agree with central differences.
func TestGradientOfTheNetwork(t *testing.T) {
	for _, name := range losses.Names() {
		loss, err := losses.New(name, losses.Options{})
		require.NoError(t, err)
		if !loss.(losses.HasTraits).Traits().Smooth {
			continue // finite differences need a smooth loss
		}
		r := rand.New(rand.NewPCG(3, 3))
		sample := generate(r, 4, false)
		g := newTagger(r, sample)
		for _, p := range []*tensor{g.transitions, g.start, g.end} {
			for k := range p.value {
				p.value[k] += float32(0.5 * r.NormFloat64())
			}
		}
		var inputs []input
		var gold [][]int
		for _, s := range sample {
			inputs, gold = append(inputs, g.words.encode(s)), append(gold, s.labels)
		}
		inputs[0].words[1] = 0
		objective := func() float64 {
			total, err := g.step(context.Background(), inputs, gold, loss)
			require.NoError(t, err)
			return total / float64(len(inputs))
		}
		objective()
		grads := make([][]float32, len(g.weights()))
		for k, p := range g.weights() {
			grads[k] = slices.Clone(p.grad)
		}
		for k, p := range g.weights() {
			for _, at := range largestAndOthers(r, grads[k], p.value) {
				const h = 1e-2
				was := p.value[at]
				p.value[at] = was + h
				up := objective()
				p.value[at] = was - h
				down := objective()
				p.value[at] = was
				got := float64(grads[k][at])
				assert.InDelta(t, (up-down)/(2*h), got, 1e-3+2e-2*math.Abs(got), "%s: weight %d of tensor %d", name, at, k)
			}
		}
	}
}

// largestAndOthers returns the indices of the largest derivatives, and of some others. Weights that
// are
// -Inf are left out.
func largestAndOthers(r *rand.Rand, grad, value []float32) []int {
	places := r.Perm(len(grad))
	places = slices.DeleteFunc(places, func(k int) bool { return math.IsInf(float64(value[k]), -1) })
	some := slices.Clone(places[:min(3, len(places))])
	slices.SortFunc(places, func(a, b int) int {
		return cmp.Compare(math.Abs(float64(grad[b])), math.Abs(float64(grad[a])))
	})
	return append(some, places[:min(5, len(places))]...)
}

func TestSameSeedSameReports(t *testing.T) {
	of := func(threads int, seed uint64) (reports []report) {
		o := defaults
		o.epochs, o.loss, o.threads, o.seed = 3, "risk", threads, seed
		_, _, err := train(context.Background(), o, func(r report) { reports = append(reports, r) })
		require.NoError(t, err)
		return reports
	}
	want := of(1, 7)
	assert.Equal(t, want, of(1, 7))
	assert.Equal(t, want, of(5, 7), "threads")
	assert.NotEqual(t, want, of(1, 8), "another seed")
}

func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), []string{"--loss", "ramp1", "--epochs", "2", "--warm", "1", "--sentences", "40"}, &out))
	assert.Regexp(t, regexp.MustCompile(`^epoch  1  cross-entropy +[\d.]+  dev F1 +[\d.]+
epoch  2  ramp1 +[\d.]+  dev F1 +[\d.]+
epoch  3  ramp1 +[\d.]+  dev F1 +[\d.]+
training sentences: F1 [\d.]+; [\d.]+ s
$`), out.String())

	assert.ErrorContains(t, run(context.Background(), []string{"--loss", "guess"}, &out), `unknown loss "guess"`)
	for _, args := range [][]string{{"more"}, {"--epochs", "0"}, {"--batch", "0"}, {"--rate", "0"}, {"--colour"}} {
		assert.Error(t, run(context.Background(), args, &out), args)
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	assert.ErrorIs(t, run(stopped, nil, &out), context.Canceled)
}

func TestSentences(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	train, dev := generate(r, 300, false), generate(r, 300, true)
	words := newVocabulary(train)
	for _, word := range []string{"Noor", "Pellworth", "Zephyr"} {
		assert.NotContains(t, words, word)
	}
	unknown := 0
	for _, s := range dev {
		require.Len(t, s.labels, len(s.words))
		for at, label := range s.labels {
			if name := labelNames[label]; name[0] == 'I' {
				require.Contains(t, []int{label, label - 1}, s.labels[at-1], "%s after %s", name, labelNames[s.labels[at-1]])
			}
			if words[s.words[at]] == 0 {
				unknown++
			}
		}
	}
	assert.Positive(t, unknown)
}
