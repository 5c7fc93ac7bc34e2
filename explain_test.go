package trellis_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/model"
)

// names returns a model of named entities that reads only words.
func namesModel(t testing.TB) *trellis.Model {
	m, _, err := trellis.Train(context.Background(), stdin(sample.Train), trellis.Config{POS: "none", Epochs: new(4), Threads: 1})
	require.NoError(t, err)
	return m
}

// kept keeps explanations.
type kept []*explain.Explanation

func (k *kept) Write(x *explain.Explanation) error {
	*k = append(*k, x)
	return nil
}

func TestExplain(t *testing.T) {
	m := namesModel(t)
	words := strings.Fields("Maria lives in Oslo .")
	x, err := m.Explain(words, trellis.ExplainOptions{NBest: 2})
	require.NoError(t, err)
	labels, err := m.Tag(words)
	require.NoError(t, err)
	assert.Equal(t, labels, x.NBest[0].Labels)
	assert.Equal(t, "Maria lives in Oslo .", x.Text)
	for at, token := range x.Tokens {
		assert.Equal(t, words[at], token.Text)
		assert.Equal(t, labels[at], token.Label)
		assert.NotNil(t, token.Contrast)
		assert.NotEmpty(t, token.Attributes)
	}
	assert.Equal(t, x.NBest[1].Labels, x.RunnerUp.Labels)
	same, err := m.ExplainSentence(features.Rows{{"Maria"}, {"lives"}, {"in"}, {"Oslo"}, {"."}}, trellis.ExplainOptions{NBest: 2})
	require.NoError(t, err)
	assert.Equal(t, x, same)
	_, err = m.ExplainSentence(features.Rows{{}}, trellis.ExplainOptions{})
	require.ErrorIs(t, err, model.ErrInput)

	list, err := m.ExplainText("She knows Zoë.\n\nMaria lives in Oslo.", trellis.ExplainOptions{NBest: 2})
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, 16, list[1].Start)
	assert.Equal(t, "Maria lives in Oslo.", list[1].Text)
	assert.Equal(t, x.Tokens[3].Contrast, list[1].Tokens[3].Contrast)
	assert.Equal(t, [2]int{15, 19}, [2]int{list[1].Tokens[3].Start, list[1].Tokens[3].End})
}

func TestExplainIsSafeForConcurrentUse(t *testing.T) {
	m := namesModel(t)
	words := strings.Fields("Maria lives in Oslo .")
	options := []trellis.ExplainOptions{{}, {NBest: 3}, {Unconstrained: true}, {Against: "B-ORG", Token: 4}}
	var want []*explain.Explanation
	for _, o := range options {
		x, err := m.Explain(words, o)
		require.NoError(t, err)
		want = append(want, x)
	}
	var group sync.WaitGroup
	for k := range 8 {
		group.Go(func() {
			for n := range 20 {
				x, err := m.Explain(words, options[(k+n)%len(options)])
				assert.NoError(t, err)
				assert.Equal(t, want[(k+n)%len(options)], x)
			}
		})
	}
	group.Wait()
}

func TestExplainRefusesWordsForColumns(t *testing.T) {
	m, _, err := trellis.Train(context.Background(), stdin(sample.Train), trellis.Config{Epochs: new(1), Threads: 1})
	require.NoError(t, err)
	_, err = m.Explain([]string{"Oslo"}, trellis.ExplainOptions{})
	require.ErrorIs(t, err, model.ErrInput)
	var list kept
	err = m.ExplainTextFiles(t.Context(), &list, stdin("She left."), trellis.ExplainFileOptions{})
	require.ErrorIs(t, err, model.ErrInput)
	require.NoError(t, m.ExplainFiles(t.Context(), &list, stdin("Maria\tPROPN\tB-PER\nleft\tVERB\t_\n\nOslo\tPROPN\tB-LOC\n"), trellis.ExplainFileOptions{}))
	require.Len(t, list, 2)
	assert.Equal(t, []any{"stdin", 1, "Maria left", "B-PER", ""}, []any{list[0].File, list[0].Line, list[0].Text, list[0].Tokens[0].Gold, list[0].Tokens[1].Gold})
	assert.Equal(t, 4, list[1].Line)
}

func TestExplainFiles(t *testing.T) {
	m := namesModel(t)
	var list kept
	o := trellis.ExplainFileOptions{}
	o.Errors, o.Label = true, "2"
	require.NoError(t, m.ExplainFiles(t.Context(), &list, stdin("She\tO\nleft\tB-PER\n\nShe\tO\nleft\tO\n\n"), o))
	require.Len(t, list, 1)
	assert.Nil(t, list[0].Tokens[0].Contrast)
	assert.Equal(t, "B-PER", list[0].Tokens[1].Contrast.Label)

	list, o = nil, trellis.ExplainFileOptions{}
	o.Token = 2
	require.NoError(t, m.ExplainFiles(t.Context(), &list, stdin("She\n\nShe\nleft\n\n"), o))
	require.Len(t, list, 1)
	list = nil
	require.NoError(t, m.ExplainTextFiles(t.Context(), &list, stdin("She left. Go"), o))
	require.Len(t, list, 1)
	assert.Equal(t, "She left.", list[0].Text)

	o.Errors, o.Token = true, 0
	var option *trellis.OptionError
	require.ErrorAs(t, m.ExplainFiles(t.Context(), &list, stdin("She\nleft\n"), o), &option)
	require.ErrorAs(t, m.ExplainTextFiles(t.Context(), &list, stdin("She left."), o), &option)
	o.NBest = -1
	require.ErrorAs(t, m.ExplainFiles(t.Context(), &list, stdin("She\nleft\n"), o), &option)

	items, _, err := trellis.Train(t.Context(), stdin("A\ta\tb\nB\tb\n\nA\ta\n"), trellis.Config{Format: "crfsuite", Epochs: new(2), Threads: 1})
	require.NoError(t, err)
	list = nil
	require.NoError(t, items.ExplainFiles(t.Context(), &list, stdin("\nA\ta\tb\nB\tb\n\n"), trellis.ExplainFileOptions{}))
	require.Len(t, list, 1)
	assert.Equal(t, []any{"a b", 2, "A"}, []any{list[0].Text, list[0].Line, list[0].Tokens[0].Gold})

	list = nil
	const json = `{"text": "Maria lives in Oslo.", "label": [[0, 5, "PER"]]}` + "\n"
	require.NoError(t, m.ExplainFiles(t.Context(), &list, stdin(json), trellis.ExplainFileOptions{}))
	require.Len(t, list, 1)
	assert.Equal(t, "B-PER", list[0].Tokens[0].Gold)
	assert.Equal(t, "Maria lives in Oslo .", list[0].Text)
}

func BenchmarkExplain(b *testing.B) {
	pos, err := trellis.Ready()
	require.NoError(b, err)
	words := strings.Fields("Maria Keller moved from Oslo to Berlin last spring because her company opened an office there .")
	for name, m := range map[string]*trellis.Model{"names": namesModel(b), "parts of speech": pos} {
		for kind, o := range map[string]trellis.ExplainOptions{"all": {}, "brief": {Brief: true}, "one token": {Brief: true, Token: 5}} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := m.Explain(words, o); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sentences/s")
			})
		}
	}
}
