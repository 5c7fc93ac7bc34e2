package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func documentation(t *testing.T) string {
	t.Helper()
	return read(t, filepath.Join("..", "..", "docs", "reference", "cli.md"))
}

// flagLine is a line of the help that explains a flag.
var flagLine = regexp.MustCompile(`(?m)^ +(?:-[a-z], )?(--[a-z0-9-]+)`)

func TestEveryFlagIsDocumented(t *testing.T) {
	docs := documentation(t)
	root := new(app).rootCommand()
	for _, c := range root.Commands() {
		_, section, ok := strings.Cut(docs, "\n## tagger "+c.Name()+"\n")
		require.True(t, ok, "no section on %s", c.Name())
		section, _, _ = strings.Cut(section, "\n## ")
		for _, flag := range flagLine.FindAllStringSubmatch(c.UsageString(), -1) {
			assert.True(t, flag[1] == "--help" || strings.Contains(section, "`"+flag[1]), "%s %s", c.Name(), flag[1])
		}
		checkExamples(t, c)
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

// TestExamplesOfTheDocumentation runs each line of the documentation that is a command, one after the
// other, pipes included.
func TestExamplesOfTheDocumentation(t *testing.T) {
	if testing.Short() {
		t.Skip("trains much")
	}
	docs := documentation(t)
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata")))
	t.Chdir(dir)
	n := 0
	for line := range strings.Lines(docs) {
		if !strings.HasPrefix(line, "    tagger ") {
			continue
		}
		line, _, _ = strings.Cut(line, " # ")
		command, file, _ := strings.Cut(strings.TrimSpace(line), " > ")
		text := ""
		for part := range strings.SplitSeq(command, " | ") {
			text = done(t, text, strings.Fields(part)[1:]...).out
		}
		if file != "" {
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		}
		n++
	}
	assert.GreaterOrEqual(t, n, 20)
	assert.FileExists(t, "steps.jsonl")
}
