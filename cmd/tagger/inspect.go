package main

import (
	"encoding/json"

	"github.com/spf13/cobra"
)

func (a *app) inspectCommand() *cobra.Command {
	var asJSON, config bool
	var top int
	c := &cobra.Command{
		Use:   "inspect [MODEL] [flags]",
		Short: "Show what a model contains",
		Example: `  tagger inspect ner.model
  tagger inspect --top 3 ner.model
  tagger inspect --json ner.model
  tagger inspect --config ner.model > run.toml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return wrongUsage("name one MODEL")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if top < 0 {
				return wrongUsage("--top %d: want a number that is not negative", top)
			}
			var path string
			if len(args) > 0 {
				path = args[0]
			}
			m, err := a.openOrReady(cmd.Context(), path, "MODEL")
			if err != nil {
				return err
			}
			defer m.Close()
			if config {
				c, err := m.Config()
				if err != nil {
					return err
				}
				return c.Write(a.stdout)
			}
			d, err := m.Describe(top)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(a.stdout).Encode(d)
			}
			return d.WriteTable(a.stdout)
		},
	}
	f := c.Flags()
	f.IntVar(&top, "top", 10, "show the `N` strongest attributes of each label, and in models with more than 60 "+
		"labels N transitions")
	f.BoolVar(&asJSON, "json", false, "print one JSON object")
	f.BoolVar(&config, "config", false, "print only the training settings, for train --config")
	c.MarkFlagsMutuallyExclusive("json", "config")
	f.SortFlags = false
	return c
}

// needModel requires one argument.
func needModel(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return wrongUsage("name one MODEL")
	}
	return nil
}
