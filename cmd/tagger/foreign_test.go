package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/interop/crfsuite"
)

// tool returns the path of a test file of interop.
func tool(parts ...string) string {
	return filepath.Join(append([]string{"..", "..", "interop"}, parts...)...)
}

// TestOutputOfTheTools compares the output of tagger with that of the tool.
func TestOutputOfTheTools(t *testing.T) {
	suite, pp, wapiti := tool("crfsuite", "testdata"), tool("crfpp", "testdata"), tool("wapiti", "testdata")
	for _, c := range []struct{ dir, model, in, want, args string }{
		{suite, "tiny.model", "tiny.items", "tiny.labels", "crfsuite"},
		{suite, "tiny.model", "tiny.items", "tiny.marginals", "crfsuite --probs --detail reference,path,all"},
		{pp, "model.crfpp", "test.txt", "out.crfpp.v0", "crfpp"},
		{pp, "model.crfpp", "test.txt", "out.crfpp.v1", "crfpp --probs"},
		{pp, "model.crfpp", "test.txt", "out.crfpp.v2", "crfpp --detail all"},
		{pp, "model.crfpp", "test.txt", "out.crfpp.n5", "crfpp --nbest 5"},
		{pp, "model.crfpp.txt", "test.txt", "out.crfpp.v2", "crfpp --probs --detail all"},
		{wapiti, "model.wapiti", "test.txt", "out.wapiti.labels", "wapiti"},
		{wapiti, "model.wapiti", "test.txt", "out.wapiti.posterior", "wapiti --posterior --detail scores"},
		{wapiti, "model.wapiti", "test.txt", "out.wapiti.n5", "wapiti --detail scores --nbest 5"},
		{wapiti, "memm.wapiti", "test.txt", "out.memm.forced", "wapiti --detail scores --posterior --fixed"},
		{wapiti, "two.wapiti", "test.txt", "out.two.forced", "wapiti --detail scores --posterior --fixed"},
		{wapiti, "raw.wapiti", "raw.txt", "out.raw.n3", "wapiti --label -1 --detail scores --posterior --nbest 3"},
		{wapiti, "auto.wapiti", "test.txt", "out.auto", "wapiti --label -1 --detail scores,bare"},
	} {
		args := append([]string{"tag", "--model", filepath.Join(c.dir, c.model), filepath.Join(c.dir, c.in), "--output-format"}, strings.Fields(c.args)...)
		assert.Equal(t, read(t, filepath.Join(c.dir, c.want)), done(t, "", args...).out, "%s %s", c.model, c.args)
	}
}

// TestOutputOfTheToolsOnRealText does the same on real data, if available.
func TestOutputOfTheToolsOnRealText(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "interop", "wnut17")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Skip("reference data is not there")
	}
	for _, c := range []struct{ model, in, want, args string }{
		{"model.crfsuite", "dev.crfsuite", "out.crfsuite.labels", "crfsuite"},
		{"model.crfsuite", "dev.crfsuite", "out.crfsuite.probability", "crfsuite --probs --detail reference,path"},
		{"model.crfpp", "dev.txt", "out.crfpp.v1", "crfpp --probs"},
		{"model.wapiti", "dev.txt", "out.wapiti.posterior", "wapiti --posterior --detail scores"},
	} {
		args := append([]string{"tag", "--model", filepath.Join(dir, c.model), filepath.Join(dir, c.in), "--output-format"}, strings.Fields(c.args)...)
		requireLines(t, read(t, filepath.Join(dir, c.want)), done(t, "", args...).out, c.args)
	}
}

// requireLines compares line by line, for readable failures on long texts.
func requireLines(t *testing.T, want, got, what string) {
	t.Helper()
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	require.Len(t, b, len(a), what)
	for k := range a {
		require.Equal(t, a[k], b[k], "%s, line %d", what, k+1)
	}
}

