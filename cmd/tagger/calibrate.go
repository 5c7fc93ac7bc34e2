package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
)

// calibrateFlags holds the flags of tagger calibrate.
type calibrateFlags struct {
	trellis.CalibrateOptions
	model, output string
	json          bool
}

func (a *app) calibrateCommand() *cobra.Command {
	var o calibrateFlags
	c := &cobra.Command{
		Use:   "calibrate --model MODEL --output OUT DEV... [flags]",
		Short: "Correct the probabilities and the precision of a model on held-out data",
		Example: `  tagger calibrate --model ner.model --output calibrated.model dev.conll
  tagger calibrate --model ner.model --output best.model --target f1 dev.conll
  tagger calibrate --model ner.model --output precise.model --target precision=0.9 --method threshold dev.conll
  tagger calibrate --model ner.model --output people.model --type PER=recall=0.95 dev.conll`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error { return a.calibrate(cmd, &o, args) },
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "`FILE` of the model (required)")
	f.StringVarP(&o.output, "output", "o", "", "write the calibrated model to this `FILE` (required)")
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	groupFlags(c, "Basic flags")
	f.StringVar(&o.Target, "target", "", "change labels for this `TARGET`: f1, precision=X for the greatest recall at this precision, or "+
		"recall=X for the greatest precision at this recall (default labels stay as they are)")
	f.StringVar(&o.Method, "method", trellis.CalibrateBias, "`METHOD` to reach targets: bias adds a number to the score of each span, "+
		"threshold drops spans with lower probabilities")
	f.StringArrayVar(&o.Types, "type", nil, "target of one span type, or of one label that encodes no span: `NAME=TARGET`; repeatable")
	f.BoolVar(&o.KeepProbabilities, "no-temperature", false, "fit no temperature")
	f.IntVar(&o.Folds, "folds", 5, "number `N` of folds for the held-out scores")
	f.Uint64Var(&o.Seed, "seed", 1, "random seed `N` of the test whether a gain is more than chance")
	f.IntVar(&o.Threads, "threads", 0, "number `N` of threads (default one per core)")
	groupFlags(c, "Calibration")
	addFormats(c, &o.Format, &o.Documents, "conll", "conllu", "crfsuite")
	f.StringVar(&o.Label, "label", "", "`COLUMN` with the gold labels, or misc.KEY (default as in training)")
	f.StringVar(&o.Form, "form", "", "`COLUMN` with the words (default as in training)")
	groupFlags(c, "Input")
	f.SortFlags = false
	required(c, "model", "output")
	return c
}

func (a *app) calibrate(cmd *cobra.Command, o *calibrateFlags, files []string) error {
	ctx := cmd.Context()
	if err := checkModelOutput(o.output, append(a.reading(files), use("--model", o.model))); err != nil {
		return err
	}
	m, err := openModel(ctx, o.model)
	if err != nil {
		return err
	}
	defer m.Close()
	o.Warn = a.warn
	made, r, err := m.Calibrate(ctx, a.data(files), o.CalibrateOptions)
	if err != nil {
		return err
	}
	if err := saveModel(ctx, made, o.output); err != nil {
		return err
	}
	if o.json {
		return json.NewEncoder(a.stdout).Encode(r)
	}
	return r.WriteTable(a.stdout)
}
