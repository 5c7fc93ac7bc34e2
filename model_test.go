package trellis_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/prunedcrf"
	"github.com/trellis-nlp/trellis/semicrf"
)

// set is the common interface of the three kinds of data set.
type set interface {
	Add(seq features.Sequence, labels []string, weight float64) error
}

// fill adds the first sentences of the sample, with words and span labels.
func fill(t testing.TB, d set) {
	t.Helper()
	r := corpus.NewReader(strings.NewReader(sample.Train), "train", corpus.Options{})
	var s corpus.Sentence
	for range 40 {
		require.NoError(t, r.Read(&s))
		require.NoError(t, d.Add(&s, s.Column(nil, 2), 1))
	}
}

// saved trains one word model of each kind and returns their files by kind.
func saved(t testing.TB) map[string]string {
	t.Helper()
	templates, err := features.Parse(strings.NewReader("u:w=%x[0,form]\nu:n=%x[1,form]\nu:p=%x[-1,form]\nb\n"), "templates", features.DialectTrellis)
	require.NoError(t, err)
	in := model.Input{Templates: templates, Names: map[string]int{"form": 0}}
	paths := make(map[string]string)
	save := func(kind string, write func(f *os.File) error) {
		paths[kind] = filepath.Join(t.TempDir(), kind)
		f, err := os.Create(paths[kind])
		require.NoError(t, err)
		require.NoError(t, write(f))
		require.NoError(t, f.Close())
	}
	chain, err := crf.NewDataset(in)
	require.NoError(t, err)
	fill(t, chain)
	m, _, err := crf.Train(context.Background(), chain, crf.Options{Penalty: optimize.Penalty{L2: 0.1}, Threads: 1})
	require.NoError(t, err)
	save(model.Chain, func(f *os.File) error { return m.Save(f, crf.SaveOptions{}) })
	semi, err := semicrf.NewDataset(in)
	require.NoError(t, err)
	fill(t, semi)
	sm, _, err := semicrf.Train(context.Background(), semi, semicrf.Options{Penalty: optimize.Penalty{L2: 0.1}, Threads: 1})
	require.NoError(t, err)
	save(model.SemiMarkov, func(f *os.File) error { return sm.Save(f) })
	pruned, err := prunedcrf.NewDataset(in)
	require.NoError(t, err)
	fill(t, pruned)
	pm, _, err := prunedcrf.Train(context.Background(), pruned, prunedcrf.Options{Penalty: optimize.Penalty{L2: 0.1}, Threads: 1})
	require.NoError(t, err)
	save(model.Pruned, func(f *os.File) error { return pm.Save(f) })
	return paths
}

// foreign returns the test models of other tools, by tool.
func foreign() map[string]string {
	return map[string]string{
		model.CRFsuite: filepath.Join("interop", "crfsuite", "testdata", "tiny.model"),
		model.CRFPP:    filepath.Join("interop", "crfpp", "testdata", "model.crfpp"),
		model.Wapiti:   filepath.Join("interop", "wapiti", "testdata", "model.wapiti"),
	}
}

