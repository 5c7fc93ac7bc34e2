package trellis_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// people has spans beyond an emoji and in two layers.
const people = `{"id": 1, "text": "Maria lives in Oslo.", "label": [[0, 5, "PER"], [15, 19, "LOC"]]}
{"id": 2, "text": "She works for Blue Lake Bank 😀 in Rome.", "label": [[14, 28, "ORG"], [19, 23, "LOC"], [35, 39, "LOC"]]}
{"id": 3, "text": "Jonas Weber visited Rome in May.", "label": [[0, 11, "PER"], [20, 24, "LOC"]]}
`

// folder returns a function that creates files in a folder, as brat needs it.
func folder(t *testing.T) (dir string, create func(name string) (io.WriteCloser, error)) {
	t.Helper()
	dir = t.TempDir()
	return dir, func(name string) (io.WriteCloser, error) { return os.Create(filepath.Join(dir, name)) }
}

// converted returns a source with the documents in another format.
func converted(t *testing.T, text, to string) trellis.Source {
	t.Helper()
	dir, create := folder(t)
	var out bytes.Buffer
	require.NoError(t, trellis.Convert(t.Context(), &out, stdin(text), trellis.ConvertOptions{To: to, Create: create}))
	if to == "brat" {
		return trellis.Files(dir)
	}
	path := filepath.Join(dir, "documents")
	require.NoError(t, os.WriteFile(path, out.Bytes(), 0o666))
	return trellis.Files(path)
}

// withText are the formats that keep text and spans.
var withText = []string{"doccano", "doccano-entities", "spacy", "spacy-doc", "label-studio", "brat", "xml"}

func TestConvertDocumentsAndBack(t *testing.T) {
	for _, format := range withText {
		var back bytes.Buffer
		require.NoError(t, trellis.Convert(t.Context(), &back, converted(t, people, format), trellis.ConvertOptions{To: "doccano"}), format)
		want := people
		switch format {
		case "spacy": // has no IDs
			for _, id := range []string{"1", "2", "3"} {
				want = strings.Replace(want, `"id": `+id+`, `, "", 1)
			}
		case "doccano-entities": // keeps relations
			want = strings.ReplaceAll(want, "]]}", `]], "relations": []}`)
		}
		assert.Equal(t, want, back.String(), format)
	}
}

func TestConvertDocumentsToRowsAndBack(t *testing.T) {
	const rows = "Maria\tB-PER\nlives\tO\nin\tO\nOslo\tB-LOC\n.\tO\n\n" +
		"She\tO\nworks\tO\nfor\tO\nBlue\tB-ORG\nLake\tI-ORG\nBank\tI-ORG\n😀\tO\nin\tO\nRome\tB-LOC\n.\tO\n\n" +
		"Jonas\tB-PER\nWeber\tI-PER\nvisited\tO\nRome\tB-LOC\nin\tO\nMay\tO\n.\tO\n\n"
	for _, format := range append(withText, "huggingface") {
		var out bytes.Buffer
		require.NoError(t, trellis.Convert(t.Context(), &out, converted(t, people, format), trellis.ConvertOptions{To: "conll"}), format)
		assert.Equal(t, rows, out.String(), format)

		// Rows become documents whose tokens are separated by spaces, and the same rows again.
		out.Reset()
		require.NoError(t, trellis.Convert(t.Context(), &out, converted(t, rows, format), trellis.ConvertOptions{To: "conll"}), format)
		assert.Equal(t, rows, out.String(), format)
	}
}

// origins has the texts of two sentences, one of them with a multiword token.
const origins = `# sent_id = s1
# text = Zoë's “Oslo”  trip, 😀!
1-2	Zoë's	_	_	_	_	_	_	_	_
1	Zoë	_	_	_	_	_	_	_	NE=B-PER
2	's	_	_	_	_	_	_	_	_
3	“	_	_	_	_	_	_	_	SpaceAfter=No
4	Oslo	_	_	_	_	_	_	_	NE=B-LOC|SpaceAfter=No
5	”	_	_	_	_	_	_	_	_
6	trip	_	_	_	_	_	_	_	SpaceAfter=No
7	,	_	_	_	_	_	_	_	_
8	😀	_	_	_	_	_	_	_	NE=B-ORG|SpaceAfter=No
9	!	_	_	_	_	_	_	_	NE=I-ORG

# sent_id = s2
1-2	au	_	_	_	_	_	_	_	_
1	à	_	_	_	_	_	_	_	_
2	le	_	_	_	_	_	_	_	NE=B-LOC
3	Caire	_	_	_	_	_	_	_	NE=I-LOC|SpaceAfter=No
4	.	_	_	_	_	_	_	_	_

`

