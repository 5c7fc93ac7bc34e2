package semicrf_test

import (
	"context"
	"strings"
	"testing"

	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/semicrf"
)

func tokens(all []labelled) (n int) {
	for _, s := range all {
		n += len(s.labels)
	}
	return n
}

// BenchmarkTrain runs ten iterations of L-BFGS over the sample corpus with one worker.
func BenchmarkTrain(b *testing.B) {
	all := read(b, strings.NewReader(sample.Train), 1)
	d := dataset(b, preset(b), all)
	evaluations := 0
	for b.Loop() {
		_, summary, err := semicrf.Train(context.Background(), d, semicrf.Options{
			Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 10}}, Penalty: optimize.Penalty{L2: 1}, Threads: 1,
		})
		if err != nil {
			b.Fatal(err)
		}
		evaluations += summary.Evaluations
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(evaluations*tokens(all)), "ns/token/evaluation")
}

func BenchmarkTag(b *testing.B) {
	all := read(b, strings.NewReader(sample.Train), 1)
	m, _, err := semicrf.Train(context.Background(), dataset(b, preset(b), all), semicrf.Options{
		Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 10}}, Penalty: optimize.Penalty{L2: 1},
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for _, s := range all {
			if _, err := m.Tag(s.rows); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*tokens(all)), "ns/token")
}
