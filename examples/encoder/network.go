package main

import (
	"math"
	"math/rand/v2"
	"slices"
)

// The vector sizes of the network.
const (
	wordSize  = 16
	shapeSize = 4
	inputSize = wordSize + shapeSize
	hidden    = 16 // in each direction
)

// network computes the emissions of a sentence: a score for each position and label.
type network struct {
	labels       int
	words        *tensor // vocabulary x wordSize
	shapes       *tensor // shapes x shapeSize
	ahead, back  gru
	out          dense // without bias, so that each score is a product of weights and inputs
	workAhead    gruScratch
	workBack     gruScratch
	dHidden      []float32 // T x 2 hidden
	dInput       []float32 // T x inputSize
	dAhead, zero []float32 // hidden
}

func newNetwork(r *rand.Rand, vocabulary, labels int) *network {
	n := &network{
		labels: labels,
		words:  randomTensor(r, vocabulary*wordSize, 0.5),
		shapes: randomTensor(r, shapes*shapeSize, 0.5),
		ahead:  newGRU(r, inputSize, hidden),
		back:   newGRU(r, inputSize, hidden),
		out:    newDense(r, 2*hidden, labels),
		dAhead: make([]float32, hidden), zero: make([]float32, hidden),
	}
	n.workAhead, n.workBack = n.ahead.newScratch(), n.back.newScratch()
	return n
}

// weights returns all trainable weights. The bias of out is not among them and stays 0.
func (n *network) weights() []*tensor {
	all := []*tensor{n.words, n.shapes, n.out.w}
	for _, g := range []gru{n.ahead, n.back} {
		all = append(all, g.z.w, g.z.b, g.r.w, g.r.b, g.c.w, g.c.b)
	}
	return all
}

// tape holds the values of a forward pass that the backward pass needs.
type tape struct {
	x           input
	embedded    []float32 // T x inputSize
	hidden      []float32 // T x 2 hidden: the hidden vectors of both directions
	ahead, back []gruStep // T
}

// reset sets the input to x and the length of the tape to the length of x.
func (p *tape) reset(n *network, x input) {
	p.x = x
	t := len(x.words)
	p.embedded = slices.Grow(p.embedded[:0], t*inputSize)[:t*inputSize]
	p.hidden = slices.Grow(p.hidden[:0], t*2*hidden)[:t*2*hidden]
	for len(p.ahead) < t {
		p.ahead, p.back = append(p.ahead, n.ahead.newStep()), append(p.back, n.back.newStep())
	}
}

// at returns the concatenated hidden vectors of both directions at position t.
func (p *tape) at(t int) []float32 { return p.hidden[t*2*hidden : (t+1)*2*hidden] }

func (p *tape) inputAt(t int) []float32 { return p.embedded[t*inputSize : (t+1)*inputSize] }

// forward sets emissions, T x labels, to the scores of x.
func (n *network) forward(p *tape, emissions []float32, x input) {
	p.reset(n, x)
	for t, word := range x.words {
		e := p.inputAt(t)
		copy(e, n.words.value[word*wordSize:][:wordSize])
		copy(e[wordSize:], n.shapes.value[x.shapes[t]*shapeSize:][:shapeSize])
	}
	last := len(x.words) - 1
	for t, h := 0, n.zero; t <= last; t++ {
		n.ahead.forward(p.ahead[t], p.at(t)[:hidden], h, p.inputAt(t))
		h = p.at(t)[:hidden]
	}
	for t, h := last, n.zero; t >= 0; t-- {
		n.back.forward(p.back[t], p.at(t)[hidden:], h, p.inputAt(t))
		h = p.at(t)[hidden:]
	}
	for t := range x.words {
		n.out.forward(emissions[t*n.labels:][:n.labels], p.at(t))
	}
}

// norms sets dst[t] to |w_j| |h_t|. w_j holds the output weights of the gold label j at position t.
// h_t is the input of the output layer. dst has length T.
func (n *network) norms(dst []float32, p *tape, gold []int) {
	for t, j := range gold {
		dst[t] = float32(norm(n.weightsOf(j)) * norm(p.at(t)))
	}
}

// backward adds the gradients of all weights, given the gradients for the emissions, T x labels,
// and for the norms, T. dNorms may be empty.
func (n *network) backward(p *tape, dEmissions, dNorms []float32, gold []int) {
	size := len(p.x.words)
	n.dHidden = zeros(n.dHidden, size*2*hidden)
	n.dInput = zeros(n.dInput, size*inputSize)
	for t := range size {
		dh := n.dHidden[t*2*hidden : (t+1)*2*hidden]
		n.out.backward(dh, p.at(t), dEmissions[t*n.labels:][:n.labels])
		if len(dNorms) > 0 {
			n.normBackward(dh, p.at(t), gold[t], dNorms[t])
		}
	}
	dx := func(t int) []float32 { return n.dInput[t*inputSize : (t+1)*inputSize] }
	carry := func(dh []float32, of int) { // adds the gradient from the output layer
		for k := range dh {
			dh[k] += n.dHidden[of+k]
		}
	}
	clear(n.dAhead)
	for t := size - 1; t >= 0; t-- {
		carry(n.dAhead, t*2*hidden)
		n.ahead.backward(n.workAhead, p.ahead[t], dx(t), n.dAhead)
	}
	clear(n.dAhead)
	for t := range size {
		carry(n.dAhead, t*2*hidden+hidden)
		n.back.backward(n.workBack, p.back[t], dx(t), n.dAhead)
	}
	for t, word := range p.x.words {
		add(n.words.grad[word*wordSize:][:wordSize], dx(t))
		add(n.shapes.grad[p.x.shapes[t]*shapeSize:][:shapeSize], dx(t)[wordSize:])
	}
}

// normBackward is the backward pass of |w_j| |h|, given its gradient d. The derivative by w_j is
// |h| w_j / |w_j|.
func (n *network) normBackward(dh, h []float32, j int, d float32) {
	w, dw := n.weightsOf(j), n.out.w.grad[j*2*hidden:][:2*hidden]
	nw, nh := norm(w), norm(h)
	if d == 0 || nw == 0 || nh == 0 {
		return
	}
	toW, toH := d*float32(nh/nw), d*float32(nw/nh)
	for k := range w {
		dw[k] += toW * w[k]
		dh[k] += toH * h[k]
	}
}

func (n *network) weightsOf(label int) []float32 { return n.out.w.value[label*2*hidden:][:2*hidden] }

func norm(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

func add(dst, x []float32) {
	for k := range dst {
		dst[k] += x[k]
	}
}

// zeros returns n zeros. It reuses the memory of x if it is large enough.
func zeros(x []float32, n int) []float32 {
	x = slices.Grow(x[:0], n)[:n]
	clear(x)
	return x
}
