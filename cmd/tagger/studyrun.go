package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/tune"
)

// A study compares losses. Its tuner holds the training sentences, of which one fold is for tuning.
type study struct {
	*tuner
	o          *studyFlags
	dev        []*labelled
	contenders []*contender
	rounds     int // that are done, each a run of all contenders
}

// A contender is a loss with the setting that was picked for it.
type contender struct {
	setting
	attempt *attempt
	weight  float64 // of false negatives, on a curve
	tried   []tune.Trial[setting]
	runs    []judgement
	err     error // why it could not be trained
}

// readDev reads the file of the report.
func (s *study) readDev(ctx context.Context) error {
	in, err := s.a.open(ctx, s.o.dev, s.data.format)
	if err != nil {
		return err
	}
	defer in.close()
	if err := s.data.check(in); err != nil {
		return err
	}
	labels := s.labels()
	// What labels the cost does not suit is told before anybody has waited.
	if _, err := s.o.train.costFor(labels, s.folds[0].scheme); err != nil {
		return err
	}
	return s.data.each(in, nil, func(x *sentence, gold []string) error {
		for t, name := range gold {
			if !slices.Contains(labels, name) {
				return &crf.LabelError{Token: t, Label: name}
			}
		}
		s.dev = append(s.dev, s.data.keep(x, gold))
		return nil
	})
}

// labels are those of the training files.
func (s *study) labels() []string {
	known := make(map[string]bool)
	for _, x := range s.all {
		for _, name := range x.labels {
			known[name] = true
		}
	}
	return slices.Sorted(maps.Keys(known))
}

// pick tunes: of the settings of each loss, the best on the held-out sentences contends. A loss with one setting
// needs no tuning.
func (s *study) pick(ctx context.Context, settings []setting) error {
	choices := make(map[string][]setting)
	var open []setting
	for _, x := range settings {
		choices[x.loss] = append(choices[x.loss], x)
	}
	for _, x := range settings {
		if len(choices[x.loss]) > 1 {
			open = append(open, x)
		}
	}
	trials, err := tune.Run(ctx, open, len(s.folds), s.score, func(k int, tr tune.Trial[setting]) {
		outcome := fmt.Sprintf("F1 %.2f%%  %.1fs", 100*tr.Mean, tr.Elapsed.Seconds())
		if tr.Err != nil {
			outcome = tr.Err.Error()
		}
		s.tell(fmt.Sprintf("tuning %d/%d  %s: %s", k+1, len(open), tr.Setting, outcome))
	})
	if err != nil {
		return err
	}
	trials = tune.Rank(trials, stronger)
	var named []string
	for _, name := range s.o.losses {
		if slices.Contains(named, name) {
			continue
		}
		named = append(named, name)
		c := contender{setting: choices[name][0]}
		for _, tr := range trials {
			if tr.Setting.loss == name {
				c.tried = append(c.tried, tr)
			}
		}
		if len(c.tried) > 0 {
			c.setting, c.err = c.tried[0].Setting, c.tried[0].Err
		}
		c.attempt = s.attempts[c.setting]
		c.err = cmp.Or(c.err, c.attempt.err)
		s.enter(c)
	}
	return nil
}

// enter makes a contender take part, on a curve once for each weight.
func (s *study) enter(c contender) {
	if len(s.o.weights) == 0 {
		s.contenders = append(s.contenders, &c)
		return
	}
	for _, w := range s.o.weights {
		one := c
		one.weight = w
		one.attempt = &attempt{args: append(slices.Clone(c.attempt.args), "--cost-fn", number(w))}
		one.err = cmp.Or(c.err, one.attempt.parse())
		s.contenders = append(s.contenders, &one)
	}
}

func (c *contender) String() string {
	if c.attempt.flags.cost == "entity" {
		return fmt.Sprintf("%s, cost-fn %g", c.setting, c.attempt.flags.falseNegative)
	}
	return c.setting.String()
}

// round trains every contender on the same sentences with the same seed. Its errors are those of all.
func (s *study) round(ctx context.Context, k int) ([]judgement, error) {
	seed := s.o.train.seed + uint64(k)
	set, err := s.compile(seed)
	if err != nil {
		return nil, err
	}
	runs := make([]judgement, len(s.contenders))
	for i, c := range s.contenders {
		if c.err != nil {
			continue
		}
		own := *c.attempt
		own.flags.seed = seed
		began := time.Now()
		m, _, err := s.train(ctx, &own, &fold{train: set}) // with a start of its own, so that its time counts
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			c.err = err
			continue
		}
		seconds := time.Since(began).Seconds()
		if runs[i], err = s.judge(ctx, m); err != nil {
			return nil, err
		}
		runs[i].seconds = seconds
		s.tell(fmt.Sprintf("run %d/%d  %s: F1 %.2f%%  %.1fs", k+1, s.o.seeds, c, 100*runs[i].results.F1, seconds))
	}
	return runs, nil
}

// compile draws as many training sentences as there are, with replacement. A label that none of them has brings
// along the first sentence that has it, so that every run knows all labels.
func (s *study) compile(seed uint64) (*crf.Dataset, error) {
	n := len(s.all)
	times := slices.Repeat([]int{1}, n)
	if s.o.resample {
		clear(times)
		random := rand.New(rand.NewPCG(seed, 0))
		for range n {
			times[random.IntN(n)]++
		}
	}
	drawn := make(map[string]bool)
	for i, x := range s.all {
		for _, name := range x.labels {
			drawn[name] = drawn[name] || times[i] > 0
		}
	}
	set, err := crf.NewDataset(s.data.input)
	if err != nil {
		return nil, err
	}
	for i, x := range s.all {
		for _, name := range x.labels {
			if !drawn[name] && times[i] == 0 {
				times[i] = 1
			}
			drawn[name] = true
		}
		for range times[i] {
			if err := s.data.put(set, &x.sentence, x.labels); err != nil {
				return nil, err
			}
		}
	}
	return set, nil
}
