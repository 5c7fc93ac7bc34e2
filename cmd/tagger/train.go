package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// A trainRun holds the flags of tagger train.
type trainRun struct {
	trellis.Config
	dev, model, log     string
	config, writeConfig string
	quiet               bool
}

func (a *app) trainCommand() *cobra.Command {
	var o trainRun
	c := &cobra.Command{
		Use:   "train --model OUT FILE... [flags]",
		Short: "Train a model on labelled sentences",
		Long:  lossList(),
		Example: `  tagger train --model pos.model train.conllu
  tagger train --model chunk.model --dev dev.conll train.conll
  tagger train --model ner.model --dev dev.iob2 --label 3 --l2 1 train.iob2
  tagger train --model ner.model --loss softmax-margin --cost entity --cost-fn 5 train.conll
  tagger train --model ner.model --features templates.txt --optimizer sgd --epochs 20 train.conll
  tagger train --model ner.model --search quick --dev dev.conll train.conll
  tagger train --model ner.model --checkpoint ner.checkpoint train.conll
  tagger train --model ner.model --checkpoint ner.checkpoint --resume ner.checkpoint train.conll
  tagger train --model semi.model --model-type semi --dev dev.conll train.conll
  tagger train --model feats.model --label FEATS --order 2 --dev dev.conllu train.conllu
  zcat train.conll.gz | tagger train --model ner.model --log-json steps.jsonl -`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.train(cmd, &o, args)
		},
	}
	f := c.Flags()
	f.StringVarP(&o.model, "model", "o", "", "write the model to this `FILE` (required)")
	f.StringVar(&o.dev, "dev", "", "development `FILE`, scored after each step to keep the best model and to stop "+
		"early")
	f.BoolVar(&o.quiet, "quiet", false, "print only the outcome, warnings and errors, no progress")
	f.StringVar(&o.log, "log-json", "", "write one JSON object per step to this `FILE`; - is standard output")
	f.StringVar(&o.config, "config", "", "read settings from this TOML `FILE`, as written by --write-config; flags "+
		"take precedence")
	f.StringVar(&o.writeConfig, "write-config", "", "write all settings, including those that train picked, to this "+
		"`FILE`")
	groupFlags(c, "Basic flags")
	registerOptions(c, &o.Config, trainOptions)
	f.SortFlags = false
	required(c, "model")
	return c
}

// needFiles requires at least one file.
func needFiles(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return wrongUsage("name at least one FILE (- is standard input)")
	}
	return nil
}

// settings reads the configuration of --config, and overrides it by the flags.
func (o *trainRun) settings(cmd *cobra.Command) (trellis.Config, error) {
	c := o.Config
	if o.config != "" {
		var err error
		if c, err = trellis.ReadConfig(o.config); err != nil {
			return c, err
		}
		overlay(cmd.Flags(), &o.Config, &c)
	}
	if o.dev != "" {
		c.Dev.Paths = []string{o.dev}
	}
	if o.model == "-" || o.model == "" {
		return c, wrongUsage("--model: want the name of a file, since a model cannot be written to standard output")
	}
	return c, c.Validate()
}

// collectAt is the value of GOGC for training. Training makes little garbage, so that a low value
// saves memory and costs little time.
const collectAt = 25

func (a *app) train(cmd *cobra.Command, o *trainRun, files []string) error {
	c, err := o.settings(cmd)
	if err != nil {
		return err
	}
	if err := o.checkOutputs(a, &c, files); err != nil { // before the data are read
		return err
	}
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(100)) // restores the old value
	}
	c.Begin = func(features int, bytes int64) {
		if os.Getenv("GOGC") == "" {
			debug.SetGCPercent(collectAt)
		}
		if !o.quiet {
			fmt.Fprintf(a.stderr, "%d features, about %d MB of memory\n", features, (bytes*(100+collectAt)/100)>>20)
		}
	}
	c.Warn = a.warn
	if !o.quiet {
		c.Log = func(text string) { fmt.Fprintln(a.stderr, text) }
	}
	before := checkpointAt(c.Checkpoint)
	m, r, stopped := a.watch(cmd.Context(), o, corpus.Source{Paths: files, Stdin: a.stdin}, c)
	if m == nil {
		return stopped
	}
	if err := saveModel(cmd.Context(), m, o.model); err != nil {
		return err
	}
	if o.writeConfig != "" {
		if err := safefile.Write(o.writeConfig, r.Config.Write); err != nil {
			return err
		}
	}
	if err := a.printOutcome(o, r); err != nil {
		return err
	}
	if stopped != nil {
		hint := ""
		if now := checkpointAt(c.Checkpoint); now != nil && (before == nil || !os.SameFile(before, now) || c.Resume == c.Checkpoint) {
			hint = "; continue with --resume " + c.Checkpoint
		}
		return fmt.Errorf("%w: training stopped early, the best model so far is in %s%s", stopped, o.model, hint)
	}
	return nil
}

// checkpointAt returns the file information of a checkpoint, or nil if there is none. Each
// checkpoint is a new file.
func checkpointAt(path string) os.FileInfo {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return info
}

// watch trains and reports the steps.
func (a *app) watch(ctx context.Context, o *trainRun, data trellis.Source, c trellis.Config) (*trellis.Model, *trellis.Report, error) {
	var log io.Writer
	switch o.log {
	case "":
	case "-":
		log = a.stdout
	default:
		mode := os.O_TRUNC
		if c.Resume != "" {
			mode = os.O_APPEND
		}
		f, err := os.OpenFile(o.log, os.O_WRONLY|os.O_CREATE|mode, 0o666)
		if err != nil {
			return nil, nil, err
		}
		defer f.Close()
		log = f
	}
	// If writing the log fails, training stops as after an interrupt, and the best model so far is
	// kept.
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var steps *reporter
	c.Progress = func(p trellis.Progress) {
		if !o.quiet {
			if steps == nil {
				steps = newReporter(a.stderr, p.Of, isTerminal(a.stderr))
			}
			steps.report(p)
		}
		if log != nil {
			if err := writeLog(log, p); err != nil {
				stop(fmt.Errorf("--log-json: %w", err))
			}
		}
	}
	m, r, err := trellis.Train(ctx, data, c)
	if steps != nil {
		steps.done()
	}
	if errors.Is(err, context.Canceled) {
		early := errors.Is(err, trellis.ErrNoStep)
		if err = context.Cause(ctx); errors.Is(err, context.Canceled) {
			err = errInterrupted
		}
		if early {
			err = fmt.Errorf("%w before the first step: no model written", err)
		}
	}
	return m, r, err
}

// printOutcome prints the scores on the development data, and a line about the model.
func (a *app) printOutcome(o *trainRun, r *trellis.Report) error {
	var b strings.Builder
	s := &r.Summary
	if s.Dev != nil {
		fmt.Fprintf(&b, "development data, after step %d:\n", s.BestStep)
		if err := s.Dev.WriteTable(&b); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	if r.Config.Restarts > 0 {
		fmt.Fprintf(&b, "best of %d runs: run %d\n", r.Config.Restarts+1, s.Run+1)
	}
	fmt.Fprintf(&b, "%s: %s; %s\n", o.model, r.Size, r.Ended())
	w := a.stdout
	if o.log == "-" { // standard output has the log only
		w = a.stderr
	}
	_, err := io.WriteString(w, b.String())
	return err
}
