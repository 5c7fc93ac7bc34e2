package crf

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
)

const lexiconTemplates = "u:w=%l[0,form]\nu:c=%x[0,cluster]\nu:c2=%p[0,cluster,2]\nu:c-1=%x[-1,cluster]\nb\n"

func classes(t testing.TB, text string) *lexicon.Classes {
	t.Helper()
	c, err := cluster.Read(strings.NewReader(text), "test")
	require.NoError(t, err)
	l, err := lexicon.NewClasses("cluster", c)
	require.NoError(t, err)
	return l
}

// withLexicon is small with a column of classes that the rows do not have.
func withLexicon(t testing.TB, l lexicon.Lexicon, templates string, n int) *Dataset {
	t.Helper()
	d, err := NewDataset(model.Input{Templates: parse(t, templates), Names: map[string]int{"form": 0}, Lexicons: []lexicon.Lexicon{l}})
	require.NoError(t, err)
	for _, rows := range read(t, sample.Train)[:n] {
		require.NoError(t, d.Add(rows, column(rows, 2), 1))
	}
	return d
}

// lengthClasses groups the words of the samples into classes by length.
func lengthClasses(t testing.TB) *lexicon.Classes {
	var b strings.Builder
	for _, text := range []string{sample.Train, sample.Dev} {
		for _, rows := range read(t, text) {
			for i := range rows {
				fmt.Fprintf(&b, "%s\tlength%d\n", rows[i][0], len(rows[i][0]))
			}
		}
	}
	return classes(t, b.String())
}

// A model with a lexicon equals a model whose sentences already have the column. Tagging needs only
// the model file.
func TestLexiconIsAColumn(t *testing.T) {
	l := lengthClasses(t)
	with := train(t, withLexicon(t, l, lexiconTemplates, 12), Options{Penalty: l2, Threads: 1})

	d, err := NewDataset(model.Input{Templates: parse(t, lexiconTemplates), Names: map[string]int{"form": 0, "cluster": 3}})
	require.NoError(t, err)
	widened := func(rows features.Rows) features.Rows {
		var wide features.Rows
		for _, row := range rows {
			wide = append(wide, append(append([]string{}, row[:3]...), l.Class(row[0])))
		}
		return wide
	}
	for _, rows := range read(t, sample.Train)[:12] {
		require.NoError(t, d.Add(widened(rows), column(rows, 2), 1))
	}
	column := train(t, d, Options{Penalty: l2, Threads: 1})
	got := loaded(t, saved(t, with, SaveOptions{Precision: Float64, Strip: true}))
	for _, rows := range read(t, sample.Dev) {
		want, err := nbest(column, widened(rows), 2)
		require.NoError(t, err)
		have, err := nbest(got, rows, 2)
		require.NoError(t, err)
		require.Equal(t, want, have)
	}
	require.Len(t, got.Input().Lexicons, 1)
	assert.Equal(t, l, got.Input().Lexicons[0])
	p, err := with.Content()
	require.NoError(t, err)
	again, err := New(p)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(saved(t, with, SaveOptions{}), saved(t, again, SaveOptions{})), "Content keeps the lexicon")
}

// vectors returns word vectors that encode the length and the last letter.
func vectors(t testing.TB) *lexicon.Vectors {
	t.Helper()
	var b strings.Builder
	for _, rows := range read(t, sample.Train)[:6] {
		for i := range rows {
			w := rows[i][0]
			fmt.Fprintf(&b, "%s %g 1 %g\n", strings.ToLower(w), float64(len(w))/4, float64(w[len(w)-1])/64-1)
		}
	}
	x, err := lexicon.ReadVectors("vector", strings.NewReader(b.String()), "test", 0)
	require.NoError(t, err)
	return x
}

// withVectors is small with word vectors and a numeric column of the rows.
func withVectors(t testing.TB, n int) *Dataset {
	t.Helper()
	d, err := NewDataset(model.Input{
		Templates: parse(t, "u:w=%l[0,form]\nu:v=%v[0,vector]\nu:next=%v[1,vector]\nu:n=%v[0,3]\nb\n"), Columns: 4,
		Names: map[string]int{"form": 0}, Lexicons: []lexicon.Lexicon{vectors(t)},
	})
	require.NoError(t, err)
	for _, rows := range read(t, sample.Train)[:n] {
		require.NoError(t, d.Add(numbered(rows), column(rows, 2), 1))
	}
	return d
}

