package trellis

import (
	"context"
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/recipe"
)

// A Config holds the settings of training. The zero value picks every setting to suit the data.
type Config = recipe.Config

// Choices lists the values of an option of [Config]: cost, format, loss or optimizer. It returns
// nil for other options.
func Choices(option string) []string { return recipe.Choices(option) }

// Losses lists the values of Config.Loss with their descriptions.
func Losses() []losses.Kind { return losses.Kinds() }

// ReadConfig reads the settings in a file that [Config.Write] has written.
func ReadConfig(path string) (Config, error) {
	f, err := input.OpenFile(path)
	if err != nil {
		return Config{}, err
	}
	defer f.Close()
	return recipe.Read(f, path)
}

// An OptionError reports a setting that is out of range or contradicts another.
type OptionError = model.OptionError

// Progress describes the state of training after a step.
type Progress = model.Progress

// Search describes the settings that training compared with the default.
type Search = learning.Search

// Shrink describes which templates training removed.
type Shrink = learning.Shrink

// Errors for errors.Is.
var (
	ErrInput  = model.ErrInput  // the sentences do not fit the model
	ErrModel  = model.ErrModel  // the file is not a valid model
	ErrNoStep = model.ErrNoStep // training ended before its first step
)

// A Source names the origin of sentences: files or memory.
type Source = corpus.Source

// Files returns a source that reads files of CoNLL columns, CoNLL-U, or CRFsuite attributes. The
// format is detected from the content. "-" is standard input.
func Files(paths ...string) Source { return Source{Paths: paths} }

// Sentences returns a source of sentences in memory. Create them with [corpus.NewSentence].
func Sentences(list ...*corpus.Sentence) Source { return Source{Sentences: list} }

// A Report describes a training run.
type Report struct {
	Config    Config        // completed: every setting has its value
	Summary   model.Summary // steps, loss, development scores
	Sentences int           // number in the training data
	Tokens    int
	Size      string  // size of the model, in words
	Search    *Search // how settings were compared; nil without Config.Search
	Shrink    *Shrink // which templates were removed; nil without Config.Shrink
}

// Ended says how training ended and which step became the model.
func (r *Report) Ended() string {
	s := &r.Summary
	text := fmt.Sprintf("%s after %d steps", endings[s.Reason], s.Steps)
	if s.Dev == nil {
		return text + fmt.Sprintf(", loss %.8g", s.BestLoss)
	}
	return text + fmt.Sprintf("; kept step %d: loss %.8g, dev %.2f%%", s.BestStep, s.BestLoss, 100*s.Dev.F1)
}

var endings = map[optimize.Reason]string{
	optimize.Converged:    "converged",
	optimize.LimitReached: "ended",
	optimize.FloorReached: "no loss left",
	optimize.NoProgress:   "no further progress",
	optimize.Stopped:      "dev score no longer better",
	optimize.Cancelled:    "interrupted",
}

// Train trains a model on labelled sentences. With the zero Config it trains like the command
// "tagger train" without flags. It then picks the columns, the task, the templates, the label
// scheme, the loss and the optimizer from the data. The same data, settings and number of threads
// give the same model, byte for byte. Settings that contradict each other are an [*OptionError].
//
// When ctx ends, Train returns the best model so far and an error that wraps ctx.Err(). If no step
// was complete, it returns no model and the error also wraps [ErrNoStep]. Other errors come without
// a model.
func Train(ctx context.Context, data Source, c Config) (*Model, *Report, error) {
	if err := c.Validate(); err != nil {
		return nil, nil, err
	}
	storage, err := storageOf(c.Weights, c.Strip)
	if err != nil {
		return nil, nil, err
	}
	start, err := safefile.Wait(ctx, c.Init, func() (model.Labeller, error) { return openStart(&c) })
	var r *learning.Result
	if err == nil {
		r, err = learning.Train(ctx, data, c, start)
	}
	if r == nil {
		if errors.Is(err, ctx.Err()) {
			err = fmt.Errorf("%w: %w", model.ErrNoStep, err)
		}
		return nil, nil, err
	}
	return newModel(r.Model, storage), &Report{r.Config, r.Summary, r.Sentences, r.Tokens, r.Describe(), r.Search, r.Shrink}, err
}

// openStart opens the model that training starts from, or returns nil without Config.Init. It
// imports models of other tools for chains.
func openStart(c *Config) (model.Labeller, error) {
	if c.Init == "" {
		return nil, nil
	}
	m, err := Open(c.Init)
	if err != nil {
		return nil, err
	}
	if c.Kind() == model.Chain {
		chain, _, err := m.imported()
		if err != nil {
			return nil, err
		}
		return chain, nil
	}
	if m.Kind() != c.Kind() {
		return nil, m.about(fmt.Errorf("%w: a %s model cannot be the start of a %s model", ErrKind, m.Kind(), c.Kind()))
	}
	return m.labeller, nil
}