// TestImportedModels expects that imported models label as the tools do.
func TestImportedModels(t *testing.T) {
	for _, c := range []struct{ model, in, want, format string }{
		{tool("crfsuite", "testdata", "tiny.model"), tool("crfsuite", "testdata", "tiny.items"), tool("crfsuite", "testdata", "tiny.marginals"), "crfsuite --probs --detail reference,path,all --label"},
		{tool("crfpp", "testdata", "model.crfpp"), tool("crfpp", "testdata", "test.txt"), tool("crfpp", "testdata", "out.crfpp.v0"), "crfpp"},
		{tool("wapiti", "testdata", "model.wapiti"), tool("wapiti", "testdata", "test.txt"), tool("wapiti", "testdata", "out.wapiti.n5"), "wapiti --detail scores --nbest 5"},
	} {
		path := filepath.Join(t.TempDir(), "imported.model")
		says := done(t, "", "import", c.model, "-o", path)
		assert.Contains(t, says.out, path+": 6 labels, ")
		assert.Empty(t, says.errors)
		args := append([]string{"tag", "--model", path, c.in, "--output-format"}, strings.Fields(strings.TrimSuffix(c.format, " --label"))...)
		assert.Equal(t, read(t, c.want), done(t, "", args...).out, c.model)
		for _, model := range []string{path, c.model} {
			f := score(t, "", "--model", model, c.in)
			assert.Equal(t, 7, f.Sentences)
			assert.Positive(t, f.Precision, "scored as spans")
			assert.Less(t, f.F1, f.Accuracy)
		}
	}
}

// TestTagFlagsWithOtherModels runs tag with all flags on models of other tools, imported or not.
func TestTagFlagsWithOtherModels(t *testing.T) {
	in := tool("wapiti", "testdata", "test.txt")
	model := tool("wapiti", "testdata", "model.wapiti")
	path := filepath.Join(t.TempDir(), "imported.model")
	done(t, "", "import", model, "-o", path)
	for _, args := range [][]string{nil, {"--probs"}, {"--span-probs"}, {"--nbest", "3"}, {"--posterior"}, {"--fixed"}, {"--threads", "3"}} {
		as := func(model string) string {
			return done(t, "", append([]string{"tag", in, "--model", model}, args...)...).out
		}
		assert.Equal(t, as(model), as(path), "%v", args)
	}
	assert.Contains(t, done(t, "", "inspect", model).out, "tool        Wapiti\n")
	done(t, "", "prune", model, "-o", path, "--keep", "20", "--eval", in)
	done(t, "", "train", "--quiet", "--init", model, "--features", write(t, "templates", "u:w=%x[0,0]\nb\n"), "--model", path, in)
}

// An imported model with a scheme predicts only well-formed spans.
func TestImportWithAScheme(t *testing.T) {
	path := filepath.Join(t.TempDir(), "imported.model")
	var b bytes.Buffer
	require.NoError(t, crfsuite.Write(&b, &crfsuite.Model{
		Labels:     []string{"O", "B-X", "I-X"},
		Attributes: []crfsuite.Attribute{{Name: "a", Features: []crfsuite.Feature{{Label: 1, Weight: 1}, {Label: 2, Weight: 2}}}, {Name: "b\r"}},
	}))
	model := write(t, "loose.crfsuite", b.String())
	o := done(t, "", "import", model, "-o", path)
	assert.Contains(t, o.errors, "tagger: warning: "+model+": 1 labels and attributes end in a carriage return")
	assert.Equal(t, "I-X\n\n", done(t, "_\ta\n", "tag", "--model", path).out)
	done(t, "", "import", model, "-o", path, "--scheme", "bio")
	assert.Equal(t, "B-X\n\n", done(t, "_\ta\n", "tag", "--model", path).out)
	assert.Equal(t, "I-X\n\n", done(t, "_\ta\n", "tag", "--model", path, "--no-constraints").out)
}

// TestOutputFormatsOfTrellisModels checks the order of the fields in each output format.
func TestOutputFormatsOfTrellisModels(t *testing.T) {
	const text = "Maria  PROPN\nsings VERB\n"
	tag := func(args ...string) string {
		return done(t, text, append([]string{"tag", "--model", modelOf(t, "--pos", "2", "testdata/train.conll")}, args...)...).out
	}
	assert.Equal(t, "Maria\tPROPN\tB-PER\nsings\tVERB\tO\n\n", tag("--output-format", "crfpp"))
	assert.Equal(t, "Maria  PROPN\tB-PER\nsings VERB\tO\n\n", tag("--output-format", "wapiti"))
	assert.Equal(t, "B-PER\nO\n\n", tag("--output-format", "crfsuite"))
	assert.Regexp(t, `^# 0 0\.\d{6}\nMaria\tPROPN\tB-PER/0\.\d{6}\t.*/0\.\d{6}\n`, tag("--output-format", "crfpp", "--detail", "all", "--nbest", "2"))
	assert.Regexp(t, `^# 0 0\.\d{6}\nB-PER\tB-PER/0\.\d{6}\n`, tag("--output-format", "wapiti", "--detail", "scores,bare", "--posterior"))
	assert.Regexp(t, `^@score\t\d+\.\d{6}\t\d+\.\d{6}\n@probability\t0\.\d{6}\nB-PER:0\.\d{6}\n`, tag("--output-format", "crfsuite", "--probs", "--detail", "path"))
}