func TestOpenRecognisesKinds(t *testing.T) {
	all := saved(t)
	for kind, path := range foreign() {
		all[kind] = path
	}
	for kind, path := range all {
		m, err := trellis.Open(path)
		require.NoError(t, err, kind)
		assert.Equal(t, kind, m.Kind())
		d, err := m.Describe(2)
		require.NoError(t, err, kind)
		assert.Equal(t, path, d.File)
		assert.Positive(t, d.Bytes)
		require.NoError(t, d.WriteTable(new(bytes.Buffer)))
		require.NoError(t, m.Close())

		data, err := os.ReadFile(path)
		require.NoError(t, err)
		m, err = trellis.Load(bytes.NewReader(data))
		require.NoError(t, err, kind)
		assert.Equal(t, kind, m.Kind())
		_, err = trellis.Load(bytes.NewReader(data[:len(data)/2]))
		assert.Error(t, err, kind)
	}
	// If a chain model is required, the error has the file name and the kind found.
	for kind, says := range map[string]string{
		model.SemiMarkov: "a semi-Markov model", model.Pruned: "a pruned higher-order model", model.CRFsuite: "a CRFsuite model",
	} {
		_, err := crf.Open(all[kind])
		require.ErrorIs(t, err, model.ErrModel)
		assert.ErrorContains(t, err, all[kind]+": ")
		assert.ErrorContains(t, err, says)
	}
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("Ann\tO\n"), 0o644))
	_, err := trellis.Open(text)
	require.ErrorIs(t, err, model.ErrModel)
	assert.ErrorContains(t, err, text+": ")
	_, err = trellis.Open(filepath.Join(t.TempDir(), "missing"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// A loaded model labels as the same model opened from a file, and saves the same bytes.
func TestLoad(t *testing.T) {
	all := saved(t)
	data, err := os.ReadFile(all[model.Chain])
	require.NoError(t, err)
	opened, err := trellis.Open(all[model.Chain])
	require.NoError(t, err)
	defer opened.Close()
	loaded, err := trellis.Load(bytes.NewReader(data))
	require.NoError(t, err)
	words := features.Rows{{"Ann", "NNP"}, {"saw", "VBD"}, {"Bo", "NNP"}}
	want, err := opened.TagSentence(words)
	require.NoError(t, err)
	got, err := loaded.TagSentence(words)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	small, err := opened.Prune(trellis.PruneOptions{Weights: "int8", Strip: true})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "small")
	require.NoError(t, small.SaveFile(file))
	data, err = os.ReadFile(file)
	require.NoError(t, err)
	if loaded, err = trellis.Load(bytes.NewReader(data)); assert.NoError(t, err) {
		require.NoError(t, loaded.SaveFile(file))
		again, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, data, again)
	}
	// To import a model of another tool, trellis reads its file.
	data, err = os.ReadFile(foreign()[model.Wapiti])
	require.NoError(t, err)
	if loaded, err = trellis.Load(bytes.NewReader(data)); assert.NoError(t, err) {
		_, err = loaded.Describe(1)
		require.ErrorIs(t, err, trellis.ErrKind)
		assert.ErrorContains(t, err, "open its file")
	}
	_, err = trellis.Load(strings.NewReader("Ann\tO\n"))
	assert.ErrorIs(t, err, model.ErrModel)
}

// Damaged models of every kind give the same error.
func TestDamagedModels(t *testing.T) {
	all := saved(t)
	for kind, path := range foreign() {
		all[kind] = path
	}
	for kind, path := range all {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		short := filepath.Join(t.TempDir(), "short")
		require.NoError(t, os.WriteFile(short, data[:len(data)*2/3], 0o600))
		_, err = trellis.Open(short)
		require.ErrorIs(t, err, model.ErrModel, kind)
		assert.ErrorContains(t, err, short+": ")
	}
}

// 64 goroutines share a model of each kind and get the same labels as one goroutine.
func TestManyGoroutinesShareAModel(t *testing.T) {
	for kind, path := range saved(t) {
		m, err := trellis.Open(path)
		require.NoError(t, err)
		sentences := [][]string{{"Maria", "lives", "in", "Oslo"}, {"Oslo"}, {"the", "train", "left"}}
		var want [][]string
		for _, words := range sentences {
			labels, err := m.Tag(words)
			require.NoError(t, err, kind)
			require.Len(t, labels, len(words))
			want = append(want, labels)
		}
		var group sync.WaitGroup
		for g := range 64 {
			group.Go(func() {
				for k := range sentences {
					k = (k + g) % len(sentences)
					labels, err := m.Tag(sentences[k])
					assert.NoError(t, err)
					assert.Equal(t, want[k], labels)
					list, err := m.Label(model.Sentence{Columns: features.Rows{{"Oslo"}}}, model.TagOptions{NBest: 2, Probabilities: true, Spans: true})
					assert.NoError(t, err)
					assert.NotEmpty(t, list)
				}
			})
		}
		group.Wait()
	}
}

// Sentences that do not fit give the same error for every kind.
func TestUnfitSentences(t *testing.T) {
	for kind, path := range saved(t) {
		m, err := trellis.Open(path)
		require.NoError(t, err)
		_, err = m.TagSentence(features.Rows{{"Oslo"}, {}})
		require.ErrorIs(t, err, model.ErrInput, kind)
		empty, err := m.Tag(nil)
		require.NoError(t, err)
		assert.Empty(t, empty)
	}
	for kind, path := range foreign() {
		m, err := trellis.Open(path)
		require.NoError(t, err)
		_, err = m.Tag([]string{"Oslo"})
		require.ErrorIs(t, err, model.ErrInput, kind)
		_, err = m.TagSentence(features.Rows{{"Oslo"}})
		require.ErrorIs(t, err, model.ErrInput, kind)
		assert.ErrorIs(t, m.SaveFile(filepath.Join(t.TempDir(), "m")), trellis.ErrKind)
	}
}