// Documents have the text of CoNLL-U, not its words with spaces between them.
func TestDocumentsHaveTheTextOfCoNLLU(t *testing.T) {
	const doccano = `{"id": "s1", "text": "Zoë's “Oslo”  trip, 😀!", "label": [[0, 3, "PER"], [7, 11, "LOC"], [20, 23, "ORG"]]}
{"id": "s2", "text": "au Caire.", "label": [[0, 8, "LOC"]]}
`
	for _, c := range []struct{ to, want string }{
		{"doccano", doccano},
		{"spacy", `["Zoë's “Oslo”  trip, 😀!", {"entities": [[0, 3, "PER"], [7, 11, "LOC"], [20, 22, "ORG"]]}]
["au Caire.", {"entities": [[0, 8, "LOC"]]}]
`},
		{"huggingface", `{"id": "s1", "tokens": ["Zoë", "'s", "“", "Oslo", "”", "trip", ",", "😀", "!"], "ner_tags": ["B-PER", "O", "O", "B-LOC", "O", "O", "O", "B-ORG", "I-ORG"]}
{"id": "s2", "tokens": ["à", "le", "Caire", "."], "ner_tags": ["O", "B-LOC", "I-LOC", "O"]}
`},
	} {
		var out bytes.Buffer
		require.NoError(t, trellis.Convert(t.Context(), &out, stdin(origins), trellis.ConvertOptions{To: c.to}))
		assert.Equal(t, c.want, out.String(), c.to)
	}
	dir, create := folder(t)
	require.NoError(t, trellis.Convert(t.Context(), io.Discard, stdin(origins), trellis.ConvertOptions{To: "brat", Create: create}))
	content, err := os.ReadFile(filepath.Join(dir, "2.txt"))
	require.NoError(t, err)
	assert.Equal(t, "au Caire.", string(content), "brat numbers its files")

	var rows, back bytes.Buffer
	english := standoff.Options{Aligner: standoff.Aligner{Tokenizer: &text.Rules{Language: "en"}}}
	require.NoError(t, trellis.Convert(t.Context(), &rows, stdin(doccano), trellis.ConvertOptions{To: "conllu", Documents: english}))
	require.NoError(t, trellis.Convert(t.Context(), &back, stdin(rows.String()), trellis.ConvertOptions{To: "doccano"}))
	want := strings.NewReplacer("  trip", " trip", "[20, 23", "[19, 22").Replace(doccano) // "# text" has single spaces
	assert.Equal(t, want, back.String())
}

// Layers of documents are entries of MISC.
func TestDocumentsToCoNLLU(t *testing.T) {
	const text = `{"id": 7, "text": "Maria lives. Bo\nLake sleeps!", "label": [[13, 20, "LOC"], [13, 15, "PER"]]}` + "\n"
	var out bytes.Buffer
	require.NoError(t, trellis.Convert(t.Context(), &out, stdin(text), trellis.ConvertOptions{To: "conllu",
		Documents: standoff.Options{Aligner: standoff.Aligner{Layers: 2}}}))
	assert.Equal(t, `# sent_id = 7-1
# text = Maria lives.
1	Maria	_	_	_	_	_	_	_	_
2	lives	_	_	_	_	_	_	_	SpaceAfter=No
3	.	_	_	_	_	_	_	_	_

# sent_id = 7-2
# text = Bo Lake sleeps!
1	Bo	_	_	_	_	_	_	_	NE=B-LOC|NE2=B-PER
2	Lake	_	_	_	_	_	_	_	NE=I-LOC
3	sleeps	_	_	_	_	_	_	_	SpaceAfter=No
4	!	_	_	_	_	_	_	_	_

`, out.String())

	out.Reset()
	require.NoError(t, trellis.Convert(t.Context(), &out, stdin(`{"tokens": ["Bo", "."], "ner_tags": ["O", "O"]}`), trellis.ConvertOptions{To: "conllu"}))
	assert.Equal(t, "1\tBo\t_\t_\t_\t_\t_\t_\t_\t_\n2\t.\t_\t_\t_\t_\t_\t_\t_\t_\n\n", out.String(), "no text and no spans are known")
}

