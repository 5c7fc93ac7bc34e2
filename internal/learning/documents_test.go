package learning

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// labelledDocuments returns six documents about one name each, which only they have. The label of
// the names in document odd is another one.
func labelledDocuments(t *testing.T, odd int) []*corpus.Sentence {
	t.Helper()
	var b strings.Builder
	for k := range 6 {
		name := strings.Repeat(string(rune('a'+k)), 4)
		label := []string{"B-PER", "B-LOC"}[k%2]
		if k == odd {
			label = []string{"B-LOC", "B-PER"}[k%2]
		}
		fmt.Fprintf(&b, "-DOCSTART- O\n\nMr O\n%[1]s %[2]s\nleft O\n\nWe O\nsaw O\n%[1]s %[2]s\n\n%[1]s %[2]s\nis O\nhere O\n\n", strings.ToUpper(name[:1])+name[1:], label)
	}
	return readAll(t, b.String())
}

// readAll reads sentences from a text.
func readAll(t *testing.T, text string) []*corpus.Sentence {
	t.Helper()
	var list []*corpus.Sentence
	r := corpus.NewReader(strings.NewReader(text), "", corpus.Options{})
	for {
		s := new(corpus.Sentence)
		if r.Read(s) != nil {
			return list
		}
		list = append(list, s)
	}
}

// openDocuments opens documents for training.
func openDocuments(t *testing.T, list []*corpus.Sentence, c recipe.Config) *Data {
	t.Helper()
	c.Document, c.Threads = model.MarkedDocuments, 1
	d, err := Open(t.Context(), corpus.Source{Sentences: list}, c, nil, true)
	require.NoError(t, err)
	t.Cleanup(d.Close)
	return d
}

// A recorder keeps the columns of the examples that it gets.
type recorder struct {
	Set
	columns []string
}

func (r *recorder) tally([]string) {}

func (r *recorder) see(string) {}

func (r *recorder) add(e example) error {
	line := ""
	for t := range e.columns.Len() {
		c := e.columns.(features.Computed)
		seen := c.Sequence.(features.SeenLabels)
		line += fmt.Sprintf(" %s/%s/%s", seen.Fields[t], c.Fields[0][t], c.Fields[1][t])
	}
	r.columns = append(r.columns, line)
	return nil
}

// What training sees of a document, beside the labels to learn, does not depend on these labels.
func TestTrainingLeavesTheDocumentOut(t *testing.T) {
	see := func(odd int) (columns []string, starts []int) {
		d := openDocuments(t, labelledDocuments(t, odd), recipe.Config{Features: "ner"})
		all, starts, err := d.keepDocuments(t.Context())
		require.NoError(t, err)
		_, err = d.labelDocuments(t.Context(), all, starts)
		require.NoError(t, err)
		_, err = d.Compile(all, upTo(len(all))) // counts the seen labels
		require.NoError(t, err)
		var r recorder
		for numbers := upTo(len(all)); len(numbers) > 0; {
			n := sameDocument(all, numbers)
			assert.Equal(t, 3, n)
			require.NoError(t, d.compile(&r, all, numbers[:n]))
			numbers = numbers[n:]
		}
		return r.columns, starts
	}
	usual, starts := see(-1)
	require.Equal(t, []int{0, 3, 6, 9, 12, 15}, starts)
	require.True(t, slices.ContainsFunc(usual, func(s string) bool { return strings.Contains(s, "PER5") }), "%q", usual)
	changed := 0
	for odd := range starts {
		columns, _ := see(odd)
		assert.Equal(t, usual[3*odd:3*odd+3], columns[3*odd:3*odd+3], "document %d", odd)
		if !slices.Equal(usual, columns) {
			changed++
		}
	}
	assert.Positive(t, changed, "other documents see the labels")
}

// The result of training labels what its own first model sees.
func TestTrainOnDocuments(t *testing.T) {
	var said strings.Builder
	c := recipe.Config{Document: model.MarkedDocuments, Epochs: new(3), Threads: 1, Dev: corpus.Source{Sentences: labelledDocuments(t, 2)},
		Log: func(text string) { said.WriteString(text + "\n") }}
	r, err := Train(t.Context(), corpus.Source{Sentences: labelledDocuments(t, -1)}, c, nil)
	require.NoError(t, err)
	assert.Equal(t, model.MarkedDocuments, r.Model.Metadata().Document)
	assert.Contains(t, said.String(), "6 documents: training a first model, and one for each of 5 folds\n")
	assert.Contains(t, said.String(), "column doclabel: from the labels of the document\n")
	assert.Contains(t, said.String(), "development: 18 sentences, 54 tokens")
	require.NotNil(t, r.Summary.Dev)
}

func TestTrainOnOneDocument(t *testing.T) {
	c := recipe.Config{Document: model.FileDocuments}
	_, err := Train(t.Context(), corpus.Source{Sentences: labelledDocuments(t, -1)}, c, nil)
	assert.ErrorContains(t, err, "document file: the training data are one document, want at least two")
}

// A column of numbers separates documents as marks do.
func TestTrainOnAColumnOfDocuments(t *testing.T) {
	list := labelledDocuments(t, -1)
	var b strings.Builder
	document := 0
	for _, s := range list {
		if marked, _ := s.StartsDocument(); marked {
			document++
		}
		for k := range s.Len() {
			fmt.Fprintf(&b, "%d %s %s\n", document, s.Field(k, 0), s.Field(k, 1))
		}
		b.WriteString("\n")
	}
	train := func(list []*corpus.Sentence, c recipe.Config) *Result {
		c.Epochs, c.Threads, c.Features = new(2), 1, "ner"
		r, err := Train(t.Context(), corpus.Source{Sentences: list}, c, nil)
		require.NoError(t, err)
		return r
	}
	marked := train(list, recipe.Config{Document: model.MarkedDocuments})
	numbered := train(readAll(t, b.String()), recipe.Config{Document: "1", Form: "2"})
	assert.Equal(t, "1", numbered.Model.Metadata().Document)
	assert.InDelta(t, marked.Summary.Objective, numbered.Summary.Objective, 1e-9)

	for text, c := range map[string]recipe.Config{
		"document 7: want mark, file, auto, none or a column: ":      {Document: "7"},
		"document -1: the column holds the words or the labels":      {Document: "-1"},
		"document 2: the column holds the words or the labels":       {Document: "2", Form: "2"},
		"document mark: the training data are one document, want at": {Document: "mark"},
	} {
		_, err := Train(t.Context(), corpus.Source{Sentences: readAll(t, b.String())}, c, nil)
		assert.ErrorContains(t, err, text)
	}
}
