package main

import (
	"context"
	"math/rand/v2"

	"github.com/trellis-nlp/trellis/losses"
)

// options of training; see the flags.
type options struct {
	loss      string
	epochs    int
	warm      int
	batch     int
	threads   int
	sentences int
	seed      uint64
	rate      float64
}

// A report is how training stands after an epoch.
type report struct {
	epoch int
	loss  string  // that was minimised
	mean  float64 // over the training sentences, as their batches met the weights
	f1    float64 // of the development sentences
}

// unknownShare of the words that training replaces by the unknown one, which so gets an embedding, and which
// makes the network look at shapes and neighbours.
const unknownShare = 0.1

// train trains a tagger on sentences of its own making, and reports each epoch. The same options give the same
// reports.
func train(ctx context.Context, o options, tell func(report)) (g *tagger, sample []sentence, err error) {
	r := rand.New(rand.NewPCG(o.seed, 1))
	sample, dev := generate(r, o.sentences, false), generate(r, o.sentences, true)
	g = newTagger(r, sample)
	g.chain.Threads = o.threads
	loss, err := losses.New(o.loss, losses.Options{})
	if err != nil {
		return nil, nil, err
	}
	if d, ok := loss.(losses.HasTraits); !ok || !d.Traits().NeedsStart {
		o.warm = 0
	}
	step := adam{rate: o.rate, bound: 5}
	for epoch := range o.warm + o.epochs {
		name, by := o.loss, loss
		if epoch < o.warm { // zero is a poor start for this loss
			name, by = "cross-entropy", losses.CrossEntropy{}
		}
		sum, err := g.epoch(ctx, r, &step, sample, o.batch, by)
		if err != nil {
			return nil, nil, err
		}
		results, err := g.evaluate(ctx, dev)
		if err != nil {
			return nil, nil, err
		}
		tell(report{epoch: epoch + 1, loss: name, mean: sum / float64(len(sample)), f1: results.F1})
	}
	return g, sample, nil
}

// epoch makes a step for each batch of the sentences, in random order, and returns the sum of their losses.
func (g *tagger) epoch(ctx context.Context, r *rand.Rand, by *adam, sentences []sentence, size int, loss losses.Loss) (float64, error) {
	order, sum := r.Perm(len(sentences)), 0.0
	for at := 0; at < len(order); at += size {
		var inputs []input
		var gold [][]int
		for _, n := range order[at:min(at+size, len(order))] {
			x := g.words.encode(sentences[n])
			for t := range x.words {
				if r.Float64() < unknownShare {
					x.words[t] = 0
				}
			}
			inputs, gold = append(inputs, x), append(gold, sentences[n].labels)
		}
		total, err := g.step(ctx, inputs, gold, loss)
		if err != nil {
			return 0, err
		}
		sum += total
		by.step(g.weights())
	}
	return sum, nil
}
