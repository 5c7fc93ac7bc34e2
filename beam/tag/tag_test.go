package tag_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/memfs"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/beam/tag"
	"github.com/trellis-nlp/trellis/bulk"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/report"
)

func TestMain(m *testing.M) { ptest.Main(m) }

const columns = "Ann B-PER\nKeller I-PER\nlives O\nin O\nOslo B-LOC\n. O\n\nMaria B-PER\nsaw O\nParis B-LOC\n\n"

// model trains a model of names, and returns it with its file.
func model(t *testing.T) (*trellis.Model, string) {
	t.Helper()
	folder := t.TempDir()
	train := save(t, filepath.Join(folder, "train.conll"), strings.Repeat(columns, 10))
	m, _, err := trellis.Train(t.Context(), trellis.Files(train), trellis.Config{})
	require.NoError(t, err)
	path := filepath.Join(folder, "names.model")
	require.NoError(t, m.SaveFile(path))
	return m, path
}

// save writes a file.
func save(t *testing.T, path, content string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	return path
}

// label labels files in a pipeline, and returns its manifest.
func label(t *testing.T, path string, list []tag.File, o tag.Options) (map[string]tag.Result, beam.PipelineResult) {
	t.Helper()
	m, err := tag.Find(t.Context(), path)
	require.NoError(t, err)
	p, s := beam.NewPipelineWithRoot()
	manifest := filepath.Join(t.TempDir(), "manifest.jsonl")
	tag.Manifest(s, tag.Files(s, m, beam.CreateList(s, list), o), manifest)
	result := ptest.RunAndValidate(t, p)
	rows, err := tag.ReadManifest(t.Context(), manifest)
	require.NoError(t, err)
	results := map[string]tag.Result{}
	for _, r := range rows {
		assert.NotContains(t, results, r.In)
		results[r.In] = r
	}
	require.Len(t, results, len(list))
	return results, result
}

// counter returns the value of a counter of the transforms.
func counter(r beam.PipelineResult, name string) (value int64) {
	for _, c := range r.Metrics().Query(func(m beam.MetricResult) bool { return m.Namespace() == "trellis" && m.Name() == name }).Counters() {
		value += c.Result()
	}
	return value
}

// Files writes what the methods of a model write, in every format.
func TestFilesAreThoseOfTheModel(t *testing.T) {
	m, path := model(t)
	text := "Ann Keller lives in Oslo.\n\nMaria saw Paris. Maria lives.\n"
	rows := func(o trellis.FileOptions) func(io.Writer, string) error {
		return func(w io.Writer, in string) error { return m.TagFiles(t.Context(), w, trellis.Files(in), o) }
	}
	for name, c := range map[string]struct {
		content string
		options tag.Options
		want    func(w io.Writer, in string) error
		total   [2]int
	}{
		"a.conll": {strings.Repeat("Ann\nKeller\nlives\nin\nOslo\n\n", 3000), tag.Options{}, rows(trellis.FileOptions{}), [2]int{3000, 15000}},
		"b.conll": {"Maria\nsaw\nParis\n\n", tag.Options{Format: "conll", Probabilities: true, Threads: 2}, rows(trellis.FileOptions{Probabilities: true, Format: corpus.CoNLL}), [2]int{1, 3}},
		"d.jsonl": {`{"text": "Ann Keller lives in Oslo.", "label": []}` + "\n", tag.Options{Format: "doccano"}, rows(trellis.FileOptions{}), [2]int{1, 6}},
		"text.txt": {text, tag.Options{Format: "text"}, func(w io.Writer, in string) error {
			return m.TagTextFiles(t.Context(), report.NewJSON(w, report.JSONOptions{}), trellis.Files(in), trellis.TextOptions{Spans: true})
		}, [2]int{3, 13}},
		"lines.jsonl": {`{"id": 7, "text": "Maria saw Paris."}` + "\r\n\nno\n" + `{"tokens": ["Ann"]}`, tag.Options{Format: "jsonl"}, func(w io.Writer, in string) error {
			return bulk.TagLines(t.Context(), m, w, trellis.Files(in), bulk.LineOptions{})
		}, [2]int{2, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			f := tag.File{In: save(t, filepath.Join(folder, "in", name), c.content), Out: filepath.Join(folder, "out", "deep", name)}
			results, run := label(t, path, []tag.File{f}, c.options)
			require.Empty(t, results[f.In].Error)
			got, err := os.ReadFile(f.Out)
			require.NoError(t, err)
			var want bytes.Buffer
			require.NoError(t, c.want(&want, f.In))
			assert.Equal(t, want.String(), string(got))
			assert.Equal(t, len(got), results[f.In].Bytes)
			assert.Equal(t, c.total, [2]int{results[f.In].Sentences, results[f.In].Tokens})
			assert.EqualValues(t, c.total[0], counter(run, "sentences"))
			assert.EqualValues(t, c.total[1], counter(run, "tokens"))
			assert.Equal(t, []string{f.Out}, names(t, filepath.Dir(f.Out)))
		})
	}
}

