package study

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// A LearningCurve trains on growing shares of the sentences and scores each model, to see whether
// more data would help.
//
// Each run shuffles the sentences with its own seed. Smaller shares are parts of larger ones. For
// labels outside a share it adds the first sentence that has them, so that every model has all
// labels.
type LearningCurve struct {
	// Base is the configuration of all training runs. With Dev, each run keeps its best step on the
	// development data, as training does, and the score is the one on these data. Its seed is the
	// seed of the first run, and the others have the following ones.
	Base recipe.Config

	Fractions []float64 // of the sentences, in 0..1; nil means 1, 1/2, 1/4, ..., up to 6 of 20 sentences or more
	Runs      int       // seeds per share; 0 means 3
	HoldOut   float64   // share of the sentences to score on, without Dev; 0 means 0.2
	Metric    string    // one of MetricNames; "" means f1

	// Progress is called after each training run. It may be nil.
	Progress func(p CurveProgress)
}

// CurveProgress describes the state of a learning curve after a training run.
type CurveProgress struct {
	Run, Runs  int
	Number, Of int // Point is point Number (from 1) of Of
	Sentences  int // trained on
	Score      float64
	Seconds    float64
}

// Defaults of a learning curve.
const (
	usualRuns     = 3
	usualPoints   = 6
	leastSentence = 20
)

// check returns an error for options that are out of range or contradict each other, and sets
// defaults.
func (c *LearningCurve) check() error {
	c.Runs, c.Metric = cmp.Or(c.Runs, usualRuns), cmp.Or(c.Metric, "f1")
	switch {
	case slices.Contains(c.Base.Dev.Paths, "-"):
		return model.Refuse("dev", "{dev} -: want a file, not standard input")
	case c.HoldOut != 0 && !c.Base.Dev.IsZero():
		return model.Refuse("holdout", "{holdout}: not with {dev}, which the models are scored on")
	case c.HoldOut != 0 && !(c.HoldOut > 0 && c.HoldOut < 1):
		return model.Refuse("holdout", "{holdout} %v: want a share between 0 and 1", c.HoldOut)
	case c.Runs < 1 || c.Runs > maxRuns:
		return model.Refuse("seeds", "{seeds} %d: want 1 to %d", c.Runs, maxRuns)
	case measures[c.Metric] == nil:
		return model.Refuse("metric", "{metric} %s: want one of %s", c.Metric, strings.Join(MetricNames(), ", "))
	}
	c.HoldOut = cmp.Or(c.HoldOut, usualShare)
	for _, f := range c.Fractions {
		if !(f > 0 && f <= 1) {
			return model.Refuse("fractions", "{fractions} %v: want numbers above 0, up to 1", f)
		}
	}
	for _, option := range []string{"supervision", "init", "checkpoint", "checkpoint-every", "resume", "tokenizer", "search", "shrink"} {
		if c.Base.IsSet(option) {
			return model.Refuse(option, "{%s}: not for learning curves", option)
		}
	}
	return c.Base.Validate()
}

