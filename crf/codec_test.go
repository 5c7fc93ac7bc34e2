package crf

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/container"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func saved(t testing.TB, m *Model, o SaveOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.Save(&b, o))
	return b.Bytes()
}

func loaded(t testing.TB, data []byte) *Model {
	t.Helper()
	m, err := Load(bytes.NewReader(data))
	require.NoError(t, err)
	return m
}

// models returns a small model of each kind.
func models(t testing.TB) map[string]*Model {
	ms := map[string]*Model{
		"plain":      train(t, small(t, plainTemplates, 12), Options{Penalty: l2, Threads: 1}),
		"bigrams":    train(t, small(t, bigramTemplates, 12), Options{Penalty: l2, Threads: 1}),
		"single":     train(t, small(t, noTransitions, 3), Options{Penalty: l2, Threads: 1}),
		"all pairs":  train(t, small(t, bigramTemplates, 4), Options{Penalty: l2, Threads: 1, AllPairs: true}),
		"lexicon":    train(t, withLexicon(t, lengthClasses(t), lexiconTemplates, 3), Options{Penalty: l2, Threads: 1}),
		"dictionary": train(t, small(t, plainTemplates, 12), Options{Penalty: l2, Threads: 1, TagDictionary: 2}),
		"items":      train(t, items(t, rand.New(rand.NewPCG(1, 1)), 20), Options{Penalty: l2, Threads: 1}),
	}
	for name, m := range ms {
		m.Meta.Notes = map[string]string{"kind": name}
	}
	return ms
}

// lists returns scores and probabilities of sentences.
func lists(t testing.TB, m *Model) (all [][]model.Labelling) {
	t.Helper()
	for _, rows := range read(t, sample.Dev)[:20] {
		list, err := nbest(m, rows, 3)
		require.NoError(t, err)
		all = append(all, list)
	}
	return all
}

func TestSaveAndLoad(t *testing.T) {
	for name, m := range models(t) {
		for w := Float32; w <= Int8; w++ {
			data := saved(t, m, SaveOptions{Precision: w})
			got := loaded(t, data)
			if w <= Float64 {
				assert.True(t, bytes.Equal(data, saved(t, got, SaveOptions{Precision: w})), "%s: saving a loaded model gives the same bytes", name)
			}
			assert.Equal(t, m.Meta, got.Meta)
			assert.Equal(t, m.Labels(), got.Labels())
			assert.Equal(t, m.Scheme(), got.Scheme())
			assert.Equal(t, m.Features(), got.Features())
			assert.Equal(t, m.Attributes(), got.Attributes())
			assert.Equal(t, m.tagDict.used, got.tagDict.used)
			if m.program == nil {
				continue
			}
			want, have := lists(t, m), lists(t, got)
			for k := range want {
				if w == Float64 {
					assert.Equal(t, want[k], have[k], "to the last bit")
					continue
				}
				assert.Equal(t, want[k][0].Labels, have[k][0].Labels, "%s %v", name, w)
				assert.InDelta(t, want[k][0].Score, have[k][0].Score, []float64{Float32: 1e-4, Int16: 1e-2, Int8: 1}[w], "%s %v", name, w)
			}
		}
	}
}

// A stored weight is the nearest float32, or a multiple of the step of its block with an error of
// at most half a step.
func TestPrecision(t *testing.T) {
	m := models(t)["all pairs"]
	exact, err := m.Content()
	require.NoError(t, err)
	greatest := 0.0
	for _, a := range exact.Attributes {
		for _, w := range a.Weights {
			greatest = max(greatest, math.Abs(w.Weight))
		}
	}
	for w := Float32; w <= Int8; w++ {
		p, err := loaded(t, saved(t, m, SaveOptions{Precision: w})).Content()
		require.NoError(t, err)
		have := make(map[string]float64)
		for _, a := range p.Attributes {
			for _, f := range a.Weights {
				have[fmt.Sprint(a.Name, f.Label)] = f.Weight
			}
		}
		bound := []float64{Int16: greatest / 32767 / 2, Int8: greatest / 127 / 2}[max(w, Int16)] * (1 + 1e-5)
		for _, a := range exact.Attributes {
			for _, f := range a.Weights {
				got := have[fmt.Sprint(a.Name, f.Label)]
				switch w {
				case Float64:
					require.Equal(t, f.Weight, got)
				case Float32:
					require.Equal(t, float64(float32(f.Weight)), got)
				default:
					require.InDelta(t, f.Weight, got, bound, "%v", w)
				}
			}
		}
	}
	sizes := make([]int, Int8+1)
	for w := range sizes {
		sizes[w] = len(saved(t, m, SaveOptions{Precision: Precision(w)}))
	}
	assert.Less(t, sizes[Int8], sizes[Int16])
	assert.Less(t, sizes[Int16], sizes[Float32])
	assert.Less(t, sizes[Float32], sizes[Float64])
}

