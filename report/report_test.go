package report_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/text"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A name is an entity of a test document.
type name struct {
	text, label string
	p           float64
}

// withNames returns a text with entities, which stand in it in this order and consist of whole
// tokens.
func withNames(t testing.TB, s string, names ...name) *model.Document {
	t.Helper()
	d := &model.Document{Text: s}
	at := 0
	for _, sentence := range text.Split(&text.Rules{}, s).Sentences {
		l := model.DocumentSentence{Sentence: sentence, Labels: make([]string, len(sentence.Tokens))}
		for k := range l.Labels {
			l.Labels[k] = "O"
		}
		for len(names) > 0 {
			n := names[0]
			k := strings.Index(s[at:], n.text)
			require.GreaterOrEqual(t, k, 0, n.text)
			start, end := at+k, at+k+len(n.text)
			if start >= sentence.End.Byte {
				break
			}
			e := model.Entity{Text: n.text, Label: n.label, Probability: n.p}
			for k, token := range sentence.Tokens {
				switch {
				case token.Start.Byte == start:
					e.Tokens[0], e.Start = k, token.Start
					l.Labels[k] = "B-" + n.label
				case token.Start.Byte > start && token.End.Byte <= end:
					l.Labels[k] = "I-" + n.label
				}
				if token.End.Byte == end {
					e.Tokens[1], e.End = k+1, token.End
				}
			}
			require.Equal(t, n.text, s[e.Start.Byte:e.End.Byte])
			l.Entities = append(l.Entities, e)
			names, at = names[1:], end
		}
		d.Sentences = append(d.Sentences, l)
	}
	require.Empty(t, names)
	return d
}

// withTags returns a text with the labels of its tokens in order, and with falling probabilities if
// probable is set.
func withTags(t testing.TB, s string, probable bool, labels string) *model.Document {
	t.Helper()
	d := &model.Document{Text: s}
	list := strings.Fields(labels)
	n := 0
	for _, sentence := range text.Split(&text.Rules{Language: "en"}, s).Sentences {
		l := model.DocumentSentence{Sentence: sentence}
		for range sentence.Tokens {
			require.Less(t, n, len(list))
			l.Labels = append(l.Labels, list[n])
			if probable {
				l.Probabilities = append(l.Probabilities, 1/(1+float64(n*n)/64))
			}
			n++
		}
		d.Sentences = append(d.Sentences, l)
	}
	require.Len(t, list, n)
	return d
}

// golden are the documents of the golden files.
func golden(t testing.TB) map[string][]*model.Document {
	return map[string][]*model.Document{
		"names": {
			withNames(t, "Anna Keller lives in Oslo. In May 2021 she left Nordlys AS for the\r\nBritish Museum, where she curates \"Maps & Seas\" with Tom.\r\n",
				name{"Anna Keller", "PER", 0.993}, name{"Oslo", "LOC", 0.978}, name{"May 2021", "DATE", 0.91}, name{"Nordlys AS", "ORG", 0.64},
				name{"the\r\nBritish Museum", "ORG", 0.38}, name{"Maps & Seas", "WORK_OF_ART", 0.22}, name{"Tom", "PER", 0.85}),
			withNames(t, "Zoë 😀 met Jose\u0301 Ruiz in 𝔘lm 👩‍👩‍👧, then\tflew to <b>Kraków</b> [sic] \\o/ a/b.",
				name{"Zoë", "PER", 0.99}, name{"Jose\u0301 Ruiz", "PER", 0.7}, name{"𝔘lm", "LOC", 0.41}, name{"Kraków", "LOC", 0.6}),
			withNames(t, "דנה כהן גרה בחיפה ועובדת אצל Nordlys AS מאז 2019.", name{"דנה כהן", "PER", 0.97}, name{"Nordlys AS", "ORG", 0.8}, name{"2019", "DATE", 0.9}),
			withNames(t, "تعيش ليلى حداد في القاهرة.\nShe likes Cairo.", name{"ليلى حداد", "PER", 0.93}, name{"القاهرة", "LOC", 0.88}, name{"Cairo", "LOC", 0.5}),
			withNames(t, "Nobody is named here."),
			withNames(t, ""),
		},
		"tags": {
			withTags(t, "Anna doesn't ski. She reads [1] and writes e-mails 😀\n", true,
				"PROPN AUX PART VERB PUNCT PRON VERB PUNCT NUM PUNCT CCONJ VERB NOUN SYM"),
			withTags(t, "See https://a.org/b\\c or either/or.", false, "VERB X CCONJ ADJ PUNCT ADJ PUNCT"),
			withTags(t, "דנה גרה ב Oslo Norway מאז 2019.", false, "PROPN VERB ADP PROPN PROPN ADP NUM PUNCT"),
		},
		"hostile": {
			withNames(t, "<script>alert('x')</script> \x1b[31mred \u009b2J a\rb \x00 \xff\xfe & &amp; x] [y \u202eabc\u2028 end",
				name{"alert", "</mark>\"><script>", 0.5}, name{"31mred", "\x1b[0m a]b\\c", 0}, name{"y", "", 1}),
			withTags(t, "<i> a", false, "</rt><b> \"'&/\\ \x07\xff <!--"),
		},
	}
}

