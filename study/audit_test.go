package study_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/metrics/analysis"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/study"
)

// named returns sentences with names, the last of which has the given label.
func named(t *testing.T, last string) corpus.Source {
	t.Helper()
	var source corpus.Source
	for k := range 30 {
		label := "B-LOC"
		if k == 29 {
			label = last
		}
		s, err := corpus.NewSentence([][]string{{"Maria", "B-PER"}, {"lives", "O"}, {"in", "O"}, {"Lisbon", label}, {fmt.Sprint("x", k%3), "O"}})
		require.NoError(t, err)
		source.Sentences = append(source.Sentences, s)
	}
	return source
}

var quick = recipe.Config{Threads: 1, Epochs: new(15)}

func TestAuditFindsTheWrongLabel(t *testing.T) {
	for last, kind := range map[string]string{"O": study.MissingSpan, "B-PER": study.WrongType, "B-NEW": study.WrongType} {
		for _, score := range append(study.AuditScores(), "") {
			r, err := study.Audit{Base: quick, Score: score, Top: 3}.Run(t.Context(), named(t, last))
			require.NoError(t, err)
			require.Len(t, r.Suspects, 3)
			s := r.Suspects[0]
			assert.Equal(t, kind, s.Kind)
			assert.Equal(t, 29, s.Sentence)
			assert.Equal(t, "Lisbon", s.Text())
			assert.Equal(t, []study.AuditSpan{{Start: 3, End: 4, Label: "LOC", Text: "Lisbon"}}, s.Suggested)
			assert.Less(t, s.Probability, 0.5)
			assert.Greater(t, s.Likelihood, 0.5)
			assert.Equal(t, 60, r.Items)
			assert.Equal(t, 1, r.Doubted)
			assert.InDelta(t, 0.985, r.Results.F1, 0.01)
		}
	}
}

// Labels of other schemes and spellings give the same suspects.
func TestAuditReadsSchemes(t *testing.T) {
	var source corpus.Source
	for k := range 20 {
		label := "U_LOC"
		if k == 7 {
			label = "O"
		}
		s, err := corpus.NewSentence([][]string{{"New", "B_PER"}, {"Maria", "L_PER"}, {"in", "O"}, {"Lisbon", label}})
		require.NoError(t, err)
		source.Sentences = append(source.Sentences, s)
	}
	r, err := study.Audit{Base: quick, Top: 1}.Run(t.Context(), source)
	require.NoError(t, err)
	assert.Equal(t, 7, r.Suspects[0].Sentence)
	assert.Equal(t, study.MissingSpan, r.Suspects[0].Kind)
	assert.Empty(t, r.Suspects[0].Gold)
}

func TestAuditOfPlainLabels(t *testing.T) {
	var source corpus.Source
	for k := range 30 {
		label := "VERB"
		if k == 11 {
			label = "NOUN"
		}
		s, err := corpus.NewSentence([][]string{{"dogs", "NOUN"}, {"bark", label}, {".", "PUNCT"}})
		require.NoError(t, err)
		source.Sentences = append(source.Sentences, s)
	}
	r, err := study.Audit{Base: quick, Folds: 3}.Run(t.Context(), source)
	require.NoError(t, err)
	assert.Equal(t, study.ByProbability, r.Score)
	require.Len(t, r.Suspects, 90)
	s := r.Suspects[0]
	assert.Equal(t, []study.AuditSpan{{Start: 1, End: 2, Label: "NOUN", Text: "bark"}}, s.Gold)
	assert.Equal(t, []study.AuditSpan{{Start: 1, End: 2, Label: "VERB", Text: "bark"}}, s.Suggested)
	assert.Equal(t, 11, s.Sentence)
	assert.Equal(t, study.WrongLabel, s.Kind)
	for k := range r.Suspects[1:] {
		assert.LessOrEqual(t, r.Suspects[k].Score, r.Suspects[k+1].Score)
	}
}

func TestAuditIsDeterministic(t *testing.T) {
	var texts [2]bytes.Buffer
	for k := range texts {
		r, err := study.Audit{Base: recipe.Config{Threads: 2, Epochs: new(5), Seed: new(uint64(4))}}.Run(t.Context(), named(t, "O"))
		require.NoError(t, err)
		require.NoError(t, r.WriteJSONLines(&texts[k]))
	}
	assert.Equal(t, texts[0].String(), texts[1].String())
}

func TestAuditByDocument(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a.conll")
	var text strings.Builder
	for k := range 12 {
		fmt.Fprintf(&text, "-DOCSTART- O\n\nMaria B-PER\nx%d O\n\nx%d O\nMaria B-PER\n\n", k, k)
	}
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	folds := 0
	a := study.Audit{Base: quick, ByDocument: true, Folds: 4, Progress: func(p study.AuditProgress) {
		folds++
		assert.Equal(t, 4, p.Folds)
		assert.Equal(t, folds, p.Fold)
	}}
	r, err := a.Run(t.Context(), corpus.Source{Paths: []string{path}})
	require.NoError(t, err)
	assert.Equal(t, 4, folds)
	assert.Equal(t, 24, r.Sentences)
	assert.Equal(t, path, r.Suspects[0].File)
	_, err = a.Run(t.Context(), named(t, "O"))
	assert.ErrorContains(t, err, "no document boundaries")
	a.Folds = 13
	_, err = a.Run(t.Context(), corpus.Source{Paths: []string{path}})
	assert.ErrorIs(t, err, study.ErrSplit)
}

