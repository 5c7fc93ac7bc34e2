package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Training uses leave-one-out label counts of words ("seen labels"), tagging the counts of all
// sentences.
func TestSeen(t *testing.T) {
	text := "I\tPRON\nsaw\tVERB\nducks\tNOUN\n\nThe\tDET\nsaw\tNOUN\nis\tAUX\nnew\tADJ\n\n"
	own := write(t, "own.txt", "u:s=%x[0,seen]\nb\n")
	const want = "PRON\tu\\:s=\nVERB\tu\\:s=NOUN\nNOUN\tu\\:s=\n\nDET\tu\\:s=\nNOUN\tu\\:s=VERB\nAUX\tu\\:s=\nADJ\tu\\:s=\n\n"
	assert.Equal(t, want, done(t, text, "features", "--features", own, "-").out)

	path, o := trained(t, text, "--features", own, "-")
	assert.Contains(t, o.errors, "column seen: 8 words in 6 classes\n") // I and The in lower case, too
	assert.Equal(t, "X\tu\\:s=NOUN|VERB\nX\tu\\:s=NOUN\nX\tu\\:s=\n\n", done(t, "Saw\tX\nDUCKS\tX\nme\tX\n\n", "features", "--model", path, "-").out)
	assert.Regexp(t, `(?m)^classes +column seen: 8 words in 6 classes$`, done(t, "", "inspect", path).out)
}

// A stream that can be read only once gives the same model as a file, and two files give the same
// model as one.
func TestSeenOfPipes(t *testing.T) {
	text := read(t, "testdata/train.conll")
	bytes := func(args ...string) string {
		path := filepath.Join(t.TempDir(), "x.model")
		done(t, text, append([]string{"train", "--model", path, "--threads", "1", "--date", "2020-01-02", "--epochs", "3"}, args...)...)
		return read(t, path)
	}
	file := bytes("testdata/train.conll")
	assert.Equal(t, file, bytes("-"))
	require.NotEqual(t, file, bytes("testdata/train.conll", "testdata/dev.conll"))
	assert.Equal(t, bytes("testdata/train.conll", "testdata/dev.conll"), bytes("-", "testdata/dev.conll"))
	pruned := []string{"--model-type", "pruned", "--loss", "cross-entropy"}
	assert.Equal(t, bytes(append(pruned, "testdata/train.conll")...), bytes(append(pruned, "-")...))

	r, w, err := os.Pipe()
	require.NoError(t, err)
	go func() {
		_, _ = w.WriteString(text)
		_ = w.Close()
	}()
	path := filepath.Join(t.TempDir(), "x.model")
	o := taggerContext(t.Context(), r, "train", "--model", path, "--threads", "1", "--date", "2020-01-02", "--epochs", "3", "-")
	require.Equal(t, exitDone, o.status, o.errors)
	assert.Equal(t, file, read(t, path))
}

// --init takes over the counts of its model. A column of that name in the file takes precedence.
func TestSeenElsewhere(t *testing.T) {
	first := modelOf(t, "testdata/train.conll")
	_, o := trained(t, "", "--init", first, "testdata/dev.conll")
	assert.Contains(t, o.errors, "column seen: 61 words in 6 classes\n")
	_, o = trained(t, "", "testdata/dev.conll")
	assert.NotContains(t, o.errors, "column seen: 61 words")

	list := write(t, "list.txt", "Oslo\n")
	own := write(t, "own.txt", "u:w=%l[0,form]\nu:s=%p[0,seen,1]\nb\n")
	_, o = trained(t, "", "--features", own, "--gazetteer", "seen="+list, "testdata/train.conll")
	assert.Contains(t, o.errors, "column seen: 1 entries\n")
}

// Partial labels are not counted.
func TestSeenOfPartialLabels(t *testing.T) {
	own := write(t, "own.txt", "u:w=%l[0,form]\nu:s=%x[0,seen]\nb\n")
	path, _ := trained(t, "a\tX\nb\tX|Y\nc\t?\n\nb\tY\n\n", "--supervision", "partial", "--features", own, "-")
	assert.Equal(t, "X\tu\\:w=a\tu\\:s=X\nX\tu\\:w=b\tu\\:s=Y\nX\tu\\:w=c\tu\\:s=\n\n", done(t, "a\tX\nb\tX\nc\tX\n\n", "features", "--model", path, "-").out)
}

// Folds count their training sentences. Semi-Markov models have no such column.
func TestSeenInOtherCommands(t *testing.T) {
	own := write(t, "own.txt", "u:s=%x[0,seen]\nb\n")
	done(t, "", "tune", "--loss", "perceptron", "--folds", "2", "--features", own, "testdata/train.conll")
	o := tagger(t, "", "train", "--model", filepath.Join(t.TempDir(), "m"), "--model-type", "semi", "--features", own, "testdata/train.conll")
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, "no such column: seen")
}
