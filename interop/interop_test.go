package interop_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/interop"
	"github.com/trellis-nlp/trellis/interop/crfpp"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/interop/wapiti"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

func file(t testing.TB, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return data
}

func imported(t testing.TB, data []byte) *crf.Model {
	t.Helper()
	p, notes, err := interop.Import(data)
	require.NoError(t, err)
	require.Empty(t, notes)
	m, err := crf.New(p)
	require.NoError(t, err)
	return m
}

func items(t testing.TB, data []byte) []*attrfile.Items {
	t.Helper()
	r := attrfile.NewReader(bytes.NewReader(data), "")
	var list []*attrfile.Items
	for {
		it := new(attrfile.Items)
		err := r.Read(it)
		if err == io.EOF {
			return list
		}
		require.NoError(t, err)
		list = append(list, it)
	}
}

func rows(t testing.TB, data []byte) []*corpus.Sentence {
	t.Helper()
	r := corpus.NewReader(bytes.NewReader(data), "", corpus.Options{Format: corpus.CoNLL})
	var list []*corpus.Sentence
	for {
		s := new(corpus.Sentence)
		err := r.Read(s)
		if err == io.EOF {
			return list
		}
		require.NoError(t, err)
		list = append(list, s)
	}
}

// same requires that two lattices give all labellings the same scores, up to tolerance. Missing
// edges count as edges of 0.
func same(t *testing.T, want, got *structured.Lattice, tolerance float64) {
	t.Helper()
	require.Equal(t, [2]int{want.T, want.L}, [2]int{got.T, got.L})
	if want.T == 0 {
		return
	}
	require.InDeltaSlice(t, want.Node, got.Node, tolerance)
	for i := 1; i < want.T; i++ {
		a, b := make([]float64, want.L*want.L), make([]float64, want.L*want.L)
		if len(want.Edge) > 0 {
			copy(a, want.EdgeAt(i))
		}
		if len(got.Edge) > 0 {
			copy(b, got.EdgeAt(i))
		}
		require.InDeltaSlice(t, a, b, tolerance)
	}
}

