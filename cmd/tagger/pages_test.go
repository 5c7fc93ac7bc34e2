package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPages runs what the pages for users show:
//
//   - A console block holds commands, on lines that start with "$ ", and below each one what it
//     prints. A line "..." stands for any lines, "..." at the end of a line for the rest of it. Times
//     such as "0.3 s" match any time.
//   - A block of sh is a script that must succeed.
//   - A block of go that starts with "package main" must pass go vet.
//
// The comment "<!-- not run: REASON -->" right above a block exempts it. The blocks of a page share
// a folder. It is empty at first for the README and the tutorial, and has the files of testdata for
// the other pages. With
// -update the test replaces output that differs.
func TestPages(t *testing.T) {
	if testing.Short() {
		t.Skip("trains much")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the pages show commands of a Unix shell")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	bin := programFolder(t)
	pages := []string{"README.md", filepath.Join("docs", "tutorial.md")}
	for _, folder := range []string{"how-to", "reference", "explanation"} {
		found, err := filepath.Glob(filepath.Join(root, "docs", folder, "*.md"))
		require.NoError(t, err)
		for _, page := range found {
			name, err := filepath.Rel(root, page)
			require.NoError(t, err)
			pages = append(pages, name)
		}
	}
	for k, name := range pages {
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if k > 1 {
				require.NoError(t, os.CopyFS(dir, os.DirFS("testdata")))
			}
			p := &page{path: filepath.Join(root, name), root: root, dir: dir, bin: bin}
			p.check(t)
		})
	}
}

// programFolder returns a folder with the program tagger, which is this test under another name.
func programFolder(t *testing.T) string {
	t.Helper()
	test, err := os.Executable()
	require.NoError(t, err)
	bin := t.TempDir()
	require.NoError(t, os.Symlink(test, filepath.Join(bin, "tagger")))
	return bin
}

// page is a page of documentation and the folder in which its commands run.
type page struct {
	path           string
	root, dir, bin string
	lines          []string
}

var (
	fence  = regexp.MustCompile("^( *)```([a-z]*)$")
	notRun = regexp.MustCompile(`^ *<!-- not run: .+ -->$`)
)

func (p *page) check(t *testing.T) {
	p.lines = strings.Split(read(t, p.path), "\n")
	before := slices.Clone(p.lines)
	for k := 0; k < len(p.lines); k++ {
		m := fence.FindStringSubmatch(p.lines[k])
		if m == nil {
			continue
		}
		end := k + 1
		for ; end < len(p.lines) && p.lines[end] != m[1]+"```"; end++ {
		}
		require.Less(t, end, len(p.lines), "%s:%d: this block has no end", p.path, k+1)
		if k == 0 || !notRun.MatchString(p.lines[k-1]) {
			switch m[2] {
			case "console":
				end = p.console(t, k+1, end, m[1])
			case "sh":
				script := "set -e\n" + strings.Join(p.lines[k+1:end], "\n")
				out, err := p.shell(t, script)
				assert.NoError(t, err, "%s:%d:\n%s\n%s", p.path, k+1, script, out)
			case "go":
				p.program(t, k+1, end)
			}
		}
		k = end
	}
	if *update && !slices.Equal(p.lines, before) {
		require.NoError(t, os.WriteFile(p.path, []byte(strings.Join(p.lines, "\n")), 0o644))
	}
}

// shell runs a script in the folder of the page and returns what it prints.
func (p *page) shell(t *testing.T, script string) (string, error) {
	c := exec.CommandContext(t.Context(), "sh", "-c", script)
	c.Dir = p.dir
	c.Env = append(os.Environ(), "PATH="+p.bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.String(), err
}

// console runs the commands of lines start to end and compares what they print. It returns where
// the block ends, which moves if the output is updated.
func (p *page) console(t *testing.T, start, end int, indent string) int {
	for k := start; k < end; {
		command, ok := strings.CutPrefix(p.lines[k], indent+"$ ")
		require.True(t, ok, "%s:%d: no command", p.path, k+1)
		first := k
		for k++; strings.HasSuffix(command, `\`); k++ {
			command += "\n" + strings.TrimPrefix(p.lines[k], indent)
		}
		shown := k
		for ; k < end && !strings.HasPrefix(p.lines[k], indent+"$ "); k++ {
		}
		out, _ := p.shell(t, command) // a command may show how it fails
		var got, want []string
		if out != "" {
			got = strings.Split(strings.TrimRight(out, "\n"), "\n")
		}
		for _, line := range p.lines[shown:k] {
			want = append(want, strings.TrimPrefix(line, indent))
		}
		if sameOutput(want, got) {
			continue
		}
		if !*update || slices.Contains(want, "...") {
			assert.Fail(t, "other output", "%s:%d: %s\nshown:\n%s\nprinted:\n%s", p.path, first+1, command, strings.Join(want, "\n"), out)
			continue
		}
		for n, line := range got {
			got[n] = strings.TrimRight(indent+line, " ")
		}
		p.lines = slices.Replace(p.lines, shown, k, got...)
		end += shown + len(got) - k
		k = shown + len(got)
	}
	return end
}

// duration matches times, which differ from run to run.
var duration = regexp.MustCompile(`\b(\d+h)?(\d+m)?\d+(\.\d+)? ?(ns|µs|ms|s|seconds?)\b`)

// sameOutput compares the lines that a page shows with those that a command has printed.
func sameOutput(want, got []string) bool {
	plain := func(line string) string {
		return strings.TrimRight(duration.ReplaceAllString(line, "TIME"), " ")
	}
	var pattern, text strings.Builder
	for _, line := range want {
		if line == "..." {
			pattern.WriteString(`(?:.*\n)*`)
			continue
		}
		start, cut := strings.CutSuffix(plain(line), "...")
		pattern.WriteString(regexp.QuoteMeta(start))
		if cut {
			pattern.WriteString(`.*`)
		}
		pattern.WriteString(`\n`)
	}
	for _, line := range got {
		text.WriteString(plain(line) + "\n")
	}
	return regexp.MustCompile(`^` + pattern.String() + `$`).MatchString(text.String())
}

// program vets the Go program of lines start to end.
func (p *page) program(t *testing.T, start, end int) {
	if !strings.HasPrefix(p.lines[start], "package main") {
		return
	}
	file := filepath.Join(t.TempDir(), "main.go")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(p.lines[start:end], "\n")+"\n"), 0o644))
	c := exec.CommandContext(t.Context(), "go", "vet", file)
	c.Dir = p.root
	out, err := c.CombinedOutput()
	assert.NoError(t, err, "%s:%d:\n%s", p.path, start, out)
}

func TestSameOutput(t *testing.T) {
	for _, c := range []struct {
		want, got string
		same      bool
	}{
		{"a\nb", "a\nb", true},
		{"a\nb", "a", false},
		{"a", "a\nb", false},
		{"a 0.5 s\nb", "a 12 s\nb", true},
		{"a 0.5 s\nb", "a 12 t\nb", false},
		{"a\n...\nd", "a\nb\nc\nd", true},
		{"a\n...\nd", "a\nd", true},
		{"a\n...\nd", "a\nd\ne", false},
		{"a 1...", "a 123 b", true},
		{"a 1...", "a 23", false},
		{"a.b", "a-b", false},
	} {
		assert.Equal(t, c.same, sameOutput(strings.Split(c.want, "\n"), strings.Split(c.got, "\n")), "%q %q", c.want, c.got)
	}
}
