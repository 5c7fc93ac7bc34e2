package recipe

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
)

// Values of Config.Search.
const (
	NoSearch    = "none"
	QuickSearch = "quick"
	FullSearch  = "full"
)

// Searches reports whether training compares several settings first.
func (c *Config) Searches() bool { return c.Search != "" && c.Search != NoSearch }

// A Candidate is a setting that a search tries.
type Candidate struct {
	Config Config // with the settings of the candidate
	Text   string // these settings, such as "loss=cross-entropy l2=0.3"; "" for the default
}

// Candidates lists the settings for data with this profile that c.Search tries. The first one is
// the default: c itself. A candidate changes only settings that c leaves unset. The profile must
// have its number of tokens.
func (c Config) Candidates(p *Profile) []Candidate {
	list := []Candidate{{Config: c}}
	seen := map[string]bool{c.completed(p): true}
	for _, change := range c.changes(p) {
		own := Candidate{Config: c}
		own.Text = own.Config.adopt(&change)
		if all := own.Config.completed(p); all != "" && !seen[all] {
			seen[all] = true
			list = append(list, own)
		}
	}
	return list
}

// completed returns all settings that determine the model, or "" if they contradict each other.
func (c Config) completed(p *Profile) string {
	full, err := c.Complete(p)
	if err != nil {
		return ""
	}
	text, err := full.Stored()
	if err != nil {
		return ""
	}
	return text
}

// adopt sets the unset settings that change has, and returns them.
func (c *Config) adopt(change *Config) string {
	var list []string
	for _, option := range change.Set() {
		if c.IsSet(option) {
			continue
		}
		v := reflect.ValueOf(change.Field(option)).Elem()
		reflect.ValueOf(c.Field(option)).Elem().Set(v)
		list = append(list, fmt.Sprintf("%s=%v", option, reflect.Indirect(v)))
	}
	return strings.Join(list, " ")
}

// searched lists the settings that searches try, by the purpose of the labels. Quick searches try
// the first ones. docs/benchmarks/accuracy.md has the figures.
var searched = map[Task]struct {
	quick int
	list  []Config
}{
	naming: {4, []Config{
		{Cost: "entity", CostFN: new(3.0), L2: new(0.1)},
		{Cost: "entity", CostFN: new(2.0), L2: new(0.3)},
		{Loss: "softmax-margin", CostScale: new(1.0), L2: new(0.3)},
		{Loss: "cross-entropy", L2: new(0.5)},
		{Cost: "entity", CostFN: new(5.0), L2: new(0.1)},
		{Cost: "entity", CostFN: new(3.0), L2: new(0.3)},
		{Loss: "softmax-margin", CostScale: new(1.0), L2: new(1.0)},
		{Loss: "cross-entropy", L2: new(0.1)},
		{MinCount: 2},
	}},
	// Short trainings do not reach the margin of large cost scales, and so underrate them.
	tagging: {3, []Config{
		{L2: new(0.03)},
		{L2: new(0.3)},
		{Loss: "cross-entropy"},
		{L2: new(0.01)},
		{L2: new(1.0)},
		{MinCount: 2},
	}},
	chunking: {4, []Config{
		{Loss: "softmax-margin"},
		{Cost: "boundary"},
		{L2: new(0.3)},
		{L2: new(0.03)},
		{CostScale: new(3.0)},
		{L2: new(1.0)},
		{MinCount: 2},
	}},
	morphology: {2, []Config{
		{L2: new(0.3)},
		{L2: new(0.03)},
		{L2: new(1.0)},
		{MinCount: 2},
	}},
}

// changes lists the settings to try.
func (c *Config) changes(p *Profile) []Config {
	x := searched[p.Task()]
	if c.Search == QuickSearch {
		return x.list[:x.quick]
	}
	return x.list
}

// Short returns the completed configuration of a short training that ranks settings as a whole
// training does: a few epochs of SGD. It keeps a stochastic optimizer, and losses that SGD does not
// suit.
func (c Config) Short(p *Profile) (Config, error) {
	c, err := c.alone().Complete(p)
	if err != nil {
		return c, err
	}
	own := c
	own.Epochs = new(min(shortIterations, *c.Epochs))
	if optimizerNamed(c.Optimizer).batch {
		c.Optimizer, c.WarmUp, c.Tolerance = "sgd", nil, nil
		if !traits(c.Loss).NeedsStart {
			c.Rate = new(shortRate)
		}
	}
	c.Epochs = new(min(shortEpochs, *c.Epochs))
	if c, err = c.Complete(p); err != nil {
		return own, nil
	}
	return c, nil
}

// Brief is Short with L-BFGS after a warm-up, if that is the optimizer: the usual warm-up and
// enough iterations to come near the score of a whole training. With again, it is for a training
// from the weights of such a training, and L-BFGS then needs few iterations and no warm-up. Other
// optimizers start from zero each time.
func (c Config) Brief(p *Profile, again bool) (Config, error) {
	full, err := c.alone().Complete(p)
	if err != nil || or(full.WarmUp, 0) == 0 {
		return c.Short(p)
	}
	n := *full.WarmUp + briefIterations
	if again {
		n, full.WarmUp = againIterations, new(0)
	}
	full.Epochs = new(min(n, *full.Epochs))
	return full, nil
}

// briefIterations and againIterations are the numbers of iterations of L-BFGS of Brief.
const (
	briefIterations = 14
	againIterations = 12
)

// alone returns the settings of a trial: on one thread, without development data, files and
// reports.
func (c Config) alone() Config {
	c.Dev, c.Patience, c.Restarts, c.Threads = corpus.Source{}, nil, 0, 1
	c.Checkpoint, c.CheckpointEvery, c.Resume, c.Search, c.Shrink = "", nil, "", "", nil
	c.Log, c.Warn, c.Progress, c.Begin = nil, nil, nil, nil
	return c
}

// shortEpochs is the number of epochs of a short training (docs/benchmarks/accuracy.md), and
// shortIterations that of iterations of a batch method that SGD cannot replace. The search was
// studied with shortRate.
const (
	shortEpochs     = 5
	shortRate       = 0.3
	shortIterations = 30
)
