package standoff_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/text/standoff"
)

const (
	sentence = "Anna lives in Oslo."
	quoted   = `"Anna lives in Oslo."`
)

func twoSpans() []standoff.Span {
	return []standoff.Span{{Start: 0, End: 4, Label: "PER"}, {Start: 14, End: 18, Label: "LOC"}}
}

func TestShapesOfFiles(t *testing.T) {
	const objects = `[{"start": 0, "end": 4, "label": "PER"}, {"label": "LOC", "end": 18, "start": 14}]`
	const entities = `[{"id": 7, "label": "PER", "start_offset": 0, "end_offset": 4}, {"id": 8, "label": "LOC", "start_offset": 14, "end_offset": 18}]`
	const triples = `[[0, 4, "PER"], [14, 18, "LOC"]]`
	for _, c := range []struct {
		why, input string
		format     standoff.Format
		id         string
		extra      string // keys
	}{
		{"doccano label", `{"id": 3, "text": ` + quoted + `, "label": ` + triples + `}`, standoff.Doccano, "3", ""},
		{"doccano labels, before the text", `{"labels": ` + triples + `, "text": ` + quoted + `}`, standoff.Doccano, "", ""},
		{"doccano data and comments", `{"id": "a b", "data": ` + quoted + `, "label": ` + triples + `, "Comments": []}`, standoff.Doccano, "a b", "Comments"},
		{"triples under entities", `{"text": ` + quoted + `, "entities": ` + triples + `}`, standoff.Doccano, "", ""},
		{"doccano entities", `{"text": ` + quoted + `, "entities": ` + entities + `, "relations": [{"from_id": 7}]}`, standoff.DoccanoEntities, "", "relations"},
		{"an array of objects", "[\n {\"text\": " + quoted + ", \"label\": " + triples + "}\n]\n", standoff.Doccano, "", ""},
		{"a byte order mark and blank lines", "\uFEFF\r\n\r\n{\"text\": " + quoted + ",\r\n \"label\": " + triples + "}\r\n\r\n", standoff.Doccano, "", ""},
		{"spaCy pair", `[` + quoted + `, {"entities": ` + triples + `, "cats": {}}]`, standoff.SpaCy, "", "cats"},
		{"an array of spaCy pairs", `[ [` + quoted + `, {"entities": ` + triples + `}] ]`, standoff.SpaCy, "", ""},
		{"spaCy document", `{"text": ` + quoted + `, "ents": ` + objects + `, "sents": [], "tokens": [{"id": 0}]}`, standoff.SpaCyDoc, "", "sents tokens"},
		{"Label Studio", `[{"id": 5, "data": {"text": ` + quoted + `, "page": "x"}, "annotations": [{"result": [
			{"id": "q", "type": "labels", "value": {"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}},
			{"id": "r", "type": "labels", "value": {"start": 14, "end": 18, "labels": ["LOC"]}}]}]}]`, standoff.LabelStudio, "5", "page"},
		{"Label Studio before version 1", `[{"completions": [{"result": [
			{"type": "labels", "value": {"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}},
			{"type": "labels", "value": {"start": 14, "end": 18, "labels": ["LOC"]}}]}], "data": {"body": ` + quoted + `}}]`, standoff.LabelStudio, "", ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			list := read(t, c.input, standoff.Options{})
			require.Len(t, list, 1)
			d := list[0]
			assert.Equal(t, c.id, d.ID)
			assert.Equal(t, sentence, d.Text)
			assert.Equal(t, twoSpans(), d.Spans)
			var keys []string
			for _, f := range d.Extra {
				keys = append(keys, f.Key)
			}
			assert.Equal(t, c.extra, strings.Join(keys, " "))
			for _, size := range []int{1, 3} { // however the bytes arrive
				format, rest := standoff.Detect(&small{strings.NewReader(c.input), size})
				assert.Equal(t, c.format, format)
				all, err := io.ReadAll(rest)
				require.NoError(t, err)
				assert.Equal(t, c.input, string(all))
			}
			if c.format != standoff.LabelStudio { // what is kept is written back
				again := read(t, write(t, standoff.Options{Format: c.format}, list), standoff.Options{})
				if c.format == standoff.DoccanoEntities {
					assert.Equal(t, list[0].Spans, again[0].Spans)
				} else {
					assert.Equal(t, list, again)
				}
			}
		})
	}
}

