package standoff_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trellis-nlp/trellis/text/standoff"
)

var update = flag.Bool("update", false, "write the golden files")

// jsonFormats are the formats of one file.
var jsonFormats = []standoff.Format{standoff.Doccano, standoff.DoccanoEntities, standoff.SpaCy, standoff.SpaCyDoc,
	standoff.HuggingFace, standoff.LabelStudio}

// span returns the span of the n-th occurrence of part, from 0.
func span(text, part, label string, n int) standoff.Span {
	at := 0
	for k := 0; ; k++ {
		found := strings.Index(text[at:], part)
		if found < 0 {
			panic("no " + part + " in " + text)
		}
		if at += found; k == n {
			return standoff.Span{Start: at, End: at + len(part), Label: label}
		}
		at += len(part)
	}
}

// documents have all that makes offsets differ: emoji of several code points, combining marks,
// characters beyond U+FFFF, CRLF, tabs and a byte order mark.
func documents() []standoff.Document {
	plain := "Anna Keller lives in Oslo."
	emoji := "👩🏽‍🚒 Zoe\u0301 met 𝒜da 😀 in Łódź\r\nand\tKyōto."
	mark := "\uFEFFBern \"is\" <b>the</b> capital\\city & seat.\n"
	nested := "The University of Lund is in Sweden."
	return []standoff.Document{
		{ID: "1", Text: plain, Spans: []standoff.Span{span(plain, "Anna Keller", "PER", 0), span(plain, "Oslo", "LOC", 0)}},
		{ID: "emoji", Text: emoji, Spans: []standoff.Span{span(emoji, "Zoe\u0301", "PER", 0), span(emoji, "𝒜da 😀", "PER", 0),
			span(emoji, "Łódź\r\nand\tKyōto", "LOC", 0)}},
		{ID: "mark", Text: mark, Spans: []standoff.Span{span(mark, "Bern", "LOC", 0), span(mark, "the", "X", 0)}},
		{ID: "nested", Text: nested, Spans: []standoff.Span{span(nested, "University of Lund", "ORG", 0), span(nested, "Lund", "LOC", 0)}},
		{ID: "none", Text: "Nothing to see here."},
	}
}

// write returns documents in a format.
func write(t require.TestingT, o standoff.Options, list []standoff.Document) string {
	var b bytes.Buffer
	w, err := standoff.NewWriter(&b, o)
	require.NoError(t, err)
	for _, d := range list {
		require.NoError(t, w.Write(&d))
	}
	require.NoError(t, w.Close())
	return b.String()
}

// readAll reads all documents, without their place in the file.
func readAll(t require.TestingT, r standoff.Reader) []standoff.Document {
	var list []standoff.Document
	for {
		var d standoff.Document
		err := r.Read(&d)
		if errors.Is(err, io.EOF) {
			return list
		}
		require.NoError(t, err)
		list = append(list, bare(d))
	}
}

// bare leaves out where a document stood, and the IDs of its spans.
func bare(d standoff.Document) standoff.Document {
	d.File, d.Line = "", 0
	var spans []standoff.Span
	for _, s := range d.Spans {
		s.ID, s.Line = "", 0
		spans = append(spans, s)
	}
	d.Spans = spans
	if len(d.Extra) == 0 {
		d.Extra = nil
	}
	return d
}

func read(t require.TestingT, input string, o standoff.Options) []standoff.Document {
	r, err := standoff.NewReader(strings.NewReader(input), "in.json", o)
	require.NoError(t, err)
	return readAll(t, r)
}

func TestGoldenFiles(t *testing.T) {
	for _, format := range jsonFormats {
		t.Run(format.String(), func(t *testing.T) {
			path := filepath.Join("testdata", format.String()+".json")
			got := write(t, standoff.Options{Format: format}, documents())
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
			}
			golden, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(golden), got)

			r, err := standoff.NewReader(bytes.NewReader(golden), path, standoff.Options{})
			require.NoError(t, err)
			assert.Equal(t, format, r.Format())
			list := readAll(t, r)
			if format == standoff.HuggingFace { // text and nested spans do not survive
				assert.Equal(t, got, write(t, standoff.Options{Format: format}, list))
				return
			}
			want := documents()
			if format == standoff.SpaCy {
				for k := range want {
					want[k].ID = ""
				}
			}
			if format == standoff.DoccanoEntities {
				for k := range want {
					want[k].Extra = []standoff.Field{{Key: "relations", Value: json.RawMessage("[]")}}
				}
			}
			assert.Equal(t, want, list)
			assert.Empty(t, r.Lost())
		})
	}
}

// folder is a folder of files in memory that are being written.
type folder fstest.MapFS

type memoryFile struct {
	bytes.Buffer
	name string
	to   folder
}

// Close implements [io.Closer].
func (f *memoryFile) Close() error {
	f.to[f.name] = &fstest.MapFile{Data: f.Bytes()}
	return nil
}

func (f folder) create(name string) (io.WriteCloser, error) {
	return &memoryFile{name: name, to: f}, nil
}

func writeBrat(t require.TestingT, list []standoff.Document) fstest.MapFS {
	files := make(folder)
	w := standoff.NewBratWriter(files.create, standoff.Options{})
	for _, d := range list {
		require.NoError(t, w.Write(&d))
	}
	require.NoError(t, w.Close())
	return fstest.MapFS(files)
}

