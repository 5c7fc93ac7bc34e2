package crf

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

func TestHashWord(t *testing.T) {
	// Test vectors of 64-bit FNV-1a.
	assert.EqualValues(t, uint64(0xcbf29ce484222325), hashWord(""))
	assert.EqualValues(t, uint64(0xaf63dc4c8601ec8c), hashWord("a"))
	assert.EqualValues(t, uint64(0x85944171f73967e8), hashWord("foobar"))
	for _, print := range []uint64{0, 1, hashWord("foobar"), math.MaxUint64} {
		assert.Equal(t, print, keyOf(print)*keyBack)
	}
}

// The tag dictionary of a model matches counts of words and labels.
func TestTagDictionary(t *testing.T) {
	d := small(t, plainTemplates, 60)
	count, seen := make(map[string]int), make(map[string]map[string]bool)
	for _, rows := range read(t, sample.Train)[:60] {
		for i, label := range column(rows, 2) {
			word := rows[i][0]
			if count[word]++; seen[word] == nil {
				seen[word] = make(map[string]bool)
			}
			seen[word][label] = true
		}
	}
	o := Options{Penalty: l2, Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 5}}}
	bare := train(t, d, o)
	assert.Zero(t, bare.tagDict.used)
	for _, least := range []int{1, 2, 5, 1000} {
		o.TagDictionary = least
		m := train(t, d, o)
		n := 0
		for word := range count {
			var want, got []string
			if count[word] >= least {
				n++
				for label := range seen[word] {
					want = append(want, label)
				}
			}
			for _, j := range m.tagDict.of(word) {
				got = append(got, m.Labels()[j])
			}
			require.ElementsMatch(t, want, got, "%s, which occurs %d times, from %d", word, count[word], least)
		}
		assert.Equal(t, n, m.tagDict.used)
		assert.Empty(t, m.tagDict.of("a word that is not there"))
		again := loaded(t, saved(t, m, SaveOptions{}))
		for _, rows := range read(t, sample.Dev) {
			labels, err := again.Tag(rows)
			require.NoError(t, err)
			for i, label := range labels {
				word := rows[i][0]
				require.True(t, count[word] < least || seen[word][label], "%s never has label %s", word, label)
			}
		}
		if n == 0 {
			assert.Equal(t, saved(t, bare, SaveOptions{}), saved(t, m, SaveOptions{}), "an empty dictionary is not stored")
		} else {
			assert.NotEqual(t, saved(t, bare, SaveOptions{}), saved(t, m, SaveOptions{}))
		}
	}
}

// Tokens without label information add nothing to a dictionary. Partially labelled tokens add their
// candidate labels.
func TestTagDictionaryOfPartialLabels(t *testing.T) {
	d, err := NewDataset(model.Input{Templates: parse(t, "u:w=%x[0,form]\n"), Names: map[string]int{"form": 0}})
	require.NoError(t, err)
	require.NoError(t, d.Add(features.Rows{{"one"}, {"two"}, {"six"}}, []string{"A", "B", "C"}, 1))
	require.NoError(t, d.AddChoices(model.Sentence{Columns: features.Rows{{"one"}, {"two"}, {"ten"}}}, []annotation.Choice{{}, {Labels: []string{"A", "B"}}, {}}, 1))
	w, err := d.wordLabels(1)
	require.NoError(t, err)
	for k, want := range [][]uint16{{0}, {0, 1}, {2}, {}} {
		assert.Equal(t, want, w.of(int32(k)))
	}
	assert.Nil(t, w.of(-1))
	w, err = d.wordLabels(2)
	require.NoError(t, err)
	assert.Equal(t, []uint16{0, 1}, w.label, "only of word two")

	_, _, err = Train(t.Context(), items(t, rand.New(rand.NewPCG(1, 1)), 5), Options{Penalty: l2, TagDictionary: 1})
	require.ErrorIs(t, err, model.ErrInput)
	assert.ErrorContains(t, err, "word column")
}

// withDictionary gives the words of a model of spanModel random lists of labels.
func withDictionary(t *testing.T, rng *rand.Rand, m *Model) *Model {
	p, err := m.Content()
	require.NoError(t, err)
	p.Dictionary = make(map[uint64][]int)
	for _, w := range []string{"a", "b", "d"} {
		p.Dictionary[hashWord(w)] = rng.Perm(len(p.Labels))[:1+rng.IntN(2)]
	}
	m, err = New(p)
	require.NoError(t, err)
	return m
}

