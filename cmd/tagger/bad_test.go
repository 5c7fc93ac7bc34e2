package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBadInput passes unreadable files to all commands: each fails with a reason and writes
// nothing.
func TestBadInput(t *testing.T) {
	files := map[string]struct{ text, says string }{
		"empty":  {"", ": no sentence in it"},
		"blanks": {" \n\t\n\n  \n", ": no sentence in it"},
		"ragged": {"a\tX\tO\nb\tX\tO\nc\tX\n", ":3: 2 columns, expected 3"},
		"binary": {"\x7fELF\x02\x01\x01\x00\x00\x00\x00\n\x00\x01", ":1: binary data"},
	}
	for name, c := range files {
		path := write(t, name, c.text)
		for _, args := range [][]string{
			{"train"}, {"train", "--dev", path, "testdata/train.conll"}, {"tag", "--model", nerModel(t)},
			{"eval", "--model", nerModel(t)}, {"eval"},
		} {
			t.Run(name+" "+args[0], func(t *testing.T) {
				dir := t.TempDir()
				switch args[0] {
				case "train":
					args = append(args, "--model", filepath.Join(dir, "model"))
				case "tag":
					args = append(args, "--output", filepath.Join(dir, "out"))
				}
				o := tagger(t, "", append(args, path)...)
				assert.Equal(t, exitFailed, o.status)
				assert.Equal(t, "tagger: "+path+c.says+"\n", lastMessage(o.errors))
				assert.Empty(t, o.out)
				entries, err := os.ReadDir(dir)
				require.NoError(t, err)
				assert.Empty(t, entries, "something half-written")
			})
		}
	}
}

func TestOtherFailures(t *testing.T) {
	ner, pos, items := nerModel(t), posModel(t), itemsModel(t)
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")
	model := filepath.Join(dir, "model")
	oneColumn := write(t, "words", "Maria\nlives\n")
	bare := write(t, "templates", "U0:%x[0,2]\nB\n")
	broken := write(t, "templates", "U0:%x[0,0\n")
	whole := read(t, ner)
	cut := write(t, "cut.model", whole[:len(whole)/2])
	newer := write(t, "newer.model", whole[:8]+"\x09"+whole[9:])

	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"missing file":        {[]string{"train", "--model", model, missing}, missing + ": no such file or directory"},
		"missing dev":         {[]string{"train", "--model", model, "--dev", missing, "testdata/train.conll"}, missing + ": no such"},
		"missing model":       {[]string{"tag", "--model", missing, "testdata/text.conll"}, missing + ": no such file"},
		"missing templates":   {[]string{"train", "--model", model, "--features", missing, "testdata/train.conll"}, "and the presets are chunk, morph, ner, pos"},
		"folder as input":     {[]string{"train", "--model", model, dir}, dir + ": is a directory"},
		"folder as model":     {[]string{"eval", "--model", dir, "testdata/dev.conll"}, dir + ": is a directory"},
		"folder as target":    {[]string{"train", "--model", dir, missing}, dir + ": is a directory"},
		"folder as output":    {[]string{"tag", "--model", ner, "--output", dir, "testdata/text.conll"}, dir + ": is a directory"},
		"folder as log":       {[]string{"train", "--model", model, "--log-json", dir, "testdata/train.conll"}, dir + ": is a directory"},
		"target in no folder": {[]string{"train", "--model", missing + "/model", missing}, missing + "/model: no such file"},
		"no label column":     {[]string{"train", "--model", model, "--label", "5", "testdata/train.conll"}, "testdata/train.conll:1: label column: column \"5\""},
		"only words":          {[]string{"train", "--model", model, oneColumn}, oneColumn + ":1: there is only one column, so there are no labels"},
		"label as word":       {[]string{"train", "--model", model, "--label", "1", "testdata/train.conll"}, "both the word and the label"},
		"label as pos":        {[]string{"train", "--model", model, "--pos", "3", "testdata/train.conll"}, "both the part of speech and the label"},
		"no form column":      {[]string{"train", "--model", model, "--form", "nine", "testdata/train.conll"}, "form column"},
		"no pos column":       {[]string{"train", "--model", model, "--pos", "9", "testdata/train.conll"}, "pos column"},
		"other format":        {[]string{"train", "--model", model, "testdata/train.conll", "testdata/train.conllu"}, "train.conllu:3: format conllu, expected conll"},
		"other columns":       {[]string{"train", "--model", model, "testdata/train.conll", "testdata/blanks.conll"}, "blanks.conll:1: 2 columns, expected 3 as in the first training file"},
		"templates of labels": {[]string{"train", "--model", model, "--features", bare, "testdata/train.conll"}, "the templates read column 3, which holds the labels (%x[0,2]: templates count from 0)"},
		"broken templates":    {[]string{"train", "--model", model, "--features", broken, "testdata/train.conll"}, broken + ":1:"},
		"warm start":          {[]string{"train", "--model", model, "--init", items, "testdata/train.conll"}, "ready-made attributes, and the other has columns"},
		"foreign model":       {[]string{"tag", "--model", "testdata/train.conll", "testdata/text.conll"}, "testdata/train.conll: not a valid model"},
		"truncated model":     {[]string{"tag", "--model", cut, "testdata/text.conll"}, "damaged or cut short"},
		"newer model":         {[]string{"tag", "--model", newer, "testdata/text.conll"}, "written by a newer version"},
		"columns wanted":      {[]string{"tag", "--model", ner, "testdata/text.crfsuite"}, "text.crfsuite:2: an attribute file, but the model reads columns"},
		"attributes wanted":   {[]string{"tag", "--model", items, "--format", "conll", "testdata/text.conll"}, "the model reads attribute files"},
		"too few columns":     {[]string{"tag", "--model", ner, oneColumn}, ":1: the model reads column 2, but the last column of this file is 1"},
		"nothing to keep":     {[]string{"tag", "--model", modelOf(t, "testdata/blanks.conll"), "--fixed", oneColumn}, "no label column"},
		"nothing to compare":  {[]string{"eval", "--model", modelOf(t, "testdata/blanks.conll"), oneColumn}, "name it with --label"},
		"eval of one column":  {[]string{"eval", oneColumn}, "label column"},
		"eval of attributes":  {[]string{"eval", "testdata/text.crfsuite"}, "name the --model"},
		"no column filled in": {[]string{"tag", "--model", pos, "--label", "LABEL", "testdata/text.conllu"}, "label column"},
	} {
		t.Run(name, func(t *testing.T) {
			o := tagger(t, "", c.args...)
			assert.Equal(t, exitFailed, o.status)
			assert.Contains(t, lastMessage(o.errors), c.says)
			assert.Equal(t, 1, strings.Count(lastMessage(o.errors), "\n"), "one line: %s", o.errors)
			assert.Empty(t, o.out)
		})
	}
	assert.NoFileExists(t, model)
}