func TestGoldenBrat(t *testing.T) {
	dir := filepath.Join("testdata", "brat")
	files := writeBrat(t, documents())
	for name, f := range files {
		path := filepath.Join(dir, name)
		if *update {
			require.NoError(t, os.MkdirAll(dir, 0o777))
			require.NoError(t, os.WriteFile(path, f.Data, 0o666))
		}
		golden, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(golden), string(f.Data), name)
	}
	r, err := standoff.NewBratReader(os.DirFS(dir), standoff.Options{})
	require.NoError(t, err)
	assert.Equal(t, documents(), readAll(t, r))
}

// anyText draws texts of pieces that make bytes, runes, UTF-16 code units and graphemes differ.
var anyText = rapid.Custom(func(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
		"a", "Oslo", " ", "\t", "\r\n", "\n", "é", "e\u0301", "😀", "👩🏽‍🚒", "𝒜", "\uFEFF", "漢", "\"", "\\", "/", "<", "\u2028", ".", "\x00", "\U0010FFFF",
	}), 0, 20).Draw(t, "pieces"), "")
})

// anyDocument draws documents with spans that start and end between runes.
func anyDocument(id string) *rapid.Generator[standoff.Document] {
	return rapid.Custom(func(t *rapid.T) standoff.Document {
		d := standoff.Document{ID: id, Text: anyText.Draw(t, "text")}
		var places []int
		for at := range d.Text {
			places = append(places, at)
		}
		places = append(places, len(d.Text))
		place := rapid.SampledFrom(places)
		for range rapid.IntRange(0, 4).Draw(t, "spans") {
			a, b := place.Draw(t, "from"), place.Draw(t, "to")
			d.Spans = append(d.Spans, standoff.Span{Start: min(a, b), End: max(a, b),
				Label: rapid.SampledFrom([]string{"PER", "LOC", "creative-work", "Zürich"}).Draw(t, "label")})
		}
		return d
	})
}

func TestEveryFormatKeepsTextAndSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := []standoff.Document{anyDocument("a").Draw(t, "first"), anyDocument("b").Draw(t, "second")}
		for _, format := range []standoff.Format{standoff.Doccano, standoff.DoccanoEntities, standoff.SpaCy, standoff.SpaCyDoc, standoff.LabelStudio} {
			for _, unit := range []standoff.Unit{standoff.UnitAuto, standoff.Bytes, standoff.Runes, standoff.UTF16} {
				o := standoff.Options{Format: format, Unit: unit}
				written := write(t, o, list)
				detected, _ := standoff.Detect(strings.NewReader(written))
				require.Equal(t, format, detected, written)
				if o.Unit == standoff.UnitAuto { // spans cut words here, which may mean another unit
					o.Unit = format.Unit()
				}
				for k, d := range read(t, written, o) {
					require.Equal(t, list[k].Text, d.Text)
					require.Equal(t, list[k].Spans, d.Spans, written)
				}
			}
		}
		r, err := standoff.NewBratReader(writeBrat(t, list), standoff.Options{})
		require.NoError(t, err)
		require.Equal(t, list, readAll(t, r))
	})
}

func TestSpansCoverTheirTextInAllUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument("a").Draw(t, "document")
		runes, units := []rune(d.Text), utf16.Encode([]rune(d.Text))
		for _, s := range d.Spans {
			r, covered := d.Range(s), d.Covered(s)
			require.Equal(t, covered, d.Text[r.Start.Byte:r.End.Byte])
			require.Equal(t, covered, string(runes[r.Start.Rune:r.End.Rune]))
			require.Equal(t, covered, string(utf16.Decode(units[r.Start.UTF16:r.End.UTF16])))
		}
	})
}

func TestOffsets(t *testing.T) {
	const text = "e\u0301😀x"
	var o standoff.Offsets
	for unit, want := range map[standoff.Unit][]int{
		standoff.Bytes:     {0, 1, -1, 3, -1, -1, -1, 7, 8},
		standoff.Runes:     {0, 1, 3, 7, 8},
		standoff.UTF16:     {0, 1, 3, -1, 7, 8},
		standoff.Graphemes: {0, 3, 7, 8},
	} {
		o.Reset(text, unit)
		require.Equal(t, len(want)-1, o.Len(), unit)
		for offset, at := range want {
			got, err := o.Byte(offset)
			if at < 0 {
				require.ErrorIs(t, err, standoff.ErrOffset, unit)
				continue
			}
			require.NoError(t, err)
			assert.Equal(t, at, got, unit)
			back, err := o.Of(at)
			require.NoError(t, err)
			assert.Equal(t, offset, back, unit)
		}
		for _, bad := range []int{-1, o.Len() + 1} {
			_, err := o.Byte(bad)
			require.ErrorIs(t, err, standoff.ErrOffset)
		}
		for _, bad := range []int{-1, 2, 5, len(text) + 1} {
			_, err := o.Of(bad)
			require.ErrorIs(t, err, standoff.ErrOffset, unit)
		}
	}
	for _, u := range []standoff.Unit{standoff.UnitAuto, standoff.Bytes, standoff.Runes, standoff.UTF16, standoff.Graphemes} {
		got, err := standoff.ParseUnit(u.String())
		require.NoError(t, err)
		assert.Equal(t, u, got)
	}
	_, err := standoff.ParseUnit("characters")
	assert.ErrorContains(t, err, "expected auto, bytes")
}
