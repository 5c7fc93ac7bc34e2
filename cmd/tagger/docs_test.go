package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/cli"
)

var reference = filepath.Join("..", "..", "docs", "reference", "cli")

// contents returns the files of a folder.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	files := make(map[string]string)
	for _, e := range entries {
		files[e.Name()] = read(t, filepath.Join(folder, e.Name()))
	}
	return files
}

// The committed pages are those that the command writes: refresh them with "go generate
// ./cmd/tagger".
func TestReferenceIsUpToDate(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	done(t, "", "docs", "markdown", folder)
	assert.Equal(t, contents(t, folder), contents(t, reference))
}

func TestEveryFlagIsDocumented(t *testing.T) {
	for _, c := range new(app).rootCommand().Commands() {
		page := read(t, filepath.Join(reference, cli.PageName(c)))
		c.Flags().VisitAll(func(f *pflag.Flag) {
			row := regexp.MustCompile("(?m)^\\| `(-[a-z], )?--" + f.Name + "( [^`]+)?` \\| \\S")
			assert.Equal(t, !f.Hidden, len(row.FindAllString(page, -1)) == 1, "%s --%s", c.Name(), f.Name)
		})
		checkExamples(t, c)
	}
}

// flagInPage is a flag in code on a page.
var flagInPage = regexp.MustCompile("`(?:-o, )?--([a-z0-9-]+)[^`]*`")

// The help of a command mentions only flags that exist in some command.
func TestMentionedFlagsExist(t *testing.T) {
	root := new(app).rootCommand()
	known := map[string]bool{"help": true, "version": true}
	for _, c := range root.Commands() {
		c.Flags().VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
	}
	for name, page := range contents(t, reference) {
		for _, flag := range flagInPage.FindAllStringSubmatch(page, -1) {
			assert.True(t, known[flag[1]], "%s: --%s", name, flag[1])
		}
	}
}

// checkExamples parses the examples of the help as the program would.
func checkExamples(t *testing.T, c *cobra.Command) {
	t.Helper()
	for line := range strings.Lines(c.Example) {
		for command := range strings.SplitSeq(line, "|") {
			command, _, _ = strings.Cut(command, "<")
			words := strings.Fields(command)
			if words[0] == "tagger" && words[1] == c.Name() {
				args, _, _ := strings.Cut(strings.Join(words[2:], " "), " > ")
				assert.NoError(t, c.ParseFlags(strings.Fields(args)), "%s", line)
			}
		}
	}
}

func TestManPages(t *testing.T) {
	folder := t.TempDir()
	done(t, "", "docs", "man", folder)
	pages := contents(t, folder)
	assert.Len(t, pages, len(new(app).rootCommand().Commands())+1)
	train := pages["tagger-train.1"]
	assert.True(t, strings.HasPrefix(train, ".nh\n.TH \"TAGGER-TRAIN\" \"1\" \"\" \"\" \"tagger\"\n"), "no date")
	assert.Contains(t, train, `\fB-o\fP, \fB--model\fP=FILE`)
	assert.Contains(t, train, "(default 6,3)")
	assert.Contains(t, train, "\n.EX\ncross-entropy  ")
	done(t, "", "docs", "man", folder)
	assert.Equal(t, pages, contents(t, folder))
}

func TestDocsErrors(t *testing.T) {
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"no format": {nil, exitUsage, "name a format, man or markdown, and a folder"},
		"no folder": {[]string{"man"}, exitUsage, "name a format, man or markdown, and a folder"},
		"format":    {[]string{"html", t.TempDir()}, exitUsage, "format html: want man or markdown"},
		"a file":    {[]string{"man", "testdata/train.conll"}, exitFailed, "testdata/train.conll"},
		"below it":  {[]string{"markdown", "testdata/train.conll/x"}, exitFailed, "testdata/train.conll"},
	} {
		t.Run(name, func(t *testing.T) {
			o := tagger(t, "", append([]string{"docs"}, c.args...)...)
			assert.Equal(t, c.status, o.status)
			assert.Contains(t, o.errors, c.says)
			assert.Empty(t, o.out)
		})
	}
}