func TestQuantise(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 63, 64, 65, 300} {
		x := make([]float32, n)
		for k := range x {
			x[k] = float32(rng.NormFloat64() * math.Exp(5*rng.NormFloat64()))
		}
		for lo := 64; lo < min(n, 128); lo++ {
			x[lo] = 0 // a block of zeros has the step 0
		}
		for w, most := range map[Precision]float64{Int16: 32767, Int8: 127} {
			data, steps := (&numbers{f32: x}).encode(w)
			got, err := decodeNumbers(w, data, steps)
			require.NoError(t, err)
			require.Equal(t, n, got.len())
			for k, v := range x {
				greatest := 0.0
				for _, u := range x[k/64*64 : min(n, k/64*64+64)] {
					greatest = max(greatest, math.Abs(float64(u)))
				}
				require.InDelta(t, v, got.f32[k], greatest/most/2*(1+1e-3))
			}
			if n > 0 {
				_, err = decodeNumbers(w, data, steps[4:])
				require.Error(t, err)
			}
		}
	}
}

func TestPrecisionNames(t *testing.T) {
	for w := Float32; w <= Int8; w++ {
		got, err := ParsePrecision(w.String())
		require.NoError(t, err)
		assert.Equal(t, w, got)
	}
	_, err := ParsePrecision("int4")
	require.EqualError(t, err, `unknown precision "int4": expected float32, float64, int16 or int8`)
	assert.Equal(t, "Precision(9)", Precision(9).String())
}

func TestStrip(t *testing.T) {
	m := models(t)["bigrams"]
	whole, bare := saved(t, m, SaveOptions{}), saved(t, m, SaveOptions{Strip: true})
	assert.Less(t, len(bare), len(whole))
	got := loaded(t, bare)
	assert.Equal(t, lists(t, loaded(t, whole)), lists(t, got), "tagging needs no names")
	_, err := got.Content()
	require.ErrorIs(t, err, ErrStripped)
	assert.Equal(t, bare, saved(t, got, SaveOptions{}), "stripped names stay missing")
}

func TestOpen(t *testing.T) {
	m := models(t)["bigrams"]
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, os.WriteFile(path, saved(t, m, SaveOptions{Precision: Float64}), 0o644))
	got, err := Open(path)
	require.NoError(t, err)
	assert.Equal(t, lists(t, m), lists(t, got))
	assert.True(t, got.Knows("the"))
	require.NoError(t, got.Close())
	require.NoError(t, got.Close(), "a second Close is harmless")
	require.NoError(t, m.Close())

	require.NoError(t, os.WriteFile(path, []byte("no model, but long enough to have what could be a header of one ....."), 0o644))
	_, err = Open(path)
	require.ErrorIs(t, err, model.ErrModel)
	_, err = Open(path + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// The format of version 3 is stable. The same model has the same bytes, and stored models tag as
// before.
func TestGoldenModel(t *testing.T) {
	m, err := New(tiny(t))
	require.NoError(t, err)
	for w := Float32; w <= Int8; w++ {
		path := filepath.Join("testdata", "v3."+w.String()+".model")
		data := saved(t, m, SaveOptions{Precision: w})
		if *update {
			require.NoError(t, os.WriteFile(path, data, 0o644))
		}
		golden, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, golden, data)
		labels, err := loaded(t, golden).Tag(features.Rows{{"the"}, {"dog"}, {"barks"}})
		require.NoError(t, err)
		assert.Equal(t, []string{"D", "N", "V"}, labels)
	}
}