// small reads few bytes at once.
type small struct {
	io.Reader
	size int
}

func (s *small) Read(p []byte) (int, error) { return s.Reader.Read(p[:min(s.size, len(p))]) }

func TestDetectKnowsWhatIsNoDocument(t *testing.T) {
	for input, want := range map[string]standoff.Format{
		"": standoff.FormatAuto, "Anna\tB-PER\n": standoff.FormatAuto, "[ PUNCT O\nx": standoff.FormatAuto, "[\tPUNCT\n": standoff.FormatAuto,
		"{ PUNCT": standoff.FormatAuto, "12": standoff.FormatAuto, `"a"`: standoff.FormatAuto, "[]": standoff.FormatAuto, "{}": standoff.FormatAuto,
		`["a", "b"]`: standoff.FormatAuto, `{"words": []}`: standoff.FormatAuto, `{"text": 3}`: standoff.FormatAuto,
		"Plain text, and a bracket [1].": standoff.FormatAuto, "T1 is a word": standoff.FormatAuto, "# text = a": standoff.FormatAuto,
		`{"text": "a"}`:                      standoff.Doccano,
		"T1\tPER 0 4\tAnna\n":                standoff.Brat,
		"T1\tPER 0 4;6 8\tAnna":              standoff.Brat,
		`{"tokens": ["a"], "ner_tags": [0]}`: standoff.HuggingFace,
		`{"id": 1, "data": {"text": "a"}}`:   standoff.LabelStudio,
	} {
		got, _ := standoff.Detect(strings.NewReader(input))
		assert.Equal(t, want, got, input)
	}
	// The key that decides may stand far behind.
	long := `{"text": "` + strings.Repeat("a ", 40_000) + `", "ents": []}`
	got, rest := standoff.Detect(strings.NewReader(long))
	assert.Equal(t, standoff.SpaCyDoc, got)
	all, err := io.ReadAll(rest)
	require.NoError(t, err)
	assert.Equal(t, long, string(all))
	failure := errors.New("no more")
	_, rest = standoff.Detect(io.MultiReader(strings.NewReader("{"), iotest.ErrReader(failure)))
	_, err = io.ReadAll(rest)
	assert.ErrorIs(t, err, failure)
}

