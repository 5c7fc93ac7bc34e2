package main

import (
	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/internal/cli"
)

//go:generate go run . docs markdown ../../docs/reference/cli

func (a *app) docsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "docs man|markdown DIR",
		Short: "Write the help of all commands as man pages or Markdown",
		Example: `  tagger docs man /usr/local/share/man/man1
  tagger docs markdown docs/reference/cli`,
		ValidArgs: []string{"man", "markdown"},
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) != 2:
				return wrongUsage("name a format, man or markdown, and a folder")
			case args[0] != "man" && args[0] != "markdown":
				return wrongUsage("format %s: want man or markdown", args[0])
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return cli.WriteDocs(new(app).rootCommand(), args[0], args[1])
		},
	}
}
