package standoff_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

var inXML = standoff.Options{Format: standoff.XML}

func TestGoldenXML(t *testing.T) {
	path := filepath.Join("testdata", "inline.xml")
	got := write(t, inXML, documents())
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
	}
	golden, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(golden), got)

	r, err := standoff.NewReader(bytes.NewReader(golden), path, standoff.Options{})
	require.NoError(t, err)
	assert.Equal(t, standoff.XML, r.Format())
	assert.Equal(t, documents(), readAll(t, r))
	assert.Empty(t, r.Lost())

	dec := xml.NewDecoder(bytes.NewReader(golden)) // it is well-formed
	for err = nil; err == nil; _, err = dec.Token() {
	}
	assert.ErrorIs(t, err, io.EOF)
}

// show writes documents as "text: label[covered] ...".
func show(list []standoff.Document) string {
	var lines []string
	for _, d := range list {
		line := d.Text + ":"
		for _, s := range d.Spans {
			line += " " + s.Label + "[" + d.Covered(s) + "]"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestShapesOfXML(t *testing.T) {
	for _, c := range []struct{ why, input, element, want string }{
		{"children of the root", "<list>\n <a><no>1</no> <st>Elm St</st></a>\n <a><no>22</no></a>\n</list>\n", "",
			"1 Elm St: no[1] st[Elm St]\n22: no[22]"},
		{"a document without elements first", "<list><a>Nothing here</a><a><no>22</no></a></list>", "", "Nothing here:\n22: no[22]"},
		{"one element a line", "<ref>\n   <who>Poe, E.</who>\n   <when>1845.</when>\n</ref>", "", "Poe, E. 1845.: who[Poe, E.] when[1845.]"},
		{"text of the root", "<s>Anna lives in <LOC>Oslo</LOC>.</s>", "", "Anna lives in Oslo.: LOC[Oslo]"},
		{"several roots", "<s><PER>Bo</PER> left</s>\n<s><PER>Al</PER> came</s>\n", "", "Bo left: PER[Bo]\nAl came: PER[Al]"},
		{"nested elements", "<r><s><ORG>University of <LOC>Lund</LOC></ORG></s></r>", "", "University of Lund: ORG[University of Lund] LOC[Lund]"},
		{"an element at some depth", "<x><head><s>not <b>this</b></s></head><body><p>Go to <i>Bern</i></p><p/></body></x>", "p", "Go to Bern: i[Bern]\n:"},
		{"an element inside one of its name", "<x><p>a <p>b</p></p></x>", "p", "a b: p[b]"},
		{"the root by name", "<x><p>a</p> <p>b</p></x>", "x", "a b: p[a] p[b]"},
		{"entities", "<r><s><w>&lt;R&amp;D&gt; &quot;&apos;</w> &#233;&#x1F600;<![CDATA[<&>]]></s></r>", "", "<R&D> \"' é😀<&>: w[<R&D> \"']"},
		{"comments, instructions and a type", "\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE r>\n<!-- a --><?b c?>\n<r><s><w>a</w></s></r>", "", "a: w[a]"},
		{"prefixes", "<t:r xmlns:t=\"urn:x\"><t:s><t:w>a</t:w></t:s></t:r>", "", "a: t:w[a]"},
		{"line ends inside", "<r><s>\r\n\tAnna\r\n  Keller <LOC> Bern\n</LOC>\n\n.  Yes\n</s></r>", "s", "Anna Keller  Bern .  Yes: LOC[ Bern ]"},
		{"an element that ends with the text", "<r><s>in <LOC>Bern\n</LOC>\n</s></r>", "s", "in Bern: LOC[Bern]"},
		{"space is preserved", "<r><s xml:space=\"preserve\">\n a <w>b\n</w><w xml:space=\"default\">\n c</w></s></r>", "s", "\n a b\nc: w[b\n] w[c]"},
		{"no documents", "<r></r>", "s", ""},
		{"nothing", "", "s", ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			list := read(t, c.input, standoff.Options{Format: standoff.XML, Element: c.element})
			assert.Equal(t, c.want, show(list))
			if c.element == "" {
				for _, size := range []int{1, 3, 100} {
					format, rest := standoff.Detect(&small{strings.NewReader(c.input), size})
					assert.Equal(t, standoff.XML, format)
					all, err := io.ReadAll(rest)
					require.NoError(t, err)
					assert.Equal(t, c.input, string(all))
				}
			}
			assert.Equal(t, c.want, show(read(t, write(t, inXML, list), standoff.Options{Format: standoff.XML})))
		})
	}
}

func TestXMLIsNotDetectedInRows(t *testing.T) {
	for _, input := range []string{"<unk>\tO\nAnna\tB-PER\n", "<s>\nAnna NN\n</s>\n", "<3 you all", "<", "< <a><b>x</b></a>", "text <a><b>x</b></a>", "<a><b>x"} {
		format, _ := standoff.Detect(strings.NewReader(input))
		assert.Equal(t, standoff.FormatAuto, format, input)
	}
}

// A list that is longer than the part that is looked at is still one of documents.
func TestLongXMLWithoutSpans(t *testing.T) {
	input := "<list>" + strings.Repeat("<a>Nothing here.</a>\n", 10_000) + "<a><b>x</b></a></list>"
	list := read(t, input, standoff.Options{})
	require.Len(t, list, 10_001)
	assert.Equal(t, "x: b[x]", show(list[10_000:]))
}

func TestXMLKeepsAndCountsAttributes(t *testing.T) {
	const input = `<r>stray <a id="7" lang="&quot;de&quot;" x="1"><!-- c --><w id="w1" pos="NN" n="2">ja</w><?p q?></a> text</r>`
	r, err := standoff.NewReader(strings.NewReader(input), "in.xml", standoff.Options{Format: standoff.XML, Element: "a"})
	require.NoError(t, err)
	var d standoff.Document
	require.NoError(t, r.Read(&d))
	assert.Equal(t, standoff.Document{ID: "7", Text: "ja", File: "in.xml", Line: 1,
		Spans: []standoff.Span{{Start: 0, End: 2, Label: "w", ID: "w1", Line: 1}},
		Extra: []standoff.Field{{Key: "lang", Value: json.RawMessage(`"\"de\""`)}, {Key: "x", Value: json.RawMessage(`"1"`)}}}, d)
	written := write(t, standoff.Options{Format: standoff.XML, Element: "a"}, []standoff.Document{d})
	assert.Contains(t, written, `<a id="7" lang="&#34;de&#34;" x="1"><w id="w1">ja</w></a>`)

	require.ErrorIs(t, r.Read(&d), io.EOF)
	assert.Equal(t, "2 attributes of spans, 1 comments, 1 processing instructions, 2 texts outside of documents", r.Lost().String())
}

func TestErrorsOfXML(t *testing.T) {
	for _, c := range []struct {
		input, want string
		line        int
	}{
		{"<r>\n<a><b>x</b></a>\n<a><b>x</c></a></r>", "found </c>, expected </b> for line 3", 3},
		{"<r>\n<a><b>x</b>\n", "found the end of the file, expected </a> for line 2", 3},
		{"<r><a><b>x</b></a></r>\n</r>", "found </r>, expected a start tag", 2},
		{"<r><a><b>x</b></a></r>\n\nrest of the file", `found the text "rest of the file" outside of all elements, expected a start tag`, 3},
		{"<r><a>\n<b>AT&T</b></a></r>", "the XML is not valid: invalid character entity &T (no semicolon)", 2},
		{"<r><a>\n\n<b>x&nbsp;y</b></a></r>", "the XML is not valid: invalid character entity &nbsp;", 3},
		{"<r><a><b>x</b></a>\n<a><", "the XML is not valid: unexpected EOF", 2},
		{"<r><a><b>\xff</b></a></r>", "the XML is not valid: invalid UTF-8", 1},
		{"<?xml version=\"1.0\" encoding=\"latin1\"?><r><a><b>x</b></a></r>", "the document is not UTF-8", 1},
	} {
		r, err := standoff.NewReader(strings.NewReader(c.input), "in.xml", inXML)
		require.NoError(t, err)
		var d standoff.Document
		for err == nil {
			err = r.Read(&d)
		}
		var parse *corpus.ParseError
		require.ErrorAs(t, err, &parse, c.input)
		assert.ErrorContains(t, err, c.want)
		assert.Equal(t, c.line, parse.Line, c.input)
		assert.Equal(t, "in.xml", parse.File)
	}
}

func TestDocumentsThatXMLCannotHold(t *testing.T) {
	spans := func(s ...standoff.Span) standoff.Document {
		return standoff.Document{ID: "d", Text: "Zoë met", Spans: s}
	}
	for _, c := range []struct {
		d    standoff.Document
		want string
	}{
		{spans(standoff.Span{Start: 0, End: 5, Label: "A"}, standoff.Span{Start: 4, End: 8, Label: "B"}), "document d: cannot be written"},
		{spans(standoff.Span{Start: 0, End: 5, Label: "A"}, standoff.Span{Start: 4, End: 8, Label: "B"}), "spans 1 and 2 cross"},
		{spans(standoff.Span{Start: 0, End: 4, Label: "A B"}), `span 1: cannot be written: the label "A B" is not a name of XML`},
		{spans(standoff.Span{Start: 0, End: 4, Label: "a/><b"}), "is not a name of XML"},
		{spans(standoff.Span{Start: 0, End: 4}), "is not a name of XML"},
		{spans(standoff.Span{Start: 0, End: 4, Label: "A", ID: "\x00"}), "the ID"},
		{spans(standoff.Span{Start: 0, End: 3, Label: "A"}), "inside a character"},
		{spans(standoff.Span{Start: 0, End: 9, Label: "A"}), "found 0 to 9 in a text of 8 bytes"},
		{standoff.Document{Text: "a\x00"}, "document 1: cannot be written"},
		{standoff.Document{Text: "\xff"}, "document 1: cannot be written"},
	} {
		w, err := standoff.NewWriter(io.Discard, inXML)
		require.NoError(t, err)
		assert.ErrorContains(t, w.Write(&c.d), c.want)
	}
	w, err := standoff.NewWriter(io.Discard, standoff.Options{Format: standoff.XML, Element: "1st"})
	require.NoError(t, err)
	assert.ErrorContains(t, w.Write(&standoff.Document{}), `the element "1st" is not a name of XML`)
}

func TestXMLKeepsTextAndNestedSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument("a").Draw(t, "document")
		if strings.Contains(d.Text, "\x00") {
			d.Text, d.Spans = strings.ReplaceAll(d.Text, "\x00", "x"), nil
		}
		var kept []standoff.Span
		for _, s := range d.Spans {
			crosses := false
			for _, o := range kept {
				crosses = crosses || s.Start < o.Start && o.Start < s.End && s.End < o.End || o.Start < s.Start && s.Start < o.End && o.End < s.End
			}
			if !crosses {
				kept = append(kept, s)
			}
		}
		d.Spans = kept
		written := write(t, inXML, []standoff.Document{d})
		list := read(t, written, standoff.Options{Format: standoff.XML})
		require.Len(t, list, 1, written)
		require.Equal(t, d.Text, list[0].Text)
		require.ElementsMatch(t, d.Spans, list[0].Spans)
	})
}

