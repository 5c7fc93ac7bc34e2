package main

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/cli"
)

func init() {
	cobra.EnableCommandSorting = false // the help lists frequent commands first
}

// groupFlags puts the flags of c that have no group yet into one.
func groupFlags(c *cobra.Command, heading string) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if len(f.Annotations[cli.Group]) == 0 {
			f.Annotations = map[string][]string{cli.Group: {heading}}
		}
	})
}

// required marks required flags.
func required(c *cobra.Command, flags ...string) {
	for _, flag := range flags {
		// Fails only for an unknown flag.
		if err := c.MarkFlagRequired(flag); err != nil {
			panic(err)
		}
	}
}

// A formatFlag is the value of --format.
type formatFlag struct {
	format    *corpus.Format
	documents *trellis.DocumentOptions // nil for commands that read no documents
}

// addFormat adds --format with shell completion of the formats that the command reads.
func addFormat(c *cobra.Command, to *corpus.Format, formats ...string) {
	all := append([]string{"auto"}, formats...)
	c.Flags().Var(formatFlag{format: to}, "format", "input `FORMAT`: "+cli.OrList(all))
	complete(c, "format", all...)
}

// addFormats is addFormat for commands that also read documents, with the flags for them.
func addFormats(c *cobra.Command, to *corpus.Format, documents *trellis.DocumentOptions, formats ...string) {
	all := slices.Concat([]string{"auto"}, formats, documentFormats)
	c.Flags().Var(formatFlag{to, documents}, "format", "input `FORMAT`: "+cli.OrList(all))
	complete(c, "format", all...)
	addDocuments(c, documents)
}

// Set implements [pflag.Value].
func (f formatFlag) Set(name string) error {
	if f.documents != nil && f.documents.Format.UnmarshalText([]byte(name)) == nil {
		return nil
	}
	format, err := corpus.ParseFormat(name)
	if err == nil {
		*f.format = format
	}
	return err
}

// String implements [pflag.Value].
func (f formatFlag) String() string {
	if f.format == nil { // the zero value, which pflag makes
		return ""
	}
	if f.documents != nil && f.documents.Format != 0 {
		return f.documents.Format.String()
	}
	return f.format.String()
}

// Type implements [pflag.Value].
func (f formatFlag) Type() string { return "string" }
