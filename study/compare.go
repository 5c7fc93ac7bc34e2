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

// A Comparison compares losses on equal terms: it tunes each, trains it several times and reports on sentences that it
// neither trained on nor tuned by.
//
// Without Test, the settings of a loss are tuned on a share of the training sentences. With Test, Dev tunes them, after
// training on all sentences, and the model that was picked is reported on as well.
type Comparison struct {
	// Base is what all trainings have in common, as in [Search]. It has no development data, and nothing that would make
	// the labels of models others than those of the files. Its cost is that of the losses that have one, and of the
	// expected cost that is reported.
	Base       recipe.Config
	Candidates []Candidate
	Dev, Test  corpus.Source // what the report is on; Test may be zero

	HoldOut      float64 // share of the training sentences that tunes, without Test; 0: 0.2
	Runs         int     // trainings of each loss; 0, with Test: none but the one that Dev picks
	NoResampling bool    // train each run on the sentences as they are, not on as many that are drawn with replacement
	// RecallCurve trains each loss with each of these entity costs of a false negative.
	RecallCurve []float64

	// Progress is called after each training, unless nil.
	Progress func(p CompareProgress)
}

// A Candidate is a loss and what it is tuned over.
type Candidate struct {
	Loss       string
	Optimizers []string  // nil: what suits the loss
	L2         []float64 // nil: 0.01, 0.1 and 1
	CostScale  []float64 // nil: 1
}

// CompareProgress is what a comparison reports after each training.
type CompareProgress struct {
	Stage      string // tuning, whole (on all sentences, as Dev picked it) or run
	Number, Of int    // of the setting when tuning, of the loss when whole, else of the run
	Setting    string
	F1         float64
	Seconds    float64
	Err        error // why the setting could not be trained
}

// UsualLosses are the losses that are worth a comparison on most data: the convex ones, and risk.
func UsualLosses() []string {
	return slices.DeleteFunc(losses.Names(), func(name string) bool {
		l, err := losses.New(name, losses.Options{})
		return err != nil || !l.(losses.HasTraits).Traits().Convex && name != "risk"
	})
}

// maxRuns keeps a slip of the finger from starting what nobody will wait for.
const maxRuns = 1000

// check reports options that are out of range or contradict each other, and fills in defaults.
func (c *Comparison) check() error {
	test := !c.Test.IsZero()
	switch {
	case slices.Contains(c.Dev.Paths, "-"):
		return model.Refuse("dev", "{dev} -: standard input cannot be read for the report; name a file")
	case slices.Contains(c.Test.Paths, "-"):
		return model.Refuse("test", "{test} -: standard input cannot be read for the report; name a file")
	case c.Dev.IsZero():
		return model.Refuse("dev", "{dev}: no sentences to report on")
	case test && c.HoldOut != 0:
		return model.Refuse("holdout", "{holdout}: with {test}, settings are picked by {dev}")
	case test && len(c.Test.Sentences) == 0 && slices.Equal(c.Test.Paths, c.Dev.Paths):
		return model.Refuse("test", "{test} %s: it is the file that {dev} picks the settings by", strings.Join(c.Test.Paths, " "))
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
				return model.Refuse("cost-scale", "{cost-scale} %v: want numbers that are positive", v)
			}
		}
	}
	if err := c.checkCurve(); err != nil {
		return err
	}
	return checkBase(&c.Base, "dev", "patience", "scheme", "normalize")
}

// checkCurve checks the weights of a recall curve, and makes the cost that of entities.
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
			return model.Refuse("recall-curve", "{recall-curve} %v: want different numbers that are not negative", w)
		}
	}
	c.Base.Cost = "entity"
	return nil
}

// settings lists what to try for each candidate. A loss that is named twice is tried once.
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

// Run compares the losses after training on the sentences of a source. When ctx ends, it returns the runs that all
// losses have done together with an error. Other errors come without an outcome. A loss that cannot be trained is no
// error, but a row with one.
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
	b, err := openBench(ctx, source, c.Base, false)
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
