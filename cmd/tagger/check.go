package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
)

const checkHelp = `Check labelled files before training: count sentences, tokens, labels and spans, and list
what is wrong or strange, with file and line.

An error breaks a rule of the format, such as an I- label that starts a span in BIO. A
warning is probably a mistake or harms scores, such as sentences of the training data in
the test data. A note is worth knowing, such as rare labels. The how-to guide
check-data.md lists all findings.

Check reads all formats that train reads, and finds the columns and the label scheme in
the same way. It skips malformed rows and continues.

The exit status is 0 without errors, and 1 with errors. With --strict, warnings count as
errors.`

// checkFlags holds the flags of tagger check.
type checkFlags struct {
	trellis.CheckOptions
	dev, test    []string
	json, strict bool
}

func (a *app) checkCommand() *cobra.Command {
	var o checkFlags
	c := &cobra.Command{
		Use:   "check TRAIN... [flags]",
		Short: "Check labelled files before training",
		Long:  checkHelp,
		Example: `  tagger check train.conll
  tagger check train.conll --dev dev.conll --test test.conll
  tagger check --strict --json train.conllu > findings.json`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error { return a.check(cmd, &o, args) },
	}
	f := c.Flags()
	f.StringArrayVar(&o.dev, "dev", nil, "development `FILE`; repeatable")
	f.StringArrayVar(&o.test, "test", nil, "test `FILE`; repeatable")
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	f.BoolVar(&o.strict, "strict", false, "exit with status 1 if there are warnings, too")
	f.IntVar(&o.Examples, "examples", 3, "number `N` of examples for each finding")
	groupFlags(c, "Basic flags")
	registerOptions(c, &o.Config, optionsNamed([]string{"label", "form", "format", "align", "layers", "label-names"}, nil))
	f.SortFlags = false
	return c
}

func (a *app) check(cmd *cobra.Command, o *checkFlags, files []string) error {
	o.Dev.Paths, o.Test.Paths = o.dev, o.test
	r, err := trellis.Check(cmd.Context(), a.data(files), o.CheckOptions)
	if err != nil {
		return err
	}
	if o.json {
		err = json.NewEncoder(a.stdout).Encode(r)
	} else {
		err = r.WriteTable(a.stdout)
	}
	if err != nil {
		return err
	}
	return r.Err(o.strict)
}