// Units of the input and of the output are independent.
func TestUnitsOfOffsets(t *testing.T) {
	const text = "👍🏽 e\u0301 Bo 😀 Oslo"
	spans := map[string]string{"bytes": "13, 15", "runes": "6, 8", "utf16": "8, 10", "graphemes": "4, 6"} // of Bo
	file := func(unit string) string {
		return fmt.Sprintf("{\"text\": %q, \"label\": [[%s, \"PER\"]]}\n", text, spans[unit])
	}
	for from := range spans {
		for to := range spans {
			in, err := standoff.ParseUnit(from)
			require.NoError(t, err)
			out, err := standoff.ParseUnit(to)
			require.NoError(t, err)
			var w bytes.Buffer
			require.NoError(t, trellis.Convert(t.Context(), &w, stdin(file(from)),
				trellis.ConvertOptions{To: "doccano", Unit: out, Documents: standoff.Options{Unit: in}}))
			assert.Equal(t, file(to), w.String(), "%s to %s", from, to)
		}
	}
	err := trellis.Convert(t.Context(), io.Discard, stdin(people), trellis.ConvertOptions{To: "conll", Unit: standoff.Runes})
	assert.ErrorContains(t, err, "to-offsets runes needs to with a format that has offsets")
}

func TestLayersOfSpans(t *testing.T) {
	var out bytes.Buffer
	o := trellis.ConvertOptions{To: "conll"}
	o.Documents.Aligner.Layers = 2
	require.NoError(t, trellis.Convert(t.Context(), &out, stdin(people), o))
	assert.Contains(t, out.String(), "Blue\tB-ORG\tO\nLake\tI-ORG\tB-LOC\nBank\tI-ORG\tO\n")
	nested := out.String()

	out.Reset()
	require.NoError(t, trellis.Convert(t.Context(), &out, stdin(nested), trellis.ConvertOptions{To: "spacy", Label: "2,3"}))
	assert.Contains(t, out.String(), `[[14, 28, "ORG"], [34, 38, "LOC"], [19, 23, "LOC"]]`)
}

func TestAlignReportsEachChange(t *testing.T) {
	const cut = `{"text": "Maria lives.", "label": [[0, 3, "PER"], [5, 6, "X"]]}`
	for policy, want := range map[standoff.Policy]struct {
		label string
		says  string
	}{
		standoff.Expand:   {"B-PER", `stdin:1: span PER "Mar" expanded to "Maria"`},
		standoff.Contract: {"O", `stdin:1: span PER "Mar" cuts a token, dropped`},
		standoff.Strict:   {"O", `stdin:1: span PER "Mar" cuts a token, dropped`},
	} {
		var out bytes.Buffer
		var warnings []string
		o := trellis.ConvertOptions{To: "conll", Warn: func(text string) { warnings = append(warnings, text) }}
		o.Documents.Aligner.Policy = policy
		require.NoError(t, trellis.Convert(t.Context(), &out, stdin(cut), o))
		assert.Equal(t, "Maria\t"+want.label+"\nlives\tO\n.\tO\n\n", out.String())
		assert.Equal(t, []string{want.says, `stdin:1: span X " " covers no token, dropped`}, warnings)
	}

	// The first changes are listed, all are counted.
	var warnings []string
	o := trellis.ConvertOptions{To: "conll", Warn: func(text string) { warnings = append(warnings, text) }}
	require.NoError(t, trellis.Convert(t.Context(), io.Discard, stdin(strings.Repeat(cut+"\n", 10)), o))
	require.Len(t, warnings, 6)
	assert.Equal(t, "stdin: 10 of 20 spans labelled; 10 expanded; 10 covers no token, dropped", warnings[5])
}

// Training, evaluation and tagging read documents of all formats as they read the same rows.
func TestTrainOnDocumentsAndTagThem(t *testing.T) {
	c := trellis.Config{Epochs: new(30), Threads: 1, Tokenizer: "rules"}
	var rows bytes.Buffer
	require.NoError(t, trellis.Convert(t.Context(), &rows, stdin(people), trellis.ConvertOptions{To: "conll"}))
	m, _, err := trellis.Train(t.Context(), stdin(rows.String()), c)
	require.NoError(t, err)
	want := stored(t, m)
	for _, format := range append(withText, "huggingface") {
		data := converted(t, people, format)
		own := c
		own.Format = format
		m, _, err := trellis.Train(t.Context(), data, own)
		require.NoError(t, err, format)
		if format == "doccano" {
			c, err := m.Config()
			require.NoError(t, err)
			assert.Equal(t, "doccano", c.Format)
		}
		own.Format = ""
		m, _, err = trellis.Train(t.Context(), data, own)
		require.NoError(t, err, format)
		assert.Equal(t, want, stored(t, m), format)

		r, err := m.Evaluate(t.Context(), data)
		require.NoError(t, err)
		assert.Equal(t, 6, r.Support, format)
		assert.Equal(t, 1.0, r.F1, format)

		// The predicted spans replace those of the input, in its format.
		dir, create := folder(t)
		var out bytes.Buffer
		require.NoError(t, m.TagFiles(t.Context(), &out, data, trellis.FileOptions{Create: create, Threads: 2}), format)
		tagged := trellis.Files(dir)
		if format != "brat" {
			tagged = stdin(out.String())
		}
		r, err = m.Evaluate(t.Context(), tagged)
		require.NoError(t, err, format)
		assert.Equal(t, 1.0, r.F1, format)
		if format == "doccano" {
			assert.Equal(t, strings.Replace(people, `[19, 23, "LOC"], `, "", 1), out.String())
		}
	}
}