// A label that is only in the development data does not stop training.
func TestUnseenLabelOfTheDevelopmentData(t *testing.T) {
	stranger := write(t, "dev.conll", "Maria\tPROPN\tB-PER\nlives\tVERB\tB-EVENT\n")
	for _, args := range [][]string{nil, {"--scheme", "bioes"}} {
		args = append([]string{"train", "--quiet", "--epochs", "3", "--model", filepath.Join(t.TempDir(), "m"), "--dev", stranger, "testdata/train.conll"}, args...)
		o := done(t, "", args...)
		assert.Regexp(t, `^tagger: warning: 1 tokens of the development data have labels that do not occur in the training data and count as errors: [BS]-EVENT\n$`, o.errors)
		assert.Contains(t, o.out, "EVENT")
	}
}

func TestUnknownGivenLabel(t *testing.T) {
	path := write(t, "partly.conll", "Maria\tPROPN\t_\nmet\tVERB\tB-EVENT\n")
	o := tagger(t, "", "tag", "--fixed", "--model", nerModel(t), path)
	assert.Equal(t, exitFailed, o.status)
	assert.Equal(t, "tagger: "+path+":2: label \"B-EVENT\" is not one of the model's\n", o.errors)
}

// TestErrorAfterSentences expects the sentences before a bad line on standard output.
func TestErrorAfterSentences(t *testing.T) {
	o := tagger(t, "Maria\tPROPN\n\nlives\n", "tag", "--model", nerModel(t))
	assert.Equal(t, exitFailed, o.status)
	assert.Equal(t, "tagger: stdin:3: 1 column, expected 2\n", o.errors)
	assert.Equal(t, "Maria\tPROPN\tB-PER\n\n", o.out)
}

func TestFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	defer full.Close()
	for name, args := range map[string][]string{
		"model":  {"train", "--quiet", "--model", "/dev/full", "testdata/train.conll"},
		"output": {"tag", "--model", nerModel(t), "--output", "/dev/full", "testdata/text.conll"},
		"tag":    {"tag", "--model", nerModel(t), "testdata/text.conll"},
		"pipe":   {"tag", "--model", nerModel(t)},
		"eval":   {"eval", "--model", nerModel(t), "testdata/dev.conll"},
		"demo":   {"demo", "--write", t.TempDir()},
		"log":    {"train", "--quiet", "--model", t.TempDir() + "/m", "--log-json", "/dev/full", "testdata/train.conll"},
	} {
		t.Run(name, func(t *testing.T) {
			var errs bytes.Buffer
			status := run(t.Context(), args, strings.NewReader("Maria\tPROPN\n\n"), full, &errs)
			assert.Equal(t, exitFailed, status)
			assert.Contains(t, errs.String(), "no space left on device")
			assert.Equal(t, 1, strings.Count(errs.String(), "\n"), errs.String())
		})
	}
}

// gone is a pipe without a reader.
type gone struct{}

func (gone) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
}

func TestClosedPipeIsQuiet(t *testing.T) {
	for _, args := range [][]string{
		{"tag", "--model", nerModel(t), "testdata/text.conll"},
		{"eval", "--model", nerModel(t), "testdata/dev.conll"},
		{"demo", "--write", t.TempDir()},
	} {
		var errs bytes.Buffer
		assert.Equal(t, exitFailed, run(t.Context(), args, strings.NewReader(""), gone{}, &errs), args[0])
		assert.Empty(t, errs.String(), args[0])
	}
}

// broken is a disk with a write error.
type broken struct{}

var errDisk = errors.New("bad sector")

func (broken) Read([]byte) (int, error) { return 0, errDisk }

func TestReadError(t *testing.T) {
	o := taggerContext(t.Context(), io.MultiReader(strings.NewReader("Maria\tPROPN\n\n"), broken{}), "tag", "--model", nerModel(t))
	assert.Equal(t, exitFailed, o.status)
	assert.Equal(t, "tagger: stdin: bad sector\n", o.errors)
	assert.Equal(t, "Maria\tPROPN\tB-PER\n\n", o.out)
}
