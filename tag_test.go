package trellis

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// trained trains a model on a few sentences of words and span labels.
func trained(t testing.TB) *crf.Model {
	t.Helper()
	templates, err := features.Parse(strings.NewReader("u:w=%x[0,form]\nu:n=%x[1,form]\nb\n"), "templates", features.DialectTrellis)
	require.NoError(t, err)
	d, err := crf.NewDataset(model.Input{Templates: templates, Names: map[string]int{"form": 0}})
	require.NoError(t, err)
	require.NoError(t, d.Add(features.Rows{{"Ann"}, {"Oe"}, {"waits"}}, []string{"B-PER", "I-PER", "O"}, 1))
	require.NoError(t, d.Add(features.Rows{{"in"}, {"Oslo"}}, []string{"O", "B-LOC"}, 1))
	m, _, err := crf.Train(context.Background(), d, crf.Options{Penalty: optimize.Penalty{L2: 0.1}})
	require.NoError(t, err)
	return m
}

// rows opens text as a file.
func rows(t testing.TB, text string) *input.Input {
	t.Helper()
	in, err := input.Open(context.Background(), "-", strings.NewReader(text), input.Options{Format: corpus.CoNLL})
	require.NoError(t, err)
	return in
}

// A labeller allocates only one string per block, for its bytes.
func TestLabellerAllocatesNothing(t *testing.T) {
	m := trained(t)
	text := strings.Repeat("Ann\t_\nOe\t_\nwaits\tO\n\nin\t_\nOslo\tB-LOC\n\n", 50)
	for name, o := range map[string]*FileOptions{"best": {}, "posterior": {Posterior: true}, "fixed": {Fixed: true}} {
		in := rows(t, text)
		first, _ := in.First()
		require.NotNil(t, first)
		b := &block{in: in}
		var err error
		b.fit, err = newFit(m, in, "", "")
		require.NoError(t, err)
		require.NoError(t, in.Block(&b.text, 1<<20))
		l, err := newLabeller(m, o)
		require.NoError(t, err)
		tag := func() {
			b.out.Reset()
			if err := l.block(b); err != nil {
				t.Fatal(err)
			}
		}
		tag()
		require.Equal(t, 99, strings.Count(b.out.String(), "\n\n"))
		assert.LessOrEqual(t, testing.AllocsPerRun(10, tag), 1.0, name)
	}
}

// Sentences in memory are written like those of a file, in order, for any number of goroutines.
func TestSentencesInMemory(t *testing.T) {
	m := trained(t)
	var source corpus.Source
	var text strings.Builder
	for k := range 3 * listSize {
		rows := [][]string{{"Ann", "x"}, {"Oe", "y"}, {"waits", "z"}}[:1+k%3]
		s, err := corpus.NewSentence(rows)
		require.NoError(t, err)
		source.Sentences = append(source.Sentences, s)
		for _, row := range rows {
			text.WriteString(row[0] + "\t" + row[1] + "\n")
		}
		text.WriteString("\n")
	}
	var file bytes.Buffer
	require.NoError(t, newModel(m, crf.SaveOptions{}).TagFiles(t.Context(), &file, corpus.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text.String())}, FileOptions{}))
	for _, threads := range []int{1, 4} {
		var memory bytes.Buffer
		require.NoError(t, newModel(m, crf.SaveOptions{}).TagFiles(t.Context(), &memory, source, FileOptions{Threads: threads}))
		assert.True(t, file.String() == memory.String(), "%d goroutines", threads)
	}
	assert.Equal(t, len(source.Sentences), strings.Count(file.String(), "Ann\tx\tB-PER\n"))
}

// A model saved from Go does not name the label column. It uses the last column, unless it reads
// that as input. In CoNLL-U, span labels are in MISC.
func TestLabelsOfFilesThatTheModelSaysNothingAbout(t *testing.T) {
	m := trained(t)
	require.Equal(t, model.Files{}, m.Meta.Files)
	for text, want := range map[string]int{
		"Ann\tB-PER\n": 1, "Ann\tN\tB-PER\n": 2, "Ann\n": -1,
	} {
		f, err := newFit(m, rows(t, text), "", "")
		require.NoError(t, err)
		assert.Equal(t, want, f.label.Column, text)
	}
	in, err := input.Open(t.Context(), "-", strings.NewReader("1\tAnn\t_\tPROPN\t_\t_\t_\t_\t_\t_\n\n"), input.Options{Format: corpus.CoNLLU})
	require.NoError(t, err)
	f, err := newFit(m, in, "", "")
	require.NoError(t, err)
	assert.Equal(t, corpus.Value{Column: 9, Key: "NE"}, f.label)

	var p predictor
	require.NoError(t, p.open(m))
	scorer := newScorer(m)
	source := corpus.Source{Paths: []string{"-"}, Stdin: strings.NewReader("Ann\tB-PER\nOe\tI-PER\nwaits\tO\n")}
	require.NoError(t, scoreSource(t.Context(), source, &p, scorer))
	assert.InDelta(t, 1, scorer.Results().F1, 1e-12)

	err = scoreSource(t.Context(), corpus.Source{Paths: []string{"-"}, Stdin: strings.NewReader("Ann\n")}, &p, new(metrics.Scorer))
	var option *model.OptionError
	require.ErrorAs(t, err, &option)
	assert.ErrorContains(t, err, "stdin:1: no gold label column")
}

// Inputs that do not fit give an error with a position that wraps ErrInput.
func TestUnfitInputs(t *testing.T) {
	m := trained(t)
	run := func(text string, o FileOptions) error {
		return newModel(m, crf.SaveOptions{}).TagFiles(t.Context(), io.Discard, corpus.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text)}, o)
	}
	err := run("Ann\tX-Y\n", FileOptions{Fixed: true})
	require.ErrorIs(t, err, model.ErrInput)
	assert.EqualError(t, err, `stdin:1: label "X-Y" is not one of the model's`)
	err = run("Ann\tO\nOe\tX-Y\n", FileOptions{Fixed: true})
	assert.EqualError(t, err, `stdin:2: label "X-Y" is not one of the model's`)
	err = run("O\tw=Ann\n", FileOptions{Format: corpus.CRFsuite})
	require.ErrorIs(t, err, model.ErrInput)
	assert.EqualError(t, err, "stdin:1: an attribute file, but the model reads columns")
	assert.ErrorIs(t, run("\n", FileOptions{}), input.ErrNoSentence)
	assert.ErrorContains(t, run("Ann\n", FileOptions{Fixed: true}), "stdin:1: no label column to fix labels from")
}

// Contradictory options are rejected before anything is read.
func TestOptionsThatDoNotGoTogether(t *testing.T) {
	for option, o := range map[string]FileOptions{
		"nbest": {NBest: -1}, "posterior": {NBest: 1, Posterior: true}, "threads": {Threads: -1}, "detail": {Detail: []string{"all"}},
		"output-format": {OutputFormat: "mallet"}, "span-probs": {OutputFormat: "crfpp", Spans: true}, "probs": {OutputFormat: "wapiti", Probabilities: true},
	} {
		err := newModel(trained(t), crf.SaveOptions{}).TagFiles(t.Context(), io.Discard, corpus.Source{Paths: []string{"missing"}}, o)
		var wrong *model.OptionError
		require.ErrorAs(t, err, &wrong, option)
		assert.Equal(t, option, wrong.Option)
	}
}