// numbered adds a fourth column with a number for every second word.
func numbered(rows features.Rows) features.Rows {
	var wide features.Rows
	for i, row := range rows {
		number := "_"
		if i%2 == 0 {
			number = fmt.Sprint(float64(i) / 8)
		}
		wide = append(wide, append(append([]string{}, row[:3]...), number))
	}
	return wide
}

// A model with vectors equals a model whose tokens bring the same attributes and values.
func TestVectorsAreValues(t *testing.T) {
	d := withVectors(t, 12)
	m := train(t, d, Options{Penalty: l2, Threads: 1})
	program, err := d.input.Program()
	require.NoError(t, err)
	e := program.NewExtractor()
	itemsOf := func(rows features.Rows) [][]attrfile.Attribute {
		e.Reset(numbered(rows))
		list := make([][]attrfile.Attribute, len(rows))
		for i := range rows {
			for _, name := range e.Unigrams(i) {
				list[i] = append(list[i], attrfile.Attribute{Name: string(name), Value: 1})
			}
			for _, v := range e.Values(i) {
				list[i] = append(list[i], attrfile.Attribute{Name: string(v.Name), Value: v.Value})
			}
		}
		return list
	}
	ready, err := NewDataset(model.Input{})
	require.NoError(t, err)
	for _, rows := range read(t, sample.Train)[:12] {
		require.NoError(t, ready.AddItems(itemsOf(rows), column(rows, 2), 1))
	}
	require.Equal(t, ready.Attributes(), d.Attributes())
	want := train(t, ready, Options{Penalty: l2, Threads: 1})
	got := loaded(t, saved(t, m, SaveOptions{Precision: Float64}))
	tagger, items := got.NewDecoder(), want.NewDecoder()
	for _, rows := range read(t, sample.Dev) {
		require.NoError(t, items.ReadItems(itemsOf(rows)))
		wide := numbered(rows)
		require.NoError(t, tagger.Read(wide))
		require.InDeltaSlice(t, items.Scores().Node, tagger.Scores().Node, 1e-9)
	}
	var wide features.Sequence = numbered(read(t, sample.Dev)[0])
	assert.Zero(t, testing.AllocsPerRun(50, func() {
		_ = tagger.Read(wide)
		_, _, _ = tagger.Best()
	}))
}

func TestLexiconErrors(t *testing.T) {
	l := classes(t, "dog animal\n")
	_, err := NewDataset(model.Input{Lexicons: []lexicon.Lexicon{l}})
	require.ErrorIs(t, err, model.ErrInput)
	templates := parse(t, lexiconTemplates)
	_, err = NewDataset(model.Input{Templates: templates, Names: map[string]int{"form": 0}, Lexicons: make([]lexicon.Lexicon, 101)})
	require.ErrorIs(t, err, model.ErrInput)
	_, err = NewDataset(model.Input{Templates: templates, Names: map[string]int{"form": 0}})
	require.ErrorIs(t, err, features.ErrColumn)
	_, err = NewDataset(model.Input{Templates: templates, Columns: 1, Lexicons: []lexicon.Lexicon{l}})
	require.ErrorIs(t, err, features.ErrColumn)
}

// A checkpoint identifies the lexicon, even if another lexicon gives the same values for the
// training data.
func TestCheckpointKnowsTheLexicon(t *testing.T) {
	prints := func(l lexicon.Lexicon) []print {
		return (&trainer{data: withLexicon(t, l, lexiconTemplates, 1)}).fingerprints()
	}
	one := prints(classes(t, "zebra animal\n"))
	assert.Equal(t, one, prints(classes(t, "zebra animal\n")))
	assert.NotEqual(t, one, prints(classes(t, "zebra animal\nyak animal\n")))
}

func TestTaggingWithLexiconsAllocatesNothing(t *testing.T) {
	m := train(t, withLexicon(t, lengthClasses(t), lexiconTemplates, 12), Options{Penalty: l2, Threads: 1})
	tagger := m.NewDecoder()
	var rows features.Sequence = read(t, sample.Dev)[0]
	require.NoError(t, tagger.Read(rows))
	_, _, err := tagger.Best()
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(50, func() {
		_ = tagger.Read(rows)
		_, _, _ = tagger.Best()
	}))
}
