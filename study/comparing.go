package study

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// comparing is a comparison under way. Its bench holds the training sentences, of which one fold is for tuning.
type comparing struct {
	*bench
	o          *Comparison
	reported   []reported
	best       map[string]picked // by loss, where Dev picks
	contenders []*contender
	settled    bool // all contenders are trained on all sentences as they are
	rounds     int  // that are done, each a run of all contenders
}

// reported is sentences that the report is on.
type reported struct {
	name      string
	sentences []*learning.Kept
}

// picked is the best model of a loss so far, trained on all sentences.
type picked struct {
	setting setting
	score   float64
	model   model.Labeller
	took    spent
}

// A contender is a loss with the setting that was picked for it.
type contender struct {
	*attempt
	weight float64 // of false negatives, on a curve
	tried  []*trial
	whole  []judgement   // on each file, after training on all sentences as they are; nil unless Dev picks
	runs   [][]judgement // on each file, of each run
	failed error         // why it could not be trained
}

func (c *contender) String() string {
	if c.config.Cost == "entity" {
		weight := 1.0
		if c.config.CostFN != nil {
			weight = *c.config.CostFN
		}
		return fmt.Sprintf("%s, cost-fn %g", c.setting, weight)
	}
	return c.setting.String()
}

// onDev reports whether Dev picks the settings, and the report on it is not all that counts.
func (s *comparing) onDev() bool { return !s.o.Test.IsZero() }

// prepare reads the files. The sentences that pick the settings are a share of the training files, or those of Dev.
func (s *comparing) prepare(ctx context.Context) error {
	if err := s.keep(ctx); err != nil {
		return err
	}
	if !s.onDev() {
		split, err := HoldOut(len(s.all), s.o.HoldOut, seedOf(&s.o.Base))
		if err := s.split(ctx, []Split{split}, err); err != nil {
			return err
		}
		return s.report(ctx, s.o.Dev)
	}
	f := new(fold)
	s.folds = []*fold{f}
	var err error
	if f.set, err = s.compile(slices.Repeat([]int{1}, len(s.all))); err != nil {
		return err
	}
	for _, source := range []corpus.Source{s.o.Dev, s.o.Test} {
		if err := s.report(ctx, source); err != nil {
			return err
		}
	}
	f.test = s.reported[0].sentences
	s.describe(len(s.all), len(f.test))
	return nil
}

