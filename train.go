package trellis

import (
	"context"
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/recipe"
)

// A Config holds the settings of training, one field each. The zero value leaves all of them to what suits the data.
type Config = recipe.Config

// ReadConfig reads settings from a file as [Config.Write] writes them.
func ReadConfig(path string) (Config, error) {
	f, err := input.OpenFile(path)
	if err != nil {
		return Config{}, err
	}
	defer f.Close()
	return recipe.Read(f, path)
}

// An OptionError is a setting that is out of range, or that does not go with another.
type OptionError = model.OptionError

// Progress is what training reports after each step.
type Progress = model.Progress

// Errors wrap these, so that errors.Is finds them.
var (
	ErrInput  = model.ErrInput  // sentences do not fit a model
	ErrModel  = model.ErrModel  // a file is not a valid model
	ErrNoStep = model.ErrNoStep // training ended before its first step
)

// A Source says where sentences come from: files, or memory.
type Source = corpus.Source

// Files is a source of sentences in files: CoNLL columns, CoNLL-U or CRFsuite's attribute files, recognised by their
// content. "-" is standard input.
func Files(paths ...string) Source { return Source{Paths: paths} }

// Sentences is a source of sentences in memory; [corpus.NewSentence] makes them.
func Sentences(list ...*corpus.Sentence) Source { return Source{Sentences: list} }

// A Report says how a model was trained.
type Report struct {
	Config    Config        // with all that was left open filled in
	Summary   model.Summary // steps, loss, scores on the development data
	Sentences int           // of the training data
	Tokens    int
	Size      string // how large the model is, in words
}

// Ended says in words how training ended, and which step became the model.
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

// Train trains a model on labelled sentences. The zero Config trains like the command tagger train without flags: it
// looks at the data for the columns, the task, the templates, the label scheme, the loss and the optimizer. The same
// data, settings and number of threads give the same model, byte for byte. Settings that contradict each other are an
// [*OptionError].
//
// When ctx ends, Train returns the best model so far together with an error that wraps the context's. All other errors
// come without a model, as one before the first step is complete does, which wraps [ErrNoStep].
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
	return newModel(r.Model, storage), &Report{r.Config, r.Summary, r.Sentences, r.Tokens, r.Describe()}, err
}

// openStart opens the model that training starts from, nil if there is none. A chain may start from a model of another
// tool.
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
		return nil, m.about(fmt.Errorf("%w: a model of kind %s cannot start one of kind %s", ErrKind, m.Kind(), c.Kind()))
	}
	return m.labeller, nil
}