func TestErrorsSayWhereAndWhat(t *testing.T) {
	ls := func(result string) string {
		return `[{"data": {"text": "a😀b"}, "annotations": [{"result": [` + result + `]}]}]`
	}
	for _, c := range []struct {
		input, want string
		o           standoff.Options
	}{
		{"{\"text\": \"a\", \"label\": []}\n\n{\"text\": \"abc\", \"label\": [[0, 9, \"X\"]]}", `in.json:3: key "label", span 1: end: offset does not fit the text: found 9, expected 0 to 3 utf16`, standoff.Options{}},
		{`{"text": "abc", "label": [[2, 1, "X"]]}`, `in.json:1: key "label", span 1: offset does not fit the text: end 1 is before start 2`, standoff.Options{}},
		{`{"text": "😀", "label": [[1, 2, "X"]]}`, "code unit 1 is inside a character; the file may count runes", standoff.Options{Unit: standoff.UTF16}},
		{`{"text": "😀", "label": [[1, 3, "X"]]}`, "start: offset does not fit the text: code unit 1 is inside a character", standoff.Options{}},
		{`{"text": "é", "label": [[1, 2, "X"]]}`, "byte 1 is inside a character", standoff.Options{Unit: standoff.Bytes}},
		{`{"id": 4, "text": "abc", "label": [[0, "X"]]}`, `in.json:1: document 4: key "label", span 1: found the list [0, "X"], expected [start, end, label]`, standoff.Options{}},
		{`{"text": "abc", "label": ["X"]}`, `found the string "X", expected [start, end, label]`, standoff.Options{Format: standoff.Doccano}},
		{`{"text": "abc", "label": {"X": 1}}`, `key "label": found the object {"X": 1}, expected a list of spans`, standoff.Options{Format: standoff.Doccano}},
		{`{"text": "abc", "entities": [{"start": 0.5, "end": 1, "label": "X"}]}`, `found the number 0.5 under "start"`, standoff.Options{}},
		{`{"text": null, "label": []}`, `key "text": found null, expected a text`, standoff.Options{}},
		{`{"words": "abc", "label": []}`, `found the keys words, label, expected the key "text"`, standoff.Options{}},
		{`{}`, `found an object without keys, expected the key "text"`, standoff.Options{Format: standoff.Doccano}},
		{"{\"text\": \"abc\",\n\"label\": [}]}", "in.json:2: the JSON is not valid", standoff.Options{Format: standoff.Doccano}},
		{"{\"text\": \"a\", \"label\": []}\n{\"text\": \n\n", "in.json:2: the document is incomplete", standoff.Options{}},
		{"{\"text\": \"a\", \"label\": []}\nb", `in.json:2: found 'b', expected a document that starts with { or [`, standoff.Options{}},
		{"[{\"text\": \"a\", \"label\": []}\n", "the document is incomplete", standoff.Options{}},
		{"[{\"text\": \"a\", \"label\": []}\n{}]", "in.json:2: found '{' between documents of the array, expected a comma or ]", standoff.Options{}},
		{"[{\"text\": \"a\", \"label\": []}] x", "in.json:1: found 'x' after the end of the array", standoff.Options{}},
		{"{\"text\": \"\xff\", \"label\": []}", "the document is not UTF-8", standoff.Options{}},
		{`["a", 3]`, "found the number 3, expected an object", standoff.Options{Format: standoff.SpaCy}},
		{`["a"]`, `found the list ["a"], expected a pair`, standoff.Options{Format: standoff.SpaCy}},
		{`{"tokens": ["a", "b"], "ner_tags": ["O"]}`, `key "ner_tags": found 1 labels, expected one for each of the 2 tokens`, standoff.Options{}},
		{`{"tokens": ["a"], "ner_tags": ["NOUN"]}`, `token 1: found the label "NOUN", expected O or a label of a span`, standoff.Options{}},
		{`{"tokens": ["a"], "ner_tags": [1]}`, "found the number 1; name the labels that numbers stand for with the option label-names", standoff.Options{}},
		{`{"tokens": ["a"], "ner_tags": [1]}`, "found the number 1, but the option label-names names only 0 to 0", standoff.Options{LabelNames: []string{"O"}}},
		{`{"tokens": ["a"], "ner_tags": [null]}`, "found null, expected a label or its number", standoff.Options{}},
		{`{"tokens": "a", "ner_tags": []}`, `key "tokens": found the string "a", expected a list of strings`, standoff.Options{Format: standoff.HuggingFace}},
		{`{"ner_tags": []}`, `expected the key "tokens"`, standoff.Options{Format: standoff.HuggingFace}},
		{`{"tokens": ["a"]}`, `expected the key "chunk_tags"`, standoff.Options{TagsKey: "chunk_tags"}},
		{`[{"id": 1, "annotations": []}]`, `document 1: found a task without "data"`, standoff.Options{}},
		{`[{"data": {"n": 1, "x": "a", "y": "b"}, "annotations": []}]`, `found the keys n, x, y, expected the key "text"; name the key of the text`, standoff.Options{}},
		{`[{"data": {"n": 1}, "annotations": []}]`, `found the keys n, expected the key "text"`, standoff.Options{}},
		{`[{"data": {"n": "a"}, "annotations": []}]`, `found the keys n, expected the key "body"`, standoff.Options{TextKey: "body"}},
		{`[{"data": 3, "annotations": []}]`, `key "data": found the number 3, expected an object`, standoff.Options{Format: standoff.LabelStudio}},
		{`[{"data": {"text": "a"}, "annotations": 3}]`, "another shape than Label Studio exports", standoff.Options{Format: standoff.LabelStudio}},
		{ls(`{"type": "labels", "value": {"start": "a", "end": 1, "labels": ["X"]}}`), `result 1: expected a "value" with the numbers`, standoff.Options{}},
		{ls(`{"type": "labels", "value": {"start": 0, "end": 1}}`), `result 1: expected a "value" with "labels"`, standoff.Options{}},
		{ls(`{"type": "labels", "value": {"start": 0, "end": 1, "text": "b", "labels": ["X"]}}`), `found "a" at its offsets, expected its text "b"`, standoff.Options{}},
	} {
		r, err := standoff.NewReader(strings.NewReader(c.input), "in.json", c.o)
		require.NoError(t, err, c.input)
		var d standoff.Document
		for err == nil {
			err = r.Read(&d)
		}
		var at *corpus.ParseError
		require.ErrorAs(t, err, &at, c.input)
		assert.ErrorContains(t, err, c.want)
		assert.Empty(t, d.Text)
	}
	_, err := standoff.NewReader(strings.NewReader("Anna\tPER\n"), "x", standoff.Options{})
	assert.ErrorContains(t, err, "x: no annotation format is recognised")
	_, err = standoff.NewReader(strings.NewReader("T1\tPER 0 4\tAnna\n"), "x.ann", standoff.Options{})
	assert.ErrorContains(t, err, "x.ann: brat has two files")
	for _, f := range []standoff.Format{standoff.FormatAuto, standoff.Brat} {
		_, err = standoff.NewWriter(io.Discard, standoff.Options{Format: f})
		assert.Error(t, err)
	}
	r, err := standoff.NewReader(io.MultiReader(strings.NewReader(`{"text": "a"`), iotest.ErrReader(errors.New("cable out"))), "in.json",
		standoff.Options{Format: standoff.Doccano})
	require.NoError(t, err)
	assert.EqualError(t, r.Read(new(standoff.Document)), "in.json: cable out")
}

