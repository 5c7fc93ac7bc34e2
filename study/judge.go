package study

import (
	"context"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/structured"
)

// A judgement holds the results of one training run on one file.
type judgement struct {
	results       metrics.Results
	each          []metrics.Counts
	cost, logLoss float64 // per token
	calibration   *metrics.Calibration
	took          spent // training time
}

// leastProbability limits the log loss of a token.
const leastProbability = 1e-15

// A judge scores a model.
type judge struct {
	m    *crf.Model
	d    *crf.Decoder
	risk losses.Loss // the expected cost, independent of the loss in training
	w    losses.Workspace

	labels     []string
	gold       []int
	evaluator  metrics.Evaluator
	calibrator metrics.Calibrator
	tokens     int       // in sentences whose labels the model has
	sum        judgement // its cost and logLoss are sums, not means
}

func (s *comparing) judgeOn(ctx context.Context, m *crf.Model, sentences []*learning.Kept) (judgement, error) {
	j := judge{m: m, d: m.NewDecoder()}
	j.evaluator.Scheme = s.scheme
	cost, err := s.o.Base.NewCost(m.Labels(), s.scheme)
	if err != nil {
		return judgement{}, err
	}
	if j.risk, err = losses.New("risk", losses.Options{Cost: cost}); err != nil {
		return judgement{}, err
	}
	for _, x := range sentences {
		if ctx.Err() != nil {
			return judgement{}, ctx.Err()
		}
		if err := j.add(x); err != nil {
			return judgement{}, err
		}
	}
	j.sum.cost /= float64(j.tokens)
	j.sum.logLoss /= float64(j.tokens)
	j.sum.results, j.sum.calibration = j.evaluator.Results(), j.calibrator.Calibration()
	return j.sum, nil
}

// add scores a sentence.
func (j *judge) add(x *learning.Kept) error {
	path, err := j.best(x)
	if err != nil {
		return err
	}
	names := j.m.Labels()
	j.labels = j.labels[:0]
	for _, k := range path {
		j.labels = append(j.labels, names[k])
	}
	if err := j.evaluator.Add(x.Labels, j.labels, nil); err != nil {
		return err
	}
	j.sum.each = append(j.sum.each, j.evaluator.Last())
	j.gold = j.gold[:0]
	for _, name := range x.Labels {
		k := slices.Index(names, name)
		if k < 0 { // the model cannot predict it
			return nil
		}
		j.gold = append(j.gold, k)
	}
	cost, err := j.risk.Eval(nil, j.d.Scores(), structured.PathTarget(j.gold), &j.w)
	if err != nil {
		return err
	}
	marginals, err := j.d.Marginals()
	if err != nil {
		return err
	}
	for t, k := range path {
		p := marginals.NodeAt(t)
		if err := j.calibrator.Add(min(max(p[k], 0), 1), k == j.gold[t]); err != nil {
			return err
		}
		j.sum.logLoss -= math.Log(min(max(p[j.gold[t]], leastProbability), 1))
	}
	j.sum.cost += cost
	j.tokens += len(path)
	return nil
}

// best returns the best path of a sentence. Model and files have the same labels.
func (j *judge) best(x *learning.Kept) (path []int, err error) {
	in := x.ForTagger()
	if in.Columns != nil {
		err = j.d.Read(in.Columns)
	} else {
		err = j.d.ReadItems(in.Items)
	}
	if err != nil {
		return nil, err
	}
	path, _, err = j.d.Best()
	return path, err
}
