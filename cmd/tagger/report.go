package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/metrics/analysis"
	"github.com/trellis-nlp/trellis/report"
)

// reportFlags holds the flags of tagger report.
type reportFlags struct {
	model, log, output, title string
	data, train               []string
	json                      bool
	top                       int
	trellis.AnalyseOptions
}

func (a *app) reportCommand() *cobra.Command {
	var o reportFlags
	c := &cobra.Command{
		Use:   "report --model MODEL --data FILE -o PAGE [flags]",
		Short: "Write a page about the scores and errors of a model",
		Example: `  tagger report --model ner.model --data test.conll -o report.html
  tagger report --model ner.model --data test.conll --train train.conll --log-json steps.jsonl -o report.html
  tagger report --model pos.model --json test.conllu > report.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.data = append(o.data, args...)
			if err := needFiles(nil, o.data); err != nil {
				return err
			}
			if err := o.Check(); err != nil {
				return err
			}
			if o.MaxErrors < 1 || o.top < 0 {
				return wrongUsage("--max-errors %d, --top %d: want positive numbers", o.MaxErrors, o.top)
			}
			return a.report(cmd.Context(), &o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "`FILE` of the model (required)")
	f.StringArrayVar(&o.data, "data", nil, "labelled `FILE` to score the model on; repeatable, and files may also be arguments")
	f.StringVarP(&o.output, "output", "o", "", "write the page to this `FILE` (default standard output)")
	f.BoolVar(&o.json, "json", false, "write one JSON object with the same numbers instead of the page")
	f.StringVar(&o.title, "title", "", "title `TEXT` of the page (default names the files)")
	groupFlags(c, "Basic flags")
	f.StringArrayVar(&o.train, "train", nil, "training `FILE`, for scores by word frequency and of unseen entities; repeatable")
	f.StringVar(&o.log, "log-json", "", "`FILE` of train --log-json, for the learning curve")
	groupFlags(c, "More to show")
	addFormats(c, &o.Format, &o.Documents, "conll", "conllu", "crfsuite")
	f.StringVar(&o.Label, "label", "", "`COLUMN` with the gold labels, or misc.KEY (default as in training)")
	f.StringVar(&o.Form, "form", "", "`COLUMN` with the words (default as in training, else as in train)")
	f.StringVar(&o.Scheme, "scheme", "", "span `SCHEME` of the labels, as for eval (default as in training)")
	f.BoolVar(&o.NoDictionary, "no-dictionary", false, "ignore the tag dictionary of the model")
	groupFlags(c, "Input")
	f.IntVar(&o.MaxErrors, "max-errors", 1000, "list the `N` most confident errors")
	f.IntVar(&o.top, "top", 10, "list the `N` strongest attributes of each label")
	f.IntVar(&o.Samples, "samples", 1000, "number `N` of bootstrap samples for the 95% intervals; 0 omits them")
	f.Uint64Var(&o.Seed, "seed", 1, "random seed `N` of the samples")
	f.IntVar(&o.Bins, "bins", 10, "number `N` of bins of probabilities")
	groupFlags(c, "Details")
	f.SortFlags = false
	required(c, "model")
	return c
}

// report analyses a model, and writes a page or a JSON object.
func (a *app) report(ctx context.Context, o *reportFlags) error {
	inputs := append(a.reading(slices.Concat(o.data, o.train)), use("--model", o.model), use("--log-json", o.log))
	if err := distinct([]safefile.Use{a.writing("--output", o.output)}, inputs); err != nil {
		return err
	}
	page := report.Analysis{Title: o.title, Data: o.data}
	if o.log != "" {
		f, err := safefile.Wait(ctx, o.log, func() (*os.File, error) { return os.Open(o.log) })
		if err != nil {
			return err
		}
		defer f.Close()
		if page.Steps, err = analysis.ReadSteps(f, o.log); err != nil {
			return err
		}
	}
	m, err := openModel(ctx, o.model)
	if err != nil {
		return err
	}
	defer m.Close()
	page.Kind, o.Warn = m.Kind(), a.warn
	o.Train = trellis.Source{Paths: o.train, Stdin: a.stdin}
	if page.Analysis, err = m.Analyse(ctx, a.data(o.data), o.AnalyseOptions); err != nil {
		return err
	}
	if page.Model, err = m.Describe(o.top); err != nil {
		return err
	}
	if o.title == "" {
		page.Title = filepath.Base(o.model) + " on " + filepath.Base(o.data[0])
	}
	if o.json {
		return a.writeOutput(ctx, o.output, func(w io.Writer) error { return json.NewEncoder(w).Encode(page) })
	}
	return a.writeOutput(ctx, o.output, page.WriteHTML)
}
