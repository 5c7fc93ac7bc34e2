package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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
		return fmt.Errorf("--%s %s: want %s", f.Name, invalid.GetValue(), wants[f.Value.Type()])
	}
	return err
}

// plainUsages takes the marks out of the texts of flags, which only the help reads: shells show them as they are.
func plainUsages(root *cobra.Command) {
	for _, c := range slices.Concat([]*cobra.Command{root}, root.Commands()) {
		c.Flags().VisitAll(func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) })
	}
}
