package study

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// A Search finds good training settings. It trains with each setting on some of the sentences and
// scores the result on the others, or on development data. The zero Search tries losses and
// penalties that are worth trying on most data.
//
// It also tries the default of training: Base itself, with loss, optimizer and penalty picked for
// the labels.
type Search struct {
	// Base is common to all settings. A setting ignores options that its loss or optimizer does not
	// use; an option that no setting uses is an error. Base must leave unset what the search
	// varies. Its seed also splits the sentences and draws settings. With Dev, the search scores
	// the best step of each training run on the development data, and holds out no sentences.
	Base recipe.Config

	Losses     []string // nil means some that suit most data, or the losses of the optimizers
	Optimizers []string // nil means what suits the loss
	L2         []Range  // nil means 0.01, 0.1 and 1, or draws from 0.001..10
	L1         []Range  // nil means 0
	CostScale  []Range  // for losses with a cost; nil means 1

	Trials  int     // number of settings to draw; 0 means all, which excludes ranges
	Folds   int     // number of folds for cross-validation; 0 means HoldOut
	HoldOut float64 // share of sentences to score on; 0 means 0.2, or 5 folds if there are fewer than 2000 sentences
	Metric  string  // one of MetricNames; "" means f1

	// Progress is called after each training run. It may be nil.
	Progress func(p SearchProgress)
}

// SearchProgress describes the state of a search after a training run.
type SearchProgress struct {
	Number, Settings int // Trial is number Number (from 1) of Settings
	Folds            int
	Trial            Trial         // with the scores so far
	Elapsed, Left    time.Duration // time so far, and estimated remaining time
}

// A Trial is a setting with its scores.
type Trial struct {
	Loss      string    `json:"loss"`
	Optimizer string    `json:"optimizer"`
	L2        *float64  `json:"l2"`                // nil if the optimizer has no penalty
	L1        *float64  `json:"l1"`                // likewise
	CostScale *float64  `json:"cost_scale"`        // nil if the loss has no cost
	Default   bool      `json:"default,omitempty"` // the default of training
	Mean      *float64  `json:"mean"`              // mean score, in 0..1; nil if the trial failed
	SD        *float64  `json:"sd"`                // sample standard deviation; nil for a single score
	Scores    []float64 `json:"scores"`            // one per fold; fewer after an interrupt
	Seconds   float64   `json:"seconds"`

	Err    error         `json:"-"` // why the setting could not be trained
	Config recipe.Config `json:"-"` // trains with this setting; unset options have their defaults

	text string
}

// String names the loss, the optimizer and their numbers.
func (t Trial) String() string { return t.text }

// A Ranking is the result of a search.
type Ranking struct {
	Metric      string  `json:"metric"`
	Seed        uint64  `json:"seed"`
	Folds       int     `json:"folds,omitempty"`
	HoldOut     float64 `json:"holdout,omitempty"`
	Dev         string  `json:"dev,omitempty"` // development files
	Settings    int     `json:"settings"`      // number of settings; an interrupt leaves fewer trials
	Interrupted bool    `json:"interrupted"`
	Trials      []Trial `json:"trials"` // best first, failed last
	Done        int     `json:"-"`      // number of completed or failed trials
}

// Defaults. With few sentences, a held-out fifth gives unreliable scores.
const (
	usualShare   = 0.2
	usualFolds   = 5
	fewSentences = 2000
)

var (
	usualLosses = []string{"cross-entropy", "hinge", "perceptron"}
	usualL2     = []Range{{0.01, 0.01}, {0.1, 0.1}, {1, 1}}
	drawnL2     = Range{0.001, 10}
)

// check returns an error for options that are out of range or contradict each other.
func (s *Search) check() error {
	ways := []string{}
	for _, way := range []struct {
		option string
		set    bool
	}{{"dev", !s.Base.Dev.IsZero()}, {"holdout", s.HoldOut != 0}, {"folds", s.Folds != 0}} {
		if way.set {
			ways = append(ways, way.option)
		}
	}
	switch {
	case len(ways) > 1:
		return model.Refuse(ways[0], "set only one of {%s} and {%s}", ways[0], ways[1])
	case s.Folds < 0 || s.Folds == 1:
		return model.Refuse("folds", "{folds} %d: want 2 or more", s.Folds)
	case s.HoldOut != 0 && !(s.HoldOut > 0 && s.HoldOut < 1):
		return model.Refuse("holdout", "{holdout} %v: want a share between 0 and 1", s.HoldOut)
	case s.Trials < 0:
		return model.Refuse("trials", "{trials} %d: want a positive number", s.Trials)
	case s.Metric != "" && measures[s.Metric] == nil:
		return model.Refuse("metric", "{metric} %s: want one of %s", s.Metric, strings.Join(MetricNames(), ", "))
	}
	for _, r := range s.CostScale {
		if r.Lo == 0 {
			return model.Refuse("cost-scale", "{cost-scale} %v: want positive numbers, or ranges such as 0.01..10", r)
		}
	}
	if err := checkNames(s.Losses, s.Optimizers); err != nil {
		return err
	}
	return checkBase(&s.Base)
}