// With the tag dictionary, a tagger returns the same as without it, restricted to the paths that
// the dictionary allows. If the grammar forbids all of them, all paths are allowed.
func TestDictionaryRestrictsLabels(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 15))
	lifted, heeded := 0, 0
	eachSpanModel(t, func(m *Model, rows features.Rows) {
		m = withDictionary(t, rng, m)
		pruned, whole := m.NewDecoder(), m.NewDecoder()
		whole.prune(false)
		for _, constrained := range []bool{true, false} {
			pruned.constrain(constrained)
			whole.constrain(constrained)
			require.NoError(t, pruned.Read(rows))
			require.NoError(t, whole.Read(rows))
			s := whole.Scores()
			left := func(y []int) bool {
				for i, j := range y {
					labels := m.tagDict.of(rows[i][0])
					if len(labels) > 0 && !slices.Contains(labels, uint16(j)) {
						return false
					}
				}
				return true
			}
			some := false
			for y := range structured.Paths(s.T, s.L) {
				some = some || left(y) && s.PathScore(y) > math.Inf(-1)
			}
			if some {
				heeded++
			} else {
				lifted++
			}
			given := 0.0 // from tokens with one possible label
			for i := range rows {
				if labels := m.tagDict.of(rows[i][0]); some && len(labels) == 1 {
					given += s.NodeAt(i)[labels[0]]
				}
			}
			best, z := math.Inf(-1), 0.0
			marginals := structured.NewLattice(s.T, s.L, structured.NoEdges)
			for y := range structured.Paths(s.T, s.L) {
				if some && !left(y) {
					continue
				}
				score := s.PathScore(y)
				best = max(best, score)
				z += math.Exp(score)
				marginals.AddPath(y, math.Exp(score))
			}
			marginals.Scale(1 / z)

			path, score, err := pruned.Best()
			require.NoError(t, err)
			require.True(t, !some || left(path))
			require.InDelta(t, best, score+given, 1e-12)
			require.InDelta(t, best, s.PathScore(path), 1e-12)
			first := slices.Clone(path)
			list, err := pruned.NBest(3)
			require.NoError(t, err)
			require.Equal(t, first, list[0].Labels)
			require.InDelta(t, math.Exp(best)/z, list[0].Probability, 1e-12)
			got, err := pruned.Marginals()
			require.NoError(t, err)
			require.InDeltaSlice(t, marginals.Node, got.Node, 1e-12)
			path, right, err := pruned.Posterior()
			require.NoError(t, err)
			require.True(t, !some || left(path))
			require.InDelta(t, right, marginals.PathScore(path), 1e-12)
			require.True(t, !constrained || wellFormed(m, path))
			require.InDelta(t, best, pruned.Scores().PathScore(first)+given, 1e-12)
			path, _, err = pruned.Best()
			require.NoError(t, err)
			require.Equal(t, first, path, "unchanged scores give the same path")
		}
	})
	assert.Greater(t, lifted, 5)
	assert.Greater(t, heeded, 20)
}

// Labels passed to Allow override the tag dictionary for the sentence.
func TestAllowOverridesTheDictionary(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 17))
	eachSpanModel(t, func(m *Model, rows features.Rows) {
		m = withDictionary(t, rng, m)
		pruned, whole := m.NewDecoder(), m.NewDecoder()
		whole.prune(false)
		given := make([][]int, len(rows))
		for i := range given {
			if j := rng.IntN(len(m.Labels())+3) - 3; j >= 0 {
				given[i] = []int{j}
			}
		}
		require.NoError(t, pruned.Read(rows))
		require.NoError(t, whole.Read(rows))
		_, _, err := pruned.Best()
		require.NoError(t, err)
		require.NoError(t, pruned.Read(rows))
		require.NoError(t, pruned.Allow(given))
		require.NoError(t, whole.Allow(given))
		assert.Equal(t, whole.Scores(), pruned.Scores())
	})
}

