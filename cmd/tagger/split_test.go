package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
)

// split runs tagger split with files in a temporary folder, and returns their contents and the
// output.
func split(t *testing.T, parts int, text string, args ...string) (files []string, out string) {
	t.Helper()
	dir := t.TempDir()
	var names []string
	for k := range parts {
		names = append(names, filepath.Join(dir, fmt.Sprint("part", k)))
	}
	o := done(t, text, append([]string{"split", "--output", strings.Join(names, ",")}, args...)...)
	for _, name := range names {
		files = append(files, read(t, name))
	}
	return files, strings.ReplaceAll(o.out, dir+string(filepath.Separator), "")
}

// sentencesOf returns the texts of the sentences, without blank lines around them.
func sentencesOf(t *testing.T, text string) (list []string) {
	t.Helper()
	r := corpus.NewReader(strings.NewReader(text), "", corpus.Options{})
	for {
		var s corpus.Sentence
		err := r.Read(&s)
		if err == io.EOF {
			return list
		}
		require.NoError(t, err)
		list = append(list, strings.TrimSpace(s.String()))
	}
}

func TestSplitKeepsAllSentences(t *testing.T) {
	for _, file := range []string{"train.conll", "train.conllu", "blanks.conll", "numbered.conll"} {
		t.Run(file, func(t *testing.T) {
			all := read(t, "testdata/"+file)
			want := sentencesOf(t, all)
			parts, _ := split(t, 2, all, "--shares", "2,1", "-")
			var got []string
			for _, part := range parts {
				list := sentencesOf(t, part)
				// The order is that of the file.
				at := 0
				for _, s := range list {
					i := slices.Index(want[at:], s)
					require.GreaterOrEqual(t, i, 0, "%q", s)
					at += i + 1
				}
				got = append(got, list...)
			}
			assert.ElementsMatch(t, want, got)
			assert.NotEqual(t, want, got, "they were shuffled")

			one, _ := split(t, 1, all, "--shares", "1", "-")
			assert.Equal(t, all, one[0], "byte for byte")
			parts, _ = split(t, 2, all, "--shares", "1,1", "--in-order", "-")
			assert.Equal(t, all, parts[0]+parts[1])
		})
	}
}

func TestSplitIsSeeded(t *testing.T) {
	all := plenty(100)
	parts := func(seed string) []string {
		list, _ := split(t, 3, all, "--shares", "80,10,10", "--seed", seed, "-")
		return list
	}
	a, b := parts("1"), parts("2")
	assert.Equal(t, a, parts("1"))
	assert.NotEqual(t, a, b)
	for k, n := range []int{80, 10, 10} {
		assert.Len(t, sentencesOf(t, a[k]), n)
		assert.Len(t, sentencesOf(t, b[k]), n)
	}
}

func TestSplitCounts(t *testing.T) {
	all := plenty(20)
	parts, out := split(t, 2, all, "--counts", "3,4", "-")
	assert.Len(t, sentencesOf(t, parts[0]), 3)
	assert.Len(t, sentencesOf(t, parts[1]), 4)
	assert.Contains(t, out, "left out: 13 sentences, ")
	parts, out = split(t, 3, all, "--counts", "3,4", "-")
	assert.Len(t, sentencesOf(t, parts[2]), 13)
	assert.NotContains(t, out, "left out")
}

func TestSplitByDocument(t *testing.T) {
	for name, c := range map[string]struct{ start, gap string }{
		"newdoc":      {"# newdoc id = %d\n", ""},
		"DOCSTART":    {"-DOCSTART- -X- O\n\n", ""},
		"blank lines": {"", "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for d := range 10 {
				if c.start != "" {
					b.WriteString(strings.ReplaceAll(c.start, "%d", fmt.Sprint(d)))
				} else if d > 0 {
					b.WriteString(c.gap)
				}
				for range 3 {
					fmt.Fprintf(&b, "doc%d X O\nword X O\n\n", d)
				}
			}
			parts, out := split(t, 2, b.String(), "--shares", "70,30", "--by", "document", "-")
			assert.Equal(t, "part0: 7 documents, 21 sentences, 42 tokens\npart1: 3 documents, 9 sentences, 18 tokens\n", out)
			for d := range 10 {
				n := strings.Count(parts[0], fmt.Sprintf("doc%d ", d))
				assert.True(t, n == 0 || n == 3, "document %d is torn apart", d)
			}
			if c.start != "" {
				assert.Equal(t, 7, strings.Count(parts[0], c.start[:7]))
			}
			one, _ := split(t, 1, b.String(), "--shares", "1", "--by", "document", "-")
			assert.Equal(t, b.String(), one[0])
		})
	}
}

