package learning

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/recipe"
)

// seenFields returns the seen labels of the training sentences, as Train and Compile see them.
func seenFields(t *testing.T, text, document string) (streamed, compiled string) {
	t.Helper()
	open := func() *Data {
		d, err := Open(t.Context(), corpus.Source{Sentences: readAll(t, text)}, recipe.Config{Features: "ner", Document: document}, nil, true)
		require.NoError(t, err)
		t.Cleanup(d.Close)
		return d
	}
	var list []string
	d := open()
	require.NoError(t, d.Count(t.Context()))
	require.NoError(t, d.Each(t.Context(), func(s *input.Sentence, labels []string) error {
		list = append(list, strings.Join(d.Columns(s, labels).(features.SeenLabels).Fields, ","))
		return nil
	}))

	d = open()
	all, err := d.KeepAll(t.Context())
	require.NoError(t, err)
	_, err = d.Compile(all, upTo(len(all))) // counts the labels
	require.NoError(t, err)
	var r fieldRecorder
	for numbers := upTo(len(all)); len(numbers) > 0; {
		n := sameDocument(all, numbers)
		require.NoError(t, d.compile(&r, all, numbers[:n]))
		numbers = numbers[n:]
	}
	return strings.Join(list, " "), strings.Join(r.list, " ")
}

// A fieldRecorder keeps the seen labels of the examples that it gets.
type fieldRecorder struct {
	Set
	list []string
}

func (r *fieldRecorder) tally([]string) {}

func (r *fieldRecorder) see(string) {}

func (r *fieldRecorder) add(e example) error {
	r.list = append(r.list, strings.Join(e.columns.(features.SeenLabels).Fields, ","))
	return nil
}

// If files mark documents, a sentence sees the labels of spans in the other documents only.
// Sentences before the first mark see all others, and so do those of a single document.
func TestSeenLabelsLeaveOutDocuments(t *testing.T) {
	const (
		mark = "-DOCSTART- O\n\n"
		bonn = "Bonn B-LOC\nis O\n\n"
		mann = "Bonn B-PER\n\n"
	)
	for _, x := range []struct{ text, document, want string }{
		{mark + bonn + bonn + mark + mann, "", "B-PER, B-PER, B-LOC"},
		{mark + bonn + bonn + mark + mann, "none", "B-LOC|B-PER,O B-LOC|B-PER,O B-LOC"},
		{mark + bonn + bonn + mann, "", "B-LOC|B-PER,O B-LOC|B-PER,O B-LOC"},
		{bonn + bonn + mark + mann + bonn + mark + bonn, "", "B-LOC|B-PER,O B-LOC|B-PER,O B-LOC B-LOC,O B-LOC|B-PER,O"},
		{mark + "Bonn PROPN\nis AUX\n\nBonn PROPN\n\n" + mark + "Bonn X\n\n", "", "PROPN|X, PROPN|X PROPN"},
	} {
		streamed, compiled := seenFields(t, x.text, x.document)
		assert.Equal(t, x.want, streamed, x)
		assert.Equal(t, x.want, compiled, x)
	}
}

// A sentence that Compile gets several times does not see its own labels either.
func TestSeenLabelsOfRepeatedSentences(t *testing.T) {
	d, err := Open(t.Context(), corpus.Source{Sentences: readAll(t, "-DOCSTART- O\n\nBonn B-LOC\nis O\n\n-DOCSTART- O\n\nBonn B-PER\n\n")}, recipe.Config{Features: "ner"}, nil, true)
	require.NoError(t, err)
	t.Cleanup(d.Close)
	all, err := d.KeepAll(t.Context())
	require.NoError(t, err)
	numbers := []int{0, 0, 1, 1, 1}
	_, err = d.Compile(all, numbers)
	require.NoError(t, err)
	var r fieldRecorder
	require.NoError(t, d.compile(&r, all, numbers[:2]))
	require.NoError(t, d.compile(&r, all, numbers[2:]))
	assert.Equal(t, []string{"B-PER,", "B-PER,", "B-LOC", "B-LOC", "B-LOC"}, r.list)
}
