package trellis

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text/standoff"
)

func TestOverlapByDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	words := strings.Fields("a b c d e f g h A B")
	random := func() (list []string) {
		for range 1 + rng.IntN(6) {
			list = append(list, words[rng.IntN(len(words))])
		}
		return list
	}
	o := newOverlap()
	var added [][]string
	for range 60 {
		x := random()
		set := o.set(x)
		for from := range len(added) + 1 {
			want := 0.0
			for _, other := range added[from:] {
				want = max(want, jaccard(x, other))
			}
			assert.InDelta(t, want, o.greatest(set, from), 1e-15)
		}
		o.add(set)
		added = append(added, x)
	}
}

// jaccard is the overlap of two sentences by definition.
func jaccard(a, b []string) float64 {
	both, either := 0.0, make(map[string]bool)
	in := make(map[string]bool)
	for _, w := range a {
		in[strings.ToLower(w)], either[strings.ToLower(w)] = true, true
	}
	for _, w := range b {
		if w = strings.ToLower(w); in[w] {
			both++
			in[w] = false
		}
		either[w] = true
	}
	return both / float64(len(either))
}

// The lazy choice equals the choice that computes all values in each step.
func TestChooseIsGreedy(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	words := strings.Fields("a b c d e f g h i j k l")
	for _, diversity := range []float64{0, 0.3, 1} {
		var units []*poolUnit
		for k := range 80 {
			u := &poolUnit{index: k, score: float64(rng.IntN(20)) / 20}
			for range 1 + rng.IntN(5) {
				u.words = append(u.words, words[rng.IntN(len(words))])
			}
			u.plain = strings.Join(u.words, " ")
			units = append(units, u)
		}
		known := newOverlap()
		known.add(known.set(units[7].words))
		o := SelectOptions{N: 25, Diversity: diversity, Duplicates: 0.6}
		var want []int
		taken := make([]bool, len(units))
		for len(want) < o.N {
			best, value := -1, math.Inf(-1)
			for k, u := range units {
				most := 0.0
				for _, i := range want {
					most = max(most, jaccard(u.words, units[i].words))
				}
				v := u.score - diversity*most
				if !taken[k] && most < 0.6 && jaccard(u.words, units[7].words) < 0.6 && v > value+1e-12 {
					best, value = k, v
				}
			}
			if best < 0 {
				break
			}
			taken[best] = true
			want = append(want, best)
		}
		var got []int
		r := o.choose(units, known)
		for _, c := range r.Chosen {
			got = append(got, c.Index)
		}
		assert.Equal(t, want, got, "diversity %v", diversity)
		assert.Positive(t, r.Duplicates)
		assert.Equal(t, 80, r.Pool)
	}
}

func TestScoresOfStrategies(t *testing.T) {
	best := []model.Labelling{
		{Labels: []string{"A", "B"}, Probability: 0.49, Probabilities: []float64{0.9, 0.6}},
		{Labels: []string{"A", "A"}, Probability: 0.25},
	}
	for _, x := range []struct {
		o    SelectOptions
		want float64
	}{
		{SelectOptions{}, 0.76}, {SelectOptions{Strategy: LowestToken, PerToken: true}, 0.4},
		{SelectOptions{Strategy: LeastConfident}, 0.51}, {SelectOptions{Strategy: LeastConfident, PerToken: true}, 0.3},
		{SelectOptions{Strategy: SmallestMargin}, 0.76}, {SelectOptions{Strategy: SmallestMargin, PerToken: true}, 0.8},
	} {
		assert.InDelta(t, x.want, x.o.score(best), 1e-12, "%+v", x.o)
	}
	one := best[:1]
	o := SelectOptions{Strategy: SmallestMargin}
	assert.InDelta(t, 0.51, o.score(one), 1e-12, "there is no second labelling")
}

// selecting returns a small model of names.
func selecting(t *testing.T) *Model {
	t.Helper()
	var list []*corpus.Sentence
	for range 10 {
		for _, text := range []string{"Maria/B-PER lives/O in/O Lisbon/B-LOC", "she/O sings/O well/O"} {
			var rows [][]string
			for w := range strings.FieldsSeq(text) {
				word, label, _ := strings.Cut(w, "/")
				rows = append(rows, []string{word, label})
			}
			s, err := corpus.NewSentence(rows)
			require.NoError(t, err)
			list = append(list, s)
		}
	}
	m, _, err := Train(t.Context(), Sentences(list...), Config{Epochs: new(20), Threads: 1})
	require.NoError(t, err)
	return m
}

