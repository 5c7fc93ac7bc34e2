package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/tune"
)

// A study compares losses. Its tuner holds the training sentences, of which one fold is for tuning.
type study struct {
	*tuner
	o          *studyFlags
	reported   []reported
	kept       map[string]kept // by loss, where --dev picks
	contenders []*contender
	settled    bool // all contenders are trained on all sentences as they are
	rounds     int  // that are done, each a run of all contenders
}

// Reported is a file that the report is on.
type reported struct {
	name      string
	sentences []*labelled
}

// Kept is the best model of a loss so far, trained on all sentences.
type kept struct {
	setting setting
	score   float64
	model   *crf.Model
	took    spent
}

// A contender is a loss with the setting that was picked for it.
type contender struct {
	setting
	attempt *attempt
	weight  float64 // of false negatives, on a curve
	tried   []tune.Trial[setting]
	whole   []judgement   // on each file, after training on all sentences as they are; nil unless --dev picks
	runs    [][]judgement // on each file, of each run
	err     error         // why it could not be trained
}

// onDev tells whether --dev picks the settings, and the report on it is not all that counts.
func (s *study) onDev() bool { return s.o.test != "" }

// prepare reads the files. The sentences that pick the settings are a share of the training files, or those of --dev.
func (s *study) prepare(ctx context.Context) error {
	if !s.onDev() {
		if err := s.read(ctx); err != nil {
			return err
		}
		return s.readReported(ctx, s.o.dev)
	}
	flags, err := s.dataFlags(ctx)
	if err != nil {
		return err
	}
	f := new(fold)
	if f.scheme, err = s.readSentences(ctx, flags); err != nil {
		return err
	}
	s.folds = []*fold{f}
	if f.train, err = s.dataset(slices.Repeat([]int{1}, len(s.all))); err != nil {
		return err
	}
	for _, name := range []string{s.o.dev, s.o.test} {
		if err := s.readReported(ctx, name); err != nil {
			return err
		}
	}
	f.test = s.reported[0].sentences
	s.describe(len(s.all), len(f.test))
	return nil
}

// readReported reads a file of the report.
func (s *study) readReported(ctx context.Context, name string) error {
	in, err := s.a.open(ctx, name, s.data.format)
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
	r := reported{name: name}
	var first error // of a label that training has not
	strange := 0
	err = s.data.each(in, nil, func(x *sentence, gold []string) error {
		if t := slices.IndexFunc(gold, func(name string) bool { return !slices.Contains(labels, name) }); t >= 0 {
			strange++
			first = cmp.Or(first, in.at(x, t, &model.LabelError{Token: t, Label: gold[t]}))
		}
		r.sentences = append(r.sentences, s.data.keep(x, gold))
		return nil
	})
	switch {
	case err != nil:
		return err
	case strange > 0 && strange == len(r.sentences):
		return first
	case strange > 0:
		s.warn(fmt.Sprintf("%v: sentences with such labels (%d) count in the scores, but not in cost, log loss and calibration", first, strange))
	}
	s.reported = append(s.reported, r)
	return nil
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

// try trains with a setting and scores it. Where the training sentences are all, the best model of each loss is kept.
func (s *study) try(ctx context.Context, x setting, k int) (float64, error) {
	if !s.onDev() {
		return s.score(ctx, x, k)
	}
	a, f := s.attempts[x], s.folds[k]
	m, took, err := s.timed(ctx, a, f)
	if err != nil {
		return 0, err
	}
	results, err := f.evaluate(m, a.flags.threads)
	if err != nil {
		return 0, err
	}
	score := tuneMetrics[s.o.metric].of(results)
	best, ok := s.kept[x.loss]
	if !ok || score > best.score || score == best.score && stronger(x, best.setting) < 0 {
		s.kept[x.loss] = kept{x, score, m, took}
	}
	return score, nil
}

// timed trains on f, and tells what that took: the start by another loss, which serves all that need one, included.
func (s *study) timed(ctx context.Context, a *attempt, f *fold) (*crf.Model, spent, error) {
	began, started := startClock(), f.start != nil
	m, _, err := s.train(ctx, a, f)
	took := began.spent()
	if started && traits(a.flags.lossFlags.name).NeedsStart {
		took.seconds += f.took.seconds
		took.cpu += f.took.cpu
	}
	return m, took, err
}

// pick tunes: of the settings of each loss, the best on the held-out sentences contends. A loss with one setting
// needs no tuning, but where the training on all sentences is one that is reported.
func (s *study) pick(ctx context.Context, settings []setting) error {
	choices := make(map[string][]setting)
	var open []setting
	for _, x := range settings {
		choices[x.loss] = append(choices[x.loss], x)
	}
	for _, x := range settings {
		if len(choices[x.loss]) > 1 || s.onDev() {
			open = append(open, x)
		}
	}
	trials, err := tune.Run(ctx, open, len(s.folds), s.try, func(k int, tr tune.Trial[setting]) {
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

// trainWhole reports on the training of every contender on all sentences as they are. Its errors are those of all.
func (s *study) trainWhole(ctx context.Context) error {
	for i, c := range s.contenders {
		if c.err != nil {
			continue
		}
		k, ok := s.kept[c.loss]
		if len(s.o.weights) > 0 || !ok {
			k.model, k.took, c.err = s.timed(ctx, c.attempt, s.folds[0])
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case c.err != nil:
			continue
		}
		var err error
		if c.whole, err = s.judge(ctx, k.model, k.took); err != nil {
			return err
		}
		s.tell(fmt.Sprintf("whole %d/%d  %s: F1 %.2f%%  %.1fs", i+1, len(s.contenders), c, 100*c.whole[0].results.F1, k.took.seconds))
	}
	clear(s.kept)
	s.settled = true
	return nil
}

// round trains every contender on the same sentences with the same seed. Its errors are those of all.
func (s *study) round(ctx context.Context, k int) ([][]judgement, error) {
	seed := s.o.train.seed + uint64(k)
	set, err := s.compile(seed)
	if err != nil {
		return nil, err
	}
	drawn := &fold{train: set}
	runs := make([][]judgement, len(s.contenders))
	for i, c := range s.contenders {
		if c.err != nil {
			continue
		}
		own := *c.attempt
		own.flags.seed = seed
		m, took, err := s.timed(ctx, &own, drawn)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			c.err = err
			continue
		}
		if runs[i], err = s.judge(ctx, m, took); err != nil {
			return nil, err
		}
		s.tell(fmt.Sprintf("run %d/%d  %s: F1 %.2f%%  %.1fs", k+1, s.o.seeds, c, 100*runs[i][0].results.F1, took.seconds))
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
	for i, x := range s.all {
		for _, name := range x.labels {
			if !drawn[name] && times[i] == 0 {
				times[i] = 1
			}
			drawn[name] = true
		}
	}
	return s.dataset(times)
}

// dataset compiles each sentence as many times as it says.
func (s *study) dataset(times []int) (*crf.Dataset, error) {
	var numbers []int
	for i, n := range times {
		numbers = append(numbers, slices.Repeat([]int{i}, n)...)
	}
	return s.data.compile(s.all, numbers)
}