// sizes returns the numbers of sentences to train on, of n, in ascending order.
func (c *LearningCurve) sizes(n int) []int {
	fractions := c.Fractions
	if fractions == nil {
		for f := 1.0; len(fractions) < usualPoints && (f == 1 || f*float64(n) >= leastSentence); f /= 2 {
			fractions = append(fractions, f)
		}
	}
	var list []int
	for _, f := range fractions {
		list = append(list, max(1, int(math.Round(f*float64(n)))))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// A curving is the state of a learning curve. The bench holds all sentences.
type curving struct {
	*bench
	o     *LearningCurve
	train []*learning.Kept
	test  []*learning.Kept
	first map[string]int // a sentence with each label
	runs  [][]measured   // of completed runs, by size
}

// measured is the result of one training run.
type measured struct {
	sentences, tokens int
	score             float64
	seconds           float64
	each              []metrics.Counts
}

// Run trains on shares of the sentences of a source. When ctx ends, it returns the runs so far and
// an error, or no curve if no run was complete. Other errors come without a curve.
func (c LearningCurve) Run(ctx context.Context, source corpus.Source) (*Curve, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	b, err := openBench(ctx, source, c.Base, true)
	if err != nil {
		return nil, err
	}
	defer b.data.Close()
	s := &curving{bench: b, o: &c}
	if err := s.read(ctx); err != nil {
		return nil, err
	}
	sizes := c.sizes(len(s.train))
	for k := range c.Runs {
		run, err := s.run(ctx, k, sizes)
		switch {
		case err != nil && ctx.Err() != nil && len(s.runs) > 0:
			curve, failed := s.curve(true)
			return curve, cmp.Or(failed, err)
		case err != nil:
			return nil, err
		}
		s.runs = append(s.runs, run)
	}
	return s.curve(false)
}

// read reads the sentences to train and to score on.
func (s *curving) read(ctx context.Context) error {
	if err := s.keep(ctx); err != nil {
		return err
	}
	s.train = s.all
	if s.o.Base.Dev.IsZero() {
		split, err := HoldOut(len(s.all), s.o.HoldOut, seedOf(&s.o.Base))
		if err != nil {
			return fmt.Errorf("%s: %w", strings.Join(s.source.Paths, " "), err)
		}
		s.train = nil
		for _, i := range split.Train {
			s.train = append(s.train, s.all[i])
		}
		for _, i := range split.Test {
			s.test = append(s.test, s.all[i])
		}
	} else {
		err := s.data.EachOf(ctx, s.o.Base.Dev, func(_ *input.Input, x *input.Sentence, labels []string) error {
			s.test = append(s.test, s.data.Keep(x, labels))
			return nil
		})
		if err != nil {
			return err
		}
	}
	s.data.Config.Say(fmt.Sprintf("train on up to %d sentences, score on %d", len(s.train), len(s.test)))
	s.first = make(map[string]int)
	for i, x := range s.train {
		for _, name := range x.Labels {
			if _, ok := s.first[name]; !ok {
				s.first[name] = i
			}
		}
	}
	return nil
}

// run trains on each size.
func (s *curving) run(ctx context.Context, k int, sizes []int) ([]measured, error) {
	seed := seedOf(&s.o.Base) + uint64(k)
	order := shuffled(len(s.train), seed)
	var list []measured
	for n, size := range sizes {
		m, err := s.measure(ctx, s.share(order[:size]), seed)
		if err != nil {
			return nil, err
		}
		list = append(list, *m)
		if s.o.Progress != nil {
			s.o.Progress(CurveProgress{k + 1, s.o.Runs, n + 1, len(sizes), m.sentences, m.score, m.seconds})
		}
	}
	return list, nil
}

// share returns the chosen sentences in ascending order, with sentences for labels that they lack.
func (s *curving) share(chosen []int) []int {
	list := slices.Clone(chosen)
	has := make(map[string]bool)
	for _, i := range list {
		for _, name := range s.train[i].Labels {
			has[name] = true
		}
	}
	for name, i := range s.first {
		if !has[name] {
			list = append(list, i)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// measure trains on some sentences and scores the model.
func (s *curving) measure(ctx context.Context, numbers []int, seed uint64) (*measured, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	began := startClock()
	f := new(fold)
	var err error
	if f.set, err = s.data.Compile(s.train, numbers); err != nil {
		return nil, err
	}
	if !s.o.Base.Dev.IsZero() {
		if err := s.data.HoldAll(f.set, s.test); err != nil {
			return nil, err
		}
	}
	a := &attempt{config: s.o.Base}
	a.config.Seed = &seed
	m, _, err := s.bench.train(ctx, a, f)
	if err != nil {
		return nil, err
	}
	r := &measured{sentences: len(numbers), tokens: f.set.Tokens(), seconds: began.spent().seconds}
	results, each, err := learning.ScoreEach(m, s.test, s.scheme)
	if err != nil {
		return nil, err
	}
	r.score, r.each = measures[s.o.Metric](results), each
	return r, nil
}