func TestUsageOfOutputFormats(t *testing.T) {
	for args, says := range map[string]string{
		"--output-format mallet":                      "--output-format mallet: want same, crfsuite, crfpp or wapiti",
		"--detail all":                                "--detail needs --output-format crfsuite, crfpp or wapiti",
		"--output-format crfpp --detail path":         "--detail path: want one of all for --output-format crfpp",
		"--output-format wapiti --detail all":         "--detail all: want one of scores, bare for --output-format wapiti",
		"--output-format crfsuite --nbest 2":          "--output-format crfsuite does not support --nbest",
		"--output-format crfpp --posterior":           "--output-format crfpp does not support --posterior",
		"--output-format crfpp --span-probs":          "--output-format crfpp does not support --span-probs",
		"--output-format wapiti --probs":              "--probs: for the probabilities of Wapiti, use --posterior --detail scores",
		"--output-format wapiti --nbest 0 --detail s": "--detail s: want one of scores, bare for --output-format wapiti",
	} {
		o := tagger(t, "", append([]string{"tag", "--model", nerModel(t)}, strings.Fields(args)...)...)
		assert.Equal(t, exitUsage, o.status, args)
		assert.Contains(t, o.errors, says, args)
	}
	pp, raw := tool("crfpp", "testdata", "model.crfpp"), tool("wapiti", "testdata", "raw.wapiti")
	for _, c := range []struct{ model, args, says string }{
		{pp, "--output-format crfpp --format conllu", "reads files as the tool does"},
		{pp, "--output-format crfpp --label -1", "which finds the columns itself"},
		{pp, "--output-format crfpp --fixed", "not supported by crf_test"},
		{raw, "--probs", "--posterior --detail scores"},
		{raw, "--output-format crfsuite", "supports only wapiti"},
	} {
		o := tagger(t, "", append([]string{"tag", "--model", c.model}, strings.Fields(c.args)...)...)
		assert.Equal(t, exitUsage, o.status, c.args)
		assert.Contains(t, o.errors, c.says, c.args)
	}
	for _, c := range []struct{ model, text, args, says string }{
		{itemsModel(t), "O\tw=a\n", "--output-format crfpp", "repeats the columns of the input, but this is an attribute file"},
		{nerModel(t), "Maria\tPROPN\n", "--output-format crfsuite --detail reference", "no label column"},
		{tool("crfpp", "testdata", "model.crfpp"), "Maria\n", "", "the model reads column 2, but the last column of this file is 1"},
		{tool("crfsuite", "testdata", "tiny.model"), "Maria\tPROPN\n", "--format conll", "but the model reads attribute files"},
	} {
		o := tagger(t, c.text, append([]string{"tag", "--model", c.model}, strings.Fields(c.args)...)...)
		assert.Equal(t, exitFailed, o.status, c.says)
		assert.Contains(t, o.errors, c.says)
		assert.NotContains(t, o.errors, "----")
	}
}

