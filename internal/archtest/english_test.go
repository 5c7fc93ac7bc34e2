package archtest

import (
	"bytes"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vocabulary maps words that texts must not use to the words that they should use.
var vocabulary = []struct{ not, use string }{
	{`label dictionar(y|ies)`, "tag dictionary"},
	{`taken apart`, "split into subtags"},
	{`kinks?`, "non-smooth, non-differentiable"},
	{`come(s)? again`, "repeated"},
	{`crf2`, "prunedcrf"},
	{`pruned chains?`, "pruned higher-order CRF"},
	{`chain whose steps are segments`, "semi-Markov CRF"},
	{`parted`, "split"},
	{`left out in turn`, "folds"},
	{`mend(s|ed|ing)?`, "repair"},
	{`heed(s|ed|ing)?`, "respect"},
	{`(keep|keeps|kept|keeping) to`, "respect"},
	{`ask(s|ed|ing)? for`, "require"},
	{`tells?|told|telling`, "say, mean, describe, report, show"},
	{`(that|those|ones?) of (now|before)`, "current, previous"},
	{`anew`, "again"},
	{`price of`, "weight, cost"},
	{`what is known of`, "word resources"},
	{`open labels?`, "partially labelled"},
	{`in flows?`, "takes"},
	{`(that|those) of (that|those|which|what)`, "the noun"},
}

// width is the greatest number of columns of prose and comments. A tab counts as four.
const width = 100

var (
	wordsToAvoid = func() *regexp.Regexp {
		var all []string
		for _, v := range vocabulary {
			all = append(all, v.not)
		}
		return regexp.MustCompile(`(?i)\b(?:` + strings.Join(all, "|") + `)\b`)
	}()
	codeSpan = regexp.MustCompile("`[^`]*`")
	longLink = regexp.MustCompile(`https?://\S{40,}`)
)

// A line is a line of prose: of a Markdown page, of a comment or of a string.
type line struct {
	file     string
	number   int
	text     string
	source   string // the whole line as it stands in the file
	measured bool   // must not exceed width: it holds nothing but prose
}

// advice returns what is wrong with the words of a text, or "".
func advice(text string) string {
	found := wordsToAvoid.FindString(codeSpan.ReplaceAllString(text, "``"))
	for _, v := range vocabulary {
		if found != "" && regexp.MustCompile(`(?i)^(?:`+v.not+`)$`).MatchString(found) {
			return `"` + found + `": use ` + v.use
		}
	}
	return ""
}

// TestEnglish reads all that people read: pages, comments, and the strings of programs.
func TestEnglish(t *testing.T) {
	lines := prose(t, filepath.Join("..", ".."))
	require.Greater(t, len(lines), 10_000)
	for _, l := range lines {
		if l.file == filepath.Join("..", "..", "internal", "archtest", "english_test.go") {
			continue // the list itself
		}
		assert.Empty(t, advice(l.text), "%s:%d: %s", l.file, l.number, l.text)
		if l.measured && !longLink.MatchString(l.source) {
			columns := utf8.RuneCountInString(strings.ReplaceAll(l.source, "\t", "    "))
			assert.LessOrEqual(t, columns, width, "%s:%d: columns", l.file, l.number)
		}
	}
}

// prose returns the lines of all Markdown and Go files and of the help below root.
func prose(t *testing.T, root string) []line {
	t.Helper()
	var lines []line
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git"):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		switch filepath.Ext(path) {
		case ".txt":
			if filepath.Base(filepath.Dir(path)) != "help" { // the help of commands
				return nil
			}
			fallthrough
		case ".md":
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			lines = append(lines, markdownLines(path, string(text))...)
		case ".go":
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			if !bytes.HasPrefix(text, []byte("// Code generated ")) {
				lines = append(lines, goLines(path, text)...)
			}
		}
		return nil
	}))
	return lines
}

// markdownLines returns the lines of a page outside of code. Tables may be wide.
func markdownLines(path, page string) []line {
	var lines []line
	code := false
	for n, text := range strings.Split(page, "\n") {
		if strings.HasPrefix(strings.TrimSpace(text), "```") {
			code = !code
			continue
		}
		if code || strings.HasPrefix(text, "    ") || strings.HasPrefix(text, "\t") {
			continue
		}
		lines = append(lines, line{path, n + 1, text, text, !strings.HasPrefix(text, "|")})
	}
	return lines
}

// goLines returns the comments and the strings of a Go file, without directives, indented blocks and
// the expected output of examples. Tests may hold any strings.
func goLines(path string, source []byte) []line {
	all := strings.Split(string(source), "\n")
	files := token.NewFileSet()
	file := files.AddFile(path, files.Base(), len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, scanner.ScanComments)
	var lines []line
	output, last := false, 0 // in the output of an example, which ends where no comment follows
	for {
		pos, tok, text := s.Scan()
		number := file.Line(pos)
		switch {
		case tok == token.EOF:
			return lines
		case tok == token.STRING && !strings.HasSuffix(path, "_test.go"):
			for k, part := range strings.Split(text, "\n") {
				lines = append(lines, line{path, number + k, part, all[number+k-1], false})
			}
		case tok == token.COMMENT && strings.HasPrefix(text, "//"):
			output = output && number == last+1
			last = number
			words, isProse := strings.CutPrefix(text, "// ")
			if strings.HasPrefix(words, "Output:") || strings.HasPrefix(words, "Unordered output:") {
				output = true
			}
			if isProse && !output && !strings.HasPrefix(words, " ") && !strings.HasPrefix(words, "\t") {
				alone := strings.HasPrefix(strings.TrimSpace(all[number-1]), "//")
				lines = append(lines, line{path, number, words, all[number-1], alone})
			}
		}
	}
}

func TestAdvice(t *testing.T) {
	for text, want := range map[string]string{
		"A label dictionary.":        `"label dictionary": use tag dictionary`,
		"It tells so.":               `"tells": use say, mean, describe, report, show`,
		"The option `--told` is old": "",
		"Parts are fine, partedness": "",
		"Scores are computed anew":   `"anew": use again`,
	} {
		assert.Equal(t, want, advice(text), text)
	}
}

func TestGoLines(t *testing.T) {
	source := "package p // the package\n\n//go:generate no\n// One line.\n//\n//\tcode\nvar s = \"a string\"\n\n// Output:\n// told\n\n// After.\nvar t = `x\ny`\n"
	var got []string
	for _, l := range goLines("p.go", []byte(source)) {
		got = append(got, l.text)
	}
	assert.Equal(t, []string{"the package", "One line.", `"a string"`, "After.", "`x", "y`"}, got)
	assert.Empty(t, goLines("p_test.go", []byte("package p\n\nvar s = \"told\"\n")))
}

func TestMarkdownLines(t *testing.T) {
	var got []string
	for _, l := range markdownLines("p.md", "# Title\n\n```sh\ntold\n```\n\n    told\nText") {
		got = append(got, l.text)
	}
	assert.Equal(t, []string{"# Title", "", "", "Text"}, got)
}
