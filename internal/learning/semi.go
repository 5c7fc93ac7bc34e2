package learning

import (
	"context"
	"fmt"
	"strconv"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/semicrf"
	"github.com/trellis-nlp/trellis/structured"
)

// A semiSet is the data of a semi-Markov model.
type semiSet struct {
	*semicrf.Dataset
	development[*semicrf.Dataset]
	counts
}

func newSemiSet(in model.Input) (*semiSet, error) {
	if in.Templates == nil {
		return nil, fmt.Errorf("%w: an attribute file, but a semi-Markov model reads words", model.ErrInput)
	}
	d, err := semicrf.NewDataset(in)
	return &semiSet{Dataset: d, development: development[*semicrf.Dataset]{open: func() (*semicrf.Dataset, error) { return semicrf.NewDataset(in) }}}, err
}

// Labels returns O and the span types, which costs are defined on.
func (s *semiSet) Labels() []string { return append([]string{"O"}, s.Types()...) }

func (s *semiSet) add(e example) error { return s.Add(e.columns, e.labels, e.weight) }

func (s *semiSet) describe(templates string) string {
	return fmt.Sprintf("%d sentences, %d tokens, %d spans of %d types (scheme %s), templates %s",
		s.Len(), s.Tokens(), s.Spans(), len(s.Types()), s.Scheme(), templates)
}

func (s *semiSet) method(c *recipe.Config) string { return "semi-Markov model, " + methodText(c) }

func (s *semiSet) outcome(m model.Labeller, _ model.Summary) string {
	x := m.(*semicrf.Model)
	return fmt.Sprintf("%d types of spans of up to %d tokens, %d attributes of tokens and %d of segments, %d features",
		len(x.Types()), x.MaxLength(), x.Attributes(), x.SegmentAttributes(), x.Features())
}

func (s *semiSet) notes(m model.Labeller, _ model.Summary, notes map[string]string) {
	notes["max-length"] = strconv.Itoa(m.(*semicrf.Model).MaxLength())
}

func (s *semiSet) train(ctx context.Context, c *recipe.Config, start model.Labeller, h hooks) (model.Labeller, model.Summary, error) {
	if s.Scheme() == structured.Plain {
		return nil, model.Summary{}, model.Refuse("model-type", "{model-type} semi needs labels that encode spans, such as B-PER, I-PER and O; these do not")
	}
	method := c.NewMethod()
	opts := semicrf.Options{
		Threads: c.Threads, Patience: patience(c), MinCount: c.MinCount, MaxLength: or(c.MaxLength, 0),
		Batch: method.Batch, Stochastic: method.Stochastic, Penalty: method.Penalty,
		Dev: s.dev, Progress: h.progress, Warn: h.warn,
	}
	if start != nil {
		opts.Init = start.(*semicrf.Model)
	}
	var err error
	if opts.Loss, err = generalLoss(c, s); err != nil {
		return nil, model.Summary{}, err
	}
	return trained(semicrf.Train(ctx, s.Dataset, opts))
}