// names lists the files of a folder, hidden ones included.
func names(t *testing.T, folder string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		list = append(list, filepath.Join(folder, e.Name()))
	}
	return list
}

type row struct {
	Z    int64   `parquet:"z"`
	Text *string `parquet:"text"`
	A    []int32 `parquet:"a,list"`
}

type taggedRow struct {
	Z      int64   `parquet:"z"`
	Text   *string `parquet:"text"`
	A      []int32 `parquet:"a,list"`
	Tagged *string `parquet:"tagged,optional"`
}

// A Parquet file keeps its rows, columns and groups, and gets one more column.
func TestParquet(t *testing.T) {
	m, path := model(t)
	folder := t.TempDir()
	var list []row
	for k := range 1000 {
		r := row{Z: int64(k), A: make([]int32, k%3)}
		if k%7 > 0 {
			text := fmt.Sprintf("Maria saw Paris %d.", k)
			r.Text = &text
		}
		list = append(list, r)
	}
	in := filepath.Join(folder, "in.parquet")
	require.NoError(t, parquet.WriteFile(in, list, parquet.MaxRowsPerRowGroup(300)))
	f := tag.File{In: in, Out: filepath.Join(folder, "out.parquet")}
	other := tag.File{In: in, Out: filepath.Join(folder, "other.parquet")}
	results, _ := label(t, path, []tag.File{f}, tag.Options{Format: "parquet"})
	require.Empty(t, results[in].Error)
	got, err := parquet.ReadFile[taggedRow](f.Out)
	require.NoError(t, err)
	require.Len(t, got, len(list))
	for k, r := range got {
		require.Equal(t, list[k].Z, r.Z)
		require.Len(t, r.A, len(list[k].A))
		require.Equal(t, list[k].Text, r.Text)
		if r.Text == nil {
			require.Nil(t, r.Tagged)
			continue
		}
		d, err := m.TagText(*r.Text)
		require.NoError(t, err)
		var want bytes.Buffer
		require.NoError(t, report.NewJSON(&want, report.JSONOptions{Documents: true}).Write(d))
		require.Equal(t, strings.TrimSpace(want.String()), *r.Tagged)
	}
	results, _ = label(t, path, []tag.File{other}, tag.Options{Format: "parquet", Column: "z"})
	assert.Contains(t, results[in].Error, in+`: the column "z" has the type INT`)
	results, _ = label(t, path, []tag.File{{In: f.Out, Out: other.Out}}, tag.Options{Format: "parquet"})
	assert.Contains(t, results[f.Out].Error, `has a column "tagged" already`)
	assert.NoFileExists(t, other.Out)
}

// A file that cannot be labelled is named, and the others are finished.
func TestCorruptFilesAreNamed(t *testing.T) {
	_, path := model(t)
	folder := t.TempDir()
	var list []tag.File
	for name, content := range map[string]string{
		"good.conll": "Ann\nKeller\n\n", "last.conll": "Maria\n\n", "ragged.conll": "Ann\nlives\n\nin x y z\nOslo\n\n", "zip.conll.gz": "\x1f\x8b\x08broken",
	} {
		list = append(list, tag.File{In: save(t, filepath.Join(folder, name), content), Out: filepath.Join(folder, "out", name)})
	}
	list = append(list, tag.File{In: filepath.Join(folder, "missing.conll"), Out: filepath.Join(folder, "out", "missing.conll")})
	results, run := label(t, path, list, tag.Options{Format: "conll"})
	for _, f := range list {
		r := results[f.In]
		if strings.Contains(f.In, "good") || strings.Contains(f.In, "last") {
			assert.Empty(t, r.Error)
			assert.FileExists(t, f.Out)
			continue
		}
		assert.Contains(t, r.Error, f.In)
		assert.NoFileExists(t, f.Out)
	}
	assert.Contains(t, results[filepath.Join(folder, "ragged.conll")].Error, "ragged.conll:4")
	assert.EqualValues(t, 3, counter(run, "errors"))
	assert.Len(t, names(t, filepath.Join(folder, "out")), 2)
}

// flaky is a file system in memory whose first reads and writes fail.
type flaky struct{ filesystem.Interface }

var reads, writes atomic.Int32

