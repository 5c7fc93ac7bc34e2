package layer_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/trellis-nlp/trellis/layer"
	"github.com/trellis-nlp/trellis/losses"
)

// A batch of 64 sequences of up to 40 positions over 17 labels, for several numbers of threads.
func BenchmarkLoss(b *testing.B) {
	s, y := random(1, 64, 40, 17)
	y.Norms = nil
	grad, values := gradientOf(s), make([]float32, s.N)
	positions := 0
	for _, t := range s.Lengths {
		positions += t
	}
	for _, loss := range []struct {
		name string
		of   losses.Loss
	}{{"cross-entropy", losses.CrossEntropy{}}, {"hinge", losses.Hinge{}}, {"risk", losses.Risk{}}} {
		for threads := 1; threads <= runtime.NumCPU(); threads *= 2 {
			b.Run(fmt.Sprintf("%s/threads=%d", loss.name, threads), func(b *testing.B) {
				c := layer.Chain{Threads: threads}
				for b.Loop() {
					if err := c.Loss(ctx, grad, values, s, y, loss.of); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*positions), "ns/token")
			})
		}
	}
}

// Cross-entropy by number of labels. With equal weights, the layer evaluates four sequences at
// once.
func BenchmarkLabels(b *testing.B) {
	for _, l := range []int{5, 17, 50, 100, 230} {
		s, y := random(1, 64, 40, l)
		y.Norms = nil
		grad, values := gradientOf(s), make([]float32, s.N)
		positions := 0
		for _, t := range s.Lengths {
			positions += t
		}
		for name, weights := range map[string][]float32{"weights": y.Weights, "equal": nil} {
			y.Weights = weights
			b.Run(fmt.Sprintf("%d/%s", l, name), func(b *testing.B) {
				c := layer.Chain{Threads: 1}
				for b.Loop() {
					if err := c.Loss(ctx, grad, values, s, y, losses.CrossEntropy{}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*positions), "ns/token")
			})
		}
	}
}
