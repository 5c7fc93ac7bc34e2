package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
)

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
