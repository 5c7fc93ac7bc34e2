package main

import (
	"context"
	"math"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/structured"
)

// A judgement is what one training came to on a file of the report.
type judgement struct {
	results       metrics.Results
	each          []metrics.Counts
	cost, logLoss float64 // of a token
	calibration   *metrics.Calibration
	took          spent // by training
}

// leastProbability bounds the log loss of a token.
const leastProbability = 1e-15

// A judge scores a model.
type judge struct {
	m    *crf.Model
	d    *crf.Decoder
	risk losses.Loss // the expected cost, whatever loss the model was trained with
	w    losses.Workspace

	gold       []int
	evaluator  metrics.Evaluator
	calibrator metrics.Calibrator
	tokens     int       // of sentences whose labels the model knows
	sum        judgement // its cost and logLoss are sums
}

// judge scores m, which knows all labels of the training files, on each file of the report.
func (s *study) judge(ctx context.Context, m *crf.Model, took spent) ([]judgement, error) {
	list := make([]judgement, len(s.reported))
	for k, f := range s.reported {
		var err error
		if list[k], err = s.judgeOn(ctx, m, f.sentences); err != nil {
			return nil, err
		}
		list[k].took = took
	}
	return list, nil
}

func (s *study) judgeOn(ctx context.Context, m *crf.Model, sentences []*labelled) (judgement, error) {
	j := judge{m: m, d: m.NewDecoder()}
	j.evaluator.Scheme = s.folds[0].scheme
	cost, err := s.o.train.costFor(m.Labels(), j.evaluator.Scheme)
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

// add takes in a sentence.
func (j *judge) add(x *labelled) error {
	read := sentenceFor(j.m, &x.sentence)
	var err error
	if read.Columns != nil {
		err = j.d.Read(read.Columns)
	} else {
		err = j.d.ReadItems(read.Items)
	}
	if err != nil {
		return err
	}
	path, _, err := j.d.Best()
	if err != nil {
		return err
	}
	labels := make([]string, 0, len(path))
	for _, k := range path {
		labels = append(labels, j.m.Labels()[k])
	}
	if err := j.evaluator.Add(x.labels, labels, nil); err != nil {
		return err
	}
	j.sum.each = append(j.sum.each, j.evaluator.Last())
	j.gold = j.gold[:0]
	for _, name := range x.labels {
		k, ok := j.m.Label(name)
		if !ok { // no path is right
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
	for t, name := range labels {
		p := marginals.NodeAt(t)
		k, _ := j.m.Label(name)
		if err := j.calibrator.Add(min(max(p[k], 0), 1), k == j.gold[t]); err != nil {
			return err
		}
		j.sum.logLoss -= math.Log(min(max(p[j.gold[t]], leastProbability), 1))
	}
	j.sum.cost += cost
	j.tokens += len(labels)
	return nil
}
