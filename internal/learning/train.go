package learning

import (
	"context"
	"fmt"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/text"
)

// A Result is a trained model with a description of the training.
type Result struct {
	Model     model.Labeller
	Config    recipe.Config // completed
	Summary   model.Summary
	Sentences int // number in the training data
	Tokens    int
	Search    *Search // nil without a search
	Shrink    *Shrink // nil if no templates were to be removed

	set Set
}

// Train trains a model by a valid configuration. It starts from start, or from scratch if start is
// nil. When ctx ends, it returns the best model so far and an error. Other errors come without a
// model.
func Train(ctx context.Context, source corpus.Source, c recipe.Config, start model.Labeller) (*Result, error) {
	d, err := Open(ctx, source, c, start, true)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var search *Search
	if c.Searches() {
		if search, err = d.search(ctx); err != nil {
			return nil, err
		}
	}
	var shrunk *Shrink
	if c.Shrink != nil {
		if shrunk, err = d.shrink(ctx); err != nil {
			return nil, err
		}
	}
	set, err := d.Read(ctx)
	if err != nil {
		return nil, err
	}
	completed, err := d.Complete(set)
	if err != nil {
		return nil, err
	}
	d.describe(set, &completed)
	if err := d.tokens.learn(ctx, &completed); err != nil {
		return nil, err
	}
	m, summary, err := Fit(ctx, set, completed, start)
	if m == nil {
		return nil, err
	}
	r := &Result{Model: m, Config: completed, Summary: summary, Sentences: set.Len(), Tokens: set.Tokens(), Search: search, Shrink: shrunk, set: set}
	if noting := d.note(r, set); noting != nil {
		return nil, noting
	}
	return r, err
}

// Describe describes the size of the model.
func (r *Result) Describe() string { return r.set.outcome(r.Model, r.Summary) }

// Count collects the seen labels, if the templates read them, and binds the templates.
func (d *Data) Count(ctx context.Context) error {
	if d.seen == nil {
		d.inputs.Stop()
		return d.Settle()
	}
	d.counting = true
	err := d.Each(ctx, d.count)
	d.counting = false
	if err != nil {
		return err
	}
	d.seen.marked = markedDocuments{}
	d.rewind()
	return d.Settle()
}

// Columns returns a training sentence as the templates read it, including seen labels. Call Count
// first. The result is valid until the next call.
func (d *Data) Columns(s *input.Sentence, labels []string) features.Sequence {
	d.seen.next(s, d.file)
	return d.without(d.columns(s), labels)
}

// Read compiles the training data and the development data.
func (d *Data) Read(ctx context.Context) (Set, error) {
	if d.Config.ReadsDocuments() {
		set, err := d.readDocuments(ctx)
		d.pickTokenizer()
		return set, err
	}
	if err := d.Count(ctx); err != nil {
		return nil, err
	}
	set, err := newSet(d.Config.Kind(), d.input, d.Config.Threads)
	if err != nil {
		return nil, err
	}
	err = d.Each(ctx, func(s *input.Sentence, labels []string) error {
		d.tokens.add(d.Profile.Format, s)
		d.seen.next(s, d.file)
		return d.put(set, s, labels, nil)
	})
	if err != nil {
		return nil, err
	}
	d.pickTokenizer()
	return set, d.EachOf(ctx, d.Config.Dev, func(in *input.Input, s *input.Sentence, labels []string) error {
		d.tokens.hold(in.Format, s)
		return d.hold(set, s, labels, nil)
	})
}

// pickTokenizer picks the tokenizer that the model stores.
func (d *Data) pickTokenizer() {
	d.tokens.pick(&d.Config)
	if d.tokens.name == "" && d.split {
		d.tokens.name = new(text.Rules).Name()
	}
}

// Complete picks the unset options of the configuration for a set.
func (d *Data) Complete(set Set) (recipe.Config, error) {
	d.Measure(set)
	completed, err := d.Config.Complete(d.Profile)
	completed.Tokenizer = d.tokens.completed()
	return completed, err
}

// Measure adds to the profile what all of the training data show.
func (d *Data) Measure(set Set) {
	d.Profile.Outside, d.Profile.Rare, d.Profile.Tokens = set.Outside(), set.Rare(), set.Tokens()
}

// describe reports the data and the method of training.
func (d *Data) describe(set Set, completed *recipe.Config) {
	text := set.describe(d.Name) + heldText(set) + "\n" + set.method(completed)
	if why := d.Config.Picked(d.Profile, *completed); why != "" {
		text += "\n" + why
	}
	c := &d.Config
	c.Say(text)
	for _, l := range d.input.Lexicons {
		c.Say(model.DescribeLexicon(l))
	}
	d.recode.describe(c)
	for _, doubt := range recipe.Doubts(d.Profile.Spec, set.Labels(), set.Tokens(), completed.ModelType == model.Chain) {
		c.Caution(doubt)
	}
}

// Fit trains on a set by a completed configuration. If the loss needs a good start and start is
// nil, Fit first trains with cross-entropy.
func Fit(ctx context.Context, set Set, c recipe.Config, start model.Labeller) (model.Labeller, model.Summary, error) {
	if start == nil && c.Resume == "" && c.NeedsStart() {
		c.Say(fmt.Sprintf("%s needs a good start: training first runs %d iterations of cross-entropy", c.Loss, *c.Start().Epochs))
		var err error
		if start, err = Start(ctx, set, &c); err != nil {
			return nil, model.Summary{}, err
		}
	}
	h := hooks{begin: c.Begin, warn: c.Warn, write: checkpointsOf(&c)}
	if c.Progress != nil {
		h.progress = func(p model.Progress) {
			p.Of = *c.Epochs
			c.Progress(p)
		}
	}
	return set.train(ctx, &c, start, h)
}

// Start trains the initial model of a loss that needs one.
func Start(ctx context.Context, set Set, c *recipe.Config) (model.Labeller, error) {
	own := c.Start()
	m, _, err := set.train(ctx, &own, nil, hooks{})
	return m, err
}

// note stores a description of the training in the model.
func (d *Data) note(r *Result, set Set) error {
	meta := d.metadata()
	var err error
	if meta.Config, err = r.Config.Stored(); err != nil {
		return err
	}
	meta.Notes = map[string]string{
		"sentences": strconv.Itoa(r.Sentences), "tokens": strconv.Itoa(r.Tokens), "best-step": strconv.Itoa(r.Summary.BestStep),
	}
	if d.Name != "" {
		meta.Notes["templates"] = d.Name
	}
	if r.Summary.Dev != nil {
		meta.Notes["dev"] = strconv.FormatFloat(r.Summary.Dev.F1, 'g', -1, 64)
	}
	if r.Search != nil {
		meta.Notes["search"] = r.Search.Explain()
	}
	if r.Shrink != nil {
		meta.Notes["shrink"] = r.Shrink.Explain()
	}
	if r.Config.Date != "" {
		meta.Notes["date"] = r.Config.Date
	}
	set.notes(r.Model, r.Summary, meta.Notes)
	*r.Model.Metadata() = meta
	return nil
}
