package trellis_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/model"
)

// split returns the texts of the parts, with the rest last.
func split(t *testing.T, text string, o trellis.SplitOptions) (texts []string, parts []*trellis.Part) {
	t.Helper()
	parts, rest, err := trellis.Split(t.Context(), stdin(text), o)
	require.NoError(t, err)
	parts = append(parts, rest)
	for _, p := range parts {
		var out strings.Builder
		require.NoError(t, p.Write(&out))
		texts = append(texts, out.String())
	}
	return texts, parts
}

func TestSplitInOrder(t *testing.T) {
	text := "a X\n\nb X\nc X\n\n# d\nd X\n\n\ne X\n"
	for name, c := range map[string]struct {
		o    trellis.SplitOptions
		want []string
	}{
		"halves":         {trellis.SplitOptions{Shares: []float64{1, 1}}, []string{"a X\n\nb X\nc X\n\n", "# d\nd X\n\n\ne X\n", ""}},
		"other unit":     {trellis.SplitOptions{Shares: []float64{0.25, 0.75}}, []string{"a X\n\n", "b X\nc X\n\n# d\nd X\n\n\ne X\n", ""}},
		"all":            {trellis.SplitOptions{Shares: []float64{7}}, []string{text, ""}},
		"a small share":  {trellis.SplitOptions{Shares: []float64{1, 1000}}, []string{"", text, ""}},
		"counts":         {trellis.SplitOptions{Counts: []float64{1, 2}}, []string{"a X\n\n", "b X\nc X\n\n# d\nd X\n\n", "\ne X\n"}},
		"counts of all":  {trellis.SplitOptions{Counts: []float64{4}}, []string{text, ""}},
		"two blank ones": {trellis.SplitOptions{Counts: []float64{3}, ByDocument: true}, []string{text[:len(text)-5], "\ne X\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.InOrder = true
			got, _ := split(t, text, c.o)
			assert.Equal(t, c.want, got)
		})
	}
	got, _ := split(t, "a X\n", trellis.SplitOptions{Shares: []float64{1, 1}})
	assert.Equal(t, []string{"", "a X\n", ""}, got, "a sentence on the border is of the later part")
}

// Parts have sizes. Comments after the last sentence stay with it and do not count.
func TestPart(t *testing.T) {
	text := "a X\n\nb X\nc X\n\n# the end\n"
	got, parts := split(t, text, trellis.SplitOptions{Shares: []float64{1, 1}, InOrder: true})
	assert.Equal(t, []string{"a X\n\n", "b X\nc X\n\n# the end\n", ""}, got)
	for k, want := range []trellis.Part{{Units: 1, Sentences: 1, Tokens: 1}, {Units: 1, Sentences: 1, Tokens: 2}, {}} {
		assert.Equal(t, []int{want.Units, want.Sentences, want.Tokens}, []int{parts[k].Units, parts[k].Sentences, parts[k].Tokens})
	}
}

func TestSplitKeepsDocuments(t *testing.T) {
	for name, start := range map[string]string{"DOCSTART": "-DOCSTART- X\n\n", "newdoc": "# newdoc id = d\n"} {
		var b strings.Builder
		for d := range 6 {
			fmt.Fprintf(&b, "%sa%d X\n\nb%d X\nc%d X\n\n", start, d, d, d)
		}
		for seed := range uint64(5) {
			got, parts := split(t, b.String(), trellis.SplitOptions{Shares: []float64{2, 1}, ByDocument: true, Seed: seed})
			for k, want := range []int{4, 2, 0} {
				assert.Equal(t, []int{want, 2 * want, 3 * want}, []int{parts[k].Units, parts[k].Sentences, parts[k].Tokens}, name)
				assert.Equal(t, want, strings.Count(got[k], start), name)
			}
			for d := range 6 {
				whole := fmt.Sprintf("%sa%d X\n\nb%d X\nc%d X\n\n", start, d, d, d)
				assert.Equal(t, 1, strings.Count(got[0]+got[1], whole), name)
			}
		}
	}
}

