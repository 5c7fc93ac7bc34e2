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

// comparing is the state of a comparison. Its bench holds the training sentences, with one fold for
// tuning.
type comparing struct {
	*bench
	o          *Comparison
	reported   []reported
	best       map[string]picked // by loss, if Dev picks
	contenders []*contender
	settled    bool // all contenders are trained on all sentences
	rounds     int  // completed rounds of one run per contender
}

// reported holds sentences of the report.
type reported struct {
	name      string
	sentences []*learning.Kept
}

// picked is the best model so far of a loss trained on all sentences.
type picked struct {
	setting setting
	score   float64
	model   model.Labeller
	took    spent
}

// A contender is a loss with its best setting.
type contender struct {
	*attempt
	weight float64 // of false negatives, on a recall curve
	tried  []*trial
	whole  []judgement   // per file, after training on all sentences; nil unless Dev picks
	runs   [][]judgement // per run and file
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

// onDev reports whether Dev picks the settings.
func (s *comparing) onDev() bool { return !s.o.Test.IsZero() }

// prepare reads the files. Settings are picked on a share of the training sentences, or on Dev.
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

// report reads sentences of the report.
func (s *comparing) report(ctx context.Context, source corpus.Source) error {
	known := s.labels()
	// Check the cost before any training.
	if _, err := s.o.Base.NewCost(known, s.scheme); err != nil {
		return err
	}
	r := reported{name: strings.Join(source.Paths, " ")}
	var first error // for a label that the training data does not have
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
		s.warn(fmt.Sprintf("%v: %d sentences have such labels; they count in the scores, but not in cost, log loss and calibration", first, strange))
	}
	s.reported = append(s.reported, r)
	return nil
}

// labels returns the labels of the training files.
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

// train tunes and trains. When ctx ends, it leaves the runs that all losses have completed.
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

// try trains with a setting and scores it. If it trains on all sentences, it keeps the best model
// of each loss.
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

// timed trains on f and measures the time. The time includes training the shared initial model, for
// losses that need one.
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

// pick tunes each loss: its best setting on the held-out sentences becomes a contender. It does not
// tune losses with one setting, unless their training on all sentences is reported.
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

// enter adds a contender, on a recall curve once per weight.
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

// trainWhole trains every contender on all sentences. Its errors concern all contenders.
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

// round trains every contender on the same sentences with the same seed. Its errors concern all
// contenders.
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

// draw samples as many training sentences as there are, with replacement. For labels outside the
// sample it adds the first sentence that has them, so that every run has all labels.
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

// compile compiles each sentence i times[i] times.
func (s *comparing) compile(times []int) (learning.Set, error) {
	var numbers []int
	for i, n := range times {
		numbers = append(numbers, slices.Repeat([]int{i}, n)...)
	}
	return s.data.Compile(s.all, numbers)
}

// spans reports whether the labels of the files encode spans.
func (s *comparing) spans() bool { return s.scheme != structured.Plain }

// judge scores m on all files of the report. m must have all labels of the training files.
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