func TestLongDocumentsAreRefused(t *testing.T) {
	r, err := standoff.NewReader(io.MultiReader(strings.NewReader(`{"text": "`), zeros{}), "in.json", standoff.Options{Format: standoff.Doccano})
	require.NoError(t, err)
	if testing.Short() {
		t.Skip("reads 256 MiB")
	}
	assert.ErrorIs(t, r.Read(new(standoff.Document)), corpus.ErrTooLong)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for k := range p {
		p[k] = '0'
	}
	return len(p), nil
}

func TestLabelStudioCountsWhatItLeavesOut(t *testing.T) {
	const span = `{"id": "x", "type": "labels", "value": {"start": 2, "end": 3, "text": "b", "labels": ["A", "B"]}}`
	const other = `{"id": "x", "type": "labels", "value": {"start": 0, "end": 1, "labels": ["C"]}}`
	input := `[{"data": {"text": "😀b"}, "annotations": [{"was_cancelled": true, "result": []}, {"result": [` + span + `, {"type": "choices"}]}, {"result": []}],
		"predictions": [{"result": []}]},
		{"data": {"text": "cd"}, "predictions": [{"result": [` + other + `]}, {"result": []}]}]`
	r, err := standoff.NewReader(strings.NewReader(input), "in.json", standoff.Options{})
	require.NoError(t, err)
	list := readAll(t, r)
	// The quoted text shows that this document counts UTF-16 code units. Two labels are two spans.
	assert.Equal(t, []standoff.Span{{Start: 4, End: 5, Label: "A"}, {Start: 4, End: 5, Label: "B"}}, list[0].Spans)
	assert.Empty(t, list[1].Spans)
	assert.Equal(t, standoff.Counts{"skipped annotations": 1, "annotations of further annotators": 1, `results of type "choices"`: 1,
		"predictions": 3, "tasks without annotations": 1}, r.Lost())
	assert.Equal(t, `1 annotations of further annotators, 3 predictions, 1 results of type "choices", 1 skipped annotations, 1 tasks without annotations`, r.Lost().String())

	r, err = standoff.NewReader(strings.NewReader(input), "in.json", standoff.Options{Predictions: true})
	require.NoError(t, err)
	assert.Equal(t, []standoff.Span{{Start: 0, End: 1, Label: "C"}}, readAll(t, r)[1].Spans)
	assert.Equal(t, 2, r.Lost()["predictions"])

	o := standoff.Options{Format: standoff.LabelStudio, Predictions: true, FromName: "ner", ToName: "body", TextKey: "body"}
	written := write(t, o, list)
	assert.Contains(t, written, `"data": {"body": "😀b"}, "predictions": [{"result": [{"id": "s1", "from_name": "ner", "to_name": "body"`)
	assert.Equal(t, list[0].Spans, read(t, written, o)[0].Spans)
	assert.Equal(t, "[]\n", write(t, o, nil))
}

