package losses_test

import (
	"math/rand/v2"
	"testing"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// Ratios of the losses to each other are read off this: ns/op at the size of CoNLL-2000, with scores at
// random, where many paths compete, and with those of a model that is nearly sure.
func BenchmarkEval(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := bruteforce.Random(rng, 25, 22, structured.SharedEdges, 1, 0)
	sure := bruteforce.Random(rng, 25, 22, structured.SharedEdges, 1, 0)
	gold, norm := make([]int, 25), make([]float64, 25)
	for t := range gold {
		gold[t], norm[t] = rng.IntN(22), 20
		sure.NodeAt(t)[gold[t]] += 6
	}
	for _, name := range losses.Names() {
		l, err := losses.New(name, losses.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for k, s := range []*structured.Lattice{random, sure} {
			b.Run(name+[]string{"/random", "/sure"}[k], func(b *testing.B) {
				var w losses.Workspace
				grad, byNorm := new(structured.Lattice), make([]float64, 25)
				for b.Loop() {
					if n, ok := l.(losses.Normed); ok {
						_, err = n.EvalNormed(grad, byNorm, s, norm, structured.PathTarget(gold), &w)
					} else {
						_, err = l.Eval(grad, s, structured.PathTarget(gold), &w)
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
