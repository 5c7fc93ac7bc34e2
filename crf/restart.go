package crf

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// runs trains from each start and keeps the weights and the summary of the best run.
func (t *trainer) runs(ctx context.Context) error {
	goal := newObjective(t.data, t.x, t.losses[0], t.o.Threads)
	if t.o.Restarts <= 0 {
		return t.run(ctx, goal, 0)
	}
	if t.from == nil {
		t.start = t.w
	}
	for k := t.summary.Run; k <= t.o.Restarts; k++ {
		t.w = slices.Clone(t.start)
		if k > 0 {
			perturb(t.w, t.o.Seed, uint64(k))
		}
		err := t.run(ctx, goal, k)
		if t.won == nil || err == nil && better(&t.summary, &t.wonSummary) {
			t.won, t.wonSummary = t.w, t.summary
		}
		if err != nil {
			t.w, t.summary = t.won, t.wonSummary
			return err
		}
	}
	t.w, t.summary = t.won, t.wonSummary
	return nil
}

// run trains from the weights t.w, or continues from a checkpoint.
func (t *trainer) run(ctx context.Context, goal *objective, number int) error {
	if t.from == nil {
		t.watch.Best, t.watch.Waited, t.epoch, t.stage = nil, 0, 0, 0
		t.before, t.seconds = optimize.Result{}, 0
		t.summary = model.Summary{Run: number}
	}
	var err error
	t.summary.Result, err = t.minimise(ctx, goal)
	if t.watch.Best != nil {
		t.w = t.watch.Best
	} else {
		t.summary.BestStep, t.summary.BestLoss = t.summary.Steps, t.summary.Objective
	}
	return err
}

// better reports whether s is the better of two runs on the same data.
func better(s, than *model.Summary) bool {
	if s.Dev != nil && than.Dev != nil {
		return s.Dev.F1 > than.Dev.F1
	}
	return s.Objective < than.Objective
}

// Standard deviation of the noise: relative to the root mean square of the weights, and absolute if
// all weights are 0.
const (
	noiseShare = 0.5
	noiseAlone = 0.1
)

// perturb adds noise to the weights in feature order.
func perturb(w []float64, seed, number uint64) {
	sd := noiseShare * floats.Norm(w, 2) / math.Sqrt(float64(max(1, len(w))))
	if sd == 0 {
		sd = noiseAlone
	}
	rng := rand.New(rand.NewPCG(seed, number))
	for k := range w {
		w[k] += sd * rng.NormFloat64()
	}
}