// FuzzXML reads any bytes. What it accepts is written and read again.
func FuzzXML(f *testing.F) {
	golden, err := os.ReadFile(filepath.Join("testdata", "inline.xml"))
	require.NoError(f, err)
	f.Add(string(golden), "")
	f.Add("<r><a id='1' b='2'><n>1</n>,\n <s>x &amp; y<i/></s></a></r>", "a")
	f.Add("<s xml:space=\"preserve\">\n<b>a</b><![CDATA[<]]>\r\n</s><!-- x --><s/>", "")
	f.Fuzz(func(t *testing.T, input, element string) {
		_, rest := standoff.Detect(strings.NewReader(input))
		all, err := io.ReadAll(rest)
		require.NoError(t, err)
		require.Equal(t, input, string(all))
		o := standoff.Options{Format: standoff.XML, Element: element}
		r, err := standoff.NewReader(strings.NewReader(input), "in", o)
		require.NoError(t, err)
		var d standoff.Document
		for r.Read(&d) == nil {
			for _, s := range d.Spans {
				require.True(t, 0 <= s.Start && s.Start <= s.End && s.End <= len(d.Text))
			}
			again := read(t, write(t, inXML, []standoff.Document{d}), inXML)
			require.Len(t, again, 1)
			require.Equal(t, d.Text, again[0].Text)
			require.Equal(t, d.ID, again[0].ID)
			require.ElementsMatch(t, bare(d).Spans, again[0].Spans)
		}
	})
}

