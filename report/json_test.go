package report_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/text"
)

// The objects of docs/reference/json.md.
type jsonObject struct {
	Text      string       `json:"text"`
	Start     int          `json:"start"`
	End       int          `json:"end"`
	Sentences []jsonRange  `json:"sentences,omitzero"`
	Tokens    []jsonToken  `json:"tokens"`
	Entities  []jsonEntity `json:"entities"`
}

type jsonRange struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

type jsonToken struct {
	Text        string   `json:"text"`
	Start       int      `json:"start"`
	End         int      `json:"end"`
	Label       string   `json:"label"`
	Probability *float64 `json:"probability,omitempty"`
}

type jsonEntity struct {
	Start       int      `json:"start"`
	End         int      `json:"end"`
	Text        string   `json:"text"`
	Label       string   `json:"label"`
	Probability *float64 `json:"probability,omitempty"`
}

func rounded(p float64) *float64 {
	p = math.Round(p*1e6) / 1e6
	return &p
}

// unitLength returns the length of a text in a unit.
func unitLength(u report.Unit, s string) int {
	switch u {
	case report.Bytes:
		return len(s)
	case report.UTF16:
		return len(utf16.Encode([]rune(s)))
	}
	return utf8.RuneCountInString(s)
}

// objects returns what the lines of a document should hold.
func objects(d *model.Document, o report.JSONOptions) []jsonObject {
	var list []jsonObject
	all := jsonObject{Text: d.Text, End: unitLength(o.Unit, d.Text), Sentences: []jsonRange{}, Tokens: []jsonToken{}, Entities: []jsonEntity{}}
	at := func(byte int) int { return unitLength(o.Unit, d.Text[:byte]) }
	for _, s := range d.Sentences {
		one := jsonObject{Text: d.Text[s.Start.Byte:s.End.Byte], Start: at(s.Start.Byte), End: at(s.End.Byte), Tokens: []jsonToken{}, Entities: []jsonEntity{}}
		base := one.Start
		if o.Documents {
			base = 0
		}
		for k, t := range s.Tokens {
			j := jsonToken{Text: t.Text, Start: at(t.Start.Byte) - base, End: at(t.End.Byte) - base, Label: s.Labels[k]}
			if s.Probabilities != nil {
				j.Probability = rounded(s.Probabilities[k])
			}
			one.Tokens = append(one.Tokens, j)
		}
		for _, e := range s.Entities {
			j := jsonEntity{Text: e.Text, Start: at(e.Start.Byte) - base, End: at(e.End.Byte) - base, Label: e.Label}
			if e.Probability != 0 {
				j.Probability = rounded(e.Probability)
			}
			one.Entities = append(one.Entities, j)
		}
		list = append(list, one)
		all.Sentences = append(all.Sentences, jsonRange{one.Start, one.End})
		all.Tokens = append(all.Tokens, one.Tokens...)
		all.Entities = append(all.Entities, one.Entities...)
	}
	if o.Documents {
		return []jsonObject{all}
	}
	return list
}

// cut returns text[start:end] in a unit.
func cut(u report.Unit, s string, start, end int) string {
	switch u {
	case report.Bytes:
		return s[start:end]
	case report.UTF16:
		return string(utf16.Decode(utf16.Encode([]rune(s))[start:end]))
	}
	return string([]rune(s)[start:end])
}

func checkJSON(t *testing.T, d *model.Document) {
	t.Helper()
	for _, o := range []report.JSONOptions{
		{}, {Unit: report.Bytes}, {Unit: report.UTF16}, {Documents: true}, {Documents: true, Unit: report.Bytes}, {Documents: true, Unit: report.UTF16},
	} {
		got, err := o.Append(nil, d)
		require.NoError(t, err)
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		for _, object := range objects(d, o) {
			require.NoError(t, enc.Encode(object))
		}
		require.Equal(t, want.String(), string(got))

		dec := json.NewDecoder(bytes.NewReader(got))
		for {
			var j jsonObject
			if err := dec.Decode(&j); err == io.EOF {
				break
			} else {
				require.NoError(t, err)
			}
			if o.Unit == report.Bytes && !utf8.ValidString(d.Text) {
				continue // U+FFFD has three bytes
			}
			for _, token := range j.Tokens {
				require.Equal(t, token.Text, cut(o.Unit, j.Text, token.Start, token.End))
			}
			for _, e := range j.Entities {
				require.Equal(t, e.Text, cut(o.Unit, j.Text, e.Start, e.End))
			}
		}
	}
}

func TestJSON(t *testing.T) {
	for _, list := range golden(t) {
		for _, d := range list {
			checkJSON(t, d)
		}
	}
	for _, p := range []float64{0, 1e-9, 5e-7, 1e-6, 0.000123, 0.1, 0.25, 0.999999, 0.9999999, 1} {
		d := withTags(t, "a", false, "X")
		d.Sentences[0].Probabilities = []float64{p}
		checkJSON(t, d)
	}
}

