package forwardbackward_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/structured"
)

// Marginals of a sentence of 17 tokens with 13 transitions per label, by number of labels, with
// sparse and with shared edges.
func BenchmarkLabels(b *testing.B) {
	for _, l := range []int{20, 32, 50, 100, 230, 500, 1000, 2000} {
		rng := rand.New(rand.NewPCG(1, 2))
		sparse := draw(rng, 17, l, 13/float64(l), 2, rng.NormFloat64)
		full := new(structured.Lattice)
		for _, kind := range []string{"sparse", "shared"} {
			s := sparse
			if kind == "shared" {
				if l > 500 {
					continue
				}
				sparse.Dense(full)
				s = full
			}
			b.Run(fmt.Sprintf("%s/%d", kind, l), func(b *testing.B) {
				var w forwardbackward.Workspace
				grad := new(structured.Lattice)
				grad.ResetLike(s)
				for b.Loop() {
					if _, err := w.AddMarginals(grad, s, 1); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*s.T), "ns/token")
			})
		}
	}
}
