package main

import (
	"context"
	"math/rand/v2"

	"github.com/trellis-nlp/trellis/losses"
)

// options holds the settings of training. The flags describe them.
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

// report describes an epoch.
type report struct {
	epoch int
	loss  string  // the loss that the epoch minimises
	mean  float64 // mean loss over the training sentences, each before the step of its batch
	f1    float64 // on the development sentences
}

// unknownShare is the fraction of words that training replaces by the unknown word. This trains the
// embedding of the unknown word, and makes the network use shapes and context.
const unknownShare = 0.1

// train generates sentences, trains a tagger on them, and reports each epoch. The same options give
// the same reports. It returns the tagger and the training sentences.
func train(ctx context.Context, o options, progress func(report)) (g *tagger, sample []sentence, err error) {
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
		if epoch < o.warm { // this loss needs a good start
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
		progress(report{epoch: epoch + 1, loss: name, mean: sum / float64(len(sample)), f1: results.F1})
	}
	return g, sample, nil
}

// epoch takes one step for each batch, in random order, and returns the sum of the losses.
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
