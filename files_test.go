package trellis_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/sample"
)

// memory returns a source of one sentence.
func memory(t *testing.T, rows ...[]string) trellis.Source {
	t.Helper()
	s, err := corpus.NewSentence(rows)
	require.NoError(t, err)
	return trellis.Sentences(s)
}

// stdin returns a source that reads a text from standard input.
func stdin(text string) trellis.Source {
	return trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text)}
}

func TestConvertFilesAndSentences(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, trellis.Convert(t.Context(), &out, memory(t, []string{"Anna", "B-PER"}, []string{"Keller", "I-PER"}), trellis.ConvertOptions{Scheme: "bioes"}))
	assert.Equal(t, "Anna\tB-PER\nKeller\tE-PER\n\n", out.String())

	// Warn may be nil.
	out.Reset()
	require.NoError(t, trellis.Convert(t.Context(), &out, stdin("a I-X\nb O\nc B-X\n"), trellis.ConvertOptions{Scheme: "bio"}))
	assert.Equal(t, "a B-X\nb O\nc B-X\n", out.String())

	var option *trellis.OptionError
	require.ErrorAs(t, trellis.Convert(t.Context(), &out, stdin(""), trellis.ConvertOptions{To: "tsv"}), &option)
	assert.Equal(t, "to", option.Option)
}

func TestSplitParts(t *testing.T) {
	parts, rest, err := trellis.Split(t.Context(), stdin("a X\n\nb Y\n\nc Z\n"), trellis.SplitOptions{Counts: []float64{2}, InOrder: true})
	require.NoError(t, err)
	require.Len(t, parts, 1)
	assert.Equal(t, [3]int{2, 2, 2}, [3]int{parts[0].Units, parts[0].Sentences, parts[0].Tokens})
	var first, last bytes.Buffer
	require.NoError(t, parts[0].Write(&first))
	require.NoError(t, rest.Write(&last))
	assert.Equal(t, "a X\n\nb Y\n\n", first.String())
	assert.Equal(t, "c Z\n", last.String())

	var option *trellis.OptionError
	_, _, err = trellis.Split(t.Context(), stdin("a X\n"), trellis.SplitOptions{Shares: []float64{-1}})
	require.ErrorAs(t, err, &option)
	assert.Equal(t, "shares", option.Option)
	_, _, err = trellis.Split(t.Context(), trellis.Source{}, trellis.SplitOptions{Shares: []float64{1}})
	assert.ErrorIs(t, err, trellis.ErrInput)
}

func TestReadText(t *testing.T) {
	data := memory(t, []string{"1", "two"})
	data.Paths, data.Stdin = []string{"-"}, strings.NewReader("a b c\na b\n")
	text, err := trellis.ReadText(t.Context(), data, "auto", "1")
	require.NoError(t, err)
	assert.Equal(t, 6, text.Tokens())
	assert.Equal(t, 4, text.Words(), "a, b, c and 1")
	_, err = trellis.ReadText(t.Context(), stdin(""), "crfsuite", "")
	var option *trellis.OptionError
	assert.ErrorAs(t, err, &option)
}

// Compare gives a model and the file that it labelled the same scores as Evaluate, and finds no
// difference.
func TestEvaluateAgreesWithCompare(t *testing.T) {
	c := trellis.Config{Epochs: new(3)}
	m, r, err := trellis.Train(t.Context(), stdin(sample.Train), c)
	require.NoError(t, err)
	assert.Equal(t, "ended after 3 steps", strings.Split(r.Ended(), ",")[0])
	dir := t.TempDir()
	model, labelled := filepath.Join(dir, "model"), filepath.Join(dir, "labelled.conll")
	require.NoError(t, m.SaveFile(model))
	var out bytes.Buffer
	require.NoError(t, m.TagFiles(t.Context(), &out, stdin(sample.Test), trellis.FileOptions{}))
	require.NoError(t, os.WriteFile(labelled, out.Bytes(), 0o600))

	o := trellis.EvalOptions{Label: "3", Samples: 10}
	compared, err := trellis.Compare(t.Context(), model, labelled, stdin(sample.Test), o)
	require.NoError(t, err)
	o.Samples = 0
	ofModel, err := m.EvaluateFiles(t.Context(), stdin(sample.Test), o)
	require.NoError(t, err)
	ofFile, err := trellis.EvaluateFile(t.Context(), labelled, stdin(sample.Test), o)
	require.NoError(t, err)
	ofColumns, err := trellis.EvaluateColumns(t.Context(), trellis.Files(labelled), o)
	require.NoError(t, err)
	plain, err := m.Evaluate(t.Context(), stdin(sample.Test))
	require.NoError(t, err)
	assert.Positive(t, plain.F1)
	for _, got := range []float64{compared.A.F1, compared.B.F1, ofModel.F1, ofFile.F1, ofColumns.F1} {
		assert.InDelta(t, plain.F1, got, 0)
	}

	var option *trellis.OptionError
	_, err = trellis.Compare(t.Context(), model, labelled, stdin(sample.Test), o)
	require.ErrorAs(t, err, &option, "no samples")
	_, err = m.EvaluateFiles(t.Context(), stdin(sample.Test), trellis.EvalOptions{Scheme: "iob"})
	require.ErrorAs(t, err, &option)
	assert.Equal(t, "scheme", option.Option)
}

// A model trained on the attributes of columns equals the model trained on the columns.
func TestAttributesAreThoseOfTraining(t *testing.T) {
	c := trellis.Config{Epochs: new(3), Features: "pos", Label: "2", Loss: "cross-entropy"}
	m, _, err := trellis.Train(t.Context(), stdin(sample.Train), c)
	require.NoError(t, err)
	var said []string
	c.Log = func(text string) { said = append(said, text) }
	var attributes bytes.Buffer
	require.NoError(t, trellis.WriteAttributes(t.Context(), &attributes, stdin(sample.Train), c))
	assert.Empty(t, said, "the preset was asked for")
	again, _, err := trellis.Train(t.Context(), stdin(attributes.String()), trellis.Config{Epochs: new(3), Loss: "cross-entropy"})
	require.NoError(t, err)
	a, err := m.Describe(0)
	require.NoError(t, err)
	b, err := again.Describe(0)
	require.NoError(t, err)
	assert.Equal(t, a.Features, b.Features)

	templates, err := trellis.Templates(t.Context(), stdin(sample.Train), trellis.Config{Label: "2"})
	require.NoError(t, err)
	assert.Equal(t, "preset pos", templates.Name())
	err = again.WriteAttributes(t.Context(), &attributes, stdin(attributes.String()), trellis.FileOptions{})
	assert.ErrorContains(t, err, "no templates")
}