// The format of models with lexicons is stable, too.
func TestGoldenModelWithLexicon(t *testing.T) {
	p := tiny(t)
	list, err := lexicon.ReadGazetteer("names", strings.NewReader("Rex\nold Rex\n"), "")
	require.NoError(t, err)
	vectors, err := lexicon.ReadVectors("vector", strings.NewReader("the 1 2\ncat -3 4\n"), "", 0)
	require.NoError(t, err)
	p.Input.Lexicons = []lexicon.Lexicon{classes(t, "00\tdog\t2\n01\tcat\t1\n"), list, vectors}
	p.Input.Templates = parse(t, "u:w=%x[0,form]\nu:c=%x[0,cluster]\nu:n=%p[0,names,1]\nu:v=%v[0,vector]\nb:l=%x[0,form]\nb\n")
	p.Attributes = append(p.Attributes, Attribute{"u:c=01", []LabelWeight{{1, 3}}}, Attribute{"u:v=1", []LabelWeight{{0, 0.5}, {1, 0.25}}})
	m, err := New(p)
	require.NoError(t, err)
	path := filepath.Join("testdata", "v3.lexicon.model")
	data := saved(t, m, SaveOptions{})
	if *update {
		require.NoError(t, os.WriteFile(path, data, 0o644))
	}
	golden, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, golden, data)
	labels, err := loaded(t, golden).Tag(features.Rows{{"the"}, {"Cat"}, {"barks"}})
	require.NoError(t, err)
	assert.Equal(t, []string{"D", "N", "V"}, labels, "cat is not a word of the training data")
}

// tiny is a model with features of all kinds.
func tiny(t testing.TB) Content {
	return Content{
		Meta:   model.Metadata{Notes: map[string]string{"date": "2026-01-31", "note": "made by hand"}},
		Labels: []string{"D", "N", "V", "X"},
		Input:  model.Input{Templates: parse(t, "u:w=%x[0,form]\nb:l=%x[0,form]\nb\n"), Names: map[string]int{"form": 0}},
		Words:  []uint64{5, 7},
		Attributes: []Attribute{
			{"u:w=the", []LabelWeight{{0, 2.5}}},
			{"u:w=dog", []LabelWeight{{1, 1}, {2, 0.25}, {3, -0.125}}},
			{"u:w=barks", []LabelWeight{{2, 1.5}, {1, 0.75}}},
		},
		Transitions: []PairWeight{{0, 1, 1}, {1, 2, 0.5}},
		Bigrams:     []BigramAttribute{{"b:l=barks", []PairWeight{{1, 2, 0.5}, {0, 1, 0.25}}}},
	}
}

// Every truncation and every changed byte is detected and reported.
func TestDamagedModelsAreRefused(t *testing.T) {
	p := tiny(t)
	p.Dictionary = map[uint64][]int{hashWord("the"): {1, 3}}
	m, err := New(p)
	require.NoError(t, err)
	data := saved(t, m, SaveOptions{})
	p = tiny(t)
	p.Input.Lexicons = []lexicon.Lexicon{classes(t, "00\tdog\t2\n")}
	with, err := New(p)
	require.NoError(t, err)
	refuseDamaged(t, data)
	refuseDamaged(t, saved(t, with, SaveOptions{}))
	_, err = Load(bytes.NewReader(append(bytes.Clone(data), 0)))
	assert.ErrorIs(t, err, model.ErrModel, "something follows")

	newer := bytes.Clone(data)
	newer[8] = 9
	_, err = Load(bytes.NewReader(newer))
	assert.ErrorContains(t, err, "not a valid model: written by a newer version")
	newer[8] = 1
	_, err = Load(bytes.NewReader(newer))
	assert.ErrorContains(t, err, "not a valid model: written by an older version")
	_, err = Load(bytes.NewReader(bytes.Repeat([]byte("lCRF and more that is another tool's model"), 3)))
	assert.ErrorContains(t, err, "not a valid model: it is a CRFsuite model")
	_, err = Load(bytes.NewReader(bytes.Repeat([]byte("#mdl#2# and more that is another tool's model"), 3)))
	assert.ErrorContains(t, err, "does not start with")
}

func refuseDamaged(t *testing.T, data []byte) {
	t.Helper()
	for n := range data {
		_, err := Load(bytes.NewReader(data[:n]))
		require.ErrorIs(t, err, model.ErrModel, "cut to %d bytes", n)
		for bit := range 8 {
			bad := bytes.Clone(data)
			bad[n] ^= 1 << bit
			_, err := Load(bytes.NewReader(bad))
			require.ErrorIs(t, err, model.ErrModel, "bit %d of byte %d", bit, n)
		}
	}
}

