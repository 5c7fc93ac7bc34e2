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

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// trainFlags are the command line of tagger train.
type trainFlags struct {
	model, dev, init, features, format, log, scheme string
	supervision, normal                             string

	columnFlags
	lexiconFlags
	lossFlags
	optimizerFlags
	threads, patience, minCount int
	dictionary                  int // least count of its words; 0: none
	allPairs, quiet             bool
	date                        string
	saveFlags
	checkpointFlags
	semiFlags
	prunedFlags
}

func (a *app) trainCommand() *cobra.Command {
	var o trainFlags
	c := &cobra.Command{
		Use:   "train --model OUT FILE... [flags]",
		Short: "Learn a model from labelled sentences",
		Long:  trainHelp + semiHelp + prunedHelp + lossList(),
		Example: `  tagger train --model pos.model train.conllu
  tagger train --model chunk.model --dev dev.conll train.conll
  tagger train --model ner.model --dev dev.iob2 --label 3 --l2 1 train.iob2
  tagger train --model ner.model --loss softmax-margin --cost entity --cost-fn 5 train.conll
  tagger train --model ner.model --features templates.txt --optimizer sgd --epochs 20 train.conll
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
	o.register(c)
	o.saveFlags.register(c)
	o.checkpointFlags.register(c)
	o.semiFlags.register(c)
	o.prunedFlags.register(c)
	c.Flags().StringVar(&o.date, "date", "", "note this `date` in the model")
	if err := c.MarkFlagRequired("model"); err != nil {
		panic(err)
	}
	return c
}

func (o *trainFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "`file` to write the model to (required)")
	f.StringVar(&o.dev, "dev", "", "development `file`: scored after each step, the best model is kept")
	f.StringVar(&o.features, "features", "auto", "templates: a preset ("+strings.Join(features.PresetNames(), ", ")+"), a `file`, or auto")
	f.StringVar(&o.label, "label", "", "`column` of the labels, by number or name (default UPOS, or the last)")
	f.StringVar(&o.form, "form", "", "`column` of the words (default FORM, or the first that does not count tokens)")
	f.StringVar(&o.pos, "pos", "", "`column` of parts of speech for the presets, or none (default: looked for in CoNLL, none in CoNLL-U)")
	f.StringVar(&o.format, "format", "auto", "format of the files: auto, conll, conllu or crfsuite")
	f.StringVar(&o.supervision, "supervision", "full", "how the labels are to be read: full (as they are), partial (? and A|B leave some open) or soft (also A:0.7|B:0.3)")
	f.StringVar(&o.scheme, "scheme", "", "train labels of spans in this scheme: iob1, bio, bioes or io (default: that of the file, which tag writes anyway)")
	o.lexiconFlags.register(c)
	f.StringVar(&o.normal, "normalize", "", "read words in a normal `form` of Unicode, when tagging too: nfc, or nfkc, which also makes variants of width one (default: as they are)")
	o.lossFlags.register(c)
	o.optimizerFlags.register(c)
	f.IntVar(&o.threads, "threads", 0, "goroutines that work (default: one a core); the last digits depend on it")
	f.IntVar(&o.patience, "patience", 10, "stop after so many steps without a better dev score; 0: never")
	f.IntVar(&o.minCount, "min-count", 1, "leave out attributes that occur less often")
	f.IntVar(&o.dictionary, "tag-dictionary", 0, "words that occur at least `N` times get only labels that they have in training, unless 0")
	f.BoolVar(&o.allPairs, "all-pairs", false, "features for all attributes and labels, not only for pairs seen together")
	f.StringVar(&o.init, "init", "", "start from the weights of this model `file`")
	f.StringVar(&o.log, "log-json", "", "write an object a step to this `file` (- is standard output)")
	f.BoolVar(&o.quiet, "quiet", false, "tell no progress, only the outcome, warnings and errors")
	f.SortFlags = false
	complete(c, "format", "auto", "conll", "conllu", "crfsuite")
	complete(c, "scheme", "iob1", "bio", "bioes", "io")
	complete(c, "normalize", "nfc", "nfkc")
	complete(c, "supervision", "full", "partial", "soft")
}

// needFiles asks for at least one file.
func needFiles(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return wrongUsage("name at least one FILE (- is standard input)")
	}
	return nil
}

// collectAt is how much of the memory in use training leaves to garbage, in percent: it makes little, so that
// collecting it early costs little time.
const collectAt = 25

func (a *app) train(cmd *cobra.Command, o *trainFlags, files []string) error {
	ctx := cmd.Context()
	format, err := o.check(cmd.Flags().Changed)
	if err != nil {
		return err
	}
	if err := o.saveFlags.check(); err != nil {
		return err
	}
	read := dataFlags{columnFlags: o.columnFlags, format: format, dev: o.dev, scheme: o.scheme, pickScheme: o.kind == chainKind && o.init == "", normal: o.normal}
	opts := crf.Options{
		AllPairs: o.allPairs, MinCount: o.minCount, TagDictionary: o.dictionary, Threads: o.threads, Patience: o.patience,
	}
	// All that can fail fails before anybody has waited for the data.
	if err := safefile.Check(o.model); err != nil {
		return err
	}
	if err := o.checkpointFlags.check(o.model, cmd.Flags().Changed); err != nil {
		return err
	}
	resumed, err := o.checkpointFlags.set(&opts)
	if err != nil {
		return err
	}
	defer resumed()
	if o.log != "" && o.log != "-" {
		if err := safefile.Check(o.log); err != nil {
			return err
		}
	}
	switch o.kind {
	case semiKind:
		return a.trainSemi(cmd, o, read, files)
	case prunedKind:
		return a.trainPruned(cmd, o, read, files)
	}
	if read.templates, err = loadTemplates(o.features); err != nil {
		return err
	}
	if read.lexicons, err = a.readLexicons(ctx, &o.lexiconFlags); err != nil {
		return err
	}
	if o.init != "" {
		if opts.Init, err = loadModel(o.init); err != nil {
			return err
		}
		if read.templates == nil {
			read.templates = opts.Init.Input().Templates
			read.lexicons = join(read.lexicons, opts.Init.Input().Lexicons)
		}
		if read.scheme == "" && opts.Init.Meta.Output != structured.Plain {
			read.scheme = opts.Init.Meta.Inside.String()
		}
		if read.normal == "" {
			read.normal = string(opts.Init.Meta.Normalize)
		}
	}

	warn := func(s string) { fmt.Fprintln(a.stderr, "tagger: warning:", s) }
	tell := func(s string) { fmt.Fprintln(a.stderr, s) }
	if o.quiet {
		tell = func(string) {}
	}
	d, err := a.readData(ctx, files, read, tell, warn)
	if err != nil {
		return err
	}
	if opts.Init != nil && (opts.Init.Input().Templates == nil) != (d.templates == "") {
		return fmt.Errorf("%s: this model and the training files are not alike: one has attributes, the other columns", o.init)
	}
	o.pickLoss(d)
	if err := o.lossFlags.set(&opts, d.train.Labels(), d.train.Scheme(), o.steps()); err != nil {
		return err
	}
	o.optimizerFlags.set(&opts)
	opts.Dev, opts.Warn = d.dev, warn
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(100)) // as it was
	}
	opts.Begin = func(features int, bytes int64) {
		if os.Getenv("GOGC") == "" {
			debug.SetGCPercent(collectAt)
		}
		tell(fmt.Sprintf("%d features, about %d MB of memory", features, (bytes*(100+collectAt)/100)>>20))
	}
	tell(o.describe(d))
	for _, l := range d.input.Lexicons {
		tell(describeLexicon(l))
	}
	d.recode.tell(tell, warn)
	if len(d.train.Labels()) == 1 {
		warn(fmt.Sprintf("all tokens have the label %q: is that the column of the labels?", d.train.Labels()[0]))
	}

	if opts.Init == nil && opts.Resume == nil && needsStart(opts.Loss) {
		tell(fmt.Sprintf("%s needs a good start: it gets %d iterations of cross-entropy", o.lossFlags.name, startIterations))
		if opts.Init, err = startingPoint(ctx, d, opts); err != nil {
			return err
		}
	}
	m, summary, err := a.minimise(ctx, o, d, opts)
	if m == nil {
		return o.explain(err)
	}
	if err != nil && summary.Steps == 0 {
		return fmt.Errorf("%w before the first step: no model written", err)
	}
	m.Meta = o.notes(cmd, d, summary)
	if saving := o.save(m, o.model); saving != nil {
		return saving
	}
	if printing := a.printOutcome(o, m, summary); printing != nil {
		return printing
	}
	if err != nil {
		return fmt.Errorf("%w: training stopped early, the best model so far is in %s%s", err, o.model, o.hint())
	}
	return nil
}

// minimise trains, and reports the steps.
func (a *app) minimise(ctx context.Context, o *trainFlags, d *data, opts crf.Options) (m *crf.Model, s model.Summary, err error) {
	err = a.watch(ctx, o, func(ctx context.Context, progress func(model.Progress)) error {
		opts.Progress = progress
		var err error
		m, s, err = crf.Train(ctx, d.train, opts)
		return err
	})
	return m, s, err
}

// watch runs a training, and reports its steps.
func (a *app) watch(ctx context.Context, o *trainFlags, train func(ctx context.Context, progress func(model.Progress)) error) error {
	var log io.Writer
	switch o.log {
	case "":
	case "-":
		log = a.stdout
	default:
		mode := os.O_TRUNC
		if o.resume != "" {
			mode = os.O_APPEND
		}
		f, err := os.OpenFile(o.log, os.O_WRONLY|os.O_CREATE|mode, 0o666)
		if err != nil {
			return err
		}
		defer f.Close()
		log = f
	}
	// A log that cannot be written ends the training as an interrupt does: with the best model so far.
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	steps := newReporter(a.stderr, o.epochs, isTerminal(a.stderr))
	err := train(ctx, func(p model.Progress) {
		if !o.quiet {
			steps.report(p)
		}
		if log != nil {
			if err := writeLog(log, p); err != nil {
				stop(fmt.Errorf("log: %w", err))
			}
		}
	})
	if !o.quiet {
		steps.done()
	}
	if errors.Is(err, context.Canceled) {
		if err = context.Cause(ctx); errors.Is(err, context.Canceled) {
			err = errInterrupted
		}
	}
	return err
}

// check reports wrong usage, and fills in defaults.
func (o *trainFlags) check(changed func(string) bool) (corpus.Format, error) {
	format, err := parseFormat(o.format)
	if err != nil {
		return format, err
	}
	switch {
	case o.model == "-" || o.model == "":
		return format, wrongUsage("--model: want the name of a file")
	case o.dev == "-":
		return format, wrongUsage("--dev -: standard input cannot be read for development; name a file")
	case o.threads < 0:
		return format, wrongUsage("--threads %d: want a positive number, or 0 for all cores", o.threads)
	case o.minCount < 0:
		return format, wrongUsage("--min-count %d: want a number that is not negative", o.minCount)
	case o.dictionary < 0:
		return format, wrongUsage("--tag-dictionary %d: want a number that is not negative", o.dictionary)
	case o.patience < 0:
		return format, wrongUsage("--patience %d: want a number that is not negative", o.patience)
	case changed("patience") && o.dev == "":
		return format, wrongUsage("--patience waits for a better dev score: name a file with --dev")
	}
	if o.lossFlags.name == "" {
		o.openLoss = optimizerNamed(o.optimizerFlags.name).loss == "" && !o.isSemi() && o.supervision == "full" && !changed("entropy") && !changed("label-smoothing")
		if o.lossFlags.name = optimizerNamed(o.optimizerFlags.name).loss; o.lossFlags.name == "" {
			o.lossFlags.name = "cross-entropy"
		}
	}
	if err := o.checkKind(changed); err != nil {
		return format, err
	}
	if err := checkNormal(o.normal); err != nil {
		return format, err
	}
	if err := o.lossFlags.check(changed); err != nil {
		return format, err
	}
	if err := o.optimizerFlags.fill(o.lossFlags.name, o.dev != "", changed); err != nil {
		return format, err
	}
	if err := o.fillPruned(changed); err != nil {
		return format, err
	}
	if o.init != "" && o.optimizerFlags.name == "bcfw" {
		return format, wrongUsage("--init: bcfw starts from zero, since a model does not say which sentence its weights come from")
	}
	if err := o.checkSupervision(); err != nil {
		return format, err
	}
	if err := o.checkRestarts(); err != nil {
		return format, err
	}
	return format, o.optimizerFlags.rehearse(&o.lossFlags)
}
