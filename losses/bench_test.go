package losses_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// sentence is a sentence of the size of CoNLL-2000: 25 tokens and 22 labels.
type sentence struct {
	name       string
	s          *structured.Lattice
	gold       []int
	norm       []float64
	w          losses.Workspace
	grad       structured.Lattice
	gradByNorm []float64
}

// sentences returns random scores, where many paths compete, and scores of a model that is nearly
// certain.
func sentences() []*sentence {
	rng := rand.New(rand.NewPCG(1, 2))
	random := &sentence{name: "random", s: bruteforce.Random(rng, 25, 22, structured.SharedEdges, 1, 0)}
	sure := &sentence{name: "sure", s: bruteforce.Random(rng, 25, 22, structured.SharedEdges, 1, 0)}
	for range 25 {
		random.gold, random.norm = append(random.gold, rng.IntN(22)), append(random.norm, 20)
	}
	sure.gold, sure.norm = random.gold, random.norm
	for t, j := range sure.gold {
		sure.s.NodeAt(t)[j] += 6
	}
	for _, x := range []*sentence{random, sure} {
		x.gradByNorm = make([]float64, 25)
	}
	return []*sentence{random, sure}
}

func (x *sentence) eval(b *testing.B, l losses.Loss) {
	var err error
	if n, ok := l.(losses.AngularLoss); ok {
		_, err = n.EvalWithNorms(&x.grad, x.gradByNorm, x.s, x.norm, structured.PathTarget(x.gold), &x.w)
	} else {
		_, err = l.Eval(&x.grad, x.s, structured.PathTarget(x.gold), &x.w)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// each runs f for every loss on both sentences.
func each(b *testing.B, f func(b *testing.B, l losses.Loss, x *sentence)) {
	for _, name := range losses.Names() {
		l, err := losses.New(name, losses.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, x := range sentences() {
			b.Run(name+"/"+x.name, func(b *testing.B) { f(b, l, x) })
		}
	}
}

func BenchmarkEval(b *testing.B) {
	each(b, func(b *testing.B, l losses.Loss, x *sentence) {
		for b.Loop() {
			x.eval(b, l)
		}
	})
}

// BenchmarkRatio measures the time of each loss relative to cross-entropy. The two losses alternate
// and the fastest run of each counts, to reduce the effect of other work on the machine. Target:
// risk takes at most 2.5 times as long.
func BenchmarkRatio(b *testing.B) {
	each(b, func(b *testing.B, l losses.Loss, x *sentence) {
		best := [2]time.Duration{math.MaxInt64, math.MaxInt64}
		for b.Loop() {
			for k, l := range []losses.Loss{losses.CrossEntropy{}, l} {
				began := time.Now()
				x.eval(b, l)
				best[k] = min(best[k], time.Since(began))
			}
		}
		b.ReportMetric(float64(best[1])/float64(best[0]), "x-cross-entropy")
		b.ReportMetric(0, "ns/op") // the time of both together means nothing
	})
}

// BenchmarkStructures measures the losses on segments and on a pruned lattice of order 2.
func BenchmarkStructures(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, x := range map[string]*instance{
		"segments": segmented("", randomSegments(rng, [3]int{4, 4, 3}, structured.SharedEdges, 0)),
		"pruned":   prunedChain("", randomPruned(rng, 6, 2, 0)),
	} {
		x.pickGold(rng)
		for loss, l := range general(b, losses.Options{}) {
			run := x.repeat(l)
			b.Run(name+"/"+loss, func(b *testing.B) {
				for b.Loop() {
					if err := run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