// resealed changes a section and corrects the checksums, so that the tests reach the checks of the
// content.
func resealed(data []byte, change func(name string, section []byte) []byte) []byte {
	sections, err := format.Parse(data)
	if err != nil {
		return data
	}
	var list []container.Section
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		if changed := change(name, bytes.Clone(sections[name])); changed != nil {
			list = append(list, container.Section{Name: name, Data: changed})
		}
	}
	var b bytes.Buffer
	if err := format.Write(&b, list); err != nil {
		return data
	}
	return b.Bytes()
}

func TestParserIsTotal(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	rows := read(t, sample.Dev)[0]
	rounds := 1500
	if testing.Short() {
		rounds = 100
	}
	for _, m := range models(t) {
		for w := Float32; w <= Int8; w++ {
			data := saved(t, m, SaveOptions{Precision: w})
			sections, err := format.Parse(data)
			require.NoError(t, err)
			names := slices.Sorted(maps.Keys(sections))
			for range rounds / 4 {
				victim := names[rng.IntN(len(names))]
				use(t, resealed(data, func(name string, section []byte) []byte {
					if name != victim {
						return section
					}
					for range 1 + rng.IntN(3) {
						if len(section) > 0 {
							section[rng.IntN(len(section))] = byte(rng.IntN(256))
						}
					}
					if rng.IntN(4) == 0 {
						section = section[:rng.IntN(len(section)+1)]
					}
					return section
				}), rows)
			}
			for _, victim := range names {
				bad := resealed(data, func(name string, section []byte) []byte {
					if name == victim {
						return nil
					}
					return section
				})
				_, err := Load(bytes.NewReader(bad))
				if victim == secNames || victim == secBigramNames {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, model.ErrModel, "without %s", victim)
				}
			}
		}
	}
}

// use loads a model, tags with it and reads its content. Each step works or fails with an error.
func use(t testing.TB, data []byte, rows features.Rows) {
	m, err := Load(bytes.NewReader(data))
	if err != nil {
		require.ErrorIs(t, err, model.ErrModel)
		return
	}
	if m.program != nil && m.input.Columns <= 3 && m.labels.Len() < 1000 {
		if _, err := m.Tag(rows); err != nil {
			t.Logf("tagging: %v", err) // weights of 1e308 overflow, and the error says so
		}
	}
	if _, err := m.Content(); err != nil && !errors.Is(err, ErrStripped) {
		require.ErrorIs(t, err, model.ErrModel)
	}
}

func FuzzLoad(f *testing.F) {
	// Small models, because each fuzzing process creates them.
	m, err := New(tiny(f))
	require.NoError(f, err)
	bio := spanModel(f, rand.New(rand.NewPCG(1, 1)), structured.BIO, bioLabels, true, true)
	p := tiny(f)
	p.Input.Lexicons = []lexicon.Lexicon{classes(f, "00\tdog\t2\n01\tcat\t1\n")}
	with, err := New(p)
	require.NoError(f, err)
	for _, m := range []*Model{m, bio, with} {
		f.Add(saved(f, m, SaveOptions{}), "attrs", uint16(0), byte(1))
		f.Add(saved(f, m, SaveOptions{Precision: Int8, Strip: true}), "a.rows", uint16(9), byte(200))
	}
	p = tiny(f)
	p.Dictionary = map[uint64][]int{hashWord("the"): {1, 3}, hashWord("dog"): {2}}
	m, err = New(p)
	require.NoError(f, err)
	f.Add(saved(f, m, SaveOptions{}), "dict", uint16(8), byte(3))
	f.Add(saved(f, m, SaveOptions{}), "d.labels", uint16(0), byte(9))
	f.Add([]byte(format.Magic), "", uint16(0), byte(0))
	rows := read(f, sample.Dev)[0]
	f.Fuzz(func(t *testing.T, data []byte, victim string, at uint16, value byte) {
		use(t, data, rows)
		use(t, resealed(data, func(name string, section []byte) []byte {
			if name == victim && len(section) > 0 {
				section[int(at)%len(section)] = value
			}
			return section
		}), rows)
	})
}

type full struct{ room int }

var errFull = errors.New("no space left")

func (w *full) Write(b []byte) (int, error) {
	if w.room -= len(b); w.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteErrorsAreReturned(t *testing.T) {
	m := models(t)["plain"]
	for _, room := range []int{0, 64, 1000} {
		assert.ErrorIs(t, m.Save(&full{room}, SaveOptions{}), errFull)
	}
}
