package study

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// A Search finds good settings of training: it trains with each on some of the sentences and scores the result on the
// others, or on development data. The zero Search tries the losses and penalties that are worth trying on most data.
//
// It always tries the default of training as well: Base as it is, so that the labels pick loss, optimizer and penalty.
type Search struct {
	// Base is what all settings have in common. A setting leaves out the options that its loss and its optimizer have no
	// use for; an option that no setting has a use for is an error. The options that the search varies are open. Seed is
	// that of splitting the sentences and of drawing settings, too. With Dev, the best step of each training is scored on
	// the development data instead of holding sentences out.
	Base recipe.Config

	Losses     []string // nil: some that suit most data, or what the optimizers are made for
	Optimizers []string // nil: what suits the loss
	L2         []Range  // nil: 0.01, 0.1 and 1, or 0.001..10 to draw from
	L1         []Range  // nil: 0
	CostScale  []Range  // for the losses that have a cost; nil: 1

	Trials  int     // draw so many settings instead of trying all; the ranges need not be single numbers then
	Folds   int     // score on each of so many folds, after training on the others; 0: Holdout says how
	HoldOut float64 // score on this share of the sentences; 0: 0.2, or 5 folds of fewer than 2000 sentences
	Metric  string  // one of MetricNames; "" means f1

	// Progress is called after each training, unless nil.
	Progress func(p SearchProgress)
}

// SearchProgress is what a search reports after each training.
type SearchProgress struct {
	Number, Settings int // the trial is number Number of Settings, from 1
	Folds            int
	Trial            Trial         // so far
	Elapsed, Left    time.Duration // so far, and an estimate of the rest
}

// A Trial is a setting and how it did.
type Trial struct {
	Loss      string    `json:"loss"`
	Optimizer string    `json:"optimizer"`
	L2        *float64  `json:"l2"`                // nil if the optimizer takes no penalty
	L1        *float64  `json:"l1"`                // likewise
	CostScale *float64  `json:"cost_scale"`        // nil if the loss has no cost
	Default   bool      `json:"default,omitempty"` // the setting is what training does by default
	Mean      *float64  `json:"mean"`              // of the scores, fractions in 0..1; nil if the trial failed
	SD        *float64  `json:"sd"`                // their sample standard deviation; nil for a single one
	Scores    []float64 `json:"scores"`            // one a fold; fewer after an interrupt
	Seconds   float64   `json:"seconds"`

	Err    error         `json:"-"` // why the setting could not be trained
	Config recipe.Config `json:"-"` // trains with the setting; open settings are those of the default

	text string
}

// String names the loss, the optimizer and their numbers.
func (t Trial) String() string { return t.text }

// A Ranking is what came of a search.
type Ranking struct {
	Metric      string  `json:"metric"`
	Seed        uint64  `json:"seed"`
	Folds       int     `json:"folds,omitempty"`
	HoldOut     float64 `json:"holdout,omitempty"`
	Dev         string  `json:"dev,omitempty"` // the development files
	Settings    int     `json:"settings"`      // to try; fewer trials after an interrupt
	Interrupted bool    `json:"interrupted"`
	Trials      []Trial `json:"trials"` // the best first, those that failed last
	Done        int     `json:"-"`      // trials that are complete, or failed
}

// What is tried and held out by default. Of few sentences a fifth says little.
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

// check refuses options that are out of range or contradict each other.
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
		return model.Refuse(ways[0], "{%s} and {%s}: settings are scored in one way or the other", ways[0], ways[1])
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
			return model.Refuse("cost-scale", "{cost-scale} %v: want numbers that are positive, or ranges like 0.01..10", r)
		}
	}
	if err := checkNames(s.Losses, s.Optimizers); err != nil {
		return err
	}
	return checkBase(&s.Base)
}

// settings lists what to try beside the default.
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
		lossNames = []string{""} // what each is made for
	default:
		lossNames = usualLosses
	}
	if len(optimizers) == 0 {
		optimizers = []string{""} // what suits the loss
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

// seedOf is the seed of a configuration.
func seedOf(c *recipe.Config) uint64 {
	if c.Seed != nil {
		return *c.Seed
	}
	return 1
}

// Run searches on the sentences of a source. When ctx ends, it returns what there is so far together with an error; the
// trial that was interrupted may have some of its scores. Other errors come without a ranking. A setting that cannot be
// trained is no error, but a trial that failed.
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
	b, err := openBench(ctx, source, s.Base, true)
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

func (s *Search) measure() string {
	if s.Metric == "" {
		return "f1"
	}
	return s.Metric
}

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

// withDefault puts the default of training in front of the attempts, unless one of them is the same.
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

// stored is all that decides what an attempt trains.
func (b *bench) stored(a *attempt) (string, error) {
	c, err := b.complete(a.config, b.folds[0])
	if err != nil {
		return "", err
	}
	return c.Stored()
}

// score trains on the training part of a fold and scores the result on the other.
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

// public is the trial as callers see it.
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
