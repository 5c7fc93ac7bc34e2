package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/trellis-nlp/trellis/corpus"
)

func init() {
	cobra.EnableCommandSorting = false // what people use first comes first
}

// groupKey annotates a flag with the heading that it stands below.
const groupKey = "group"

// printUsage prints how a command is used, with its flags below headings.
func printUsage(c *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", c.UseLine())
	if c.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprint(&b, "\nCommands:\n")
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() || sub.Name() == "help" {
				fmt.Fprintf(&b, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	var headings []string
	groups := map[string]*pflag.FlagSet{}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		heading := "Flags"
		if list := f.Annotations[groupKey]; len(list) > 0 {
			heading = list[0]
		}
		if groups[heading] == nil {
			groups[heading] = pflag.NewFlagSet(heading, pflag.ContinueOnError)
			groups[heading].SortFlags = false
			headings = append(headings, heading)
		}
		groups[heading].AddFlag(f)
	})
	for _, heading := range headings {
		fmt.Fprintf(&b, "\n%s:\n%s", heading, groups[heading].FlagUsages())
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n'%s COMMAND --help' explains a command.\n", c.CommandPath())
	}
	_, err := io.WriteString(c.OutOrStderr(), b.String())
	return err
}

// wants says what values a flag of a type takes.
var wants = map[string]string{
	"bool": "true or false", "int": "a whole number", "uint": "a whole number that is not negative", "uint64": "a whole number that is not negative",
	"float": "a number", "float64": "a number", "duration": "a time such as 90s or 5m", "stringSlice": "a list between commas",
}

// flagError says what a flag wants, where its value is nothing of the kind.
func flagError(_ *cobra.Command, err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		f := invalid.GetFlag()
		return fmt.Errorf("--%s %s: want %s", f.Name, invalid.GetValue(), cmp.Or(wants[f.Value.Type()], invalid.Unwrap().Error()))
	}
	return err
}

// plainUsages takes the marks out of the texts of flags, which only the help reads: shells show them as they are.
func plainUsages(root *cobra.Command) {
	for _, c := range slices.Concat([]*cobra.Command{root}, root.Commands()) {
		c.Flags().VisitAll(func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) })
	}
}

// required marks flags without which a command does not run.
func required(c *cobra.Command, flags ...string) {
	for _, flag := range flags {
		// Only a flag that is not there makes this fail, which the test of all commands would show.
		if err := c.MarkFlagRequired(flag); err != nil {
			panic(err)
		}
	}
}

// A formatFlag is the value of --format.
type formatFlag struct{ format *corpus.Format }

// addFormat adds --format, which the shell completes to the formats that the command reads.
func addFormat(c *cobra.Command, to *corpus.Format, usage string, formats ...string) {
	c.Flags().Var(formatFlag{to}, "format", usage)
	complete(c, "format", append([]string{"auto"}, formats...)...)
}

// Set implements [pflag.Value].
func (f formatFlag) Set(name string) error {
	format, err := corpus.ParseFormat(name)
	if err != nil {
		return errors.New("auto, conll, conllu or crfsuite")
	}
	*f.format = format
	return nil
}

// String implements [pflag.Value].
func (f formatFlag) String() string {
	if f.format == nil { // the zero value, which pflag makes
		return ""
	}
	return f.format.String()
}

// Type implements [pflag.Value].
func (f formatFlag) Type() string { return "string" }
