package study

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// A Comparison compares losses under equal conditions. It tunes each loss, trains it several times,
// and scores it on sentences that were used neither for training nor for tuning.
//
// Without Test, it tunes on a share of the training sentences. With Test, it trains on all
// sentences and tunes on Dev; it then also reports on the models that Dev picked.
type Comparison struct {
	// Base is common to all training runs, as in [Search]. It must not set development data, or
	// options that change the labels of the model. Its cost is the cost of the losses that have
	// one, and of the reported expected cost.
	Base       recipe.Config
	Candidates []Candidate
	Dev, Test  corpus.Source // data of the report; Test may be zero

	HoldOut      float64 // share of the training sentences to tune on, without Test; 0 means 0.2
	Runs         int     // training runs per loss; with Test, 0 means only the run that Dev picks
	NoResampling bool    // train on the sentences themselves, not on a sample of the same size with replacement
	// RecallCurve trains each loss with each of these false negative weights of the entity cost.
	RecallCurve []float64

	// Progress is called after each training run. It may be nil.
	Progress func(p CompareProgress)
}

// A Candidate is a loss with the settings to tune it over.
type Candidate struct {
	Loss       string
	Optimizers []string  // nil means what suits the loss
	L2         []float64 // nil means 0.01, 0.1 and 1
	CostScale  []float64 // nil means 1
}

// CompareProgress describes the state of a comparison after a training run.
type CompareProgress struct {
	Stage      string // tuning, whole (on all sentences, as Dev picked it) or run
	Number, Of int    // of the setting (tuning), the loss (whole) or the run
	Setting    string
	F1         float64
	Seconds    float64
	Err        error // why the setting could not be trained
}

// UsualLosses returns losses that are worth comparing on most data: the convex ones, and risk.
func UsualLosses() []string {
	return slices.DeleteFunc(losses.Names(), func(name string) bool {
		l, err := losses.New(name, losses.Options{})
		return err != nil || !l.(losses.HasTraits).Traits().Convex && name != "risk"
	})
}

// maxRuns guards against typing errors.
const maxRuns = 1000

// check returns an error for options that are out of range or contradict each other, and sets
// defaults.
func (c *Comparison) check() error {
	test := !c.Test.IsZero()
	switch {
	case slices.Contains(c.Dev.Paths, "-"):
		return model.Refuse("dev", "{dev} -: want a file, not standard input")
	case slices.Contains(c.Test.Paths, "-"):
		return model.Refuse("test", "{test} -: want a file, not standard input")
	case c.Dev.IsZero():
		return model.Refuse("dev", "{dev}: no sentences to report on")
	case test && c.HoldOut != 0:
		return model.Refuse("holdout", "{holdout}: not with {test}, because {dev} then picks the settings")
	case test && len(c.Test.Sentences) == 0 && slices.Equal(c.Test.Paths, c.Dev.Paths):
		return model.Refuse("test", "{test} %s: {dev} picks the settings on the same file", strings.Join(c.Test.Paths, " "))
	case c.Runs < 0 || c.Runs == 0 && !test || c.Runs > maxRuns:
		return model.Refuse("seeds", "{seeds} %d: want 1 to %d, or 0 with {test}", c.Runs, maxRuns)
	case c.HoldOut != 0 && !(c.HoldOut > 0 && c.HoldOut < 1):
		return model.Refuse("holdout", "{holdout} %v: want a share between 0 and 1", c.HoldOut)
	case len(c.Candidates) == 0:
		return model.Refuse("loss", "{loss}: no loss to compare")
	}
	if c.HoldOut == 0 {
		c.HoldOut = usualShare
	}
	for _, x := range c.Candidates {
		if err := checkNames([]string{x.Loss}, x.Optimizers); err != nil {
			return err
		}
		for _, v := range x.CostScale {
			if !(v > 0 && v <= math.MaxFloat64) {
				return model.Refuse("cost-scale", "{cost-scale} %v: want positive numbers", v)
			}
		}
	}
	if err := c.checkCurve(); err != nil {
		return err
	}
	return checkBase(&c.Base, "dev", "patience", "scheme", "normalize")
}

// checkCurve checks the weights of a recall curve and sets the entity cost.
func (c *Comparison) checkCurve() error {
	if len(c.RecallCurve) == 0 {
		return nil
	}
	for _, option := range []string{"cost", "cost-fn"} {
		if c.Base.IsSet(option) {
			return model.Refuse(option, "{%s}: {recall-curve} sets it", option)
		}
	}
	for _, x := range c.Candidates {
		if named := (&recipe.Config{Loss: x.Loss}); !named.Uses("cost") {
			return model.Refuse("recall-curve", "{recall-curve}: %s has no cost", x.Loss)
		}
	}
	for k, w := range c.RecallCurve {
		if !(w >= 0 && w <= math.MaxFloat64) || slices.Contains(c.RecallCurve[:k], w) {
			return model.Refuse("recall-curve", "{recall-curve} %v: want distinct, non-negative numbers", w)
		}
	}
	c.Base.Cost = "entity"
	return nil
}

// settings lists the settings of each candidate. It ignores repeated losses.
func (c *Comparison) settings() ([]setting, error) {
	points := func(list []float64, usual ...Range) []Range {
		if len(list) == 0 {
			return usual
		}
		var ranges []Range
		for _, v := range list {
			ranges = append(ranges, Range{v, v})
		}
		return ranges
	}
	var all []setting
	var named []string
	for _, x := range c.Candidates {
		if slices.Contains(named, x.Loss) {
			continue
		}
		named = append(named, x.Loss)
		optimizers := x.Optimizers
		if len(optimizers) == 0 {
			optimizers = []string{""}
		}
		list, err := space{
			names("loss", func(s *setting, v string) { s.loss = v }, []string{x.Loss}),
			names("optimizer", func(s *setting, v string) { s.optimizer = v }, optimizers),
			numbers("cost-scale", func(s *setting, v float64) { s.scale = v }, points(x.CostScale, Range{1, 1})),
			numbers("l2", func(s *setting, v float64) { s.l2 = v }, points(x.L2, usualL2...)),
		}.grid()
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// Run compares the losses after training on the sentences of a source. When ctx ends, it returns
// the runs that all losses have completed and an error. Other errors come without an outcome. A
// loss that cannot be trained is not an error: its row has the reason.
func (c Comparison) Run(ctx context.Context, source corpus.Source) (*Outcome, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	settings, err := c.settings()
	if err != nil {
		return nil, err
	}
	list, err := attempts(&c.Base, settings)
	if err != nil {
		return nil, err
	}
	b, err := openBench(ctx, source, chainOf(c.Base), false)
	if err != nil {
		return nil, err
	}
	defer b.data.Close()
	s := &comparing{bench: b, o: &c, best: make(map[string]picked)}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	err = s.train(ctx, list)
	if err != nil && !errors.Is(err, context.Canceled) {
		return nil, err
	}
	outcome, failed := s.outcome(err != nil)
	if failed != nil {
		return nil, failed
	}
	return outcome, err
}
