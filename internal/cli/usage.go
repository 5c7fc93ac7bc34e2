package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Group is the annotation of a flag with the heading of its group.
const Group = "group"

// A FlagGroup holds the texts of the flags below a heading of the help.
type FlagGroup struct {
	Heading string
	Flags   []FlagText
}

// A FlagText describes a flag: its names and value, and what it does.
type FlagText struct{ Spelling, Usage string }

// FlagGroups returns the flags of c in groups, in the order of registration. Flags without a group,
// such as --help, are in the first one. Hidden flags are left out.
func FlagGroups(c *cobra.Command) []FlagGroup {
	var groups []FlagGroup
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		at := 0
		if list := f.Annotations[Group]; len(list) > 0 {
			at = slices.IndexFunc(groups, func(g FlagGroup) bool { return g.Heading == list[0] })
			if at < 0 {
				at = len(groups)
				groups = append(groups, FlagGroup{Heading: list[0]})
			}
		} else if len(groups) == 0 {
			groups = append(groups, FlagGroup{Heading: "Flags"})
		}
		groups[at].Flags = append(groups[at].Flags, describe(f))
	})
	return groups
}

// describe adds the default to the usage, unless the usage states it.
func describe(f *pflag.Flag) FlagText {
	value, usage := pflag.UnquoteUsage(f)
	spelling := "--" + f.Name
	if f.Shorthand != "" {
		spelling = "-" + f.Shorthand + ", " + spelling
	}
	if value != "" {
		spelling += " " + value
	}
	if !strings.Contains(usage, "(default") && !slices.Contains([]string{"", "0", "false", "[]"}, f.DefValue) {
		usage += fmt.Sprintf(" (default %s)", f.DefValue)
	}
	return FlagText{spelling, usage}
}

// Width is the number of columns of the help.
const Width = 100

// wrap breaks a text into lines of at most width columns.
func wrap(text string, width int) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		if k := len(lines) - 1; k >= 0 && len(lines[k])+1+len(word) <= width {
			lines[k] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}

// write prints a group as a heading and a table.
func (g *FlagGroup) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s:\n", g.Heading)
	width := 0
	spellings := make([]string, len(g.Flags))
	for k, f := range g.Flags {
		spellings[k] = f.Spelling
		if strings.HasPrefix(f.Spelling, "--") { // no short name
			spellings[k] = "    " + f.Spelling
		}
		width = max(width, len(spellings[k]))
	}
	for k, f := range g.Flags {
		for i, line := range wrap(f.Usage, Width-width-5) {
			if i > 0 {
				spellings[k] = ""
			}
			fmt.Fprintf(b, "  %-*s   %s\n", width, spellings[k], line)
		}
	}
}

// PrintUsage prints how to use a command: its subcommands or its flags, in groups.
func PrintUsage(c *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", c.UseLine())
	if c.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	for _, g := range commandGroups(c) {
		fmt.Fprintf(&b, "\n%s:\n", g.Heading)
		for _, sub := range g.commands {
			fmt.Fprintf(&b, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
		}
	}
	for _, g := range FlagGroups(c) {
		g.write(&b)
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nRun '%s COMMAND --help' for the help of a command.\n", c.CommandPath())
	}
	_, err := io.WriteString(c.OutOrStderr(), b.String())
	return err
}

// A commandGroup holds the commands below a heading of the help.
type commandGroup struct {
	Heading  string
	commands []*cobra.Command
}

// commandGroups returns the subcommands of c by group. Commands without a group come last.
func commandGroups(c *cobra.Command) []commandGroup {
	var groups []commandGroup
	for _, g := range append(slices.Clone(c.Groups()), &cobra.Group{Title: "Other commands"}) {
		list := commandGroup{Heading: g.Title}
		for _, sub := range c.Commands() {
			if sub.GroupID == g.ID && (sub.IsAvailableCommand() || sub.Name() == "help") {
				list.commands = append(list.commands, sub)
			}
		}
		if len(list.commands) > 0 {
			groups = append(groups, list)
		}
	}
	return groups
}
