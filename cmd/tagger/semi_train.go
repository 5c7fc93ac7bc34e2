package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/semicrf"
	"github.com/trellis-nlp/trellis/structured"
)

// segments is what the training of a model of segments reads.
type segments struct {
	*data
	train, dev *semicrf.Dataset // dev is nil without development data
}

// trainSemi trains a model of segments.
func (a *app) trainSemi(cmd *cobra.Command, o *trainFlags, read dataFlags, files []string) error {
	ctx := cmd.Context()
	opts := semicrf.Options{MaxLength: o.maxLength, Threads: o.threads, Patience: o.patience}
	if cmd.Flags().Changed("min-count") {
		opts.MinCount = max(1, o.minCount)
	}
	read.plain = true
	var err error
	if read.templates, err = loadTemplates(o.features); err != nil {
		return err
	}
	if o.init != "" {
		start, err := openSemi(o.init)
		if err != nil {
			return err
		}
		opts.Init = start.semi
		if read.templates == nil {
			read.templates = opts.Init.Input().Templates
		}
	}
	tell := func(s string) { fmt.Fprintln(a.stderr, s) }
	if o.quiet {
		tell = func(string) {}
	}
	d := &segments{data: &data{warn: a.warn}}
	if err := a.readSets(ctx, d.data, files, read, tell, d.put); err != nil {
		return err
	}
	if d.train.Scheme() == structured.Plain {
		return wrongUsage("--model-type semi is for labels that spell spans, such as B-PER, I-PER and O: these do not")
	}
	if opts.Loss, err = o.buildSemi(d.train.Types(), d.train.Scheme()); err != nil {
		return err
	}
	opts.Dev, opts.Warn = d.dev, a.warn
	tell(o.describeSemi(d))
	if opts.Init == nil && opts.Loss.Traits().NeedsStart {
		tell(fmt.Sprintf("%s needs a good start: it gets %d iterations of cross-entropy", o.lossFlags.name, startIterations))
		if opts.Init, _, err = semicrf.Train(ctx, d.train, semicrf.Options{
			Batch:     optimize.LBFGS{Limits: optimize.Limits{MaxIterations: startIterations}},
			Penalty:   optimize.Penalty{L2: defaultL2["cross-entropy"]},
			MaxLength: opts.MaxLength, MinCount: opts.MinCount, Threads: opts.Threads,
		}); err != nil {
			return err
		}
	}
	if err := o.setSemi(&opts); err != nil {
		return err
	}
	var m *semicrf.Model
	var summary model.Summary
	err = a.watch(ctx, o, func(ctx context.Context, progress func(model.Progress)) error {
		opts.Progress = func(p model.Progress) { progress(model.Progress{Step: p.Step, Dev: p.Dev, Best: p.Best}) }
		var err error
		m, summary, err = semicrf.Train(ctx, d.train, opts)
		return err
	})
	switch {
	case errors.Is(err, model.ErrPair) || errors.Is(err, optimize.ErrPenalty) || errors.Is(err, optimize.ErrOption):
		return wrongUsage("--model-type semi --loss %s --optimizer %s: %w", o.lossFlags.name, o.optimizerFlags.name, err)
	case m == nil:
		return err
	case err != nil && summary.Steps == 0:
		return fmt.Errorf("%w before the first step: no model written", err)
	}
	m.Meta = o.semiNotes(cmd, d, m, summary)
	if saving := safefile.Write(o.model, m.Save); saving != nil {
		return saving
	}
	if printing := a.printSemi(o, m, summary); printing != nil {
		return printing
	}
	if err != nil {
		return fmt.Errorf("%w: training stopped early, the best model so far is in %s", err, o.model)
	}
	return nil
}

// readSets reads the training files and the development file, and hands their sentences to put, which is told
// which of the two they are of.
func (a *app) readSets(ctx context.Context, d *data, files []string, o dataFlags, tell func(string),
	put func(held bool, s *sentence, labels []string) error) error {
	err := a.readTraining(ctx, d, files, o, tell, func(s *sentence, labels []string) error {
		return put(false, s, labels)
	})
	if err != nil || o.dev == "" {
		return err
	}
	in, err := a.open(ctx, o.dev, o.format)
	if err != nil {
		return err
	}
	defer in.close()
	if err := d.check(in); err != nil {
		return err
	}
	return d.each(in, nil, func(s *sentence, labels []string) error {
		return put(true, s, labels)
	})
}

// put adds s to the training data, or to those held out, which it makes when the first sentence comes.
func (d *segments) put(held bool, s *sentence, labels []string) error {
	set := &d.train
	if held {
		set = &d.dev
	}
	if *set == nil {
		if d.templates == "" {
			return errors.New("attributes, but --model-type semi reads the words of spans")
		}
		var err error
		if *set, err = semicrf.NewDataset(model.Input{Templates: d.input.Templates, Columns: d.input.Columns, Names: d.input.Names}); err != nil {
			return err
		}
	}
	weight, err := s.rows.Weight()
	if err != nil {
		return err
	}
	return (*set).Add(&s.rows, labels, weight)
}

// setSemi puts the optimizer into the options, whose start is set.
func (o *trainFlags) setSemi(opts *semicrf.Options) error {
	loss, err := losses.New(o.lossFlags.name, losses.Options{})
	if err != nil {
		return err
	}
	if opts.Init != nil && o.warmUp == warmUpAuto {
		o.warmUp = 0
	}
	chain := crf.Options{Loss: loss} // which stands for that of segments: what can minimise the one can the other
	o.optimizerFlags.set(&chain)
	opts.Batch, opts.Stochastic, opts.Penalty = chain.Batch, chain.Stochastic, chain.Penalty
	return nil
}

// describeSemi tells what is trained on what, and how.
func (o *trainFlags) describeSemi(d *segments) string {
	s := fmt.Sprintf("%d sentences, %d tokens, %d spans of %d types (scheme %s), templates %s\n",
		d.train.Len(), d.train.Tokens(), d.train.Spans(), len(d.train.Types()), d.train.Scheme(), d.templates)
	if d.dev != nil {
		s += fmt.Sprintf("development: %d sentences, %d tokens\n", d.dev.Len(), d.dev.Tokens())
	}
	return s + fmt.Sprintf("semi-Markov model, loss %s by %s, l2 %g, l1 %g, at most %d steps", o.lossFlags.name, o.optimizerFlags.name, o.l2, o.l1, o.epochs)
}

// semiNotes are what the model tells about itself.
func (o *trainFlags) semiNotes(cmd *cobra.Command, d *segments, m *semicrf.Model, s model.Summary) model.Metadata {
	meta := o.notes(cmd, d.data, s)
	notes := meta.Notes
	notes["model-type"], notes["max-length"] = semiKind, strconv.Itoa(m.MaxLength())
	notes["sentences"], notes["tokens"] = strconv.Itoa(d.train.Len()), strconv.Itoa(d.train.Tokens())
	return meta
}

// printSemi prints the development table and the model.
func (a *app) printSemi(o *trainFlags, m *semicrf.Model, s model.Summary) error {
	var b strings.Builder
	if s.Dev != nil {
		fmt.Fprintf(&b, "development data, after step %d:\n", s.BestStep)
		if err := s.Dev.WriteTable(&b); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%s: %d types of spans of up to %d tokens, %d attributes of tokens and %d of segments, %d features; %s after %d steps, loss %.8g\n",
		o.model, len(m.Types()), m.MaxLength(), m.Attributes(), m.SegmentAttributes(), m.Features(), endings[s.Reason], s.Steps, s.Objective)
	_, err := io.WriteString(a.stdout, b.String())
	return err
}