func TestImportCRFsuite(t *testing.T) {
	data := file(t, "crfsuite", "testdata", "tiny.model")
	m := imported(t, data)
	read, err := crfsuite.Read(data)
	require.NoError(t, err)
	labeller, err := crfsuite.NewLabeller(read)
	require.NoError(t, err)
	theirs := labeller.NewDecoder()
	ours := m.NewDecoder()
	assert.Equal(t, "CRFsuite", m.Meta.Tool)
	assert.Equal(t, read.Labels, m.Labels())
	for _, it := range items(t, file(t, "crfsuite", "testdata", "tiny.items")) {
		require.NoError(t, theirs.ReadItems(it.Attributes))
		require.NoError(t, ours.ReadItems(it.Attributes))
		same(t, theirs.Scores(), ours.Scores(), 1e-12)
		want, _, err := theirs.Best()
		require.NoError(t, err)
		got, _, err := ours.Best()
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestImportCRFPP(t *testing.T) {
	for name, tolerance := range map[string]float64{"model.crfpp": 1e-5, "model.crfpp.txt": 1e-5, "odd.crfpp": 1e-5, "small.crfpp.txt": 1e-5} {
		data := file(t, "crfpp", "testdata", name)
		m := imported(t, data)
		read, err := crfpp.Read(data)
		require.NoError(t, err)
		theirs, ours := read.NewDecoder(), m.NewDecoder()
		assert.Equal(t, "CRF++", m.Meta.Tool)
		for _, s := range rows(t, file(t, "crfpp", "testdata", "test.txt")) {
			require.NoError(t, theirs.Read(s))
			require.NoError(t, ours.Read(s))
			same(t, theirs.Scores(), ours.Scores(), tolerance) // CRF++ sums in 32 bits
		}
	}
}

func TestImportWapiti(t *testing.T) {
	for _, name := range []string{"model.wapiti", "two.wapiti", "small.wapiti"} {
		data := file(t, "wapiti", "testdata", name)
		m := imported(t, data)
		read, err := wapiti.Read(data)
		require.NoError(t, err)
		theirs, ours := read.NewDecoder(), m.NewDecoder()
		assert.Equal(t, "Wapiti", m.Meta.Tool)
		for _, s := range rows(t, file(t, "wapiti", "testdata", "test.txt")) {
			require.NoError(t, theirs.Read(s))
			require.NoError(t, ours.Read(s))
			same(t, theirs.Scores(), ours.Scores(), 1e-12)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	for _, name := range []string{"memm.wapiti", "raw.wapiti", "auto.wapiti"} {
		_, _, err := interop.Import(file(t, "wapiti", "testdata", name))
		assert.ErrorIs(t, err, interop.ErrUnlike, name)
	}
	for _, text := range []string{"", "TRLS", "a\tO\n"} {
		_, _, err := interop.Import([]byte(text))
		assert.ErrorIs(t, err, interop.ErrNoTool)
	}
	for name, sentinel := range map[string]error{
		"crfsuite/testdata/tiny.model": crfsuite.ErrModel, "crfpp/testdata/model.crfpp": crfpp.ErrModel, "wapiti/testdata/model.wapiti": wapiti.ErrModel,
	} {
		data := file(t, filepath.FromSlash(name))
		assert.NotZero(t, interop.Detect(data[:48]))
		_, _, err := interop.Import(data[:len(data)/2])
		assert.ErrorIs(t, err, sentinel)
	}
}

func TestNotes(t *testing.T) {
	text := string(file(t, "crfpp", "testdata", "small.crfpp.txt"))
	changed := strings.Replace(text, "cost-factor: 1\n", "cost-factor: 2\n", 1)
	require.NotEqual(t, text, changed)
	_, notes, err := interop.Import([]byte(changed))
	require.NoError(t, err)
	require.Len(t, notes, 1)
	assert.Contains(t, notes[0], "cost factor 2")

	var b bytes.Buffer
	m := &crfsuite.Model{Labels: []string{"O", "\r"}, Attributes: []crfsuite.Attribute{{Name: "a\r", Features: []crfsuite.Feature{{Label: 0, Weight: 1}}}}}
	require.NoError(t, crfsuite.Write(&b, m))
	_, notes, err = interop.Import(b.Bytes())
	require.NoError(t, err)
	require.Len(t, notes, 1)
	assert.Contains(t, notes[0], "2 labels and attributes end in a carriage return")
}

func trained(t testing.TB, in model.Input, add func(*crf.Dataset)) *crf.Model {
	t.Helper()
	d, err := crf.NewDataset(in)
	require.NoError(t, err)
	add(d)
	m, _, err := crf.Train(context.Background(), d, crf.Options{Penalty: optimize.Penalty{L2: 0.1}, Threads: 1})
	require.NoError(t, err)
	return m
}

// roundTrip exports a model to a CRFsuite file and reads it again.
func roundTrip(t testing.TB, m *crf.Model) *crfsuite.Model {
	t.Helper()
	p, err := m.Content()
	require.NoError(t, err)
	exported, err := interop.ToCRFsuite(p)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, crfsuite.Write(&b, exported))
	read, err := crfsuite.Read(b.Bytes())
	require.NoError(t, err)
	return read
}

func TestExportOfAttributes(t *testing.T) {
	sentences := items(t, file(t, "crfsuite", "testdata", "tiny.items"))
	m := trained(t, model.Input{}, func(d *crf.Dataset) {
		for _, it := range sentences {
			require.NoError(t, d.AddItems(it.Attributes, it.Labels, 1))
		}
	})
	labeller, err := crfsuite.NewLabeller(roundTrip(t, m))
	require.NoError(t, err)
	theirs := labeller.NewDecoder()
	free, err := m.NewTagger(model.TagOptions{Unconstrained: true})
	require.NoError(t, err)
	ours := free.(model.Scorer)
	for _, it := range sentences {
		require.NoError(t, theirs.ReadItems(it.Attributes))
		scores, err := ours.Scores(model.Sentence{Items: it.Attributes}, nil)
		require.NoError(t, err)
		same(t, scores, theirs.Scores(), 1e-12)
	}
}

func TestExportOfTemplates(t *testing.T) {
	templates, err := features.Parse(strings.NewReader("U0:%x[0,0]\nU1:%x[-1,0]/%x[0,1]\nB\n"), "", features.DialectCRFPP)
	require.NoError(t, err)
	in := model.Input{Templates: templates, Columns: 2}
	sentences := rows(t, file(t, "crfpp", "testdata", "test.txt"))
	m := trained(t, in, func(d *crf.Dataset) {
		for _, s := range sentences {
			require.NoError(t, d.Add(s, s.Column(nil, 1), 1))
		}
	})
	labeller, err := crfsuite.NewLabeller(roundTrip(t, m))
	require.NoError(t, err)
	theirs := labeller.NewDecoder()
	program, err := templates.Bind(2, nil)
	require.NoError(t, err)
	e, ours := program.NewExtractor(), m.NewDecoder()
	for _, s := range sentences {
		e.Reset(s)
		items := make([][]attrfile.Attribute, s.Len())
		for i := range items {
			for _, name := range e.Unigrams(i) {
				items[i] = append(items[i], attrfile.Attribute{Name: string(name), Value: 1})
			}
		}
		require.NoError(t, ours.Read(s))
		require.NoError(t, theirs.ReadItems(items))
		same(t, ours.Scores(), theirs.Scores(), 1e-12)
	}
}

func TestExportRefuses(t *testing.T) {
	labels := []string{"a", "b"}
	for name, p := range map[string]crf.Content{
		"attribute of label pairs": {Labels: labels, Bigrams: []crf.BigramAttribute{{Name: "b", Weights: []crf.PairWeight{{Weight: 1}}}}},
		"NUL":                      {Labels: labels, Attributes: []crf.Attribute{{Name: "\x00", Weights: []crf.LabelWeight{{Weight: 1}}}}},
		"infinite":                 {Labels: labels, Attributes: []crf.Attribute{{Name: "u", Weights: []crf.LabelWeight{{Weight: math.Inf(1)}}}}},
		"no labels":                {},
		"bias":                     {Meta: model.Metadata{Calibration: model.Calibration{Bias: map[string]float64{"a": 1}}}, Labels: labels},
	} {
		_, err := interop.ToCRFsuite(p)
		assert.ErrorIs(t, err, interop.ErrUnlike, name)
	}
}

// A temperature is exported in the weights.
func TestExportOfATemperature(t *testing.T) {
	p := crf.Content{
		Labels:      []string{"a", "b"},
		Attributes:  []crf.Attribute{{Name: "u", Weights: []crf.LabelWeight{{Label: 1, Weight: 3}}}},
		Transitions: []crf.PairWeight{{From: 0, To: 1, Weight: -1}},
	}
	p.Meta.Calibration.Temperature = 2
	m, err := interop.ToCRFsuite(p)
	require.NoError(t, err)
	assert.Equal(t, 1.5, m.Attributes[0].Features[0].Weight)
	assert.Equal(t, -0.5, m.Transitions[0].Weight)
}

func Example() {
	data, err := os.ReadFile("crfpp/testdata/model.crfpp")
	if err != nil {
		log.Fatal(err)
	}
	content, _, err := interop.Import(data)
	if err != nil {
		log.Fatal(err)
	}
	content.Scheme = structured.BIO // forbids I- after O
	m, err := crf.New(content)
	if err != nil {
		log.Fatal(err)
	}
	labels, err := m.Tag(features.Rows{{"Maria", "NOUN"}, {"moved", "VERB"}, {"to", "ADP"}, {"Lisbon", "NOUN"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(interop.Detect(data), labels)
	// Output: CRF++ [O O O B-LOC]
}
