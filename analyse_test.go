package trellis_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/metrics/analysis"
)

// checkScores checks that an analysis has the scores of an evaluation, digit by digit, and that its
// sentences belong to their labels.
func checkScores(t *testing.T, m *trellis.Model, data trellis.Source, text string, o trellis.AnalyseOptions) *analysis.Analysis {
	t.Helper()
	source := func() trellis.Source {
		if text != "" {
			return trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text)}
		}
		return data
	}
	a, err := m.Analyse(t.Context(), source(), o)
	require.NoError(t, err)
	o.Calibration = true
	want, err := m.EvaluateFiles(t.Context(), source(), o.EvalOptions)
	require.NoError(t, err)
	wanted, err := json.Marshal(want)
	require.NoError(t, err)
	got, err := json.Marshal(a.Scores)
	require.NoError(t, err)
	assert.JSONEq(t, string(wanted), string(got))
	sum := 0
	for _, k := range a.Kinds {
		sum += k.Count
	}
	assert.Equal(t, a.NumErrors, sum)
	for _, e := range a.Errors {
		require.NotNil(t, e.Confidence)
		assert.Positive(t, e.Line)
		for _, m := range append(e.Gold, e.Predicted...) {
			assert.True(t, m.Start >= 0 && m.Start < m.End && m.End <= len(e.Words), "%+v", e)
		}
	}
	return a
}

func TestAnalyseHasTheScoresOfEval(t *testing.T) {
	for kind, path := range saved(t) {
		m, err := trellis.Open(path)
		require.NoError(t, err)
		a := checkScores(t, m, trellis.Source{}, sample.Dev, trellis.AnalyseOptions{EvalOptions: trellis.EvalOptions{Samples: 50}})
		assert.True(t, a.Spans)
		assert.Positive(t, a.NumErrors, kind)
		a = checkScores(t, m, trellis.Source{}, sample.Dev, trellis.AnalyseOptions{MaxErrors: 1})
		assert.Len(t, a.Errors, 1)
		assert.Nil(t, a.Types[0].Intervals)
	}
	crfsuite := filepath.Join("interop", "crfsuite", "testdata")
	m, err := trellis.Open(filepath.Join(crfsuite, "tiny.model"))
	require.NoError(t, err)
	checkScores(t, m, trellis.Files(filepath.Join(crfsuite, "tiny.items")), "", trellis.AnalyseOptions{})
	for _, tool := range []string{"crfpp/testdata/model.crfpp", "wapiti/testdata/model.wapiti"} {
		m, err := trellis.Open(filepath.Join("interop", tool))
		require.NoError(t, err)
		checkScores(t, m, trellis.Files(filepath.Join("interop", filepath.Dir(tool), "test.txt")), "", trellis.AnalyseOptions{})
	}
}

// trained trains on a text of columns.
func trained(t *testing.T, text string, c trellis.Config) *trellis.Model {
	t.Helper()
	m, _, err := trellis.Train(t.Context(), trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text)}, c)
	require.NoError(t, err)
	return m
}

func TestAnalyseFindsLines(t *testing.T) {
	m := trained(t, sample.Train, trellis.Config{Threads: 1})
	path := filepath.Join(t.TempDir(), "dev.conll")
	require.NoError(t, os.WriteFile(path, []byte(sample.Dev), 0o666))
	lines := strings.Split(sample.Dev, "\n")
	a := checkScores(t, m, trellis.Files(path), "", trellis.AnalyseOptions{Train: trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(sample.Train)}})
	require.NotEmpty(t, a.Errors)
	for _, e := range a.Errors {
		assert.Equal(t, path, e.File)
		start := -1
		for _, m := range append(e.Gold, e.Predicted...) {
			if m.Error && (start < 0 || m.Start < start) {
				start = m.Start
			}
		}
		assert.Equal(t, e.Words[start], strings.Fields(lines[e.Line-1])[0])
	}
	var names []string
	for _, g := range a.ByNovelty {
		names = append(names, g.Name)
	}
	assert.Contains(t, names, "entity seen")
	assert.NotEmpty(t, a.ByFrequency)
}

// The labels of a file in another spelling, and of documents, are read as for eval.
func TestAnalyseReadsSpellingsAndDocuments(t *testing.T) {
	m := trained(t, sample.Train, trellis.Config{Threads: 1, POS: "none", Form: "1"})
	spelled := strings.NewReplacer("\tB-", "\tB_", "\tI-", "\tI_").Replace(sample.Dev)
	a := checkScores(t, m, trellis.Source{}, spelled, trellis.AnalyseOptions{})
	b := checkScores(t, m, trellis.Source{}, sample.Dev, trellis.AnalyseOptions{})
	assert.Equal(t, b.Types, a.Types)
	assert.Equal(t, b.Errors, a.Errors)
	a = checkScores(t, m, trellis.Source{}, people, trellis.AnalyseOptions{})
	assert.Positive(t, a.Scores.Support)
}

func TestAnalysePlainLabels(t *testing.T) {
	m := trained(t, sample.Train, trellis.Config{Threads: 1, Label: "2"})
	a := checkScores(t, m, trellis.Source{}, sample.Dev, trellis.AnalyseOptions{EvalOptions: trellis.EvalOptions{Samples: 20, Bins: 5}})
	assert.False(t, a.Spans)
	require.NotEmpty(t, a.Errors)
	assert.Equal(t, analysis.WrongLabel, a.Errors[0].Kind)
	assert.Equal(t, a.NumErrors, a.Scores.Support-a.Scores.Correct)
	assert.Equal(t, "word seen", a.ByNovelty[0].Name)
}

func TestAnalyseErrors(t *testing.T) {
	m := trained(t, sample.Train, trellis.Config{Threads: 1})
	refused := func(o trellis.AnalyseOptions, option string) {
		_, err := m.Analyse(t.Context(), trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(sample.Dev)}, o)
		var e *trellis.OptionError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, option, e.Option)
	}
	refused(trellis.AnalyseOptions{EvalOptions: trellis.EvalOptions{UniversalFeatures: true}}, "ufeats")
	refused(trellis.AnalyseOptions{MaxErrors: -1}, "max-errors")
	refused(trellis.AnalyseOptions{EvalOptions: trellis.EvalOptions{Scheme: "x"}}, "scheme")
	_, err := m.Analyse(t.Context(), trellis.Files("missing"), trellis.AnalyseOptions{})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = m.Analyse(t.Context(), trellis.Files("missing"), trellis.AnalyseOptions{Train: trellis.Files("missing too")})
	assert.ErrorContains(t, err, "missing too")
}
