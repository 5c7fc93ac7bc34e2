package learning

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/fingerprint"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
)

// An example is a labelled sentence to add to a data set.
type example struct {
	columns features.Sequence // or items
	items   [][]attrfile.Attribute
	labels  []string
	choices []annotation.Choice // candidate labels of partially labelled or soft sentences; nil otherwise
	weight  float64
}

// A Set holds training data and optional development data, compiled for one kind of model.
type Set interface {
	// Labels returns the labels of the training data, and Scheme their label scheme.
	Labels() []string
	Scheme() structured.Scheme
	// Len and Tokens return the size of the training data, and Held the size of the development
	// data.
	Len() int
	Tokens() int
	Held() (sentences, tokens int)
	// Attributes returns the number of token attributes.
	Attributes() int
	// Outside returns the share of the training tokens that have the label O.
	Outside() float64
	// Rare returns the share of the training tokens whose word occurs only once.
	Rare() float64

	tally(labels []string)
	see(word string)
	add(e example) error
	// hold adds a development sentence, after all training sentences.
	hold(e example) error
	// describe describes the training data, and method what is trained.
	describe(templates string) string
	method(c *recipe.Config) string
	train(ctx context.Context, c *recipe.Config, start model.Labeller, hooks hooks) (model.Labeller, model.Summary, error)
	// outcome describes the size of a model.
	outcome(m model.Labeller, s model.Summary) string
	// notes adds notes that are specific to the kind of model.
	notes(m model.Labeller, s model.Summary, notes map[string]string)
}

// newSet returns an empty set for a kind of model. Chain models use threads to read it.
func newSet(kind string, in model.Input, threads int) (Set, error) {
	switch kind {
	case model.SemiMarkov:
		return newSemiSet(in)
	case model.Pruned:
		return newPrunedSet(in)
	}
	return newChainSet(in, threads)
}

// put adds a training sentence with its context in a document, if any.
func (d *Data) put(set Set, s *input.Sentence, labels []string, context [][]string) error {
	e, err := d.example(s)
	if err != nil {
		return err
	}
	if d.reading != annotation.Full {
		if e.choices, err = d.choices(labels); err != nil {
			return err
		}
	}
	if e.columns != nil {
		e.columns = inContext(d.without(e.columns, labels), context)
	}
	e.labels = d.recode.train(labels)
	set.tally(e.labels)
	d.eachWord(s, set.see)
	return set.add(e)
}

// eachWord visits the words of a sentence with columns.
func (d *Data) eachWord(s *input.Sentence, visit func(word string)) {
	if d.templates == nil {
		return
	}
	seq := d.columns(s)
	for t := range seq.Len() {
		visit(seq.Field(t, d.Profile.Form))
	}
}

// hold adds a development sentence with its context in a document, if any.
func (d *Data) hold(set Set, s *input.Sentence, labels []string, context [][]string) error {
	e, err := d.example(s)
	if err != nil {
		return err
	}
	e.columns = inContext(e.columns, context)
	e.labels = d.recode.held(set.Labels(), labels)
	return set.hold(e)
}

func (d *Data) example(s *input.Sentence) (e example, err error) {
	if d.templates == nil {
		return example{items: s.Items.Attributes, weight: s.Items.Weight}, nil
	}
	e.columns = d.columns(s)
	e.weight, err = s.Rows.Weight()
	return e, err
}

// choices parses partial or soft labels, valid until the next call.
func (d *Data) choices(fields []string) ([]annotation.Choice, error) {
	d.known = d.known[:0]
	for t, field := range fields {
		c, err := d.reading.Choice(field)
		if err != nil {
			return nil, &tokenError{t, err}
		}
		for k, label := range c.Labels {
			c.Labels[k] = d.spell.Spelling.Read(label)
		}
		d.known = append(d.known, c)
	}
	return d.known, nil
}

// counts counts training tokens, those with the label O, and words.
type counts struct {
	all, out int
	words    map[uint64]int // by fingerprint
}

func (c *counts) tally(labels []string) {
	c.all += len(labels)
	for _, label := range labels {
		if label == "O" {
			c.out++
		}
	}
}

func (c *counts) see(word string) {
	if c.words == nil {
		c.words = make(map[uint64]int)
	}
	c.words[hasher.OfString(word)]++
}

var hasher = fingerprint.NewHasher(0)

// Outside implements [Set].
func (c *counts) Outside() float64 { return float64(c.out) / float64(max(c.all, 1)) }

// Rare implements [Set].
func (c *counts) Rare() float64 {
	once := 0
	for _, n := range c.words {
		if n == 1 {
			once++
		}
	}
	return float64(once) / float64(max(c.all, 1))
}

// development is the development data of a set.
type development[D interface {
	comparable
	Add(s features.Sequence, labels []string, weight float64) error
	Len() int
	Tokens() int
}] struct {
	dev  D // zero without development data
	open func() (D, error)
}

func (x *development[D]) hold(e example) (err error) {
	var none D
	if x.dev == none {
		if x.dev, err = x.open(); err != nil {
			return err
		}
	}
	return x.dev.Add(e.columns, e.labels, e.weight)
}

// Held implements [Set].
func (x *development[D]) Held() (sentences, tokens int) {
	var none D
	if x.dev == none {
		return 0, 0
	}
	return x.dev.Len(), x.dev.Tokens()
}

// hooks are the callbacks and checkpoints of training.
type hooks struct {
	progress func(model.Progress)
	begin    func(features int, bytes int64)
	warn     func(string)
	write    checkpoints
}

// heldText describes the development data, if any.
func heldText(s Set) string {
	if n, tokens := s.Held(); n > 0 {
		return fmt.Sprintf("\ndevelopment: %d sentences, %d tokens", n, tokens)
	}
	return ""
}

// methodText describes the loss, the optimizer and the penalty.
func methodText(c *recipe.Config) string {
	return fmt.Sprintf("loss %s by %s, l2 %g, l1 %g, at most %d steps", c.Loss, c.Optimizer, or(c.L2, 0), c.L1, *c.Epochs)
}

// or returns the value of an option, or the default if the option is not set.
func or[T any](option *T, otherwise T) T {
	if option != nil {
		return *option
	}
	return otherwise
}

// patience returns the number of steps without a better development score that end training.
func patience(c *recipe.Config) int { return or(c.Patience, 10) }

// generalLoss returns the loss of a configuration over the labels of a set.
func generalLoss(c *recipe.Config, s Set) (losses.General, error) {
	cost, err := c.NewCost(s.Labels(), s.Scheme())
	if err != nil {
		return nil, err
	}
	return c.NewGeneralLoss(cost)
}

// trained passes on the results of a training function, with a nil interface instead of a nil
// pointer.
func trained[M interface {
	comparable
	model.Labeller
}](m M, s model.Summary, err error) (model.Labeller, model.Summary, error) {
	var none M
	if m == none {
		return nil, s, err
	}
	return m, s, err
}
