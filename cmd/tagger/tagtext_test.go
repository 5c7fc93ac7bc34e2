package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/report"
)

// wordModel is a model of names that reads only words.
func wordModel(t *testing.T) string {
	return modelOf(t, "--pos", "none", "--label", "3", "testdata/train.conll")
}

const assumed = "tagger: note: the input looks like plain text; it is split by the tokenizer rules; " +
	"pass --text to confirm, or --format conll for columns\n"

func TestTagTextGolden(t *testing.T) {
	for name, args := range map[string][]string{
		"story.marked.txt":       {"--text"},
		"story.colored.txt":      {"--text", "--color", "always"},
		"story.jsonl":            {"--text", "--json"},
		"story.nbest.jsonl":      {"--json", "--nbest", "2"},
		"story.paragraphs.jsonl": {"--text", "--json", "--per", "paragraph", "--offsets", "utf16", "--probs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("NO_COLOR", "1")
			args = append([]string{"tag", "--model", wordModel(t), "testdata/story.txt"}, args...)
			o := done(t, "", args...)
			if slices.Contains(args, "--text") {
				assert.Empty(t, o.errors)
			} else {
				assert.Equal(t, assumed, o.errors)
			}
			golden(t, name, o.out)

			out := filepath.Join(t.TempDir(), "out")
			quiet := done(t, "", append(args, "--output", out, "--threads", "3")...)
			assert.Empty(t, quiet.out)
			assert.Equal(t, o.out, read(t, out))
		})
	}
}

func TestTagTextAsPage(t *testing.T) {
	o := done(t, "", "tag", "--model", wordModel(t), "--text", "--html", "--tokenizer", "rules:en", "testdata/story.txt")
	assert.Empty(t, o.errors)
	for _, part := range []string{"<html lang=\"en\">", "<title>story.txt</title>", `data-label="LOC" title="LOC 99.`, "2 documents, 4 sentences"} {
		assert.Contains(t, o.out, part)
	}
}

// Positions of JSON fit the file in each unit.
func TestTagTextPositions(t *testing.T) {
	file := read(t, "testdata/story.txt")
	units := utf16.Encode([]rune(file))
	for unit, part := range map[string]func(start, end int) string{
		"bytes": func(start, end int) string { return file[start:end] },
		"runes": func(start, end int) string { return string([]rune(file)[start:end]) },
		"utf16": func(start, end int) string { return string(utf16.Decode(units[start:end])) },
	} {
		for _, per := range []string{"sentence", "paragraph"} {
			o := done(t, file, "tag", "--model", wordModel(t), "--json", "--offsets", unit, "--per", per)
			entities := 0
			for line := range strings.Lines(o.out) {
				type span struct {
					Start, End  int
					Text, Label string
				}
				var object struct {
					span
					Tokens, Entities []span
				}
				require.NoError(t, json.Unmarshal([]byte(line), &object))
				assert.Equal(t, object.Text, part(object.Start, object.End))
				for _, s := range append(object.Tokens, object.Entities...) {
					assert.Equal(t, s.Text, part(object.Start+s.Start, object.Start+s.End))
				}
				entities += len(object.Entities)
			}
			assert.Positive(t, entities)
		}
	}
}

// Plain text is recognised, columns stay columns, and flags decide.
func TestTagRecognisesText(t *testing.T) {
	model := wordModel(t)
	for name, c := range map[string]struct {
		in, out, errors string
		args            []string
	}{
		"three words":     {"I like Paris\n", "I like Paris\n", assumed, nil},
		"a sentence":      {"Maria lives in Oslo.\n", "[Maria PER] lives in [Oslo LOC].\n", assumed, nil},
		"text":            {"Maria lives in Oslo.\n", "[Maria PER] lives in [Oslo LOC].\n", "", []string{"--text"}},
		"one word":        {"Oslo\n", "Oslo B-LOC\n", "", nil},
		"one word, text":  {"Oslo\n", "[Oslo LOC]\n", "", []string{"--text"}},
		"a column":        {"Maria\nlives\n", "Maria B-PER\nlives O\n", "", nil},
		"columns":         {"Maria lives in Oslo\n", "Maria lives in Oslo B-PER\n", "", []string{"--format", "conll", "--form", "1"}},
		"a tokenizer":     {"Maria lives in Oslo .\n", "[Maria PER] lives in [Oslo LOC] .\n", strings.Replace(assumed, "rules", "space", 1), []string{"--tokenizer", "space"}},
		"no trailing end": {"Maria lives in Oslo.", "[Maria PER] lives in [Oslo LOC].\n", assumed, nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := done(t, c.in, append([]string{"tag", "--model", model}, c.args...)...)
			assert.Equal(t, c.out, o.out)
			assert.Equal(t, c.errors, o.errors)
		})
	}
	pos := done(t, "She left.\n", "tag", "--model", posModel(t), "--text")
	assert.Regexp(t, `^She/\S+ left/\S+ \./\S+\n$`, pos.out)
	// Three words, three labels (C1).
	var object struct{ Tokens []struct{ Label string } }
	require.NoError(t, json.Unmarshal([]byte(done(t, "I like Paris\n", "tag", "--model", model, "--json").out), &object))
	assert.Len(t, object.Tokens, 3)
}