// Real files of labelled addresses and references are read whole, and survive.
func TestRealXML(t *testing.T) {
	for path, want := range map[string]struct{ documents, spans int }{
		"usaddress/training/labeled.xml":            {1513, 10722},
		"usaddress/measure_performance/labeled.xml": {146, 1094},
		"anystyle-references/core.xml":              {1514, 8856},
		"anystyle-references/gold.xml":              {1669, 9726},
	} {
		t.Run(path, func(t *testing.T) {
			f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(path)))
			if err != nil {
				t.Skip("no data: ", err)
			}
			defer f.Close()
			r, err := standoff.NewReader(f, path, standoff.Options{})
			require.NoError(t, err)
			require.Equal(t, standoff.XML, r.Format())
			list := readAll(t, r)
			assert.Empty(t, r.Lost())
			require.Len(t, list, want.documents)
			var report standoff.Report
			aligner := standoff.Aligner{Tokenizer: text.Space{}, Policy: standoff.Strict, Report: &report}
			for _, d := range list {
				assert.NotContains(t, d.Text, "\n")
				_, err := aligner.Align(&d)
				require.NoError(t, err)
			}
			assert.Equal(t, want.spans, report.Spans)
			assert.Equal(t, want.spans, report.Labelled, "%v", report.Changes)
			assert.Equal(t, list, read(t, write(t, inXML, list), standoff.Options{}))
		})
	}
}