// A model saved from Go does not describe its files, but can be evaluated on files and memory.
func TestEvaluate(t *testing.T) {
	var list []*corpus.Sentence
	r := corpus.NewReader(strings.NewReader(sample.Train), "train", corpus.Options{})
	for range 20 {
		var s corpus.Sentence
		require.NoError(t, r.Read(&s))
		var rows [][]string
		for at := range s.Len() {
			rows = append(rows, []string{s.Field(at, 0), s.Field(at, 2)})
		}
		own, err := corpus.NewSentence(rows)
		require.NoError(t, err)
		list = append(list, own)
	}
	for kind, path := range saved(t) {
		m, err := trellis.Open(path)
		require.NoError(t, err)
		memory, err := m.Evaluate(t.Context(), corpus.Source{Sentences: list})
		require.NoError(t, err, kind)
		assert.Equal(t, 20, memory.Sentences)
		assert.Greater(t, memory.F1, 0.4, kind)
		file, err := m.Evaluate(t.Context(), corpus.Source{Paths: []string{"-"}, Stdin: strings.NewReader(sample.Train)})
		require.NoError(t, err)
		assert.Greater(t, file.Sentences, 20)
	}
	m, err := trellis.Open(filepath.Join("interop", "wapiti", "testdata", "raw.wapiti"))
	require.NoError(t, err)
	_, err = m.Evaluate(t.Context(), corpus.Source{Sentences: list})
	assert.ErrorIs(t, err, model.ErrInput)
}

func TestImport(t *testing.T) {
	dir := t.TempDir()
	for kind, path := range foreign() {
		m, _, err := trellis.Import(path, trellis.ImportOptions{Weights: "float64"})
		require.NoError(t, err, kind)
		assert.Equal(t, model.Chain, m.Kind())
		out := filepath.Join(dir, kind)
		require.NoError(t, m.SaveFile(out))
		back, err := trellis.Open(out)
		require.NoError(t, err)
		assert.Equal(t, kind, back.Labeller().Metadata().Tool)
		keep := 3
		small, err := back.Prune(trellis.PruneOptions{Keep: &keep, Weights: "int8", Strip: true})
		require.NoError(t, err)
		require.NoError(t, small.SaveFile(out))
		stripped, err := trellis.Open(out)
		require.NoError(t, err)
		d, err := stripped.Describe(5)
		require.NoError(t, err)
		assert.True(t, d.Stripped)
		assert.Equal(t, "int8", d.Weights)
		_, err = stripped.Prune(trellis.PruneOptions{})
		assert.ErrorIs(t, err, crf.ErrStripped)
	}
	models := saved(t)
	m, err := trellis.Open(models[model.Chain])
	require.NoError(t, err)
	x, err := m.ExportCRFsuite(filepath.Join(dir, "exported"))
	require.NoError(t, err)
	assert.True(t, x.Templates && x.Grammar && !x.Dictionary)
	exported, err := trellis.Open(filepath.Join(dir, "exported"))
	require.NoError(t, err)
	assert.Equal(t, model.CRFsuite, exported.Kind())
	for _, kind := range []string{model.SemiMarkov, model.Pruned} {
		m, err := trellis.Open(models[kind])
		require.NoError(t, err)
		require.NoError(t, m.SaveFile(filepath.Join(dir, "copy")))
		copied, err := os.ReadFile(filepath.Join(dir, "copy"))
		require.NoError(t, err)
		original, err := os.ReadFile(models[kind])
		require.NoError(t, err)
		assert.True(t, bytes.Equal(original, copied), kind)
		_, err = m.ExportCRFsuite(filepath.Join(dir, "none"))
		assert.ErrorIs(t, err, trellis.ErrKind)
		_, err = m.Prune(trellis.PruneOptions{})
		assert.ErrorIs(t, err, trellis.ErrKind)
	}
	for option, o := range map[string]trellis.PruneOptions{"weights": {Weights: "half"}, "below": {Below: -1}, "keep": {Keep: new(int)}} {
		if o.Keep != nil {
			*o.Keep = -1
		}
		_, err := m.Prune(o)
		var wrong *model.OptionError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, option, wrong.Option)
	}
}