// outputs are the formats of the golden files, by their endings.
var outputs = map[string]func(w io.Writer) report.Writer{
	"html":    func(w io.Writer) report.Writer { return report.NewHTML(w, report.HTMLOptions{Language: "en"}) },
	"txt":     func(w io.Writer) report.Writer { return report.NewText(w, report.TextOptions{}) },
	"16.ansi": func(w io.Writer) report.Writer { return report.NewText(w, report.TextOptions{Colors: report.Colors16}) },
	"256.ansi": func(w io.Writer) report.Writer {
		return report.NewText(w, report.TextOptions{Colors: report.Colors256})
	},
	"jsonl": func(w io.Writer) report.Writer { return report.NewJSON(w, report.JSONOptions{}) },
	"doc.jsonl": func(w io.Writer) report.Writer {
		return report.NewJSON(w, report.JSONOptions{Documents: true, Unit: report.UTF16})
	},
}

// written returns what a writer makes of documents.
func written(t testing.TB, open func(io.Writer) report.Writer, list ...*model.Document) string {
	t.Helper()
	var b bytes.Buffer
	w := open(&b)
	for _, d := range list {
		require.NoError(t, w.Write(d))
	}
	require.NoError(t, w.Close())
	return b.String()
}

func TestGolden(t *testing.T) {
	for set, list := range golden(t) {
		for ending, open := range outputs {
			got := written(t, open, list...)
			file := filepath.Join("testdata", set+"."+ending)
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), got, file)
		}
	}
}

// made returns a document of any text. The bytes of choice select labels, entities and
// probabilities.
func made(s, label string, choice []byte) *model.Document {
	if len(choice) == 0 {
		choice = []byte{0}
	}
	d := &model.Document{Text: s}
	n := 0
	next := func() byte {
		n++
		return choice[n%len(choice)]
	}
	for _, sentence := range text.Split(&text.Rules{}, s).Sentences {
		l := model.DocumentSentence{Sentence: sentence, Labels: make([]string, len(sentence.Tokens))}
		if next()&1 > 0 {
			l.Probabilities = make([]float64, len(sentence.Tokens))
		}
		for k := range l.Labels {
			l.Labels[k] = [...]string{"O", label, "B-PER", "N/A b"}[next()%4]
			if l.Probabilities != nil {
				l.Probabilities[k] = float64(next()) / 255
			}
		}
		for k := 0; k < len(l.Tokens); k++ {
			c := next()
			end := min(k+1+int(c>>4&3), len(l.Tokens))
			if c&3 > 0 {
				continue
			}
			e := model.Entity{Label: label, Tokens: [2]int{k, end}, Probability: float64(c) / 255}
			e.Start, e.End = l.Tokens[k].Start, l.Tokens[end-1].End
			e.Text = s[e.Start.Byte:e.End.Byte]
			l.Entities = append(l.Entities, e)
			k = end - 1
		}
		d.Sentences = append(d.Sentences, l)
	}
	return d
}

// addSeeds adds the texts of the golden files and some characters that outputs treat in a way of
// their own.
func addSeeds(f *testing.F) {
	for _, list := range golden(f) {
		for k, d := range list {
			f.Add(d.Text, "PER", []byte{byte(k), 0, 1, 2, 16, 32, 255})
		}
	}
	f.Add("[a [b] \\[ \\x41 c/d \\/ e\\", "a] b[/\\", []byte{0, 16, 1})
	f.Add("\x1b[0m \u009b \u2028\u2029\ufffd\ufdd0 \xc3 \r\n\r\t\v", "\x00 \xff</mark>", []byte{0})
}

