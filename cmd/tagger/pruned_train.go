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
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/prunedcrf"
	"github.com/trellis-nlp/trellis/structured"
)

// chains is what the training of a model of pruned chains reads.
type chains struct {
	*data
	train, dev *prunedcrf.Dataset // dev is nil without development data
}

// trainPruned trains a model of pruned chains.
func (a *app) trainPruned(cmd *cobra.Command, o *trainFlags, read dataFlags, files []string) error {
	ctx := cmd.Context()
	var err error
	if read.templates, err = loadTemplates(o.features); err != nil {
		return err
	}
	if read.lexicons, err = a.readLexicons(ctx, &o.lexiconFlags); err != nil {
		return err
	}
	var start *prunedcrf.Model
	if o.init != "" {
		m, err := openPruned(o.init)
		if err != nil {
			return err
		}
		if start = m.pruned; read.templates == nil {
			read.templates = start.Input().Templates
			read.lexicons = join(read.lexicons, start.Input().Lexicons)
		}
		if read.scheme == "" && m.Meta.Output != structured.Plain {
			read.scheme = m.Meta.Inside.String()
		}
		if read.normal == "" {
			read.normal = string(m.Meta.Normalize)
		}
	}
	tell := func(s string) { fmt.Fprintln(a.stderr, s) }
	if o.quiet {
		tell = func(string) {}
	}
	d := &chains{data: &data{warn: a.warn}}
	if err := a.readSets(ctx, d.data, files, read, tell, d.put); err != nil {
		return err
	}
	opts := o.prunedOptions(d.train.Labels())
	opts.Init, opts.Dev, opts.Warn = start, d.dev, a.warn
	cost, err := o.costFor(d.train.Labels(), d.train.Scheme())
	if err != nil {
		return err
	}
	if opts.Loss, err = pruned.New(o.lossFlags.name, cost, o.scale); err != nil {
		return err
	}
	var chain crf.Options
	o.optimizerFlags.set(&chain)
	opts.Stochastic, opts.Penalty = chain.Stochastic, chain.Penalty
	tell(o.describePruned(d, opts))
	d.recode.tell(tell, a.warn)
	var m *prunedcrf.Model
	var summary model.Summary
	err = a.watch(ctx, o, func(ctx context.Context, progress func(model.Progress)) error {
		opts.Progress = func(p model.Progress) { progress(model.Progress{Step: p.Step, Dev: p.Dev, Best: p.Best}) }
		var err error
		m, summary, err = prunedcrf.Train(ctx, d.train, opts)
		return err
	})
	switch {
	case errors.Is(err, model.ErrPair) || errors.Is(err, optimize.ErrPenalty) || errors.Is(err, optimize.ErrOption):
		return wrongUsage("--model-type pruned --loss %s --optimizer %s: %w", o.lossFlags.name, o.optimizerFlags.name, err)
	case m == nil:
		return err
	case err != nil && summary.Steps == 0:
		return fmt.Errorf("%w before the first step: no model written", err)
	}
	m.Meta = o.prunedNotes(cmd, d, m, summary)
	if saving := safefile.Write(o.model, m.Save); saving != nil {
		return saving
	}
	if printing := a.printPruned(o, m, summary); printing != nil {
		return printing
	}
	if err != nil {
		return fmt.Errorf("%w: training stopped early, the best model so far is in %s", err, o.model)
	}
	return nil
}

// put adds s to the training data, or to those held out, which it makes when the first sentence comes.
func (d *chains) put(held bool, s *sentence, labels []string) error {
	set, seq := &d.train, normal(model.NormalForm(d.normal), &s.rows)
	if held {
		set, labels = &d.dev, d.recode.held(d.train, labels)
	} else {
		seq, labels = d.without(seq, labels), d.recode.train(labels)
	}
	if *set == nil {
		if d.templates == "" {
			return errors.New("attributes, but --model-type pruned reads columns by templates")
		}
		var err error
		if *set, err = prunedcrf.NewDataset(model.Input(d.input)); err != nil {
			return err
		}
	}
	weight, err := s.rows.Weight()
	if err != nil {
		return err
	}
	return (*set).Add(seq, labels, weight)
}

// describePruned tells what is trained on what, and how.
func (o *trainFlags) describePruned(d *chains, opts prunedcrf.Options) string {
	s := fmt.Sprintf("%d sentences, %d tokens, %d labels (scheme %s), %d attributes by templates %s\n",
		d.train.Len(), d.train.Tokens(), len(d.train.Labels()), d.train.Scheme(), d.train.Attributes(), d.templates)
	if d.dev != nil {
		s += fmt.Sprintf("development: %d sentences, %d tokens\n", d.dev.Len(), d.dev.Tokens())
	}
	apart := ""
	if opts.Separator != "" {
		apart = fmt.Sprintf(", labels taken apart at %s", opts.Separator)
	}
	return s + fmt.Sprintf("pruned chain of order %d%s, loss %s by %s, l2 %g, l1 %g, at most %d steps",
		o.order, apart, o.lossFlags.name, o.optimizerFlags.name, o.l2, o.l1, o.epochs)
}

// prunedNotes are what the model tells about itself.
func (o *trainFlags) prunedNotes(cmd *cobra.Command, d *chains, m *prunedcrf.Model, s model.Summary) model.Metadata {
	meta := o.notes(cmd, d.data, s)
	notes := meta.Notes
	notes["model-type"], notes["order"], notes["kept"] = prunedKind, strconv.Itoa(m.Order()), keptLabels(m.Order(), s.Kept)
	notes["sentences"], notes["tokens"] = strconv.Itoa(d.train.Len()), strconv.Itoa(d.train.Tokens())
	return meta
}

// keptLabels lists how many labels a token kept before each order.
func keptLabels(order int, kept [2]float64) string {
	var list []string
	for _, v := range kept[:order] {
		list = append(list, strconv.FormatFloat(v, 'f', 2, 64))
	}
	return strings.Join(list, ",")
}

// printPruned prints the development table and the model.
func (a *app) printPruned(o *trainFlags, m *prunedcrf.Model, s model.Summary) error {
	var b strings.Builder
	if s.Dev != nil {
		fmt.Fprintf(&b, "development data, after step %d:\n", s.BestStep)
		if err := s.Dev.WriteTable(&b); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%s: order %d, %d labels", o.model, m.Order(), len(m.Labels()))
	if m.Order() > 0 {
		fmt.Fprintf(&b, " of which a token kept %s", strings.ReplaceAll(keptLabels(m.Order(), s.Kept), ",", " and "))
	}
	fmt.Fprintf(&b, ", %d attributes, %d features; %s after %d steps, loss %.8g\n",
		m.Attributes(), m.Features(), endings[s.Reason], s.Steps, s.Objective)
	_, err := io.WriteString(a.stdout, b.String())
	return err
}