// Label Studio quotes texts with line ends in several ways.
func TestLabelStudioQuotesLineEnds(t *testing.T) {
	for _, quote := range []string{`a\\nb`, `a\nb`, `ab`, `a b`} {
		input := `[{"data": {"text": "a\r\nb"}, "annotations": [{"result": [{"type": "labels", "value": {"start": 0, "end": 4, "text": "` + quote + `", "labels": ["X"]}}]}]}]`
		assert.Len(t, read(t, input, standoff.Options{})[0].Spans, 1, quote)
	}
}

func TestHuggingFaceNumbersAndStrings(t *testing.T) {
	names := standoff.LabelNames([]string{"PER", "LOC", "PER"})
	assert.Equal(t, []string{"O", "B-LOC", "I-LOC", "B-PER", "I-PER"}, names)
	numbers := `{"id": "0", "tokens": ["Anna", "Keller", "likes", "New York", "."], "ner_tags": [3, 4, 0, 1, 0], "pos_tags": [1, 1, 2, 1, 3]}`
	o := standoff.Options{Format: standoff.HuggingFace, LabelNames: names}
	list := read(t, numbers, o)
	require.Len(t, list, 1)
	d := list[0]
	assert.Equal(t, "Anna Keller likes New York .", d.Text)
	assert.Equal(t, []standoff.Span{{Start: 0, End: 11, Label: "PER"}, {Start: 18, End: 26, Label: "LOC"}}, d.Spans)
	assert.Equal(t, "New York", d.Tokens[3].Text)
	assert.Equal(t, strings.Replace(numbers, `"0"`, "0", 1), strings.TrimSpace(write(t, o, list)))

	o.LabelNames = nil
	text := write(t, o, list)
	assert.Contains(t, text, `"ner_tags": ["B-PER", "I-PER", "O", "B-LOC", "O"]`)
	assert.Equal(t, list, read(t, text, o))
	o.LabelNames = []string{"O"}
	w, err := standoff.NewWriter(io.Discard, o)
	require.NoError(t, err)
	assert.ErrorIs(t, w.Write(&d), corpus.ErrUnwritable)

	bilou := standoff.Options{Format: standoff.HuggingFace, Spelling: annotation.Spelling{Letters: annotation.BILU, TypeFirst: true}}
	spelt := read(t, `{"tokens": ["a", "b", "c"], "ner_tags": ["X-B", "X-L", "X-U"]}`, bilou)
	assert.Equal(t, []standoff.Span{{Start: 0, End: 3, Label: "X"}, {Start: 4, End: 5, Label: "X"}}, spelt[0].Spans)
	assert.Contains(t, write(t, bilou, spelt), `["X-B", "X-L", "X-U"]`)

	o = standoff.Options{TagsKey: "labels", Format: standoff.HuggingFace}
	assert.Len(t, read(t, `{"tokens": ["a"], "labels": ["B-X"], "tags": []}`, o)[0].Spans, 1)
	assert.Len(t, read(t, `{"tokens": ["a"], "tags": ["B-X"]}`, standoff.Options{})[0].Spans, 1)
	assert.Empty(t, read(t, `{"tokens": ["a"]}`, standoff.Options{})[0].Spans, "tokens to be labelled")
}

// A reader of any format keeps only the spans with some labels.
func TestLabelsOfSpans(t *testing.T) {
	const xml = `<corpus><text id="1"><p><PER>Anna</PER> <hi>saw</hi> <LOC>Oslo</LOC></p></text><text id="2"><p>Bo</p></text></corpus>`
	o := standoff.Options{Labels: []string{"PER", "LOC"}, Element: "text"}
	list := read(t, xml, o)
	require.Len(t, list, 2)
	assert.Equal(t, "Anna saw Oslo: PER[Anna] LOC[Oslo]\nBo:", show(list))
	for _, format := range jsonFormats {
		text := write(t, standoff.Options{Format: format}, list[:1])
		assert.Equal(t, "Anna saw Oslo: LOC[Oslo]", show(read(t, text, standoff.Options{Format: format, Labels: []string{"LOC"}})), "%v", format)
		assert.Equal(t, "Anna saw Oslo:", show(read(t, text, standoff.Options{Format: format, Labels: []string{}})), "%v", format)
	}
	files := fstest.MapFS{"a.txt": {Data: []byte("Anna")}, "a.ann": {Data: []byte("T1\tPER 0 4\tAnna\nT2\tX 0 1\tA\n")}}
	r, err := standoff.NewBratReader(files, o)
	require.NoError(t, err)
	assert.Equal(t, "Anna: PER[Anna]", show(readAll(t, r)))
}

