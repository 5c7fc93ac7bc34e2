package crf

import (
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// The estimate is close to the heap size during training.
func TestMemoryEstimate(t *testing.T) {
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // entries of a sync.Pool, such as taggers of other tests, survive the first collection
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	twice, limits := optimize.Passes{Epochs: 2}, optimize.Limits{MaxIterations: 2}
	for name, o := range map[string]Options{
		"lbfgs":   {Batch: optimize.LBFGS{Limits: limits}},
		"warm":    {Batch: optimize.WarmStart{First: optimize.SGD{Passes: optimize.Passes{Epochs: 1}}, Then: optimize.LBFGS{Limits: limits}}},
		"owlqn":   {Batch: optimize.OWLQN{Limits: limits}},
		"sgd":     {Stochastic: optimize.SGD{Average: true, Passes: twice}},
		"adagrad": {Stochastic: optimize.AdaGrad{Passes: twice}},
		"adam":    {Stochastic: optimize.Adam{Passes: twice}},
		"sag":     {Stochastic: optimize.SAGA{Passes: twice}},
	} {
		before := heap()
		rng := rand.New(rand.NewPCG(3, 4))
		d, err := NewDataset(model.Input{})
		require.NoError(t, err)
		for range 1500 {
			items, labels := make([][]attrfile.Attribute, 12), make([]string, 12)
			for i := range items {
				labels[i] = strconv.Itoa(rng.IntN(9))
				for range 10 {
					items[i] = append(items[i], attrfile.Attribute{Name: "attribute " + strconv.Itoa(int(rng.ExpFloat64()*9000)), Value: 1})
				}
			}
			require.NoError(t, d.AddItems(items, labels, 1))
		}
		var features int
		var estimate int64
		var held int64
		o.Penalty, o.Threads = optimize.Penalty{L2: 1}, 2
		o.Begin = func(n int, bytes int64) { features, estimate = n, bytes }
		o.Progress = func(p model.Progress) {
			if p.Number == 2 {
				held = heap() - before
			}
		}
		_, summary, err := Train(t.Context(), d, o)
		require.NoError(t, err)
		assert.Equal(t, summary.Features, features)
		assert.InEpsilon(t, held, estimate, 0.35, "%s: held %d, estimated %d", name, held, estimate)
		runtime.KeepAlive(d)
	}
}