// Without InOrder, the seed determines the parts. Each part keeps the order of the source.
func TestSplitShuffles(t *testing.T) {
	var b strings.Builder
	for k := range 40 {
		fmt.Fprintf(&b, "%02d X\n\n", k)
	}
	o := trellis.SplitOptions{Shares: []float64{3, 1}, Seed: 1}
	got, _ := split(t, b.String(), o)
	again, _ := split(t, b.String(), o)
	assert.Equal(t, got, again)
	o.Seed = 2
	other, _ := split(t, b.String(), o)
	assert.NotEqual(t, got, other)
	var all []string
	for k, n := range []int{30, 10} {
		list := strings.Fields(strings.ReplaceAll(got[k], " X", ""))
		assert.Len(t, list, n)
		assert.True(t, slices.IsSorted(list))
		all = append(all, list...)
	}
	assert.False(t, slices.IsSorted(all), "the parts are drawn at random")
	slices.Sort(all)
	assert.Len(t, slices.Compact(all), 40)
}

func TestSplitAttributes(t *testing.T) {
	text := "@weight:2\nX\tw=a\tp=b:2\nY\tw=c\n\nX\tw=d\n\n"
	got, parts := split(t, text, trellis.SplitOptions{Counts: []float64{1}, InOrder: true})
	assert.Equal(t, []string{"@weight:2\nX\tw=a\tp=b:2\nY\tw=c\n\n", "X\tw=d\n\n"}, got)
	assert.Equal(t, 2, parts[0].Tokens)
}

func TestSplitRefusesOptions(t *testing.T) {
	for name, c := range map[string]struct {
		o              trellis.SplitOptions
		option, reason string
	}{
		"nothing":         {trellis.SplitOptions{}, "shares", "set either {shares} or {counts}"},
		"both":            {trellis.SplitOptions{Shares: []float64{1}, Counts: []float64{1}}, "counts", "set either {shares} or {counts}"},
		"no share":        {trellis.SplitOptions{Shares: []float64{1, 0}}, "shares", "{shares} 0: want positive numbers"},
		"negative":        {trellis.SplitOptions{Shares: []float64{-1}}, "shares", "{shares} -1: want"},
		"NaN":             {trellis.SplitOptions{Shares: []float64{math.NaN()}}, "shares", "{shares} NaN: want"},
		"infinite":        {trellis.SplitOptions{Shares: []float64{math.Inf(1)}}, "shares", "{shares} +Inf: want"},
		"half a sentence": {trellis.SplitOptions{Counts: []float64{1.5}}, "counts", "{counts} 1.5: want whole positive numbers"},
		"no count":        {trellis.SplitOptions{Counts: []float64{0}}, "counts", "{counts} 0: want"},
	} {
		t.Run(name, func(t *testing.T) {
			requireOption(t, c.o.Check(), c.option, c.reason)
			_, _, err := trellis.Split(t.Context(), stdin("a X\n"), c.o)
			requireOption(t, err, c.option, c.reason)
		})
	}
	require.NoError(t, (trellis.SplitOptions{Shares: []float64{0.5}}).Check())
}

func TestSplitErrors(t *testing.T) {
	one := trellis.SplitOptions{Shares: []float64{1}}
	for name, c := range map[string]struct {
		source corpus.Source
		o      trellis.SplitOptions
		want   string
	}{
		"too many":             {stdin("a X\n"), trellis.SplitOptions{Counts: []float64{1, 1}}, "counts: 2 sentences requested, but the files have 1"},
		"no documents":         {stdin("a X\n\nb X\n"), trellis.SplitOptions{Shares: []float64{1}, ByDocument: true}, "stdin: no document boundaries"},
		"blank lines first":    {stdin("\n\n\na X\n\nb X\n"), trellis.SplitOptions{Shares: []float64{1}, ByDocument: true}, "stdin: no document boundaries"},
		"attributes":           {stdin("X\tw=a\tp=b\nY\tw=c\n"), trellis.SplitOptions{Shares: []float64{1}, ByDocument: true}, "attribute files have no document boundaries"},
		"ragged":               {stdin("a X\nb\n"), one, "stdin:2: 1 column, expected 2"},
		"no such file":         {corpus.Source{Paths: []string{"no such file"}}, one, "no such file"},
		"nothing":              {corpus.Source{}, one, "no files or sentences to split"},
		"a format of its own":  {stdin("a X\n"), trellis.SplitOptions{Shares: []float64{1}, Format: corpus.CoNLLU}, "stdin:1: "},
		"formats do not match": {corpus.Source{Paths: []string{"-"}, Stdin: strings.NewReader(treebank), Sentences: memory(t, []string{"a", "X"}).Sentences}, one, "sentences: format conll, but stdin is conllu"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := trellis.Split(t.Context(), c.source, c.o)
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, _, err := trellis.Split(t.Context(), corpus.Source{}, one)
	assert.ErrorIs(t, err, model.ErrInput)
}