func TestWritersRefuseWhatTheyCannotWrite(t *testing.T) {
	for _, d := range []standoff.Document{
		{Text: "\xff"},
		{Text: "é", Spans: []standoff.Span{{Start: 1, End: 2}}},
		{Text: "é", Spans: []standoff.Span{{Start: 0, End: 1}}},
		{Text: "a", Spans: []standoff.Span{{Start: 0, End: 2}}},
		{Text: "a", Spans: []standoff.Span{{Start: 1, End: 0}}},
	} {
		for _, format := range []standoff.Format{standoff.Doccano, standoff.DoccanoEntities, standoff.SpaCy, standoff.SpaCyDoc, standoff.LabelStudio} {
			w, err := standoff.NewWriter(io.Discard, standoff.Options{Format: format})
			require.NoError(t, err)
			assert.ErrorContains(t, w.Write(&d), "document 1: ", "%v %q", format, d.Text)
		}
		assert.Error(t, standoff.NewBratWriter(make(folder).create, standoff.Options{}).Write(&d))
	}
	d := standoff.Document{ID: "b", Text: "a", Extra: []standoff.Field{{Key: "x", Value: json.RawMessage("{")}}}
	for _, format := range jsonFormats {
		w, err := standoff.NewWriter(io.Discard, standoff.Options{Format: format})
		require.NoError(t, err)
		assert.ErrorContains(t, w.Write(&d), `document b: cannot be written: the value of key "x" is not JSON`, format)
	}
}

func TestNamesOfFormats(t *testing.T) {
	for f := standoff.FormatAuto; f <= standoff.Brat; f++ {
		got, err := standoff.ParseFormat(strings.ToUpper(f.String()))
		require.NoError(t, err)
		assert.Equal(t, f, got)
	}
	_, err := standoff.ParseFormat("webanno")
	assert.ErrorContains(t, err, "expected auto, doccano, doccano-entities")
	assert.Equal(t, "Format(99)", standoff.Format(99).String())
	assert.Equal(t, "Unit(99)", standoff.Unit(99).String())
	assert.Equal(t, "Policy(99)", standoff.Policy(99).String())
}

func TestBrat(t *testing.T) {
	files := fstest.MapFS{
		"b/one.txt":  {Data: []byte("Anna 😀\r\nKeller lives.\n")},
		"b/one.ann":  {Data: []byte("T2\tPER 0 14\tAnna 😀  Keller\r\nT1\tX 5 6\t😀\n\nR1\tknows Arg1:T1 Arg2:T2\nE1\tX:T1\nA1\tNeg T1\nM1\tNeg T1\nN1\tReference T1 W:1\tx\n#1\tAnnotatorNotes T1\tnote\n*\tEquiv T1 T2\nT3\tPER 0 4;8 14\tAnna Keller\n")},
		"a.txt":      {Data: []byte("x")},
		"a.ann":      {},
		"readme.txt": {Data: []byte("not annotated")},
	}
	r, err := standoff.NewBratReader(files, standoff.Options{})
	require.NoError(t, err)
	assert.Equal(t, standoff.Brat, r.Format())
	var d standoff.Document
	require.NoError(t, r.Read(&d))
	assert.Equal(t, "a", d.ID)
	require.NoError(t, r.Read(&d))
	assert.Equal(t, "b/one", d.ID)
	assert.Equal(t, []standoff.Span{{Start: 0, End: 17, Label: "PER", ID: "T2", Line: 1}, {Start: 5, End: 9, Label: "X", ID: "T1", Line: 2}}, d.Spans)
	assert.Equal(t, standoff.Counts{"relations": 1, "events": 1, "attributes": 2, "normalizations": 1, "notes": 1, "equivalences": 1,
		"discontinuous spans": 1, "texts without annotations": 1}, r.Lost())
	assert.ErrorIs(t, r.Read(&d), io.EOF)

	for ann, want := range map[string]string{
		"\nX1\tPER 0 1\ta":  `x.ann:2: found "X1\tPER 0 1\ta", expected an annotation`,
		"T1\tPER 0\ta":      "x.ann:1: found",
		"T1\tPER 0 9\ta":    "end: offset does not fit the text: found 9, expected 0 to 3 runes",
		"T1\tPER -1 1\ta":   "start: offset does not fit the text",
		"T1\tPER 2 1\ta":    "end 1 is before start 2",
		"T1\tPER 0 1\tb":    `found "a" at its offsets, expected its text "b"`,
		"T1\tPER 0 1\t\xff": "x.ann: the document is not UTF-8",
		"T1\t 0 1\ta":       "found",
	} {
		r, err := standoff.NewBratReader(fstest.MapFS{"x.txt": {Data: []byte("abc")}, "x.ann": {Data: []byte(ann)}}, standoff.Options{})
		require.NoError(t, err)
		assert.ErrorContains(t, r.Read(&d), want)
	}
	_, err = standoff.NewBratReader(fstest.MapFS{"x.ann": {}}, standoff.Options{})
	assert.ErrorContains(t, err, "x.ann: no text x.txt beside it")
}