func TestWritersRefuseInconsistentDocuments(t *testing.T) {
	for _, c := range []struct {
		want  string
		spoil func(first, second *model.DocumentSentence)
	}{
		{"sentence 1: 1 labels for 3 tokens in labelling 1", func(first, _ *model.DocumentSentence) {
			first.NBest = []model.Alternative{{Labels: []string{"O"}}}
		}},
		{"sentence 1: 2 labels for 3 tokens", func(first, _ *model.DocumentSentence) { first.Labels = []string{"O", "O"} }},
		{"sentence 2: 1 probabilities for 3 tokens", func(_, second *model.DocumentSentence) { second.Probabilities = []float64{1} }},
		{"sentence 2: covers bytes 5 to 15, expected a range between 7 and 15", func(_, second *model.DocumentSentence) { second.Start.Byte = 5 }},
		{"sentence 2: covers bytes 8 to 99, expected a range between 7 and 15", func(_, second *model.DocumentSentence) { second.End.Byte = 99 }},
		{"sentence 1: token 2 covers bytes 4 to 3, expected a range between 2 and 7", func(first, _ *model.DocumentSentence) {
			first.Tokens[1].Start.Byte, first.Tokens[1].End.Byte = 4, 3
		}},
		{"sentence 1: entity 1 covers bytes 0 to 9, expected a range between 0 and 7", func(first, _ *model.DocumentSentence) { first.Entities[0].End.Byte = 9 }},
	} {
		for ending, open := range outputs {
			d := withNames(t, "Ed ran. Jo sat.", name{"Ed", "PER", 0}, name{"Jo", "PER", 0})
			c.spoil(&d.Sentences[0], &d.Sentences[1])
			err := open(io.Discard).Write(d)
			require.ErrorIs(t, err, report.ErrDocument, ending)
			assert.EqualError(t, err, "inconsistent document: "+c.want, ending)
		}
	}
}

func TestOnlyJSONTakesOverlappingEntities(t *testing.T) {
	for ending, open := range outputs {
		d := withNames(t, "The British Museum closed.", name{"British", "LOC", 0})
		whole := d.Sentences[0].Entities[0]
		whole.Label, whole.Text, whole.End = "ORG", "British Museum", d.Sentences[0].Tokens[2].End
		d.Sentences[0].Entities = append(d.Sentences[0].Entities, whole)
		err := open(io.Discard).Write(d)
		if strings.HasSuffix(ending, "jsonl") {
			assert.NoError(t, err, ending)
		} else {
			assert.ErrorIs(t, err, report.ErrDocument, ending)
		}
	}
}

// full is a writer without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWritersReportErrorsOfTheFile(t *testing.T) {
	d := withNames(t, "Ed ran.")
	for ending, open := range outputs {
		assert.ErrorIs(t, open(full{}).Write(d), io.ErrShortWrite, ending)
	}
	assert.ErrorIs(t, outputs["html"](full{}).Close(), io.ErrShortWrite)
}

// Text of the web with made-up labels: offsets, marks and pages.
func TestSharedText(t *testing.T) {
	f, err := os.Open("../../shared/data/ud-ewt/dev.conllu")
	if err != nil {
		t.Skip("the shared data are absent")
	}
	defer f.Close()
	ref, err := text.ReadReference(f, "dev.conllu", -1)
	require.NoError(t, err)
	paragraphs := strings.Split(ref.Text, "\n\n")
	require.Greater(t, len(paragraphs), 100)
	for k := 0; k < len(paragraphs); k += 8 {
		d := made(paragraphs[k], "PER", []byte{byte(k), 1, 0, 16, 2, 5, 32, 4, 9, 255})
		checkJSON(t, d)
		checkSpans(t, d)
		checkTags(t, d)
		checkColours(t, d)
		checkHTML(t, d)
	}
}

func TestStyle(t *testing.T) {
	line := func(s report.Style, d *model.Document) string {
		return written(t, func(w io.Writer) report.Writer { return report.NewText(w, report.TextOptions{Style: s}) }, d)
	}
	names := withNames(t, "Ed ran.", name{"Ed", "PER", 0})
	assert.Equal(t, "[Ed PER] ran.\n", line(report.Auto, names))
	assert.Equal(t, "Ed/B-PER ran/O ./O\n", line(report.Tags, names))
	tags := withTags(t, "Ed ran.", false, "PROPN VERB PUNCT")
	assert.Equal(t, "Ed/PROPN ran/VERB ./PUNCT\n", line(report.Auto, tags))
	assert.Equal(t, "Ed ran.\n", line(report.Spans, tags))
	assert.Equal(t, "Ed ran.\n", line(report.Auto, withNames(t, "Ed ran.")))
	assert.Equal(t, "\n", line(report.Auto, &model.Document{}))
}