func TestTagTextRefuses(t *testing.T) {
	model := wordModel(t)
	for says, c := range map[string]struct {
		status int
		model  string
		args   []string
	}{
		"--offsets words: want runes, bytes":                                                    {exitUsage, model, []string{"--offsets", "words", "--json"}},
		"--offsets words: want bytes, runes":                                                    {exitUsage, model, []string{"--offsets", "words"}},
		"--nbest: text with marks, and pages, have one labelling of each sentence; use --json":  {exitUsage, model, []string{"--html", "--nbest", "2", "testdata/text.conll"}},
		"--tokenizer is for plain text and documents, but this file has col":                    {exitFailed, model, []string{"--tokenizer", "space", "testdata/text.conll"}},
		"--per page: want sentence or paragraph":                                                {exitUsage, model, []string{"--per", "page", "--json"}},
		"--color red: want auto, always or never":                                               {exitUsage, model, []string{"--color", "red"}},
		"--json and --html: choose one":                                                         {exitUsage, model, []string{"--json", "--html"}},
		"--offsets: for plain text, use it with --json":                                         {exitUsage, model, []string{"--offsets", "bytes"}},
		"--per: use it with --json":                                                             {exitUsage, model, []string{"--per", "paragraph"}},
		"--nbest: text with marks, and pages, have one":                                         {exitUsage, model, []string{"--text", "--nbest", "2"}},
		"--color is for plain text, and --nbest for columns":                                    {exitUsage, model, []string{"--color", "never", "--nbest", "2"}},
		"--posterior gives one labelling per sentence; it cannot be combined with --nbest":      {exitUsage, model, []string{"--text", "--json", "--posterior", "--nbest", "2"}},
		"--color is for plain text, and --format for columns":                                   {exitUsage, model, []string{"--color", "never", "--format", "conll"}},
		"--tokenizer: unknown tokenizer \"words\": want space":                                  {exitUsage, model, []string{"--text", "--tokenizer", "words"}},
		"--probs and --span-probs: for plain text, use them":                                    {exitUsage, model, []string{"--text", "--probs"}},
		"--color is for plain text, but the input looks like columns or documents":              {exitUsage, model, []string{"--color", "never", "testdata/text.conll"}},
		"only words, but the model reads column 2 too":                                          {exitFailed, nerModel(t), []string{"--text"}},
		"but testdata/text.conll does not; label them one by one, or as plain text with --text": {exitUsage, model, []string{"testdata/story.txt", "testdata/text.conll"}},
	} {
		o := tagger(t, "Maria lives in Oslo.\n", append([]string{"tag", "--model", c.model}, c.args...)...)
		assert.Equal(t, c.status, o.status, says)
		assert.Contains(t, o.errors, says)
		assert.Empty(t, o.out, says)
	}
}

func TestColorsOf(t *testing.T) {
	env := func(list ...string) func(string) string {
		return func(name string) string {
			for k := 0; k < len(list); k += 2 {
				if list[k] == name {
					return list[k+1]
				}
			}
			return ""
		}
	}
	for _, c := range []struct {
		when     string
		terminal bool
		env      func(string) string
		want     report.Colors
	}{
		{"auto", true, env("TERM", "xterm"), report.Colors16},
		{"auto", true, env("TERM", "xterm-256color"), report.Colors256},
		{"auto", true, env("TERM", "xterm", "NO_COLOR", "1"), report.NoColors},
		{"auto", true, env("TERM", "dumb"), report.NoColors},
		{"auto", false, env("TERM", "xterm"), report.NoColors},
		{"always", false, env("TERM", "xterm-256color"), report.Colors256},
		{"always", false, env("TERM", "dumb"), report.Colors16},
		{"never", true, env("TERM", "xterm"), report.NoColors},
	} {
		assert.Equal(t, c.want, colorsOf(c.when, c.terminal, c.env), "%s, terminal %t", c.when, c.terminal)
	}
}

// On a terminal tag says that it waits; on a pipe it does not.
func TestTagSaysThatItWaits(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("needs a pseudo-terminal")
	}
	defer terminal.Close()
	for name, c := range map[string]struct {
		stdin io.Reader
		paths []string
		waits bool
	}{
		"terminal": {terminal, []string{"-"}, true},
		"file":     {terminal, []string{"file"}, false},
		"pipe":     {strings.NewReader(""), []string{"-"}, false},
	} {
		var b bytes.Buffer
		(&app{stderr: &b}).awaitInput(trellis.Source{Paths: c.paths, Stdin: c.stdin}, "text")
		assert.Equal(t, c.waits, strings.Contains(b.String(), "waiting for text from the terminal; Ctrl-D ends the input"), name)
	}
}

// An interrupt ends tag while it waits for text.
func TestTagTextIsInterrupted(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		_, _ = io.WriteString(w, "Maria lives in Oslo.\n\nShe")
		stop()
	}()
	o := taggerContext(ctx, r, "tag", "--model", wordModel(t), "--text")
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, errInterrupted.Error())
}
