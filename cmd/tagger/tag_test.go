package main

import (
	"bufio"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTagGolden(t *testing.T) {
	for name, c := range map[string]struct {
		model string
		args  []string
	}{
		"text.tagged.conll":     {nerModel(t), []string{"testdata/text.conll"}},
		"text.tagged.conllu":    {posModel(t), []string{"testdata/text.conllu"}},
		"text.tagged.crfsuite":  {itemsModel(t), []string{"testdata/text.crfsuite"}},
		"partly.fixed.conll":    {nerModel(t), []string{"--fixed", "testdata/partly.conll"}},
		"two.tagged.conll":      {nerModel(t), []string{"testdata/text.conll", "testdata/partly.conll"}},
		"numbered.tagged.conll": {modelOf(t, "testdata/numbered.conll"), []string{"testdata/numbered.conll"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := done(t, "", append([]string{"tag", "--model", c.model}, c.args...)...)
			assert.Empty(t, o.errors)
			golden(t, name, o.out)

			out := filepath.Join(t.TempDir(), "out")
			quiet := done(t, "", append([]string{"tag", "--model", c.model, "--output", out}, c.args...)...)
			assert.Empty(t, quiet.out)
			assert.Equal(t, o.out, read(t, out))
		})
	}
}

// cells splits a file with tabs into rows.
func cells(text string) [][]string {
	var rows [][]string
	for line := range strings.Lines(text) {
		rows = append(rows, strings.Split(strings.TrimRight(line, "\n"), "\t"))
	}
	return rows
}

// TestCoNLLUKeepsAllElse compares all bytes outside the label column.
func TestCoNLLUKeepsAllElse(t *testing.T) {
	in := read(t, "testdata/text.conllu")
	for _, args := range [][]string{{}, {"--label", "XPOS"}, {"--probs"}} {
		column := 3
		if len(args) == 2 {
			column = 4
		}
		o := done(t, in, append([]string{"tag", "--model", posModel(t)}, args...)...)
		before, after := cells(in), cells(o.out)
		require.Len(t, after, len(before))
		for k, row := range after {
			if _, err := strconv.Atoi(row[0]); err == nil {
				assert.NotEqual(t, "_", row[column], "token %s", row[0])
				row[column] = before[k][column]
				if len(args) == 1 {
					misc := row[9]
					assert.Regexp(t, `(^|\|)Prob=[01]\.\d{6}$`, misc)
					assert.Equal(t, 1, strings.Count(misc, "Prob="), "an older one is replaced")
					kept := strings.TrimSuffix(strings.ReplaceAll(before[k][9], "Prob=0.5", ""), "|")
					assert.True(t, kept == "_" || strings.HasPrefix(misc, kept), "%s, was %s", misc, before[k][9])
					row[9] = before[k][9]
				}
			}
			assert.Equal(t, before[k], row)
		}
		assert.Equal(t, strings.HasSuffix(in, "\n"), strings.HasSuffix(o.out, "\n"))
	}
}

func TestLineEndsAreKept(t *testing.T) {
	in := strings.ReplaceAll(read(t, "testdata/text.conllu"), "\n", "\r\n")
	plain := done(t, read(t, "testdata/text.conllu"), "tag", "--probs", "--model", posModel(t)).out
	assert.Equal(t, strings.ReplaceAll(plain, "\n", "\r\n"), done(t, in, "tag", "--probs", "--model", posModel(t)).out)
}

func TestProbs(t *testing.T) {
	plain := cells(done(t, "", "tag", "--model", nerModel(t), "testdata/text.conll").out)
	rows := cells(done(t, "", "tag", "--probs", "--model", nerModel(t), "testdata/text.conll").out)
	tokens := 0
	require.Len(t, rows, len(plain))
	for k, row := range rows {
		if len(plain[k]) != 4 {
			continue
		}
		tokens++
		require.Len(t, row, 5)
		assert.Equal(t, plain[k], row[:4])
		p, err := strconv.ParseFloat(row[4], 64)
		require.NoError(t, err)
		assert.True(t, p > 0 && p <= 1)
	}
	assert.Equal(t, 8, tokens)

	items := done(t, "", "tag", "--probs", "--model", itemsModel(t), "testdata/text.crfsuite")
	assert.Regexp(t, `^(B-PER|O|I-PER|B-LOC):0\.\d{6}\n`, items.out)
}

func TestNBest(t *testing.T) {
	text := "Maria\tPROPN\nlives\tVERB\n\nAnna\tPROPN" // without a final line end
	o := done(t, text, "tag", "--nbest", "3", "--model", nerModel(t))
	blocks := strings.Split(strings.TrimRight(o.out, "\n"), "\n\n")
	require.Len(t, blocks, 6)
	last := 2.0
	seen := map[string]bool{}
	for k, block := range blocks {
		head, rows, _ := strings.Cut(block, "\n")
		fields := strings.Fields(head)
		assert.Equal(t, "#", fields[0])
		assert.Equal(t, strconv.Itoa(k%3+1), fields[1])
		p, err := strconv.ParseFloat(fields[2], 64)
		require.NoError(t, err)
		if k%3 == 0 {
			last = 1
		}
		assert.True(t, p > 0 && p <= last, "%g after %g", p, last)
		last = p
		assert.False(t, seen[rows], "twice: %s", rows)
		seen[rows] = true
	}
	one := done(t, text, "tag", "--model", nerModel(t))
	assert.True(t, seen[strings.TrimRight(strings.Split(one.out, "\n\n")[0], "\n")], "the best one is among them")

	// The output can be read again: comments are not read as tokens.
	again := done(t, o.out, "tag", "--model", nerModel(t))
	assert.Equal(t, strings.Count(o.out, "\n"), strings.Count(again.out, "\n"))

	u := done(t, "", "tag", "--nbest", "2", "--model", posModel(t), "testdata/text.conllu")
	assert.Equal(t, 2, strings.Count(u.out, "# sent_id = 1\n"))
	assert.Equal(t, 2, strings.Count(u.out, "\n# 2 "), "one second candidate a sentence: %s", u.out)
	assert.Equal(t, 1, strings.Count(u.out, "# a comment at the end"))

	i := done(t, "", "tag", "--nbest", "2", "--model", itemsModel(t), "testdata/text.crfsuite")
	assert.Equal(t, 6, strings.Count(i.out, "@probability\t"))
}

func TestFixedKeepsAndDecodesAround(t *testing.T) {
	free := done(t, "Rome\tPROPN\t_\nWeber\tPROPN\t?\n", "tag", "--fixed", "--model", nerModel(t))
	plain := done(t, "Rome\tPROPN\t_\nWeber\tPROPN\t?\n", "tag", "--model", nerModel(t))
	assert.Equal(t, plain.out, free.out, "nothing given")
	o := done(t, "Rome\tPROPN\tB-PER\nWeber\tPROPN\t_\n", "tag", "--fixed", "--probs", "--model", nerModel(t))
	assert.Contains(t, o.out, "Rome\tPROPN\tB-PER\tB-PER\t1.000000\n")

	u := done(t, "1\tAnna\t_\tVERB\t_\t_\t_\t_\t_\t_\n2\tis\t_\t_\t_\t_\t_\t_\t_\t_\n", "tag", "--fixed", "--model", posModel(t))
	assert.Contains(t, u.out, "1\tAnna\t_\tVERB\t")
	assert.NotContains(t, u.out, "is\t_\t_\t_")

	i := done(t, "_\tw=Oslo\tp=PROPN\nI-ORG\tw=Lima\tp=PROPN\n", "tag", "--fixed", "--model", itemsModel(t))
	assert.Equal(t, "I-ORG", strings.Split(i.out, "\n")[1])
}

// TestWordsElsewhere tags files with other columns than the training file, with a model that reads
// only words.
func TestWordsElsewhere(t *testing.T) {
	want := "Maria\tB-PER\nlives\tO\nin\tO\nOslo\tB-LOC\n"
	for name, c := range map[string]struct{ model, text string }{
		"numbered to plain":   {"testdata/numbered.conll", "Maria\nlives\nin\nOslo\n"},
		"plain to plain":      {"testdata/blanks.conll", "Maria\nlives\nin\nOslo\n"},
		"plain to numbered":   {"testdata/blanks.conll", "1\tMaria\tx\n2\tlives\tx\n3\tin\tx\n4\tOslo\tx\n"},
		"numbered, no labels": {"testdata/numbered.conll", "1\tMaria\n2\tlives\n3\tin\n4\tOslo\n"},
	} {
		t.Run(name, func(t *testing.T) {
			o := done(t, c.text, "tag", "--model", modelOf(t, c.model))
			var got strings.Builder
			for line := range strings.Lines(o.out) {
				f := strings.Fields(line)
				if f[0][0] >= '0' && f[0][0] <= '9' {
					f = f[1:]
				}
				got.WriteString(f[0] + "\t" + f[len(f)-1] + "\n")
			}
			assert.Equal(t, want, got.String())
		})
	}
	o := done(t, "Maria\nlives\n", "tag", "--model", posModel(t))
	assert.Equal(t, "Maria PROPN\nlives VERB\n", o.out)
	o = done(t, "x\tMaria\nx\tlives\n", "tag", "--form", "2", "--model", posModel(t))
	assert.Equal(t, "x\tMaria\tPROPN\nx\tlives\tVERB\n", o.out)
	u := done(t, "", "tag", "--model", modelOf(t, "testdata/blanks.conll"), "--label", "XPOS", "testdata/text.conllu")
	assert.Contains(t, u.out, "1\tMaria\tMaria\t_\tB-PER\t")
}

// TestSentencesComeAtOnce reads each labelled sentence from a pipe before it writes the next one.
func TestSentencesComeAtOnce(t *testing.T) {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	status := make(chan int, 1)
	go func() {
		status <- run(t.Context(), []string{"tag", "--model", nerModel(t)}, inR, outW, io.Discard)
		_ = outW.Close()
	}()
	lines := bufio.NewReader(outR)
	for range 3 {
		_, err := io.WriteString(inW, "Maria\tPROPN\n\n")
		require.NoError(t, err)
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, "Maria\tPROPN\tB-PER\n", line)
		_, err = lines.ReadString('\n')
		require.NoError(t, err)
	}
	require.NoError(t, inW.Close())
	assert.Equal(t, exitDone, <-status)
}

func TestEmptyFilesAmongOthers(t *testing.T) {
	empty := write(t, "empty", "")
	o := done(t, "", "tag", "--model", nerModel(t), empty, "testdata/text.conll", empty)
	golden(t, "text.tagged.conll", o.out)
}

// TestRunsSideBySide runs the program many times concurrently.
func TestRunsSideBySide(t *testing.T) {
	model := nerModel(t)
	want := done(t, "", "tag", "--model", model, "testdata/text.conll").out
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			o := tagger(t, "", "tag", "--model", model, "testdata/text.conll")
			assert.Equal(t, want, o.out)
			assert.Equal(t, exitDone, tagger(t, "", "eval", "--model", model, "testdata/dev.conll").status)
		})
	}
	wg.Wait()
}
