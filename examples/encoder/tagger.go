package main

import (
	"context"
	"math/rand/v2"

	"github.com/trellis-nlp/trellis/layer"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/structured"
)

// tagger is the network with a layer of trellis on top.
type tagger struct {
	words vocabulary
	net   *network

	transitions, start, end *tensor // L x L, L, L

	chain  layer.Chain
	batch  layer.Batch
	grad   layer.Gradient
	target layer.Target
	values []float32 // N: the losses of the batch
	tapes  []tape    // N
}

func newTagger(r *rand.Rand, train []sentence) *tagger {
	l := len(labelNames)
	g := &tagger{
		words:       newVocabulary(train),
		transitions: newTensor(l * l), start: newTensor(l), end: newTensor(l),
	}
	g.net = newNetwork(r, len(g.words)+1, l)

	// Transitions are weights. A transition that BIO forbids is -Inf from the start, and its
	// gradient is 0.
	rules := layer.Batch{L: l, Transitions: g.transitions.value, Start: g.start.value, End: g.end.value}
	if err := rules.Forbid(structured.NewGrammar(labelNames, structured.BIO)); err != nil {
		panic(err) // impossible: the sizes match
	}
	return g
}

// weights returns all trainable weights.
func (g *tagger) weights() []*tensor {
	return append(g.net.weights(), g.transitions, g.start, g.end)
}

// forward fills g.batch with the scores of the inputs, padded to the longest sentence.
func (g *tagger) forward(inputs []input) *layer.Batch {
	b, l := &g.batch, len(labelNames)
	b.N, b.T, b.L = len(inputs), 0, l
	b.Lengths = b.Lengths[:0]
	for _, x := range inputs {
		b.T = max(b.T, len(x.words))
		b.Lengths = append(b.Lengths, len(x.words))
	}
	b.Emissions = zeros(b.Emissions, b.N*b.T*l)
	b.Transitions, b.Start, b.End = g.transitions.value, g.start.value, g.end.value
	for len(g.tapes) < b.N {
		g.tapes = append(g.tapes, tape{})
	}
	for n, x := range inputs {
		g.net.forward(&g.tapes[n], b.Emissions[n*b.T*l:], x)
	}
	return b
}

// step adds the gradient of the mean loss of a batch to the gradients of all weights. It returns
// the sum of the losses.
func (g *tagger) step(ctx context.Context, inputs []input, gold [][]int, loss losses.Loss) (float64, error) {
	b := g.forward(inputs)
	g.values = zeros(g.values, b.N)
	y, d := &g.target, &g.grad
	y.Labels, y.Weights = y.Labels[:0], y.Weights[:0]
	for _, labels := range gold {
		y.Labels = append(append(y.Labels, labels...), make([]int, b.T-len(labels))...)
		y.Weights = append(y.Weights, 1/float32(b.N))
	}
	// The layer overwrites gradients. The gradient of the emissions replaces the emissions.
	*d = layer.Gradient{Emissions: b.Emissions, Transitions: g.transitions.grad, Start: g.start.grad, End: g.end.grad}
	y.Norms = y.Norms[:0]
	if _, ok := loss.(losses.AngularLoss); ok {
		g.withNorms(gold)
	}
	if err := g.chain.Loss(ctx, d, g.values, b, *y, loss); err != nil {
		return 0, err
	}
	total := 0.0
	for n, v := range g.values {
		total += float64(v)
		var dNorms []float32
		if len(d.Norms) > 0 {
			dNorms = d.Norms[n*b.T:]
		}
		g.net.backward(&g.tapes[n], b.Emissions[n*b.T*b.L:], dNorms, gold[n])
	}
	return total, nil
}

// withNorms adds the norms that large-margin softmax requires, and removes start and end scores,
// which have no angle.
func (g *tagger) withNorms(gold [][]int) {
	b := &g.batch
	b.Start, b.End, g.grad.Start, g.grad.End = nil, nil, nil, nil
	g.target.Norms = zeros(g.target.Norms, b.N*b.T)
	g.grad.Norms = make([]float32, b.N*b.T)
	for n := range gold {
		g.net.norms(g.target.Norms[n*b.T:], &g.tapes[n], gold[n])
	}
}

// evaluate labels the sentences and scores the spans.
func (g *tagger) evaluate(ctx context.Context, sentences []sentence) (metrics.Results, error) {
	inputs := make([]input, len(sentences))
	for n, s := range sentences {
		inputs[n] = g.words.encode(s)
	}
	b := g.forward(inputs)
	labels := make([]int, b.N*b.T)
	if err := g.chain.Decode(ctx, labels, nil, b); err != nil {
		return metrics.Results{}, err
	}
	gold, predicted := make([][]string, b.N), make([][]string, b.N)
	for n, s := range sentences {
		gold[n], predicted[n] = spell(s.labels), spell(labels[n*b.T:][:len(s.labels)])
	}
	return metrics.Evaluate(structured.BIO, gold, predicted)
}

func spell(labels []int) []string {
	names := make([]string, len(labels))
	for t, label := range labels {
		names[t] = labelNames[label]
	}
	return names
}