// report reads sentences that the report is on.
func (s *comparing) report(ctx context.Context, source corpus.Source) error {
	known := s.labels()
	// What labels the cost does not suit is known before anybody has waited.
	if _, err := s.o.Base.NewCost(known, s.scheme); err != nil {
		return err
	}
	r := reported{name: strings.Join(source.Paths, " ")}
	var first error // of a label that training lacks
	strange := 0
	err := s.data.EachOf(ctx, source, func(in *input.Input, x *input.Sentence, gold []string) error {
		if t := slices.IndexFunc(gold, func(name string) bool { return !slices.Contains(known, name) }); t >= 0 {
			strange++
			first = cmp.Or(first, in.At(x, t, &model.LabelError{Token: t, Label: gold[t]}))
		}
		r.sentences = append(r.sentences, s.data.Keep(x, gold))
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
func (s *comparing) labels() []string {
	known := make(map[string]bool)
	for _, x := range s.all {
		for _, name := range x.Labels {
			known[name] = true
		}
	}
	return slices.Sorted(maps.Keys(known))
}

func (s *comparing) tell(p CompareProgress) {
	if s.o.Progress != nil {
		s.o.Progress(p)
	}
}

// train tunes and trains; when ctx ends, the runs that all losses have done remain.
func (s *comparing) train(ctx context.Context, list []*attempt) error {
	if err := s.pick(ctx, list); err != nil {
		return err
	}
	if s.onDev() {
		if err := s.trainWhole(ctx); err != nil {
			return err
		}
	}
	for k := range s.o.Runs {
		runs, err := s.round(ctx, k)
		if err != nil {
			return err
		}
		for i, c := range s.contenders {
			if c.failed == nil {
				c.runs = append(c.runs, runs[i])
			}
		}
		s.rounds++
	}
	return nil
}

// try trains with a setting and scores it. Where the training sentences are all, the best model of each loss is kept.
func (s *comparing) try(ctx context.Context, a *attempt, k int) (float64, error) {
	f := s.folds[k]
	m, took, err := s.timed(ctx, a, f)
	if err != nil {
		return 0, err
	}
	results, err := learning.Score(m, f.test, s.scheme, a.config.Threads)
	if err != nil {
		return 0, err
	}
	if !s.onDev() {
		return results.F1, nil
	}
	best, ok := s.best[a.loss]
	if !ok || results.F1 > best.score || results.F1 == best.score && stronger(a.setting, best.setting) < 0 {
		s.best[a.loss] = picked{a.setting, results.F1, m, took}
	}
	return results.F1, nil
}

// timed trains on f, and measures what that took: the start by another loss, which serves all that need one, included.
func (s *comparing) timed(ctx context.Context, a *attempt, f *fold) (model.Labeller, spent, error) {
	began, started := startClock(), f.start != nil
	m, _, err := s.bench.train(ctx, a, f)
	took := began.spent()
	if started && a.config.NeedsStart() {
		took.seconds += f.took.seconds
		took.cpu += f.took.cpu
	}
	return m, took, err
}

// pick tunes: of the settings of each loss, the best on the held-out sentences contends. A loss with one setting needs
// no tuning, except where the training on all sentences is one that is reported.
func (s *comparing) pick(ctx context.Context, list []*attempt) error {
	choices := make(map[string][]*attempt)
	for _, a := range list {
		choices[a.loss] = append(choices[a.loss], a)
	}
	var open []*attempt
	for _, a := range list {
		if len(choices[a.loss]) > 1 || s.onDev() {
			open = append(open, a)
		}
	}
	trials, err := run(ctx, open, len(s.folds), s.try, func(k int, t *trial) {
		s.tell(CompareProgress{"tuning", k + 1, len(open), t.setting.String(), t.mean, t.elapsed.Seconds(), t.failed})
	})
	if err != nil {
		return err
	}
	trials = rank(trials)
	var entered []string
	for _, a := range list {
		if slices.Contains(entered, a.loss) {
			continue
		}
		entered = append(entered, a.loss)
		c := contender{attempt: a}
		for _, t := range trials {
			if t.loss == a.loss {
				c.tried = append(c.tried, t)
			}
		}
		if len(c.tried) > 0 {
			c.attempt, c.failed = c.tried[0].attempt, c.tried[0].failed
		}
		c.failed = cmp.Or(c.failed, c.err)
		s.enter(c)
	}
	return nil
}

// enter makes a contender take part, on a curve once for each weight.
func (s *comparing) enter(c contender) {
	if len(s.o.RecallCurve) == 0 {
		s.contenders = append(s.contenders, &c)
		return
	}
	for _, w := range s.o.RecallCurve {
		one := c
		one.weight = w
		one.attempt = &attempt{setting: c.setting, config: c.config}
		one.config.CostFN = new(w)
		one.finish()
		one.failed = cmp.Or(c.failed, one.err)
		s.contenders = append(s.contenders, &one)
	}
}

// trainWhole reports on the training of every contender on all sentences as they are. Its errors are those of all.
func (s *comparing) trainWhole(ctx context.Context) error {
	for i, c := range s.contenders {
		if c.failed != nil {
			continue
		}
		k, ok := s.best[c.loss]
		if len(s.o.RecallCurve) > 0 || !ok {
			k.model, k.took, c.failed = s.timed(ctx, c.attempt, s.folds[0])
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case c.failed != nil:
			continue
		}
		var err error
		if c.whole, err = s.judge(ctx, k.model, k.took); err != nil {
			return err
		}
		s.tell(CompareProgress{"whole", i + 1, len(s.contenders), c.String(), c.whole[0].results.F1, k.took.seconds, nil})
	}
	clear(s.best)
	s.settled = true
	return nil
}

// round trains every contender on the same sentences with the same seed. Its errors are those of all.
func (s *comparing) round(ctx context.Context, k int) ([][]judgement, error) {
	seed := seedOf(&s.o.Base) + uint64(k)
	set, err := s.draw(seed)
	if err != nil {
		return nil, err
	}
	drawn := &fold{set: set}
	runs := make([][]judgement, len(s.contenders))
	for i, c := range s.contenders {
		if c.failed != nil {
			continue
		}
		own := *c.attempt
		own.config.Seed = &seed
		m, took, err := s.timed(ctx, &own, drawn)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			c.failed = err
			continue
		}
		if runs[i], err = s.judge(ctx, m, took); err != nil {
			return nil, err
		}
		s.tell(CompareProgress{"run", k + 1, s.o.Runs, c.String(), runs[i][0].results.F1, took.seconds, nil})
	}
	return runs, nil
}

// draw draws as many training sentences as there are, with replacement. A label that none of them has brings along the
// first sentence that has it, so that every run knows all labels.
func (s *comparing) draw(seed uint64) (learning.Set, error) {
	n := len(s.all)
	times := slices.Repeat([]int{1}, n)
	if !s.o.NoResampling {
		clear(times)
		random := rand.New(rand.NewPCG(seed, 0))
		for range n {
			times[random.IntN(n)]++
		}
	}
	drawn := make(map[string]bool)
	for i, x := range s.all {
		for _, name := range x.Labels {
			drawn[name] = drawn[name] || times[i] > 0
		}
	}
	for i, x := range s.all {
		for _, name := range x.Labels {
			if !drawn[name] && times[i] == 0 {
				times[i] = 1
			}
			drawn[name] = true
		}
	}
	return s.compile(times)
}

// compile compiles each sentence as many times as it says.
func (s *comparing) compile(times []int) (learning.Set, error) {
	var numbers []int
	for i, n := range times {
		numbers = append(numbers, slices.Repeat([]int{i}, n)...)
	}
	return s.data.Compile(s.all, numbers)
}

// spans reports whether the labels of the files spell spans.
func (s *comparing) spans() bool { return s.scheme != structured.Plain }

// judge scores m, which knows all labels of the training files, on everything that the report is on.
func (s *comparing) judge(ctx context.Context, m model.Labeller, took spent) ([]judgement, error) {
	list := make([]judgement, len(s.reported))
	for k, f := range s.reported {
		var err error
		if list[k], err = s.judgeOn(ctx, m.(*crf.Model), f.sentences); err != nil {
			return nil, err
		}
		list[k].took = took
	}
	return list, nil
}
