package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/metrics"
)

// evalFlags are the command line of tagger eval.
type evalFlags struct {
	model, system           string
	compare, json, markdown bool
	trellis.EvalOptions
}

func (a *app) evalCommand() *cobra.Command {
	var o evalFlags
	c := &cobra.Command{
		Use:   "eval [--model MODEL] FILE... [flags]",
		Short: "Score a model, or labels that are already there; compare two",
		Long:  evalHelp,
		Example: `  tagger eval --model ner.model test.conll
  tagger eval --model ner.model --json test.conll
  tagger tag --model ner.model test.conll | tagger eval -
  tagger eval --label 3 --predicted 5 labelled.conll
  tagger eval --system tagged.conllu --label UPOS test.conllu
  tagger eval --compare old.model new.model test.conll`,
		Args: func(_ *cobra.Command, args []string) error {
			if o.compare && len(args) != 3 {
				return wrongUsage("--compare: name two models, or files that two systems labelled, and then the file with the right labels")
			}
			return needFiles(nil, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd.Flags().Changed, args); err != nil {
				return err
			}
			return a.eval(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "model `file` that predicts the labels (default: they are in the file)")
	f.StringVar(&o.system, "system", "", "`file` of the same sentences with the predicted labels")
	f.BoolVar(&o.compare, "compare", false, "compare two systems on the last file: the two before are models, or files as for --system")
	f.StringVar(&o.Label, "label", "", "`column` of the right labels (default that of training; with --system UPOS or the last, else the last but one)")
	f.StringVar(&o.Predicted, "predicted", "", "`column` of the predicted labels, without a model (default the last; with --system in CoNLL-U that of --label)")
	f.StringVar(&o.Form, "form", "", "`column` of the words, with --model, --system or --compare (default that of training, or FORM)")
	f.StringVar(&o.Scheme, "scheme", "", "how labels spell spans: plain (not at all), iob1, bio, bioes or io (default: seen from the right labels)")
	f.BoolVar(&o.UniversalFeatures, "ufeats", false, "compare FEATS as the CoNLL 2018 shared task does: universal features only, in any order")
	f.IntVar(&o.Samples, "samples", 1000, "bootstrap samples for the 95% intervals (0: none), and samples for the p of --compare")
	f.Uint64Var(&o.Seed, "seed", 1, "`seed` of the samples")
	f.IntVar(&o.Matrix, "matrix", 0, "show the confusion matrix of the `N` labels that are confused most")
	f.BoolVar(&o.Calibration, "calibration", false, "score the probabilities of the labels too: the model's, or those in a column")
	f.StringVar(&o.Prob, "prob", "", "`column` of the probabilities, without a model (default: the last, or Prob= in MISC)")
	f.IntVar(&o.Bins, "bins", 10, "bins of probabilities for --calibration")
	f.BoolVar(&o.NoDictionary, "no-dictionary", false, "label without the tag dictionary of the model")
	addFormat(c, &o.Format, "format of the files: auto, conll, conllu or crfsuite", "conll", "conllu", "crfsuite")
	f.BoolVar(&o.json, "json", false, "print one JSON object instead of tables")
	f.BoolVar(&o.markdown, "markdown", false, "print tables of Markdown")
	f.SortFlags = false
	complete(c, "scheme", "plain", "iob1", "bio", "bioes", "io")
	return c
}

// check reports wrong usage.
func (o *evalFlags) check(changed func(string) bool, files []string) error {
	o.Calibration = o.Calibration || o.Prob != ""
	switch {
	case o.compare && o.model+o.system != "":
		return wrongUsage("--compare takes both systems as arguments, without --model or --system")
	case o.model != "" && o.system != "":
		return wrongUsage("--model and --system: labels come from one of them")
	case o.model != "" && o.Predicted != "":
		return wrongUsage("--predicted is for labels that are in the file: with --model they come from the model")
	case o.model != "" && o.Prob != "":
		return wrongUsage("--prob is for probabilities that are in the file: with --model --calibration they come from the model")
	case o.model+o.system == "" && !o.compare && o.Form != "":
		return wrongUsage("--form is for --model, --system and --compare: else no words are looked at")
	case o.system != "" && len(files) != 1:
		return wrongUsage("--system: name one FILE with the right labels")
	case o.NoDictionary && o.model == "" && !o.compare:
		return wrongUsage("--no-dictionary is for --model and --compare: else no model labels")
	case o.Bins == 0:
		return wrongUsage("--bins 0: want 1 to 10000")
	case changed("bins") && !o.Calibration:
		return wrongUsage("--bins is for --calibration")
	case o.json && o.markdown:
		return wrongUsage("--json and --markdown: choose one")
	}
	return o.Check()
}

func (a *app) eval(ctx context.Context, o *evalFlags, files []string) (err error) {
	data := a.data(files)
	o.Warn = a.warn
	var r *metrics.Results
	switch {
	case o.compare:
		data.Paths = files[2:]
		c, err := trellis.Compare(ctx, files[0], files[1], data, o.EvalOptions)
		if err != nil || o.json || o.markdown {
			return a.printScores(o, c, err)
		}
		fmt.Fprintf(a.stdout, "A is %s, B is %s\n", files[0], files[1])
		return c.WriteTable(a.stdout)
	case o.system != "":
		r, err = trellis.EvaluateFile(ctx, o.system, data, o.EvalOptions)
	case o.model != "":
		var m *trellis.Model
		if m, err = openModel(ctx, o.model); err != nil {
			return err
		}
		defer m.Close()
		r, err = m.EvaluateFiles(ctx, data, o.EvalOptions)
	default:
		r, err = trellis.EvaluateColumns(ctx, data, o.EvalOptions)
	}
	return a.printScores(o, r, err)
}

// printScores prints the scores of one system or two, unless there is an error.
func (a *app) printScores(o *evalFlags, scores interface {
	WriteTable(w io.Writer) error
	WriteMarkdown(w io.Writer) error
}, err error) error {
	switch {
	case err != nil:
		return err
	case o.json:
		return json.NewEncoder(a.stdout).Encode(scores)
	case o.markdown:
		return scores.WriteMarkdown(a.stdout)
	}
	return scores.WriteTable(a.stdout)
}
