package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"github.com/trellis-nlp/trellis/internal/safefile"
)

// WriteDocs writes a page for each command to a folder, in the format man or markdown. It changes
// the texts of the commands.
func WriteDocs(root *cobra.Command, format, folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for _, c := range append([]*cobra.Command{root}, root.Commands()...) {
		c.InitDefaultHelpFlag()
		c.InitDefaultVersionFlag()
		name, write := PageName(c), writeMarkdown
		if format == "man" {
			name, write = strings.ReplaceAll(c.CommandPath(), " ", "-")+".1", writeMan
		}
		if err := safefile.Write(filepath.Join(folder, name), func(w io.Writer) error { return write(w, c) }); err != nil {
			return err
		}
	}
	return nil
}

// PageName returns the name of the Markdown page of a command.
func PageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "_") + ".md" }

// writeMan writes a man page. It changes the texts of c.
func writeMan(w io.Writer, c *cobra.Command) error {
	c.DisableAutoGenTag = true // which has a date
	c.Long = fenced(c.Long, func(p string) string { return p })
	c.Flags().VisitAll(func(f *pflag.Flag) {
		value, _ := pflag.UnquoteUsage(f)
		f.Usage = describe(f).Usage
		if f.NoOptDefVal == "" {
			f.Value, f.DefValue = manValue{}, value
		}
	})
	var page strings.Builder
	if err := doc.GenMan(c, &doc.GenManHeader{Date: new(time.Time{}), Manual: "tagger"}, &page); err != nil {
		return err
	}
	_, err := io.WriteString(w, strings.Replace(page.String(), ` "Jan 0001"`, ` ""`, 1))
	return err
}

// A manValue stands for the value of a flag in a man page, where pflag's types would be quoted.
type manValue struct{}

func (manValue) String() string   { return "" }
func (manValue) Set(string) error { return nil }
func (manValue) Type() string     { return "value" }

// fenced turns the indented paragraphs of a help text into fenced code, and maps the others by
// prose.
func fenced(text string, prose func(string) string) string {
	paragraphs := strings.Split(text, "\n\n")
	for k, p := range paragraphs {
		if table, ok := strings.CutPrefix(p, "  "); ok {
			paragraphs[k] = "```text\n" + strings.ReplaceAll(table, "\n  ", "\n") + "\n```"
		} else {
			paragraphs[k] = prose(p)
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

var (
	codeInText = regexp.MustCompile(`'tagger [^']*'|(^|[\s(])--[a-z][a-z0-9-]*` +
		`( ([A-Z0-9]+([.=]+[A-Z0-9]+)*|auto|conllu?|document|entity|pruned|semi)\b)*`)
	pageInText = regexp.MustCompile(`\bdocs/(explanation|reference)/([a-z-]+\.md)`)
)

// marked marks commands and flags with their values as code, and links to pages.
func marked(text string) string {
	text = codeInText.ReplaceAllStringFunc(text, func(code string) string {
		before := code[:strings.IndexAny(code, "'-")]
		return before + "`" + strings.Trim(code[len(before):], "'") + "`"
	})
	return pageInText.ReplaceAllString(text, "[$2](../../$1/$2)")
}

// writeMarkdown writes a page with tables of subcommands or flags.
func writeMarkdown(w io.Writer, c *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- Written by tagger docs markdown. Edit the help in cmd/tagger instead. -->\n\n# %s\n\n%s\n", c.CommandPath(), fenced(c.Long, marked))
	fmt.Fprintf(&b, "\n```text\n%s\n```\n", c.UseLine())
	if c.HasExample() {
		fmt.Fprintf(&b, "\n## Examples\n\n```text\n%s\n```\n", strings.ReplaceAll(strings.TrimPrefix(c.Example, "  "), "\n  ", "\n"))
	}
	for _, g := range commandGroups(c) {
		fmt.Fprintf(&b, "\n## %s\n\n| command | purpose |\n|---|---|\n", g.Heading)
		for _, sub := range g.commands {
			fmt.Fprintf(&b, "| [`%s`](%s) | %s |\n", sub.CommandPath(), PageName(sub), cell(sub.Short))
		}
	}
	for _, g := range FlagGroups(c) {
		fmt.Fprintf(&b, "\n## %s\n\n| flag | meaning |\n|---|---|\n", g.Heading)
		for _, f := range g.Flags {
			fmt.Fprintf(&b, "| `%s` | %s |\n", cell(f.Spelling), cell(marked(f.Usage)))
		}
	}
	if c.HasParent() {
		fmt.Fprintf(&b, "\n[All commands](%s)\n", PageName(c.Parent()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell escapes a text for a cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