func init() {
	filesystem.Register("flaky", func(ctx context.Context) filesystem.Interface { return flaky{memfs.New(ctx)} })
}

func inMemory(name string) string { return "memfs" + strings.TrimPrefix(name, "flaky") }

func (f flaky) OpenRead(ctx context.Context, name string) (io.ReadCloser, error) {
	if reads.Add(-1) >= 0 {
		return nil, errors.New("connection reset")
	}
	return f.Interface.OpenRead(ctx, inMemory(name))
}

func (f flaky) OpenWrite(ctx context.Context, name string) (io.WriteCloser, error) {
	w, err := f.Interface.OpenWrite(ctx, inMemory(name))
	if writes.Add(-1) >= 0 {
		return broken{w}, err
	}
	return w, err
}

func (f flaky) Rename(ctx context.Context, old, to string) error {
	return f.Interface.(filesystem.Renamer).Rename(ctx, inMemory(old), inMemory(to))
}

func (f flaky) Remove(ctx context.Context, name string) error {
	return f.Interface.(filesystem.Remover).Remove(ctx, inMemory(name))
}

func (f flaky) Size(ctx context.Context, name string) (int64, error) {
	return f.Interface.Size(ctx, inMemory(name))
}

// broken fails when it is closed.
type broken struct{ io.WriteCloser }

func (b broken) Close() error {
	return errors.Join(errors.New("quota exceeded"), b.WriteCloser.Close())
}

// Fetching and writing are tried three times, and leave one complete file.
func TestFaultsAreRepeated(t *testing.T) {
	m, path := model(t)
	content := "Ann\nKeller\nlives\n\n"
	memfs.Write("memfs://in/x.conll", []byte(content))
	var want bytes.Buffer
	require.NoError(t, m.TagFiles(t.Context(), &want, trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(content)}, trellis.FileOptions{}))
	fs := memfs.New(t.Context())
	for name, c := range map[string]struct{ reads, writes int32 }{"none": {}, "reads": {2, 0}, "writes": {0, 2}, "both": {1, 1}} {
		reads.Store(c.reads)
		writes.Store(c.writes)
		out := "memfs://" + name + "/x.conll"
		results, _ := label(t, path, []tag.File{{In: "flaky://in/x.conll", Out: "flaky" + out[len("memfs"):]}}, tag.Options{})
		require.Empty(t, results["flaky://in/x.conll"].Error, name)
		got, err := filesystem.Read(t.Context(), fs, out)
		require.NoError(t, err, name)
		assert.Equal(t, want.String(), string(got), name)
		list, err := fs.List(t.Context(), "memfs://"+name+"/*")
		require.NoError(t, err)
		assert.Equal(t, []string{out}, list, name)
	}

	reads.Store(100)
	found, err := tag.Find(t.Context(), path)
	require.NoError(t, err)
	p, s := beam.NewPipelineWithRoot()
	tag.Files(s, found, beam.CreateList(s, []tag.File{{In: "flaky://in/x.conll", Out: "memfs://never/x.conll"}}), tag.Options{})
	_, err = ptest.RunWithMetrics(p)
	require.ErrorContains(t, err, "attempt 3 of 3: flaky://in/x.conll: connection reset")
	assert.EqualValues(t, 97, reads.Load())
	_, err = filesystem.Read(t.Context(), fs, "memfs://never/x.conll")
	require.Error(t, err)
	reads.Store(0)
}

// An error in a remote file has the name of that file, not of its copy.
func TestRemoteNames(t *testing.T) {
	_, path := model(t)
	memfs.Write("memfs://bad/x.conll", []byte("Ann\nlives\n\nin x y\n"))
	results, _ := label(t, path, []tag.File{{In: "memfs://bad/x.conll", Out: "memfs://bad/out"}}, tag.Options{})
	assert.True(t, strings.HasPrefix(results["memfs://bad/x.conll"].Error, "memfs://bad/x.conll:4"), results)
	memfs.Write("memfs://bad/x.jsonl", []byte("no\n"))
	label(t, path, []tag.File{{In: "memfs://bad/x.jsonl", Out: "memfs://bad/answers"}}, tag.Options{Format: "jsonl"})
	got, err := filesystem.Read(t.Context(), memfs.New(t.Context()), "memfs://bad/answers")
	require.NoError(t, err)
	assert.Contains(t, string(got), `{"error":"memfs://bad/x.jsonl:1: found 'n'`)
}

