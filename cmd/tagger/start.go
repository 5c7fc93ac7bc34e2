package main

import (
	"context"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/optimize"
)

// convex tells whether where training starts makes no difference.
func convex(l losses.Loss) bool {
	d, ok := l.(losses.HasTraits)
	return ok && d.Traits().Convex
}

// needsStart tells whether the weights of a convex loss are where training should start.
func needsStart(l losses.Loss) bool {
	d, ok := l.(losses.HasTraits)
	return ok && d.Traits().NeedsStart
}

// smoothConvex tells whether there is one minimum, which gradients lead to.
func smoothConvex(l losses.Loss) bool {
	d, ok := l.(losses.HasTraits)
	return ok && d.Traits().Convex && d.Traits().Smooth
}

// startIterations is how far the start of a loss that needs one is trained with one that does not.
const startIterations = 30

// startingPoint trains a little with cross-entropy: from weights of zero, risk may end where nothing but
// the most frequent label is left.
func startingPoint(ctx context.Context, d *data, opts crf.Options) (*crf.Model, error) {
	m, _, err := crf.Train(ctx, d.train, crf.Options{
		Batch:    optimize.LBFGS{Limits: optimize.Limits{MaxIterations: startIterations}},
		Penalty:  optimize.Penalty{L2: defaultL2["cross-entropy"]},
		AllPairs: opts.AllPairs, MinCount: opts.MinCount, Threads: opts.Threads,
	})
	return m, err
}

// checkRestarts refuses restarts that would end where the first run did.
func (o *trainFlags) checkRestarts() error {
	l, err := losses.New(o.lossFlags.name, o.lossFlags.options(nil))
	if err == nil && o.restarts > 0 && convex(l) && o.reading == annotation.Full {
		err = wrongUsage("--restarts: %s is convex, wherever it starts it ends at the same minimum", o.lossFlags.name)
	}
	return err
}

// checkSupervision refuses losses and optimizers that need a right label for each token.
func (o *trainFlags) checkSupervision() error {
	var err error
	if o.reading, err = annotation.ParseSupervision(o.supervision); err != nil {
		return wrongUsage("--supervision %s: want full, partial or soft", o.supervision)
	}
	if kind, _ := losses.Lookup(o.lossFlags.name); o.reading != annotation.Full && !kind.Target {
		return wrongUsage("--supervision %s: %s learns from one right label a token; cross-entropy takes labels that are open", o.supervision, o.lossFlags.name)
	}
	return nil
}
