package crf

import (
	"math/bits"

	"github.com/trellis-nlp/trellis/optimize"
)

// memory estimates the peak number of bytes of the data and of training with the features of x. It
// excludes garbage that is not yet collected.
func (d *Dataset) memory(x *index, o Options) int64 {
	dim, labels := int64(x.dim()), int64(x.labels)
	bytes := d.bytes()
	if o.Dev != nil {
		bytes += o.Dev.tokens.bytes()
	}
	bytes += 8*int64(cap(x.start)+cap(x.bstart)) + 4*dim // the index
	var wide, narrow, support, rows int64
	for _, a := range d.attr {
		switch n := int64(x.start[a+1] - x.start[a]); {
		case n >= wideFrom:
			wide, support = wide+1, support+n
		default:
			narrow, support = narrow+n, support+n
		}
	}
	for a := range len(x.start) - 1 {
		if x.start[a+1]-x.start[a] >= wideFrom {
			rows++
		}
	}
	packed := 8 * (dim + rows*(labels+3)&^3)
	bytes += 4*(wide+narrow+dim) + 8*int64(d.Tokens()) // the plan

	var method any = o.Batch
	if o.Stochastic != nil {
		method = o.Stochastic
	}
	estimate := optimize.EstimateMemory(method)
	bytes += dim*int64(8+estimate.Weight) + support*int64(estimate.Support)
	if o.Batch != nil {
		bytes += int64(o.Threads+1) * packed // the gradients of the workers, and the weights
	}
	if o.Dev != nil {
		bytes += 8 * dim // the best weights
	}
	if o.Restarts > 0 {
		bytes += 2 * 8 * dim // the start weights, and the weights of the best run
	}
	return bytes
}

func (d *Dataset) bytes() int64 {
	choices := int64(8*cap(d.choices.first) + 4*cap(d.choices.label) + 8*cap(d.choices.share))
	return d.tokens.bytes() + d.attrs.bytes() + d.bigrams.bytes() + choices +
		int64(4*cap(d.gold)+8*cap(d.sentence)+8*cap(d.weight)+4*cap(d.word)+40*len(d.words))
}

func (k *tokens) bytes() int64 {
	return int64(8*(cap(k.first)+cap(k.bfirst)+cap(k.value)) + 4*(cap(k.attr)+cap(k.battr)))
}

// bytes returns the memory of the dictionary. The size of its table is a power of two, at most
// three quarters full.
func (d *dictionary) bytes() int64 {
	places := int64(1) << bits.Len(uint(d.len()+d.len()/3))
	return int64(cap(d.text)+8*cap(d.end)) + 12*places
}