// Documents labels elements as a model labels texts.
func TestDocuments(t *testing.T) {
	m, path := model(t)
	object := func(text string) string {
		d, err := m.TagText(text)
		require.NoError(t, err)
		var out bytes.Buffer
		require.NoError(t, report.NewJSON(&out, report.JSONOptions{Documents: true}).Write(d))
		return strings.TrimSpace(out.String())
	}
	found, err := tag.Find(t.Context(), path)
	require.NoError(t, err)
	p, s := beam.NewPipelineWithRoot()
	texts := beam.Create(s, "Ann lives in Oslo.", "", "Maria saw Paris.\nAnn saw Oslo.")
	passert.Equals(s, tag.Documents(s, found, texts, "text"), object("Ann lives in Oslo."), object(""), object("Maria saw Paris.\nAnn saw Oslo."))
	records := beam.Create(s, "{\"id\": [\n1],\n\"text\": \"Ann lives.\"}", `{"text": "Oslo"}`, `{"id": 3}`, `[]`, "")
	passert.Equals(s, tag.Documents(s, found, records, "jsonl"), `{"id":[1],`+object("Ann lives.")[1:], object("Oslo"),
		`{"id":3,"error":"neither text nor tokens, expected one of them"}`, `{"error":"found '[', expected an object with text or tokens"}`, "")
	result := ptest.RunAndValidate(t, p)
	assert.EqualValues(t, 5, counter(result, "sentences"))
	assert.EqualValues(t, 2, counter(result, "errors"))
	assert.PanicsWithError(t, `format "conll": want text or jsonl for documents`, func() { tag.Documents(s, found, texts, "conll") })
}

// A worker refuses another model than the pipeline was started with.
func TestReplacedModel(t *testing.T) {
	_, path := model(t)
	_, other := model(t)
	found, err := tag.Find(t.Context(), path)
	require.NoError(t, err)
	found.Fingerprint = strings.Repeat("0", 64)
	p, s := beam.NewPipelineWithRoot()
	tag.Documents(s, found, beam.Create(s, "Ann"), "text")
	_, err = ptest.RunWithMetrics(p)
	require.ErrorContains(t, err, "do not replace a model while a pipeline runs")

	require.NoError(t, os.WriteFile(other, []byte("TRELLISM but no model"), 0o644))
	_, err = tag.Find(t.Context(), other)
	require.ErrorIs(t, err, trellis.ErrModel)
	require.ErrorContains(t, err, other)
	_, err = tag.Find(t.Context(), "nowhere://model")
	require.ErrorContains(t, err, "nowhere")
}

// List names the outputs.
func TestList(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"in/1/a.txt", "in/2/a.txt", "in/2/b.txt.gz", "out/1/a.txt.jsonl"} {
		save(t, filepath.Join(folder, name), "x")
	}
	at := func(name string) string { return filepath.Join(folder, name) }
	list, err := tag.List(t.Context(), tag.ListOptions{Patterns: []string{at("in/*/*")}, Out: at("out") + "/", Format: "text"})
	require.NoError(t, err)
	all := []tag.File{{In: at("in/1/a.txt"), Out: at("out/1/a.txt.jsonl")}, {In: at("in/2/a.txt"), Out: at("out/2/a.txt.jsonl")}, {In: at("in/2/b.txt.gz"), Out: at("out/2/b.txt.jsonl.gz")}}
	assert.Equal(t, all, list)
	list, err = tag.List(t.Context(), tag.ListOptions{Patterns: []string{at("in/*/*")}, Out: at("out"), Format: "text", Resume: true})
	require.NoError(t, err)
	assert.Equal(t, all[1:], list)
	for want, o := range map[string]tag.ListOptions{
		"no folder for the output": {Patterns: []string{at("in/1/a.txt")}},
		"no such file":             {Patterns: []string{at("in/none*")}, Out: at("out")},
		"have the same output":     {Patterns: []string{at("in/1/a.txt"), at("in/2/a.txt")}, Out: at("out")},
		"would replace the input":  {Patterns: []string{at("in/1/a.txt")}, Out: at("in/1")},
		"scheme \"nowhere\" not":   {Patterns: []string{"nowhere://x"}, Out: at("out")},
	} {
		_, err := tag.List(t.Context(), o)
		require.ErrorContains(t, err, want)
	}
}

// Options out of range are errors.
func TestOptions(t *testing.T) {
	for want, o := range map[string]tag.Options{
		"-1 threads":          {Threads: -1},
		`column "x": only`:    {Column: "x"},
		`format "brat": want`: {Format: "brat"},
		"spacy":               {Format: "tsv"},
	} {
		require.ErrorContains(t, o.Check(), want)
		assert.Panics(t, func() {
			_, s := beam.NewPipelineWithRoot()
			tag.Files(s, tag.Model{}, beam.Create(s, tag.File{}), o)
		})
	}
}
