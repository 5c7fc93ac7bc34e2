package main

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// realPart returns the first n sentences of a real corpus, or skips the test if there is none.
func realPart(t *testing.T, name string, n int) string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no corpora here")
	}
	require.NoError(t, err)
	defer f.Close()
	var b strings.Builder
	lines := bufio.NewScanner(f)
	for n > 0 && lines.Scan() {
		b.WriteString(lines.Text() + "\n")
		if strings.TrimSpace(lines.Text()) == "" {
			n--
		}
	}
	require.NoError(t, lines.Err())
	return b.String()
}

func TestRealFiles(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		args []string
		says string
		f1   float64 // at least, on the training data
	}{
		"CoNLL-2000":    {"conll2000/train.txt", nil, "word in column 1, label in column 3, part of speech in column 2\nfeatures auto: preset chunk, ", 0.95},
		"EWT":           {"ud-ewt/train.conllu", nil, "word in column 2, label in column 4\n", 0.95},
		"EWT XPOS":      {"ud-ewt/train.conllu", []string{"--label", "XPOS"}, "word in column 2, label in column 5\n", 0.95},
		"WNUT-17":       {"wnut17/train.conll", nil, "2 columns between tabs; word in column 1, label in column 2\n", 0.6},
		"UNER Danish":   {"uner-danish-ddt/train.iob2", nil, "5 columns between tabs; word in column 2, label in column 3\n", 0.6},
		"GermEval":      {"germeval2014/test.tsv", []string{"--label", "3"}, "4 columns between tabs; word in column 2, label in column 3\n", 0.6},
		"its layers":    {"germeval2014/test.tsv", nil, "word in column 2, label in column 3\ntagger: warning: stdin: column 3 holds the labels, the outermost layer", 0.6},
		"its inner one": {"germeval2014/test.tsv", []string{"--label", "4"}, "label in column 4; not read: spans in column 3\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			text := realPart(t, c.file, 60)
			args := append([]string{"--l2", "0.1", "--epochs", "12", "-"}, c.args...)
			path, o := trained(t, text, args...)
			assert.Contains(t, o.errors, c.says)
			f := score(t, text, "--model", path, "-")
			assert.Equal(t, 60, f.Sentences)
			assert.GreaterOrEqual(t, f.F1, c.f1)
			tagged := done(t, text, "tag", "--model", path)
			compareLines(t, text, tagged.out)
		})
	}
}

// compareLines requires that lines differ only in a new last column, or in one column of CoNLL-U.
func compareLines(t *testing.T, before, after string) {
	t.Helper()
	was, is := strings.Split(before, "\n"), strings.Split(after, "\n")
	require.Len(t, is, len(was))
	for k := range was {
		if was[k] == is[k] {
			continue
		}
		if a, b := strings.Split(was[k], "\t"), strings.Split(is[k], "\t"); len(a) == 10 && len(b) == 10 {
			_, err := strconv.Atoi(a[0])
			require.NoError(t, err, "line %d is no token", k+1)
			differ := 0
			for c := range a {
				if a[c] != b[c] {
					differ++
				}
			}
			require.Equal(t, 1, differ, "line %d: %s", k+1, is[k])
			continue
		}
		require.True(t, strings.HasPrefix(is[k], was[k]), "line %d: %q became %q", k+1, was[k], is[k])
		require.Len(t, strings.Fields(is[k]), len(strings.Fields(was[k]))+1, "line %d", k+1)
	}
}