// A sentence without a blank line at its end gets one if another sentence follows.
func TestSplitJoinsFiles(t *testing.T) {
	a, b := write(t, "a", "\ufeffa X\n\nb X"), write(t, "b", "\ufeffc X\r\n\r\n")
	parts, out := split(t, 1, "", "--shares", "1", a, b)
	assert.Equal(t, "\ufeffa X\n\nb X\r\n\r\nc X\r\n\r\n", parts[0])
	assert.Equal(t, "part0: 3 sentences, 3 tokens\n", out)
}

func TestSplitAttributes(t *testing.T) {
	parts, out := split(t, 2, "", "--shares", "3,1", "testdata/train.crfsuite")
	assert.Equal(t, "part0: 9 sentences, 62 tokens\npart1: 3 sentences, 20 tokens\n", out)
	assert.Equal(t, strings.Count(read(t, "testdata/train.crfsuite"), "\n\n"), strings.Count(parts[0]+parts[1], "\n\n"))
	assert.Contains(t, parts[0]+parts[1], "@weight:2\n")
}

func TestSplitErrors(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	for name, c := range map[string]struct {
		status int
		args   []string
		says   string
	}{
		"no size":         {exitUsage, []string{"--output", out}, "set either --shares or --counts"},
		"two sizes":       {exitUsage, []string{"--output", out, "--shares", "1", "--counts", "1"}, "set either --shares or --counts"},
		"no out":          {exitUsage, []string{"--shares", "1"}, `required flag(s) "output" not set`},
		"too few files":   {exitUsage, []string{"--output", out, "--shares", "1,2"}, "--output has 1 files, but --shares has 2 numbers"},
		"too many files":  {exitUsage, []string{"--output", out + "," + out + "2", "--shares", "1"}, "--output has 2 files, but --shares has 1 numbers"},
		"one file twice":  {exitUsage, []string{"--output", out + "," + out, "--shares", "1,1"}, "want the names of different files"},
		"standard output": {exitUsage, []string{"--output", "-", "--shares", "1"}, "want the names of different files"},
		"negative share":  {exitUsage, []string{"--output", out, "--shares", "-1"}, "want positive numbers"},
		"half a sentence": {exitUsage, []string{"--output", out, "--counts", "1.5"}, "want whole positive numbers"},
		"unit":            {exitUsage, []string{"--output", out, "--shares", "1", "--by", "word"}, "--by word"},
		"too many":        {exitFailed, []string{"--output", out, "--counts", "999"}, "--counts: 999 sentences requested, but the files have 12"},
		"nothing left":    {exitFailed, []string{"--output", out + "," + out + "2", "--shares", "1000,1"}, out + "2 would get no sentence: the input has only 12"},
		"no documents":    {exitFailed, []string{"--output", out, "--shares", "1", "--by", "document"}, "no document boundaries"},
		"two formats":     {exitFailed, []string{"--output", out, "--shares", "1", "testdata/train.conllu"}, "train.conllu: format conllu, but testdata/train.conll is conll"},
		"no folder":       {exitFailed, []string{"--output", out + "/x", "--shares", "1"}, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			o := tagger(t, "", append([]string{"split", "testdata/train.conll"}, c.args...)...)
			assert.Equal(t, c.status, o.status)
			assert.Contains(t, o.errors, c.says)
			assert.Empty(t, o.out)
		})
	}
	_, err := os.Stat(out)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// Outputs are compressed by their names.
func TestSplitCompresses(t *testing.T) {
	dir := t.TempDir()
	names := []string{filepath.Join(dir, "a.conll.gz"), filepath.Join(dir, "b.conll.zst")}
	done(t, "", "split", "--shares", "50,50", "-o", strings.Join(names, ","), "testdata/train.conll")
	for k, magic := range []string{"\x1f\x8b", "\x28\xb5\x2f\xfd"} {
		assert.Equal(t, magic, read(t, names[k])[:len(magic)])
		assert.NotEmpty(t, convert(t, "", "--columns", "1", names[k]))
	}
}
