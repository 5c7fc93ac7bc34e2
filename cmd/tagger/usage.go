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

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
)

func init() {
	cobra.EnableCommandSorting = false // the help lists frequent commands first
}

// groupKey is the annotation of a flag with the heading of its group.
const groupKey = "group"

// groupFlags puts the flags of c that have no group yet into one.
func groupFlags(c *cobra.Command, heading string) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if len(f.Annotations[groupKey]) == 0 {
			f.Annotations = map[string][]string{groupKey: {heading}}
		}
	})
}

// A flagGroup holds the texts of the flags below a heading of the help.
type flagGroup struct {
	heading string
	flags   []flagText
}

// A flagText describes a flag: its names and value, and what it does.
type flagText struct{ spelling, usage string }

// flagGroups returns the flags of c in groups, in the order of registration. Flags without a group,
// such as --help, are in the first one.
func flagGroups(c *cobra.Command) []flagGroup {
	var groups []flagGroup
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		at := 0
		if list := f.Annotations[groupKey]; len(list) > 0 {
			at = slices.IndexFunc(groups, func(g flagGroup) bool { return g.heading == list[0] })
			if at < 0 {
				at = len(groups)
				groups = append(groups, flagGroup{heading: list[0]})
			}
		} else if len(groups) == 0 {
			groups = append(groups, flagGroup{heading: "Flags"})
		}
		groups[at].flags = append(groups[at].flags, describeFlag(f))
	})
	return groups
}

// describeFlag adds the default to the usage, unless the usage states it.
func describeFlag(f *pflag.Flag) flagText {
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
	return flagText{spelling, usage}
}

// helpWidth is the number of columns of the help.
const helpWidth = 100

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
func (g *flagGroup) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s:\n", g.heading)
	width := 0
	spellings := make([]string, len(g.flags))
	for k, f := range g.flags {
		spellings[k] = f.spelling
		if strings.HasPrefix(f.spelling, "--") { // no short name
			spellings[k] = "    " + f.spelling
		}
		width = max(width, len(spellings[k]))
	}
	for k, f := range g.flags {
		for i, line := range wrap(f.usage, helpWidth-width-5) {
			if i > 0 {
				spellings[k] = ""
			}
			fmt.Fprintf(b, "  %-*s   %s\n", width, spellings[k], line)
		}
	}
}

// printUsage prints how to use a command: its subcommands or its flags, in groups.
func printUsage(c *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", c.UseLine())
	if c.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	for _, g := range commandGroups(c) {
		fmt.Fprintf(&b, "\n%s:\n", g.heading)
		for _, sub := range g.commands {
			fmt.Fprintf(&b, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
		}
	}
	for _, g := range flagGroups(c) {
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
	heading  string
	commands []*cobra.Command
}

// commandGroups returns the subcommands of c by group. Commands without a group come last.
func commandGroups(c *cobra.Command) []commandGroup {
	var groups []commandGroup
	for _, g := range append(slices.Clone(c.Groups()), &cobra.Group{Title: "Other commands"}) {
		list := commandGroup{heading: g.Title}
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

// wants describes the values that flags of a type accept.
var wants = map[string]string{
	"bool": "true or false", "int": "a whole number", "uint": "a whole number that is not negative", "uint64": "a whole number that is not negative",
	"float": "a number", "float64": "a number", "duration": "a time such as 90s or 5m", "stringSlice": "a comma-separated list",
}

// flagError says which values a flag accepts if the given one has the wrong type.
func flagError(c *cobra.Command, err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		f := invalid.GetFlag()
		want := cmp.Or(wants[f.Value.Type()], invalid.Unwrap().Error())
		if complete, ok := c.GetFlagCompletionFunc(f.Name); ok {
			choices, _ := complete(c, nil, "")
			want = orList(choices)
		}
		return fmt.Errorf("--%s %s: want %s", f.Name, invalid.GetValue(), want)
	}
	return err
}

// plainUsages removes backquotes from the usages of flags, for shell completion, which would show
// them.
func plainUsages(root *cobra.Command) {
	for _, c := range slices.Concat([]*cobra.Command{root}, root.Commands()) {
		c.Flags().VisitAll(func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) })
	}
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
	c.Flags().Var(formatFlag{format: to}, "format", "input `FORMAT`: "+orList(all))
	complete(c, "format", all...)
}

// addFormats is addFormat for commands that also read documents, with the flags for them.
func addFormats(c *cobra.Command, to *corpus.Format, documents *trellis.DocumentOptions, formats ...string) {
	all := slices.Concat([]string{"auto"}, formats, documentFormats)
	c.Flags().Var(formatFlag{to, documents}, "format", "input `FORMAT`: "+orList(all))
	complete(c, "format", all...)
	addDocuments(c, documents)
}

// orList joins names as "a, b or c".
func orList(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
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