func TestJSONOfNumbersThatAreNoProbability(t *testing.T) {
	d := withTags(t, "a b c", false, "X X X")
	d.Sentences[0].Probabilities = []float64{math.NaN(), -1, math.Inf(1)}
	got, err := report.JSONOptions{}.Append(nil, d)
	require.NoError(t, err)
	var j jsonObject
	require.NoError(t, json.Unmarshal(got, &j))
	assert.Equal(t, []float64{0, 0, 1}, []float64{*j.Tokens[0].Probability, *j.Tokens[1].Probability, *j.Tokens[2].Probability})
}

func FuzzJSON(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, s, label string, choice []byte) { checkJSON(t, made(s, label, choice)) })
}

func TestUnits(t *testing.T) {
	for _, u := range []report.Unit{report.Runes, report.Bytes, report.UTF16} {
		got, err := report.ParseUnit(u.String())
		require.NoError(t, err)
		assert.Equal(t, u, got)
	}
	_, err := report.ParseUnit("chars")
	assert.EqualError(t, err, `unknown unit "chars": expected runes, bytes or utf16`)
	assert.Equal(t, "Unit(3)", report.Unit(3).String())
	p := text.Position{Byte: 3, Rune: 1, UTF16: 2}
	assert.Equal(t, []int{1, 3, 2}, []int{report.Runes.Of(p), report.Bytes.Of(p), report.UTF16.Of(p)})
}

// page returns a document of many sentences.
func page(t testing.TB) *model.Document {
	return made(strings.Repeat("Anna Keller lives in Oslo, not far from the \"Nordlys\" museum – or so José says. ", 50), "PER", []byte{0, 1, 2, 3, 5, 7, 48, 201, 99})
}

func TestWritingAllocatesNothing(t *testing.T) {
	d := page(t)
	for ending, open := range outputs {
		if ending == "html" {
			continue
		}
		w := open(io.Discard)
		require.NoError(t, w.Write(d))
		assert.Zero(t, testing.AllocsPerRun(100, func() { _ = w.Write(d) }), ending)
	}
}

func BenchmarkWrite(b *testing.B) {
	d := page(b)
	tokens := 0
	for _, s := range d.Sentences {
		tokens += len(s.Tokens)
	}
	for ending, open := range outputs {
		b.Run(ending, func(b *testing.B) {
			w := open(io.Discard)
			b.ReportAllocs()
			b.SetBytes(int64(len(d.Text)))
			for b.Loop() {
				if err := w.Write(d); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(tokens*b.N)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}

// Positions of sentences and documents count from the start of the file.
func TestJSONPositionsInTheFile(t *testing.T) {
	d := withTags(t, "é😀 a. B c.", false, "X X X X X X X")
	d.Start = text.Position{Byte: 100, Rune: 50, UTF16: 70}
	for _, unit := range []report.Unit{report.Bytes, report.Runes, report.UTF16} {
		for _, documents := range []bool{false, true} {
			var b bytes.Buffer
			require.NoError(t, report.NewJSON(&b, report.JSONOptions{Unit: unit, Documents: documents}).Write(d))
			at := unit.Of(d.Start)
			for line := range strings.Lines(b.String()) {
				var object struct {
					Text       string
					Start, End int
				}
				require.NoError(t, json.Unmarshal([]byte(line), &object))
				from := unit.Of(text.End(d.Text[:strings.Index(d.Text, object.Text)]))
				assert.Equal(t, at+from, object.Start)
				assert.Equal(t, object.Start+unit.Of(text.End(object.Text)), object.End)
			}
		}
	}
}

func TestJSONAlternatives(t *testing.T) {
	d := document()
	for k := range d.Sentences {
		s := &d.Sentences[k]
		s.NBest = []model.Alternative{
			{Probability: 0.75, Labels: s.Labels, Entities: s.Entities},
			{Probability: 0.125, Labels: make([]string, len(s.Labels))},
		}
	}
	type labelling struct {
		Probability float64
		Labels      []string
		Entities    []jsonEntity
	}
	line, err := report.JSONOptions{Documents: true}.Append(nil, d)
	require.NoError(t, err)
	var whole struct {
		Entities []jsonEntity
		NBest    [][]labelling
	}
	require.NoError(t, json.Unmarshal(line, &whole), "%s", line)
	require.Len(t, whole.NBest, len(d.Sentences))
	var entities []jsonEntity
	for k, list := range whole.NBest {
		require.Len(t, list, 2)
		assert.Equal(t, d.Sentences[k].Labels, list[0].Labels)
		assert.Equal(t, 0.125, list[1].Probability)
		assert.Empty(t, list[1].Entities)
		entities = append(entities, list[0].Entities...)
	}
	assert.Equal(t, whole.Entities, entities)

	lines, err := report.JSONOptions{}.Append(nil, d)
	require.NoError(t, err)
	for line := range strings.Lines(string(lines)) {
		var one struct {
			Entities []jsonEntity
			NBest    []labelling
		}
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		require.Len(t, one.NBest, 2)
		assert.Equal(t, one.Entities, one.NBest[0].Entities)
	}
}
