package learning

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/prunedcrf"
	"github.com/trellis-nlp/trellis/recipe"
)

// A prunedSet is the data of a pruned higher-order CRF.
type prunedSet struct {
	*prunedcrf.Dataset
	development[*prunedcrf.Dataset]
	counts
}

func newPrunedSet(in model.Input) (*prunedSet, error) {
	if in.Templates == nil {
		return nil, fmt.Errorf("%w: an attribute file, but a pruned higher-order CRF reads columns", model.ErrInput)
	}
	d, err := prunedcrf.NewDataset(in)
	return &prunedSet{Dataset: d, development: development[*prunedcrf.Dataset]{open: func() (*prunedcrf.Dataset, error) { return prunedcrf.NewDataset(in) }}}, err
}

func (s *prunedSet) add(e example) error { return s.Add(e.columns, e.labels, e.weight) }

func (s *prunedSet) describe(templates string) string {
	return fmt.Sprintf("%d sentences, %d tokens, %d labels (scheme %s), %d attributes by templates %s",
		s.Len(), s.Tokens(), len(s.Labels()), s.Scheme(), s.Attributes(), templates)
}

func (s *prunedSet) method(c *recipe.Config) string {
	parts := ""
	if separator := s.separator(c); separator != "" {
		parts = fmt.Sprintf(", labels split into subtags at %s", separator)
	}
	return fmt.Sprintf("pruned CRF of order %d%s, ", *c.Order, parts) + methodText(c)
}

// separator returns the separator of subtags, or "" if labels have none.
func (s *prunedSet) separator(c *recipe.Config) string {
	switch c.LabelParts {
	case "none":
		return ""
	case "", "auto":
		n := 0
		for _, label := range s.Labels() {
			if strings.Contains(label, "|") {
				n++
			}
		}
		if 2*n > len(s.Labels()) {
			return "|"
		}
		return ""
	}
	return c.LabelParts
}

func (s *prunedSet) notes(m model.Labeller, summary model.Summary, notes map[string]string) {
	notes["kept"] = strings.Join(kept(m, summary), ",")
}

// kept lists the mean number of labels per token before each order of a model.
func kept(m model.Labeller, s model.Summary) []string {
	var list []string
	for _, v := range s.Kept[:m.(*prunedcrf.Model).Order()] {
		list = append(list, strconv.FormatFloat(v, 'f', 2, 64))
	}
	return list
}

func (s *prunedSet) outcome(m model.Labeller, summary model.Summary) string {
	x := m.(*prunedcrf.Model)
	text := fmt.Sprintf("order %d, %d labels", x.Order(), len(x.Labels()))
	if list := kept(m, summary); len(list) > 0 {
		text += " of which a token kept " + strings.Join(list, " and ")
	}
	return text + fmt.Sprintf(", %d attributes, %d features", x.Attributes(), x.Features())
}

func (s *prunedSet) train(ctx context.Context, c *recipe.Config, start model.Labeller, h hooks) (model.Labeller, model.Summary, error) {
	method := c.NewMethod()
	opts := prunedcrf.Options{
		Stochastic: method.Stochastic, Penalty: method.Penalty,
		MinCount: c.MinCount, Threads: c.Threads, Patience: patience(c), Separator: s.separator(c), Dev: s.dev, Warn: h.warn,
		Order:    [...]prunedcrf.Order{prunedcrf.Zeroth, prunedcrf.First, prunedcrf.Second}[*c.Order],
		Progress: h.progress,
	}
	copy(opts.Keep[:], c.Keep)
	if start != nil {
		opts.Init = start.(*prunedcrf.Model)
	}
	var err error
	if opts.Loss, err = generalLoss(c, s); err != nil {
		return nil, model.Summary{}, err
	}
	return trained(prunedcrf.Train(ctx, s.Dataset, opts))
}
