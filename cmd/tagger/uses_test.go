package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each command rejects an output that is the same file as an input, and writes nothing.
func TestOutputsDoNotDestroyInputs(t *testing.T) {
	train := read(t, "testdata/train.conll")
	model := read(t, nerModel(t))
	x, m, figure := write(t, "x", train), write(t, "m", model), write(t, "x.svg", train)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Link(x, link))
	out := filepath.Join(t.TempDir(), "out")
	for _, args := range [][]string{
		{"train", "--model", x, x},
		{"train", "--model", link, x},
		{"train", "--model", x, "--dev", x, "testdata/train.conll"},
		{"train", "--model", out, "--checkpoint", x, x},
		{"train", "--model", out, "--checkpoint", out, "testdata/train.conll"},
		{"train", "--model", out, "--log-json", x, x},
		{"train", "--model", out, "--log-json", out, "testdata/train.conll"},
		{"train", "--model", x, "--features", x, "testdata/train.conll"},
		{"train", "--model", x, "--clusters", x, "testdata/train.conll"},
		{"train", "--model", x, "--text", x, "testdata/train.conll"},
		{"train", "--model", x, "--gazetteer", "places=" + x, "testdata/train.conll"},
		{"train", "--model", x, "--vectors", x, "testdata/train.conll"},
		{"train", "--model", m, "--init", m, "testdata/train.conll"},
		{"train", "--model", x, "--resume", x, "testdata/train.conll"},
		{"train", "--model", x, "--model-type", "semi", x},
		{"train", "--model", out, "--write-config", x, x},
		{"train", "--model", x, "--order", "2", x},
		{"tag", "--model", m, "--output", m, "testdata/text.conll"},
		{"tag", "--model", m, "--output", x, link},
		{"tag", "--model", m, "--output", x, "testdata/text.conll", x},
		{"features", "--dump", x, "--output", x},
		{"features", "--show", "--output", x, x},
		{"features", "--model", m, "--output", m, "testdata/text.conll"},
		{"features", "--features", x, "--output", x, "testdata/text.conll"},
		{"cluster", x, "-o", x},
		{"convert", "--scheme", "bioes", "--output", x, x},
		{"split", "--shares", "1,1", "--output", out + "," + link, x},
		{"prune", m, "--output", m},
		{"calibrate", "--model", m, "--output", m, x},
		{"calibrate", "--model", m, "--output", x, x},
		{"prune", m, "--output", x, "--eval", x},
		{"import", m, "--output", m},
		{"export", "--to", "crfsuite", m, "--output", m},
		{"report", "--model", m, "-o", m, x},
		{"report", "--model", m, "-o", x, "--train", x, "testdata/dev.conll"},
		{"curve", "--plot", figure, "--dev", figure, "testdata/train.conll"},
		{"curve", "--json", x, x},
		{"tune", "--json", x, x},
		{"tune", "--json", x, "--dev", x, "testdata/train.conll"},
		{"compare-losses", "--json", x, "--dev", x, "testdata/train.conll"},
		{"compare-losses", "--json", out, "--plot", figure, "--dev", "testdata/dev.conll", "--test", figure, "testdata/train.conll"},
	} {
		o := tagger(t, "", args...)
		assert.Equal(t, exitUsage, o.status, "%q", args)
		assert.Contains(t, o.errors, " are the same file: ", "%q", args)
		require.Equal(t, train, read(t, x), "%q", args)
		require.Equal(t, train, read(t, figure), "%q", args)
		require.Equal(t, model, read(t, m), "%q", args)
		require.NoFileExists(t, out, "%q", args)
	}
}

// Standard streams are compared, too.
func TestStandardStreamsAreInputsAndOutputs(t *testing.T) {
	text := read(t, "testdata/text.conll")
	x := write(t, "x", text)
	f, err := os.OpenFile(x, os.O_RDWR|os.O_APPEND, 0)
	require.NoError(t, err)
	defer f.Close()
	var errs bytes.Buffer
	assert.Equal(t, exitUsage, run(t.Context(), []string{"tag", "--model", nerModel(t), "--output", x}, f, new(bytes.Buffer), &errs))
	assert.Contains(t, errs.String(), "--output "+x+" and standard input are the same file")
	errs.Reset()
	assert.Equal(t, exitUsage, run(t.Context(), []string{"tag", "--model", nerModel(t), x}, nil, f, &errs))
	assert.Contains(t, errs.String(), "standard output and "+x+" are the same file")
	assert.Equal(t, text, read(t, x))
}

// A checkpoint may replace the one that training resumes from.
func TestResumeFromTheCheckpointThatIsWritten(t *testing.T) {
	dir := t.TempDir()
	args := []string{"train", "--model", filepath.Join(dir, "m"), "--checkpoint", filepath.Join(dir, "c"), "--epochs", "3", "testdata/train.conll"}
	done(t, "", args...)
	done(t, "", append(args, "--resume", filepath.Join(dir, "c"))...)
}
