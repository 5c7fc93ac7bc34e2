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

// evalFlags holds the flags of tagger eval.
type evalFlags struct {
	model, system           string
	compare, json, markdown bool
	text                    bool
	tokenizer               string
	trellis.EvalOptions
}

func (a *app) evalCommand() *cobra.Command {
	var o evalFlags
	c := &cobra.Command{
		Use:   "eval [--model MODEL] FILE... [flags]",
		Short: "Score a model or predicted labels, or compare two systems",
		Example: `  tagger eval --model ner.model test.conll
  tagger eval --model ner.model --json test.conll
  tagger tag --model ner.model test.conll | tagger eval -
  tagger eval --label 3 --predicted 5 labelled.conll
  tagger eval --system tagged.conllu --label UPOS test.conllu
  tagger eval --model pos.model --text test.conllu
  tagger eval --compare old.model new.model test.conll`,
		Args: func(_ *cobra.Command, args []string) error {
			if o.compare && len(args) != 3 {
				return wrongUsage("--compare: name three files: two models or labelled files, and the file with the " +
					"gold labels")
			}
			return needFiles(nil, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.checkText(cmd.Flags().Changed); err != nil {
				return err
			}
			if err := o.check(cmd.Flags().Changed, args); err != nil {
				return err
			}
			return a.eval(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "`FILE` of the model that predicts the labels (default none, the input has "+
		"predictions)")
	f.StringVar(&o.system, "system", "", "`FILE` with the predicted labels of the same sentences")
	f.BoolVar(&o.compare, "compare", false, "compare two systems, given as the first two arguments: models, or "+
		"files as for --system")
	f.BoolVar(&o.text, "text", false, "split the plain text of CoNLL-U files, and score sentences, tokens, words and "+
		"labels")
	f.StringVar(&o.tokenizer, "tokenizer", "", "`NAME` of the tokenizer for --text, or a file of train-tokenizer (default "+
		"that of the model, else rules)")
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	f.BoolVar(&o.markdown, "markdown", false, "print Markdown tables")
	groupFlags(c, "Basic flags")
	addFormats(c, &o.Format, &o.Documents, "conll", "conllu", "crfsuite")
	addOffsets(c, &o.Documents.Unit, "offsets", offsetsUsage)
	f.StringVar(&o.Label, "label", "", "`COLUMN` with the gold labels, or misc.KEY (default as in training; with --system UPOS "+
		"or the last column; else the last but one)")
	f.StringVar(&o.Predicted, "predicted", "", "`COLUMN` with the predicted labels, without --model (default the "+
		"last; with --system in CoNLL-U as --label)")
	f.StringVar(&o.Form, "form", "", "`COLUMN` with the words, with --model, --system or --compare (default as in "+
		"training, else as in train)")
	groupFlags(c, "Input")
	f.StringVar(&o.Scheme, "scheme", "", "span `SCHEME` of the labels: plain (no spans), iob1, bio, bioes, io, ioe1, ioe2, bilou or bmes "+
		"(default as in training, else detected from the gold labels)")
	f.BoolVar(&o.UniversalFeatures, "ufeats", false, "compare FEATS as the CoNLL 2018 shared task does: universal "+
		"features only, in any order")
	f.IntVar(&o.Samples, "samples", 1000, "number `N` of bootstrap samples for the 95% intervals (0 omits them), or "+
		"of samples for the p of --compare")
	f.Uint64Var(&o.Seed, "seed", 1, "random seed `N` of the samples")
	f.IntVar(&o.Matrix, "matrix", 0, "print a confusion matrix of the `N` most confused labels")
	f.BoolVar(&o.NoDictionary, "no-dictionary", false, "ignore the tag dictionary of the model")
	groupFlags(c, "Scoring")
	f.BoolVar(&o.Calibration, "calibration", false, "compare the probabilities of the predicted labels with their "+
		"accuracy")
	f.StringVar(&o.Prob, "prob", "", "`COLUMN` with the probabilities, without --model (default the last, or Prob= "+
		"in MISC)")
	f.IntVar(&o.Bins, "bins", 10, "number `N` of bins of probabilities")
	groupFlags(c, "Calibration")
	f.SortFlags = false
	complete(c, "scheme", "plain", "iob1", "bio", "bioes", "io", "ioe1", "ioe2", "bilou", "bmes")
	return c
}

// check reports contradicting or missing flags.
func (o *evalFlags) check(changed func(string) bool, files []string) error {
	o.Calibration = o.Calibration || o.Prob != ""
	switch {
	case o.compare && o.model+o.system != "":
		return wrongUsage("--compare: name both systems as arguments, without --model and --system")
	case o.model != "" && o.system != "":
		return wrongUsage("--model and --system both predict labels: choose one")
	case o.model != "" && o.Predicted != "":
		return wrongUsage("--predicted names a column of predictions, but with --model they come from the model: " +
			"drop one of them")
	case o.model != "" && o.Prob != "":
		return wrongUsage("--prob names a column of probabilities, but with --model they come from the model: use " +
			"--calibration")
	case o.model+o.system == "" && !o.compare && o.Form != "":
		return wrongUsage("--form: words are read only with --model, --system or --compare")
	case o.system != "" && len(files) != 1:
		return wrongUsage("--system: name one FILE with the gold labels")
	case o.NoDictionary && o.model == "" && !o.compare:
		return wrongUsage("--no-dictionary: only models have a tag dictionary; use it with --model or --compare")
	case o.Bins == 0:
		return wrongUsage("--bins 0: want 1 to 10000")
	case changed("bins") && !o.Calibration:
		return wrongUsage("--bins: use it with --calibration")
	case o.json && o.markdown:
		return wrongUsage("--json and --markdown: choose one")
	}
	return o.Check()
}

// columnScores are the flags of eval that plain text does not have.
var columnScores = []string{
	"system", "compare", "format", "predicted", "form", "scheme", "ufeats", "samples", "seed", "matrix", "calibration", "prob", "bins",
}

// checkText reports flags that contradict --text.
func (o *evalFlags) checkText(changed func(string) bool) error {
	switch {
	case !o.text && o.tokenizer != "":
		return wrongUsage("--tokenizer: use it with --text")
	case !o.text:
		return nil
	case o.model == "":
		return wrongUsage("--text: name the --model, or use tokenize --gold to score only a tokenizer")
	}
	for _, name := range columnScores {
		if changed(name) {
			return wrongUsage("--%s: not with --text", name)
		}
	}
	return trellis.TextOptions{Tokenizer: o.tokenizer}.Check()
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
		if o.text {
			scores, err := m.EvaluateText(ctx, data, trellis.TextEvalOptions{Tokenizer: o.tokenizer, Label: o.Label, NoDictionary: o.NoDictionary})
			return a.printScores(o, scores, err)
		}
		r, err = m.EvaluateFiles(ctx, data, o.EvalOptions)
	default:
		r, err = trellis.EvaluateColumns(ctx, data, o.EvalOptions)
	}
	return a.printScores(o, r, err)
}

// printScores prints the scores of one system or of two, and returns err if it is not nil.
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