func TestAuditOfAttributes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.crfsuite")
	text := strings.Repeat("B-X\tw=a\tp=1\nO\tw=b\tp=2\n\n", 10) + "O\tw=a\tp=1\nO\tw=b\tp=2\n\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	r, err := study.Audit{Base: quick, Top: 1}.Run(t.Context(), corpus.Source{Paths: []string{path}})
	require.NoError(t, err)
	assert.Equal(t, "w=a", r.Suspects[0].Text())
	assert.Equal(t, 31, r.Suspects[0].Line)
}

func TestAuditOptions(t *testing.T) {
	for option, a := range map[string]study.Audit{
		"folds": {Folds: 1}, "score": {Score: "luck"}, "top": {Top: -1},
		"dev":        {Base: recipe.Config{Dev: corpus.Source{Paths: []string{"x"}}}},
		"model-type": {Base: recipe.Config{ModelType: model.SemiMarkov}},
		"l2":         {Base: recipe.Config{L2: new(-1.0)}},
	} {
		_, err := a.Run(t.Context(), named(t, "O"))
		var refused *model.OptionError
		require.ErrorAs(t, err, &refused, option)
		assert.Equal(t, option, refused.Option)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := study.Audit{Base: quick}.Run(ctx, named(t, "O"))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestAuditTable(t *testing.T) {
	r := &study.AuditReport{Suspects: []study.Suspect{
		{Rank: 1, File: "a.conll", Line: 9, Kind: study.MissingSpan, Probability: 0.01234, Start: 5, End: 6,
			Suggested: []study.AuditSpan{{Start: 5, End: 6, Label: "LOC", Text: "Lisbon"}},
			Words:     strings.Fields("Now Maria lives alone in Lisbon , near the old town .")},
		{Rank: 2, File: "a.conll", Line: 120, Kind: study.WrongBoundary, Probability: 0.2, Start: 0, End: 2,
			Gold:      []study.AuditSpan{{Start: 0, End: 1, Label: "PER", Text: "João"}},
			Suggested: []study.AuditSpan{{Start: 0, End: 2, Label: "PER", Text: "João Silva"}}, Words: strings.Fields("João Silva")},
	}}
	var b bytes.Buffer
	require.NoError(t, r.WriteTable(&b))
	assert.Equal(t, `        p  place        kind      file        suggested  text
1  0.0123  a.conll:9    missing   O           LOC        ... Maria lives alone in [Lisbon] , near the old ...
2  0.2000  a.conll:120  boundary  PER [João]  PER        [João Silva]
`, b.String())
	b.Reset()
	require.NoError(t, r.WriteJSONLines(&b))
	var back study.Suspect
	require.NoError(t, json.NewDecoder(&b).Decode(&back))
	assert.Equal(t, r.Suspects[0], back)
}

// The errors of the page are the suspects in the same order.
func TestAuditPage(t *testing.T) {
	r, err := study.Audit{Base: quick, Top: 4}.Run(t.Context(), named(t, "O"))
	require.NoError(t, err)
	a := r.Analysis()
	assert.True(t, a.Spans)
	assert.Equal(t, 4, a.NumErrors)
	assert.Equal(t, []analysis.KindCount{{Kind: study.MissingSpan, Count: 1}, {Kind: study.SameLabels, Count: 3}}, a.Kinds)
	assert.Equal(t, []analysis.Mark{{Start: 3, End: 4, Label: "LOC", Error: true}}, a.Errors[0].Predicted)
	assert.Empty(t, a.Errors[0].Gold)
	for k, e := range a.Errors {
		assert.Equal(t, r.Suspects[k].Words, e.Words)
		assert.InDelta(t, r.Suspects[k].Likelihood, *e.Confidence, 0)
	}
}

func ExampleAudit() {
	var source corpus.Source
	for k := range 20 {
		label := "LOC"
		if k == 12 {
			label = "PER"
		}
		s, err := corpus.NewSentence([][]string{{"in", "O"}, {"Lisbon", "B-" + label}})
		if err != nil {
			panic(err)
		}
		source.Sentences = append(source.Sentences, s)
	}
	r, err := study.Audit{Base: recipe.Config{Threads: 1, Epochs: new(10)}, Top: 1}.Run(context.Background(), source)
	if err != nil {
		panic(err)
	}
	for _, s := range r.Suspects {
		fmt.Println(s.Sentence, s.Text(), s.Kind, s.Gold[0].Label, s.Suggested[0].Label)
	}
	// Output: 12 Lisbon type PER LOC
}