func TestDictionaryOfContent(t *testing.T) {
	p := tiny(t)
	for _, bad := range []map[uint64][]int{{1: {4}}, {1: {-1, 0}}} {
		p.Dictionary = bad
		_, err := New(p)
		assert.ErrorIs(t, err, model.ErrInput)
	}
	free := uint64(keyBack)
	free *= freeKey // the word whose key is freeKey
	p.Dictionary = map[uint64][]int{3: {1}, 1: {2, 0, 2}, 2: nil, 4: {0, 1, 2, 3}, free: {0}}
	m, err := New(p)
	require.NoError(t, err)
	again, err := m.Content()
	require.NoError(t, err)
	assert.Equal(t, map[uint64][]int{3: {1}, 1: {0, 2}}, again.Dictionary, "words without restrictions are left out")
	assert.Equal(t, 2, m.tagDict.used)
	p.Input.Names = nil
	p.Input.Columns = 1
	p.Input.Templates = parse(t, "u:w=%x[0,0]\n")
	_, err = New(p)
	assert.ErrorIs(t, err, model.ErrInput)
}

// The sections of a tag dictionary are stable. Damaged sections with correct checksums are
// rejected.
func TestGoldenDictionary(t *testing.T) {
	p := tiny(t)
	p.Dictionary = map[uint64][]int{hashWord("the"): {1, 3}, hashWord("dog"): {0, 2, 3}, hashWord("cat"): {1}}
	m, err := New(p)
	require.NoError(t, err)
	path := filepath.Join("testdata", "v3.dictionary.model")
	data := saved(t, m, SaveOptions{})
	if *update {
		require.NoError(t, os.WriteFile(path, data, 0o644))
	}
	golden, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, golden, data)
	labels, err := loaded(t, golden).Tag(features.Rows{{"the"}, {"dog"}, {"barks"}})
	require.NoError(t, err)
	assert.Equal(t, []string{"N", "V", "V"}, labels)

	damages := 0
	for _, victim := range []string{secDict, secDictLabels} {
		_, err := Load(bytes.NewReader(resealed(data, func(name string, section []byte) []byte {
			if name == victim {
				return nil
			}
			return section
		})))
		require.ErrorIs(t, err, model.ErrModel, "without %s", victim)
		sections, err := format.Parse(data)
		require.NoError(t, err)
		for at := range sections[victim] {
			for bit := range 8 {
				_, err := Load(bytes.NewReader(resealed(data, func(name string, section []byte) []byte {
					if name == victim {
						section[at] ^= 1 << bit
					}
					return section
				})))
				if err != nil { // else other words, or other labels
					require.ErrorIs(t, err, model.ErrModel)
					damages++
				}
			}
		}
	}
	assert.Greater(t, damages, 500)
}

// Training scores development data as the model tags them.
func TestDevelopmentScoresUseTheDictionary(t *testing.T) {
	d := small(t, plainTemplates, 60)
	dev := d.HeldOut()
	sentences := read(t, sample.Dev)
	for _, rows := range sentences {
		require.NoError(t, dev.Add(rows, column(rows, 2), 1))
	}
	m, summary, err := Train(t.Context(), d, Options{
		Dev: dev, Penalty: l2, Threads: 2, TagDictionary: 1, Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 6}},
	})
	require.NoError(t, err)
	tagger := m.NewDecoder()
	var accuracies [2]float64
	for k, on := range []bool{false, true} {
		tagger.prune(on)
		want := metrics.Evaluator{Scheme: d.Scheme()}
		for _, rows := range sentences {
			require.NoError(t, tagger.Read(rows))
			path, _, err := tagger.Best()
			require.NoError(t, err)
			require.NoError(t, want.Add(column(rows, 2), labelsOf(m, path), nil))
		}
		accuracies[k] = want.Results().Accuracy
	}
	assert.Equal(t, accuracies[1], summary.Dev.Accuracy)
	assert.NotEqual(t, accuracies[0], accuracies[1], "otherwise the test is vacuous")
}

func TestPruningAllocatesNothing(t *testing.T) {
	m := loaded(t, saved(t, train(t, small(t, plainTemplates, 40), Options{Penalty: l2, TagDictionary: 2}), SaveOptions{}))
	require.NotZero(t, m.tagDict.used)
	tagger := m.NewDecoder()
	var sentences []features.Sequence
	for _, rows := range read(t, sample.Dev)[:10] {
		sentences = append(sentences, rows)
	}
	tag := func() {
		for _, s := range sentences {
			err := tagger.Read(s)
			if err == nil {
				_, _, err = tagger.Best()
			}
			if err == nil {
				_, _, err = tagger.Posterior()
			}
			if err != nil {
				t.Error(err)
			}
		}
	}
	tag()
	assert.Zero(t, testing.AllocsPerRun(20, tag))
}