// settings lists the settings to try, without the default.
func (s *Search) settings() ([]setting, error) {
	or := func(list []Range, usual ...Range) []Range {
		if len(list) > 0 {
			return list
		}
		return usual
	}
	lossNames, optimizers, l2 := s.Losses, s.Optimizers, or(s.L2, usualL2...)
	switch {
	case len(lossNames) > 0:
	case len(optimizers) > 0:
		lossNames = []string{""} // the loss of each optimizer
	default:
		lossNames = usualLosses
	}
	if len(optimizers) == 0 {
		optimizers = []string{""} // the default for each loss
	}
	if s.Trials > 0 {
		l2 = or(s.L2, drawnL2)
	}
	x := space{
		names("loss", func(s *setting, v string) { s.loss = v }, lossNames),
		names("optimizer", func(s *setting, v string) { s.optimizer = v }, optimizers),
		numbers("l1", func(s *setting, v float64) { s.l1 = v }, or(s.L1, Range{})),
		numbers("cost-scale", func(s *setting, v float64) { s.scale = v }, or(s.CostScale, Range{1, 1})),
		numbers("l2", func(s *setting, v float64) { s.l2 = v }, l2),
	}
	if s.Trials > 0 {
		return x.sample(s.Trials, seedOf(&s.Base))
	}
	return x.grid()
}

// seedOf returns the seed of a configuration.
func seedOf(c *recipe.Config) uint64 {
	if c.Seed != nil {
		return *c.Seed
	}
	return 1
}

// Run searches on the sentences of a source. When ctx ends, it returns the trials so far and an
// error; the last trial may have only some of its scores. Other errors come without a ranking. A
// setting that cannot be trained is not an error: its trial has the reason.
func (s Search) Run(ctx context.Context, source corpus.Source) (*Ranking, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	settings, err := s.settings()
	if err != nil {
		return nil, err
	}
	list, err := attempts(&s.Base, settings)
	if err != nil {
		return nil, err
	}
	b, err := openBench(ctx, source, chainOf(s.Base), true)
	if err != nil {
		return nil, err
	}
	defer b.data.Close()
	if err := s.read(ctx, b); err != nil {
		return nil, err
	}
	if list, err = b.withDefault(list, s.Base); err != nil {
		return nil, err
	}
	start := time.Now()
	trials, err := run(ctx, list, len(b.folds), func(ctx context.Context, a *attempt, k int) (float64, error) {
		return s.score(ctx, b, a, b.folds[k])
	}, func(k int, t *trial) {
		if s.Progress == nil {
			return
		}
		p := SearchProgress{Number: k + 1, Settings: len(list), Folds: len(b.folds), Trial: t.public(), Elapsed: time.Since(start)}
		done := k*len(b.folds) + max(len(t.scores), 1)
		p.Left = p.Elapsed / time.Duration(done) * time.Duration(len(list)*len(b.folds)-done)
		s.Progress(p)
	})
	r := &Ranking{
		Metric: s.measure(), Seed: seedOf(&s.Base), Folds: s.Folds, HoldOut: s.HoldOut, Dev: strings.Join(s.Base.Dev.Paths, " "),
		Settings: len(list), Interrupted: err != nil, Trials: []Trial{},
	}
	for _, t := range rank(trials) {
		r.Trials = append(r.Trials, t.public())
		if !t.partial {
			r.Done++
		}
	}
	return r, err
}

func (s *Search) measure() string { return cmp.Or(s.Metric, "f1") }

// read reads the source and makes the folds.
func (s *Search) read(ctx context.Context, b *bench) error {
	if !s.Base.Dev.IsZero() {
		return b.readDev(ctx)
	}
	if err := b.keep(ctx); err != nil {
		return err
	}
	n := len(b.all)
	if s.Folds == 0 && s.HoldOut == 0 {
		if n < fewSentences {
			s.Folds = max(2, min(usualFolds, n))
		} else {
			s.HoldOut = usualShare
		}
	}
	if s.Folds > 0 {
		splits, err := KFold(n, s.Folds, seedOf(&s.Base))
		return b.split(ctx, splits, err)
	}
	split, err := HoldOut(n, s.HoldOut, seedOf(&s.Base))
	return b.split(ctx, []Split{split}, err)
}

// withDefault prepends the default of training, unless one of the attempts equals it.
func (b *bench) withDefault(list []*attempt, base recipe.Config) ([]*attempt, error) {
	d := &attempt{config: base, isDefault: true}
	d.finish()
	if d.err != nil {
		d.setting.settle()
		return append([]*attempt{d}, list...), nil
	}
	own, err := b.stored(d)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.err != nil {
			continue
		}
		if other, err := b.stored(a); err == nil && other == own {
			a.isDefault = true
			return list, nil
		}
	}
	c, err := b.complete(d.config, b.folds[0])
	d.setting = settingOf(&c)
	return append([]*attempt{d}, list...), err
}

// stored returns everything that determines the model of an attempt.
func (b *bench) stored(a *attempt) (string, error) {
	c, err := b.complete(a.config, b.folds[0])
	if err != nil {
		return "", err
	}
	return c.Stored()
}

// score trains on the training part of a fold and scores on the other part.
func (s *Search) score(ctx context.Context, b *bench, a *attempt, f *fold) (float64, error) {
	m, summary, err := b.train(ctx, a, f)
	if err != nil {
		return 0, err
	}
	results := summary.Dev
	if f.test != nil {
		if results, err = learning.Score(m, f.test, b.scheme, a.config.Threads); err != nil {
			return 0, err
		}
	}
	return measures[s.measure()](results), nil
}

// public returns the exported form of a trial.
func (t *trial) public() Trial {
	p := Trial{
		Loss: t.loss, Optimizer: t.optimizer, Default: t.isDefault, Scores: slices.Clone(t.scores), Seconds: t.elapsed.Seconds(),
		Err: t.failed, Config: t.config, text: t.attempt.String(),
	}
	p.L2, p.L1, p.CostScale = t.setting.options()
	if p.Scores == nil {
		p.Scores = []float64{}
	}
	if t.failed != nil {
		return p
	}
	p.Mean = new(t.mean)
	if len(t.scores) > 1 {
		p.SD = new(t.sd)
	}
	return p
}
