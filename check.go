package trellis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/check"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// CheckOptions are the options of [Check].
type CheckOptions struct {
	Dev, Test Source // development and test data
	Config    Config // format, columns and documents, as for [Train]; other settings are not used
	Examples  int    // number of examples per finding; 0 means 3
}

// Check examines labelled sentences before training: it counts, and lists what is wrong or strange.
// It finds the columns and the label scheme as [Train] does. It skips malformed rows. Malformed
// files are findings, not errors. Files that cannot be opened are errors.
func Check(ctx context.Context, train Source, o CheckOptions) (*check.Report, error) {
	if o.Examples < 0 {
		return nil, model.Refuse("examples", "{examples} %d: want a number that is not negative", o.Examples)
	}
	format, documents, err := o.Config.Formats()
	if err != nil {
		return nil, err
	}
	c := &checking{o: &o, labels: make(map[string]bool)}
	c.checker.Examples = o.Examples
	c.from = input.Options{Format: format, Documents: documents, Skip: func(err error) { c.malformed("row", "malformed rows", err) }}
	for k, source := range []Source{train, o.Dev, o.Test} {
		if err := c.source(ctx, check.Set(k), source); err != nil {
			return nil, err
		}
	}
	switch {
	case c.files == 0:
		return nil, fmt.Errorf("%w: no files or sentences to check", model.ErrInput)
	case len(c.labels) > 1: // the checker reports a single label
		for _, text := range recipe.Doubts(c.profile.Spec, slices.Sorted(maps.Keys(c.labels)), c.tokens, true) {
			c.checker.Find(check.Warning, "labels", "doubtful labels", 0, text)
		}
	}
	return c.checker.Report(), nil
}

// checking is the state of [Check].
type checking struct {
	o       *CheckOptions
	from    input.Options
	profile *recipe.Profile // of the first input; nil before
	spell   annotation.Speller
	checker check.Checker

	files   int
	started bool            // the checker knows the current input
	pending []error         // malformed rows before that
	labels  map[string]bool // of the training data
	tokens  int             // likewise

	own, names []string
}

// source checks the inputs of a source.
func (c *checking) source(ctx context.Context, set check.Set, source Source) error {
	inputs := &input.Spool{Source: source, Options: c.from}
	inputs.Stop()
	for k := range inputs.Len() {
		name := "sentences"
		if k < len(source.Paths) {
			name = source.Paths[k]
		}
		c.started = false
		in, err := inputs.Open(ctx, k)
		if err == nil {
			err = c.input(set, in)
			in.Close()
		}
		c.start(set, name)
		parse, ok := errors.AsType[*corpus.ParseError](err)
		_, refused := errors.AsType[*model.OptionError](err)
		switch {
		case err == nil:
		case errors.Is(err, input.ErrNoSentence):
			c.checker.Find(check.Error, "empty", "files without sentences", 0, "no sentence in it")
		case ok && !refused:
			c.malformed("unreadable", "files that cannot be read to the end", parse)
		default:
			return err
		}
	}
	return nil
}

// start starts a file, unless it has been started.
func (c *checking) start(set check.Set, name string) {
	if c.started {
		return
	}
	c.started = true
	c.files++
	c.checker.File(set, name)
	for _, err := range c.pending {
		c.malformed("row", "malformed rows", err)
	}
	c.pending = nil
}

// malformed adds an error of the input to the findings.
func (c *checking) malformed(name, message string, err error) {
	if !c.started {
		c.pending = append(c.pending, err)
		return
	}
	line, text := 0, err.Error()
	if parse, ok := errors.AsType[*corpus.ParseError](err); ok {
		line, text = parse.Line, parse.Err.Error()
		if parse.Column > 0 {
			text = fmt.Sprintf("column %d: %s", parse.Column, text)
		}
	}
	c.checker.Find(check.Error, name, message, line, text)
}

// input checks an input. An error with a position is about its content.
func (c *checking) input(set check.Set, in *input.Input) error {
	var first []*input.Sentence
	if c.profile == nil {
		var err error
		if first, err = in.Sample(recipe.SampleSize); err != nil {
			return err
		}
		if err := c.look(in, first); err != nil {
			return err
		}
	}
	c.start(set, in.Name)
	if err := c.profile.Fits(in.Format, in.Layout); err != nil {
		c.malformed("columns", "files that do not fit the first training file", in.AtStart(err))
		return nil
	}
	s := new(input.Sentence)
	for k := 0; ; k++ {
		if k < len(first) {
			s = first[k]
		} else if err := in.Next(s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		c.add(set, in, s)
	}
	c.checker.End(s.Rows.String())
	in.Warn(func(text string) {
		severity := check.Warning
		if in.Documents() != standoff.FormatAuto {
			severity = check.Note // spans that cut a token, and what the rows have no place for
		}
		c.checker.Find(severity, "input", "remarks about files", 0, strings.TrimPrefix(text, in.Name+": "))
	})
	return nil
}

// look finds the columns and the label scheme.
func (c *checking) look(in *input.Input, first []*input.Sentence) error {
	sample := recipe.Sample{Format: in.Format, Layout: in.Layout}
	for _, s := range first {
		if in.HasItems() {
			sample.Labels = append(sample.Labels, s.Items.Labels)
		} else {
			sample.Rows = append(sample.Rows, &s.Rows)
		}
	}
	p, err := c.o.Config.Look(sample)
	if _, refused := errors.AsType[*model.OptionError](err); err != nil && !refused {
		return fmt.Errorf("%s: %w", in.Name, err)
	} else if err != nil {
		return err
	}
	c.profile, c.spell.Spelling, c.checker.Scheme = p, p.Spelling, p.Scheme
	return nil
}

// add passes a sentence to the checker.
func (c *checking) add(set check.Set, in *input.Input, s *input.Sentence) {
	c.own = in.Labels(c.own, s, c.profile.Place())
	c.names = c.spell.Read(c.names[:0], c.own)
	if set == check.Train {
		for _, label := range c.names {
			c.labels[label] = true
		}
		c.tokens += len(c.names)
	}
	x := check.Sentence{Labels: c.names, Line: s.Line, Ready: in.HasItems()}
	switch {
	case in.HasItems():
		for _, item := range s.Items.Attributes {
			var names []string
			for _, a := range item {
				names = append(names, a.Name)
			}
			x.Words = append(x.Words, strings.Join(names, " "))
		}
	default:
		x.Words = s.Rows.Column(nil, c.profile.Form)
		if s.Document() == 0 {
			x.Rows = &s.Rows
		}
	}
	c.checker.Add(x)
}
