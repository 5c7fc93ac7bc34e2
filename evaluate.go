package trellis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/internal/tagging"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
)

// EvalOptions say how labels are scored. Columns are numbers from 1, numbers from the end, or names in CoNLL-U.
type EvalOptions struct {
	Format    corpus.Format
	Label     string // column of the right labels; "": as in training, or as a file of its kind has it
	Predicted string // column of the predicted labels, where no model predicts them; "": the last
	Prob      string // column of their probabilities; "": the last, or Prob= in MISC
	Form      string // column of the words; "": as in training, or FORM

	Scheme            string // how labels spell spans: plain, iob1, bio, bioes or io; "": as the labels show
	NoDictionary      bool   // words may have labels that the tag dictionary lacks
	UniversalFeatures bool   // compare FEATS as the CoNLL 2018 shared task does

	Samples     int    // of the bootstrap that finds intervals, and of the test of a comparison; 0: no intervals
	Seed        uint64 // of the samples
	Matrix      int    // how many of the most confused labels the confusion matrix has
	Calibration bool   // score the probabilities too
	Bins        int    // of probabilities; 0: 10

	Warn func(string) // hears of what is odd in attribute files; may be nil
}

// Check returns an [*OptionError] for an option that is out of range.
func (o EvalOptions) Check() error { return (*tagging.EvalOptions)(&o).Check() }

// EvaluateFiles scores the model on labelled sentences, as the options say.
func (m *Model) EvaluateFiles(ctx context.Context, data Source, o EvalOptions) (*metrics.Results, error) {
	return tagging.EvaluateModel(ctx, m.labeller, m.path, data, (*tagging.EvalOptions)(&o))
}

// EvaluateColumns scores predicted labels that stand in a column beside the right ones.
func EvaluateColumns(ctx context.Context, data Source, o EvalOptions) (*metrics.Results, error) {
	return tagging.EvaluateColumns(ctx, data, (*tagging.EvalOptions)(&o))
}

// EvaluateFile scores the labels that a file predicts for the same sentences.
func EvaluateFile(ctx context.Context, predicted string, data Source, o EvalOptions) (*metrics.Results, error) {
	return tagging.EvaluateFile(ctx, predicted, data, (*tagging.EvalOptions)(&o))
}

// Compare scores two systems on the same file and tests by approximate randomisation whether they differ. A system is a
// model file, or a file that the system labelled.
func Compare(ctx context.Context, a, b string, data Source, o EvalOptions) (*metrics.Comparison, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if o.Samples == 0 {
		return nil, model.Refuse("samples", "{samples} 0: a comparison needs some")
	}
	var systems [2]tagging.System
	for k, name := range []string{a, b} {
		systems[k].Name = name
		is, err := isModel(name)
		if err != nil {
			return nil, err
		}
		if is {
			m, err := safefile.Wait(ctx, name, func() (*Model, error) { return Open(name) })
			if err != nil {
				return nil, err
			}
			defer m.Close()
			systems[k].Model = m.labeller
		}
	}
	return tagging.Compare(ctx, systems, data, (*tagging.EvalOptions)(&o))
}

// isModel tells a model from a text of labelled sentences. A binary file of an unknown kind is one too, so that opening
// it says what is wrong.
func isModel(path string) (bool, error) {
	if path == input.Stdin {
		return false, nil
	}
	kind, err := KindOf(path)
	if err != nil || kind != "" {
		return kind != "", err
	}
	if !input.Twice(path) {
		return false, nil
	}
	f, err := input.OpenFile(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	return bytes.IndexByte(head[:n], 0) >= 0, nil
}