func TestImportAndExportRefuse(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	pairs := write(t, "templates", "u:w=%x[0,0]\nb:w=%x[0,0]\n")
	stripped := filepath.Join(t.TempDir(), "stripped.model")
	done(t, "", "import", tool("crfsuite", "testdata", "tiny.model"), "-o", stripped, "--strip")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"import", nerModel(t)}, "not a model of CRFsuite, CRF++ or Wapiti"},
		{[]string{"import", tool("wapiti", "testdata", "memm.wapiti")}, "cannot convert model: a MEMM normalises scores per token"},
		{[]string{"import", filepath.Join(dir, "missing")}, "no such file"},
		{[]string{"export", "--to", "crfsuite", modelOf(t, "--features", pairs, "testdata/train.conll")}, "attributes of label pairs, such as \"b:w="},
		{[]string{"export", "--to", "crfsuite", stripped}, "without the names of its attributes"},
	} {
		o := tagger(t, "", append(c.args, "--output", out)...)
		assert.Equal(t, exitFailed, o.status, "%v", c.args)
		assert.Contains(t, o.errors, c.says)
		assert.NoFileExists(t, out)
	}
	copied := write(t, "copy.crfpp", read(t, tool("crfpp", "testdata", "small.crfpp")))
	o := tagger(t, "", "import", copied, "-o", copied)
	assert.Equal(t, exitUsage, o.status)
	assert.Contains(t, o.errors, " are the same file: the output would destroy the input")
	for _, args := range [][]string{
		{"import", stripped}, {"import", "-o", out}, {"import", stripped, "-o", out, "--scheme", "iob"}, {"import", stripped, "-o", out, "--weights", "float16"},
		{"export", stripped, "-o", out}, {"export", "--to", "crfpp", stripped, "-o", out},
	} {
		assert.Equal(t, exitUsage, tagger(t, "", args...).status, "%v", args)
	}
	o = tagger(t, "a\tO\n\n", "eval", "--model", tool("wapiti", "testdata", "raw.wapiti"), "-")
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, "a raw model of Wapiti")
}

// TestExport exports models to CRFsuite, with their attribute files.
func TestExport(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.crfsuite")
	o := done(t, "", "export", "--to", "crfsuite", itemsModel(t), "-o", out)
	assert.Contains(t, o.out, out+": ")
	want := done(t, "", "tag", "--no-constraints", "--model", itemsModel(t), "--probs", "testdata/text.crfsuite").out
	assert.Equal(t, want, done(t, "", "tag", "--model", out, "--probs", "testdata/text.crfsuite").out)

	o = done(t, "", "export", "--to", "crfsuite", nerModel(t), "-o", out)
	assert.Contains(t, o.errors, "write their attribute files with 'tagger features")
	attributes := done(t, "", "features", "--model", nerModel(t), "testdata/dev.conll").out
	assert.True(t, strings.HasPrefix(attributes, "B-PER\tu\\:w=Anna\t"))
	labels := done(t, attributes, "tag", "--model", out, "--output-format", "crfsuite").out
	assert.Equal(t, done(t, "", "tag", "--no-constraints", "--model", nerModel(t), "--output-format", "crfsuite", "testdata/dev.conll").out, labels)

	file := filepath.Join(t.TempDir(), "words.crfsuite")
	done(t, "Maria\tPROPN\nsings\tVERB\n", "features", "--model", nerModel(t), "--output", file)
	assert.Regexp(t, `^_\tu\S*Maria.*\n_\tu.*\n\n$`, read(t, file))
	refused := tagger(t, "", "features", "--model", itemsModel(t))
	assert.Contains(t, refused.errors, "the model has no templates")
	assert.Equal(t, exitFailed, refused.status)
}

// TestWarningsOfAttributeFiles expects a warning, once per file, about lines that CRFsuite reads
// differently.
func TestWarningsOfAttributeFiles(t *testing.T) {
	text := strings.Repeat("O\tw=a\r\nO\tw=b:x\r\n\r\n", 20000) + "O\tw=c"
	path := write(t, "odd.crfsuite", text)
	model := itemsModel(t)
	for _, o := range []outcome{
		done(t, "", "tag", "--model", model, path),
		done(t, "", "eval", "--model", model, path),
	} {
		assert.Equal(t, 5, strings.Count(o.errors, "tagger: warning: "+path+": "), o.errors)
		assert.Contains(t, o.errors, `the model knows 0 of the first 668 attributes, and not "w=a"`)
		assert.Contains(t, o.errors, "20000 lines have only a CR")
		assert.Contains(t, o.errors, "the last line has no line end")
		assert.Contains(t, o.errors, "20000 values are not numbers; each counts as its longest numeric prefix, or 0 (first in line 2)")
	}
	o := done(t, "", "tag", "--model", model, path, write(t, "plain.crfsuite", "O\tw=a\n\n"), path)
	assert.Equal(t, 10, strings.Count(o.errors, "warning"), o.errors)
	assert.NotContains(t, o.errors, "plain.crfsuite")
}
