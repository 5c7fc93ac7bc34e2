package crf

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/internal/nonnegative"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// Settings of Shrink. SGD ends far from the optimum, but near it on held-out data. From a minimum
// to that of the next level, one to four iterations are enough.
const (
	shrinkEpochs     = 5
	shrinkRate       = 0.3
	shrinkIterations = 5
	shrinkTolerance  = 1e-5
	firstStrength    = 1e-3 // of the lowest loss
	strengthStep     = 1.3  // between levels
	highestLoss      = 1.1  // of the lowest loss, at the end of the path
)

// Shrink finds groups of attributes that contribute little to the labelling of held-out data,
// o.Dev, compared with their costs. group returns the group of an attribute, or a negative number
// for none.
//
// Shrink trains weights w on d with cross-entropy. It then multiplies all weights of group g by a
// factor c_g, and minimises
//
//	loss(o.Dev, c w) + strength sum_g costs[g] c_g    subject to c >= 0
//
// for increasing strengths. This is the group nonnegative garrote of Yuan and Lin (2006), with
// held-out data for the factors as in stacking (Breiman 1996). One factor after the other becomes
// exactly 0. So the factors show which groups to remove. Training with the other groups then gives
// better weights than c w.
//
// The first level has strength 0. The path ends where no group with a cost is left, or where the
// loss is at least 10% above the lowest. Sentences of o.Dev with a label that d does not have do
// not count. Shrink also uses the fields Penalty, AllPairs, MinCount, Threads and Seed of o.
func Shrink(ctx context.Context, d *Dataset, o Options, group func(attribute string) int, costs []float64) ([]model.ShrinkLevel, error) {
	if d.Len() == 0 || o.Dev == nil || o.Dev.Len() == 0 {
		return nil, fmt.Errorf("%w: no sentences to train on or to hold out", model.ErrInput)
	}
	x := d.features(o.AllPairs, o.MinCount)
	w := make([]float64, x.dim())
	sgd := optimize.SGD{Passes: optimize.Passes{Epochs: shrinkEpochs, Seed: o.Seed}, Rate: shrinkRate, InPlace: true}
	if _, err := sgd.Minimize(ctx, newObjective(d, x, losses.CrossEntropy{}, workers.ForTraining(o.Threads, d.Len())), w, o.Penalty, nil); err != nil {
		return nil, err
	}
	n := len(costs)
	f := &factors{
		of: d.groups(x, group), w: w, at: make([]float64, len(w)), grad: make([]float64, len(w)), n: n,
		loss: newObjective(o.Dev.seenLabels(), x, losses.CrossEntropy{}, workers.ForTraining(o.Threads, o.Dev.Len())),
	}
	ones := make([]float64, n)
	for g := range ones {
		ones[g] = 1
	}
	m, err := nonnegative.New(ctx, f, ones)
	if err != nil {
		return nil, err
	}
	var levels []model.ShrinkLevel
	var lowest, strength float64
	for {
		penalty, left := make([]float64, n), false
		for g, cost := range costs {
			penalty[g] = strength * cost
		}
		if err := m.Minimize(ctx, penalty, shrinkIterations, shrinkTolerance); err != nil {
			return nil, err
		}
		level := model.ShrinkLevel{Strength: strength, Loss: m.Value(), Factors: slices.Clone(m.Weights())}
		levels = append(levels, level)
		for g, c := range level.Factors {
			left = left || c > 0 && costs[g] > 0
		}
		if strength == 0 {
			lowest, strength = level.Loss, firstStrength*level.Loss
		}
		if !left || !(level.Loss < highestLoss*lowest) || strength > math.MaxFloat64/2 {
			return levels, nil
		}
		strength *= strengthStep
	}
}

// groups returns the group of each feature; -1 means none.
func (d *Dataset) groups(x *index, group func(attribute string) int) []int32 {
	of := make([]int32, x.dim())
	for a, name := range d.attrs.names() {
		fill(of[x.start[a]:x.start[a+1]], int32(group(name)))
	}
	fill(of[x.transAt():x.bigramsAt()], -1)
	for b, name := range d.bigrams.names() {
		fill(of[x.bigramsAt():][x.bstart[b]:x.bstart[b+1]], int32(group(name)))
	}
	return of
}

func fill(of []int32, group int32) {
	for q := range of {
		of[q] = group
	}
}

// seenLabels returns the data set, where sentences with unseen labels have weight 0.
func (d *Dataset) seenLabels() *Dataset {
	d.finish()
	own := *d
	own.weight = slices.Clone(d.weight)
	for s := range own.weight {
		for _, j := range d.gold[d.sentence[s]:d.sentence[s+1]] {
			if int(j) >= d.labels.Len() {
				own.weight[s] = 0
			}
		}
	}
	return &own
}

// factors is the loss of held-out data as a function of the factors of the groups.
type factors struct {
	loss     *objective
	of       []int32   // group of each weight
	w        []float64 // weights for factors of 1
	at, grad []float64 // weights, gradient
	n        int
}

// Dim implements [optimize.Objective].
func (f *factors) Dim() int { return f.n }

// Eval implements [optimize.Objective].
func (f *factors) Eval(ctx context.Context, grad, c []float64) (float64, error) {
	for q, v := range f.w {
		if g := f.of[q]; g >= 0 {
			v *= c[g]
		}
		f.at[q] = v
	}
	value, err := f.loss.Eval(ctx, f.grad, f.at)
	clear(grad)
	for q, v := range f.grad {
		if g := f.of[q]; g >= 0 {
			grad[g] += v * f.w[q]
		}
	}
	return value, err
}