func TestDocumentErrors(t *testing.T) {
	m, _ := wordModel(t)
	var option *trellis.OptionError
	for name, o := range map[string]trellis.FileOptions{
		"nbest": {NBest: 2}, "probs": {Probabilities: true}, "span-probs": {Spans: true}, "fixed": {Fixed: true},
	} {
		require.ErrorAs(t, m.TagFiles(t.Context(), io.Discard, stdin(people), o), &option, name)
		assert.Equal(t, name, option.Option)
	}
	require.ErrorAs(t, m.TagFiles(t.Context(), io.Discard, converted(t, people, "brat"), trellis.FileOptions{}), &option)
	assert.Equal(t, "output", option.Option)

	bad := strings.Replace(people, "[0, 11,", "[0, 99,", 1)
	_, _, err := trellis.Train(t.Context(), stdin(bad), trellis.Config{})
	var at *corpus.ParseError
	require.ErrorAs(t, err, &at)
	assert.Equal(t, "stdin", at.File)
	assert.Equal(t, 3, at.Line)
	require.ErrorIs(t, err, standoff.ErrOffset)

	for option, c := range map[string]trellis.Config{"format": {Format: "tsv"}, "align": {Align: "cut"}, "layers": {Layers: -1}} {
		_, _, err := trellis.Train(t.Context(), stdin(people), c)
		requireOption(t, err, option, "want")
	}
	for option, o := range map[string]trellis.ConvertOptions{
		"to": {To: "tsv"}, "output": {To: "brat"}, "columns": {To: "spacy", Columns: []string{"1"}},
		"separator": {To: "spacy", Separator: "tab"}, "scheme": {To: "spacy", Scheme: "io"},
	} {
		requireOption(t, trellis.Convert(t.Context(), io.Discard, stdin(people), o), option, "")
	}
	_, _, err = trellis.Split(t.Context(), stdin(people), trellis.SplitOptions{Shares: []float64{0.5}})
	assert.ErrorContains(t, err, "stdin:1: documents of doccano cannot be split")
}

// Skipped tasks have no labels, so training and evaluation leave them out. Tagging does not.
func TestSkippedTasksAreNotTrainedOn(t *testing.T) {
	const labelled = `{"id": 1, "data": {"text": "Maria lives in Oslo."}, "annotations": [{"result": [{"id": "a", "type": "labels", "value": {"start": 0, "end": 5, "labels": ["PER"]}}]}]}`
	const skipped = `{"id": 2, "data": {"text": "Jonas ran."}, "annotations": [{"was_cancelled": true, "result": []}]}`
	c := trellis.Config{Epochs: new(5), Threads: 1, Tokenizer: "rules"}
	m, _, err := trellis.Train(t.Context(), stdin("["+skipped+","+labelled+"]"), c)
	require.NoError(t, err)
	without, _, err := trellis.Train(t.Context(), stdin("["+labelled+"]"), c)
	require.NoError(t, err)
	assert.Equal(t, stored(t, without), stored(t, m))
	r, err := m.EvaluateFiles(t.Context(), stdin("["+labelled+","+skipped+"]"), trellis.EvalOptions{})
	require.NoError(t, err)
	assert.Equal(t, 1, r.Sentences)
	var out bytes.Buffer
	require.NoError(t, m.TagFiles(t.Context(), &out, stdin("["+skipped+"]"), trellis.FileOptions{}))
	assert.Contains(t, out.String(), "Jonas ran.")
}

// A model without spans has nothing to write into documents. It reads XML as text.
func TestDocumentsNeedAModelOfSpans(t *testing.T) {
	m, _, err := trellis.Train(t.Context(), stdin("Maria\tPROPN\nlives\tVERB\n.\tPUNCT\n"), trellis.Config{})
	require.NoError(t, err)
	err = m.TagFiles(t.Context(), io.Discard, stdin(people), trellis.FileOptions{})
	require.ErrorContains(t, err, "stdin:1: ")
	require.ErrorContains(t, err, "documents of doccano hold spans, but the labels of the model encode none")
	const page = "<p>This is <b>Maria</b>.</p> And she lives here now, in Oslo.\n"
	plain, _, err := m.LooksLikeText(t.Context(), stdin(page))
	require.NoError(t, err)
	assert.True(t, plain)
}