func TestBratWriter(t *testing.T) {
	d := standoff.Document{Text: "a b", Spans: []standoff.Span{{Start: 0, End: 1, Label: "X", ID: "T1"}, {Start: 0, End: 1, Label: "Y", ID: "q"},
		{Start: 2, End: 3, Label: "Z", ID: "T1"}}}
	files := writeBrat(t, []standoff.Document{d, {ID: "sub/x", Text: "c"}})
	assert.Equal(t, "T1\tX 0 1\ta\nT2\tY 0 1\ta\nT3\tZ 2 3\tb\n", string(files["1.ann"].Data))
	assert.Equal(t, "c", string(files["sub/x.txt"].Data))
	w := standoff.NewBratWriter(make(folder).create, standoff.Options{})
	require.NoError(t, w.Write(&standoff.Document{ID: "a"}))
	assert.ErrorContains(t, w.Write(&standoff.Document{ID: "a"}), "another document has this ID")
	for _, id := range []string{"../a", "/a", ".", "a//b", "c:x", `a\b`} {
		assert.ErrorContains(t, w.Write(&standoff.Document{ID: id}), "not the name of a file", id)
	}
	for _, label := range []string{"", "a b", "a\tb"} {
		d := standoff.Document{ID: "label " + label, Text: "a", Spans: []standoff.Span{{Start: 0, End: 1, Label: label}}}
		assert.ErrorContains(t, w.Write(&d), "brat needs a label without white space")
	}
	failure := errors.New("disk full")
	w = standoff.NewBratWriter(func(string) (io.WriteCloser, error) { return nil, failure }, standoff.Options{})
	assert.ErrorIs(t, w.Write(&standoff.Document{}), failure)
}

// Files of doccano count UTF-16 code units, those of many scripts runes.
func TestDoccanoReadsBothUnits(t *testing.T) {
	const text = "😀 Anna met 😀 Bo in Oslo."
	want := []standoff.Span{span(text, "Anna", "PER", 0), span(text, "Bo", "PER", 0), span(text, "Oslo.", "LOC", 0)}
	for unit, lost := range map[standoff.Unit]int{standoff.UTF16: 0, standoff.Runes: 1} {
		for _, format := range []standoff.Format{standoff.Doccano, standoff.DoccanoEntities} {
			written := write(t, standoff.Options{Format: format, Unit: unit}, []standoff.Document{{Text: text, Spans: want}})
			r, err := standoff.NewReader(strings.NewReader(written), "in", standoff.Options{})
			require.NoError(t, err)
			assert.Equal(t, want, readAll(t, r)[0].Spans, unit)
			assert.Equal(t, lost, r.Lost()["lists of spans that count runes"], unit)
		}
	}
	// Without a difference the unit is that of doccano, and a given unit is never doubted.
	assert.Equal(t, []standoff.Span{{Start: 0, End: 4, Label: "X"}}, read(t, `{"text": "😀...", "label": [[0, 2, "X"]]}`, standoff.Options{})[0].Spans)
	assert.Equal(t, []standoff.Span{{Start: 4, End: 7, Label: "X"}}, read(t, `{"text": "😀 Anna", "label": [[2, 5, "X"]]}`, standoff.Options{Unit: standoff.UTF16})[0].Spans)
}