func fileWith(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestSelectWritesTheFormatOfThePool(t *testing.T) {
	m := selecting(t)
	known := fileWith(t, "known.conll", "Xavier O\nmet O\nYolanda O\n\n")
	for _, x := range []struct {
		name, pool, want string
		text             bool
	}{
		{"a.conll", "-DOCSTART-\n\n# id = 1\nshe\nsings\nwell\n\n# id = 2\nXavier\nmet\nYolanda\n\n# id = 3\nPedro\nmet\nAna\n\npedro\nmet\nana\n",
			"# score = N\n# id = 3\nPedro\nmet\nAna\n\n# score = N\n# id = 1\nshe\nsings\nwell\n\n", false},
		{"a.txt", "She sings well. Pedro met\nAna. Xavier met Yolanda.", "# score = N\nXavier met Yolanda.\n# score = N\nPedro met Ana.\n# score = N\nShe sings well.\n", true},
		{"a.jsonl", `{"text":"she sings well","label":[],"id":7}` + "\n" + `{"text":"Pedro met Ana","label":[],"score":3}` + "\n",
			`{"text": "Pedro met Ana", "label": [], "score": N}` + "\n" + `{"id": 7, "text": "she sings well", "label": [], "score": N}` + "\n", false},
		{"a.conllu", "# global.columns = ID FORM UPOS\n1\tshe\t_\n\n1\tPedro\t_\n\n", "# global.columns = ID FORM UPOS\n# score = N\n1\tPedro\t_\n\n# score = N\n# global.columns = ID FORM UPOS\n1\tshe\t_\n\n", false},
	} {
		t.Run(x.name, func(t *testing.T) {
			o := SelectOptions{N: 5, Strategy: LeastConfident, Text: x.text}
			if !x.text {
				o.Known = Files(known)
			}
			pool := fileWith(t, x.name, x.pool)
			r, err := m.Select(t.Context(), Files(pool), o)
			require.NoError(t, err)
			var b bytes.Buffer
			require.NoError(t, r.Write(&b, nil, standoff.Options{}))
			got := b.String()
			for _, c := range r.Chosen {
				got = strings.Replace(got, fmt.Sprintf("%.6f", c.Score), "N", 1)
				assert.Equal(t, pool, c.File)
			}
			assert.Equal(t, x.want, got)
			b.Reset()
			require.NoError(t, r.WriteJSONLines(&b))
			assert.Equal(t, len(r.Chosen), strings.Count(b.String(), `"text":`))
		})
	}
}

// The number of goroutines changes nothing, and all kinds of strategies prefer unknown words.
func TestSelectDoesNotDependOnThreads(t *testing.T) {
	m := selecting(t)
	var text strings.Builder
	for k := range 200 {
		fmt.Fprintf(&text, "Name%d\nsings\nw%d\n\n", k%70, k)
	}
	pool := Files(fileWith(t, "a.conll", text.String()))
	for _, strategy := range SelectStrategies() {
		var first []Chosen
		for threads := 1; threads <= 3; threads++ {
			r, err := m.Select(t.Context(), pool, SelectOptions{N: 20, Strategy: strategy, Diversity: 0.4, Threads: threads})
			require.NoError(t, err)
			require.Len(t, r.Chosen, 20)
			for k := range r.Chosen {
				r.Chosen[k].unit = nil
			}
			if first == nil {
				first = r.Chosen
			}
			assert.Equal(t, first, r.Chosen)
		}
	}
}

func TestSelectRefuses(t *testing.T) {
	m := selecting(t)
	for option, o := range map[string]SelectOptions{
		"n": {}, "strategy": {N: 1, Strategy: "luck"}, "diversity": {N: 1, Diversity: 2}, "duplicates": {N: 1, Duplicates: -1},
		"threads": {N: 1, Threads: -1}, "tokenizer": {N: 1, Tokenizer: "rules"}, "text": {N: 1, Text: true, Form: "1"},
	} {
		_, err := m.Select(t.Context(), Source{}, o)
		var refused *OptionError
		require.ErrorAs(t, err, &refused, option)
		assert.Equal(t, option, refused.Option)
	}
	_, err := m.Select(t.Context(), Files(fileWith(t, "a.crfsuite", "B\tw=a\tp=1\nO\tw=b\tp=2\n\n")), SelectOptions{N: 1})
	require.ErrorIs(t, err, ErrInput)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = m.Select(ctx, Files(fileWith(t, "a.conll", "a\nb\n\n")), SelectOptions{N: 1})
	assert.ErrorIs(t, err, context.Canceled)
}

func ExampleModel_Select() {
	s, err := corpus.NewSentence([][]string{{"Maria", "B-PER"}, {"sings", "O"}})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	m, _, err := Train(ctx, Sentences(s, s), Config{Epochs: new(10), Threads: 1})
	if err != nil {
		panic(err)
	}
	known, _ := corpus.NewSentence([][]string{{"Maria"}, {"sings"}})
	unknown, _ := corpus.NewSentence([][]string{{"Pedro"}, {"dances"}})
	r, err := m.Select(ctx, Sentences(known, unknown), SelectOptions{N: 1})
	if err != nil {
		panic(err)
	}
	fmt.Println(r.Chosen[0].Text)
	// Output: Pedro dances
}
