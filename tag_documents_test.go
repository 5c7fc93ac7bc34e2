package trellis_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/text/standoff"
)

func peopleModel(t *testing.T) *trellis.Model {
	t.Helper()
	m, _, err := trellis.Train(t.Context(), stdin(people), trellis.Config{Epochs: new(30), Threads: 1, Tokenizer: "rules"})
	require.NoError(t, err)
	return m
}

// Documents of all formats, rows and CoNLL-U get the entities of their text, in JSON and HTML.
func TestTagDocuments(t *testing.T) {
	m := peopleModel(t)
	sources := make(map[string]trellis.Source)
	for _, format := range append(withText, "huggingface") {
		sources[format] = converted(t, people, format)
	}
	for _, format := range []string{"conll", "conllu"} {
		var rows bytes.Buffer
		require.NoError(t, trellis.Convert(t.Context(), &rows, stdin(people), trellis.ConvertOptions{To: format}))
		sources[format] = stdin(rows.String())
	}
	for name, data := range sources {
		var c collector
		require.NoError(t, m.TagDocuments(t.Context(), &c, data, trellis.FileOptions{Spans: true, Probabilities: true, Threads: 2}), name)
		require.Len(t, c.docs, 3, name)
		want := "She works for Blue Lake Bank 😀 in Rome."
		switch name {
		case "conll", "huggingface": // which have no text
			want = strings.Replace(want, ".", " .", 1)
		}
		assert.Equal(t, want, c.docs[1].Text, name)
		switch name {
		case "spacy", "conll":
			assert.Empty(t, c.docs[1].ID, name)
		default:
			assert.Equal(t, "2", c.docs[1].ID, name)
		}
		var found []string
		for _, e := range c.docs[1].Sentences[0].Entities {
			found = append(found, e.Label+" "+e.Text)
			assert.Greater(t, e.Probability, 0.5)
			assert.Equal(t, e.Text, c.docs[1].Text[e.Start.Byte:e.End.Byte])
		}
		assert.Equal(t, []string{"ORG Blue Lake Bank", "LOC Rome"}, found, name)
		require.NoError(t, report.NewHTML(new(bytes.Buffer), report.HTMLOptions{}).Write(&c.docs[1]))
	}
}

// Text, rows and documents have the same n-best labellings.
func TestTagDocumentsNBest(t *testing.T) {
	m := peopleModel(t)
	list, err := m.Label(model.Sentence{Columns: features.Rows{{"Maria"}, {"lives"}, {"in"}, {"Oslo"}, {"."}}}, model.TagOptions{NBest: 3, Spans: true})
	require.NoError(t, err)
	require.Len(t, list, 3)
	const line = `{"id": 1, "text": "Maria lives in Oslo.", "label": []}` + "\n"
	for name, tag := range map[string]func(trellis.DocumentWriter) error{
		"text": func(w trellis.DocumentWriter) error {
			return m.TagTextFiles(t.Context(), w, stdin("Maria lives in Oslo."), trellis.TextOptions{NBest: 3, Spans: true})
		},
		"rows": func(w trellis.DocumentWriter) error {
			return m.TagDocuments(t.Context(), w, stdin("Maria\nlives\nin\nOslo\n.\n"), trellis.FileOptions{NBest: 3, Spans: true})
		},
		"doccano": func(w trellis.DocumentWriter) error {
			return m.TagDocuments(t.Context(), w, stdin(line), trellis.FileOptions{NBest: 3, Spans: true})
		},
	} {
		var c collector
		require.NoError(t, tag(&c), name)
		require.Len(t, c.docs, 1, name)
		s := c.docs[0].Sentences[0]
		require.Len(t, s.NBest, 3, name)
		assert.Equal(t, s.Labels, s.NBest[0].Labels, name)
		assert.Equal(t, s.Entities, s.NBest[0].Entities, name)
		for k, a := range s.NBest {
			assert.Equal(t, list[k].Labels, a.Labels, name)
			assert.InDelta(t, list[k].Probability, a.Probability, 1e-12, name)
			require.Len(t, a.Entities, len(list[k].Spans), name)
			for n, e := range a.Entities {
				assert.InDelta(t, list[k].Spans[n].Probability, e.Probability, 1e-12, name)
				assert.Equal(t, e.Text, c.docs[0].Text[e.Start.Byte:e.End.Byte], name)
			}
		}
		for _, documents := range []bool{false, true} {
			require.NoError(t, report.NewJSON(new(bytes.Buffer), report.JSONOptions{Documents: documents}).Write(&c.docs[0]))
		}
	}
}

// A word of a multiword token that does not spell it is no text of its own.
func TestTagDocumentsWithMultiwordTokens(t *testing.T) {
	m, _, err := trellis.Train(t.Context(), stdin("à B-A\nle B-B\nCaire I-B\n. O\n"), trellis.Config{Epochs: new(30), Threads: 1, Format: "conll"})
	require.NoError(t, err)
	var c collector
	require.NoError(t, m.TagDocuments(t.Context(), &c, stdin(origins[strings.Index(origins, "# sent_id = s2"):]), trellis.FileOptions{}))
	require.Len(t, c.docs, 1)
	assert.Equal(t, "s2", c.docs[0].ID)
	var found []string
	for _, e := range c.docs[0].Sentences[0].Entities {
		found = append(found, e.Label+" "+e.Text)
	}
	assert.Equal(t, []string{"A au", "B  Caire"}, found, "the second entity starts behind the first one")
	for _, w := range []report.Writer{report.NewJSON(new(bytes.Buffer), report.JSONOptions{}), report.NewHTML(new(bytes.Buffer), report.HTMLOptions{})} {
		require.NoError(t, w.Write(&c.docs[0]))
	}
}

// Labels without spans are no reason to refuse documents.
func TestTagDocumentsWithPartsOfSpeech(t *testing.T) {
	m, _, err := trellis.Train(t.Context(), stdin("Maria\tPROPN\nlives\tVERB\n.\tPUNCT\n"), trellis.Config{})
	require.NoError(t, err)
	var b bytes.Buffer
	w := report.NewJSON(&b, report.JSONOptions{Files: true})
	require.NoError(t, m.TagDocuments(t.Context(), w, stdin(`{"id": "x", "text": "Maria lives.", "label": []}`), trellis.FileOptions{}))
	var object struct {
		File, ID string
		Tokens   []struct{ Label string }
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &object))
	assert.Equal(t, "stdin", object.File)
	assert.Equal(t, "x", object.ID)
	assert.Len(t, object.Tokens, 3)
}

func TestTagDocumentsRefuses(t *testing.T) {
	m := peopleModel(t)
	for option, o := range map[string]trellis.FileOptions{
		"nbest": {NBest: -1}, "posterior": {NBest: 2, Posterior: true}, "output-format": {OutputFormat: "crfpp"}, "fixed": {Fixed: true}, "threads": {Threads: -1},
	} {
		requireOption(t, m.TagDocuments(t.Context(), &collector{}, stdin(people), o), option, "")
	}
	items := open(t, foreign()[model.CRFsuite])
	err := items.TagDocuments(t.Context(), &collector{}, stdin("O\tw=a\n"), trellis.FileOptions{})
	require.ErrorIs(t, err, model.ErrInput)
	require.ErrorContains(t, err, "an attribute file has no words")
	bad := strings.Replace(people, "[0, 11,", "[0, 99,", 1)
	var c collector
	require.ErrorIs(t, m.TagDocuments(t.Context(), &c, stdin(bad), trellis.FileOptions{}), standoff.ErrOffset)
	assert.Len(t, c.docs, 2, "those before the error")
}
