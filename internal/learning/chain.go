package learning

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/recipe"
)

// A chainSet is the data of a chain model.
type chainSet struct {
	*crf.Dataset
	development[*crf.Dataset]
	counts
	items  bool             // ready-made attributes
	groups *features.Groups // of the templates; nil for ready-made attributes
}

func newChainSet(in model.Input, threads int) (*chainSet, error) {
	d, err := crf.NewDataset(in)
	if err != nil {
		return nil, err
	}
	d.Threads = threads
	s := &chainSet{Dataset: d, items: in.Templates == nil}
	if !s.items {
		s.groups = in.Templates.Groups()
	}
	return s, nil
}

func (s *chainSet) add(e example) error {
	if e.choices != nil {
		return s.AddChoices(model.Sentence{Columns: e.columns, Items: e.items}, e.choices, e.weight)
	}
	return s.addTo(s.Dataset, e)
}

func (s *chainSet) hold(e example) error {
	if s.dev == nil {
		s.dev = s.HeldOut()
	}
	return s.addTo(s.dev, e)
}

func (s *chainSet) addTo(d *crf.Dataset, e example) error {
	if s.items {
		return d.AddItems(e.items, e.labels, e.weight)
	}
	return d.Add(e.columns, e.labels, e.weight)
}

func (s *chainSet) describe(templates string) string {
	by := "the attributes of the file"
	if templates != "" {
		by = "templates " + templates
	}
	return fmt.Sprintf("%d sentences, %d tokens, %d labels (scheme %s), %d attributes by %s",
		s.Len(), s.Tokens(), len(s.Labels()), s.Scheme(), s.Attributes(), by)
}

func (s *chainSet) method(c *recipe.Config) string { return methodText(c) }

func (s *chainSet) outcome(m model.Labeller, _ model.Summary) string {
	x := m.(*crf.Model)
	return fmt.Sprintf("%d labels, %d attributes, %d features", len(x.Labels()), x.Attributes(), x.Features())
}

func (s *chainSet) notes(model.Labeller, model.Summary, map[string]string) {}

func (s *chainSet) train(ctx context.Context, c *recipe.Config, start model.Labeller, h hooks) (model.Labeller, model.Summary, error) {
	opts := crf.Options{
		AllPairs: c.AllPairs, MinCount: c.MinCount, TagDictionary: c.TagDictionary, Threads: c.Threads, Patience: patience(c),
		Restarts: c.Restarts, Seed: or(c.Seed, 1), Dev: s.dev, Begin: h.begin, Warn: h.warn, Progress: h.progress,
	}
	if len(c.Without) > 0 && !s.items {
		opts.Keep = s.keep(c.Without)
	}
	if start != nil {
		opts.Init = start.(*crf.Model)
	}
	cost, err := c.NewCost(s.Labels(), s.Scheme())
	if err != nil {
		return nil, model.Summary{}, err
	}
	if opts.Loss, err = c.NewLoss(cost); err != nil {
		return nil, model.Summary{}, err
	}
	if schedule, steps := c.Schedule(cost); steps > 0 {
		opts.Schedule = &crf.Schedule{Loss: schedule.Loss, Steps: steps}
	}
	method := c.NewMethod()
	opts.Batch, opts.Stochastic, opts.Penalty = method.Batch, method.Stochastic, method.Penalty
	done, err := h.write.set(&opts)
	if err != nil {
		return nil, model.Summary{}, err
	}
	defer done()
	m, summary, err := crf.Train(ctx, s.Dataset, opts)
	if m == nil {
		return nil, summary, h.write.explain(err)
	}
	return m, summary, err
}

// keep returns which attributes remain without some templates. The templates of the data may have
// been left out already.
func (s *chainSet) keep(without []string) func(attribute string) bool {
	var dropped []int
	for _, name := range without {
		if k := s.groups.Index(name); k >= 0 {
			dropped = append(dropped, k)
		}
	}
	if dropped == nil {
		return nil
	}
	return func(attribute string) bool { return !slices.Contains(dropped, s.groups.Of(attribute)) }
}

// checkpoints names the checkpoint files of a training run.
type checkpoints struct {
	path, resume string
	every        time.Duration
}

func checkpointsOf(c *recipe.Config) checkpoints {
	return checkpoints{path: c.Checkpoint, resume: c.Resume, every: or(c.CheckpointEvery, time.Minute)}
}

// set adds the checkpoints to the options and opens the one to resume from. Call done to close it.
func (x checkpoints) set(opts *crf.Options) (done func(), err error) {
	done = func() {}
	if x.resume != "" {
		f, err := os.Open(x.resume)
		if err != nil {
			return nil, err
		}
		opts.Resume = f
		done = func() { _ = f.Close() } // opened for reading only
	}
	if x.path != "" {
		opts.Checkpoints = &crf.Checkpoints{Every: x.every, Write: func(checkpoint func(io.Writer) error) error {
			done() // Write may replace the open file
			return safefile.Write(x.path, checkpoint)
		}}
	}
	return done, nil
}

// explain adds the file name to the error of an unsuitable checkpoint.
func (x checkpoints) explain(err error) error {
	if errors.Is(err, optimize.ErrCheckpoint) {
		return fmt.Errorf("%s: %w", x.resume, err)
	}
	return err
}
