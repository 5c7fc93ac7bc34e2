package trellis_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/text"
)

// hostile has everything that makes offsets differ: a byte order mark, CRLF, tabs, combining marks,
// characters beyond 16 bits, joined emoji, and a byte that is not UTF-8.
const hostile = "\ufeffMaria lives in Oslo.\r\n\r\n\tJose\u0301 met Zoë 😀 in Berlin. 👩‍👩‍👧 Oslo!\n\n\n𝔐aria\u200b left \xff Oslo\n \t\nOslo"

// A collector keeps documents.
type collector struct {
	docs []trellis.Document
}

func (c *collector) Write(d *trellis.Document) error {
	own := trellis.Document{ID: d.ID, Start: d.Start, Text: strings.Clone(d.Text)}
	for _, s := range d.Sentences {
		s.Tokens, s.Labels, s.Entities, s.Probabilities = slices.Clone(s.Tokens), slices.Clone(s.Labels), slices.Clone(s.Entities), slices.Clone(s.Probabilities)
		own.Sentences = append(own.Sentences, s)
	}
	c.docs = append(c.docs, own)
	return nil
}

func open(t testing.TB, path string) *trellis.Model {
	t.Helper()
	m, err := trellis.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func textSource(s string) trellis.Source {
	return trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(s)}
}

func tagTexts(t testing.TB, m *trellis.Model, data trellis.Source, o trellis.TextOptions) []trellis.Document {
	t.Helper()
	var c collector
	require.NoError(t, m.TagTextFiles(t.Context(), &c, data, o))
	return c.docs
}

func TestTagText(t *testing.T) {
	for kind, path := range saved(t) {
		m := open(t, path)
		assert.True(t, m.SpellsSpans(), kind)
		d, err := m.TagText("Maria lives in Oslo. She left Oslo.")
		require.NoError(t, err, kind)
		require.Len(t, d.Sentences, 2)
		labels, err := m.Tag([]string{"Maria", "lives", "in", "Oslo", "."})
		require.NoError(t, err)
		assert.Equal(t, labels, d.Sentences[0].Labels)
		if kind != model.Pruned { // which is too small to know the names
			require.NotEmpty(t, d.Sentences[0].Entities, kind)
		}
		for _, e := range d.Sentences[0].Entities {
			assert.Equal(t, e.Text, d.Text[e.Start.Byte:e.End.Byte])
			assert.Greater(t, e.Probability, 0.0)
			assert.LessOrEqual(t, e.Probability, 1+1e-9)
		}
		empty, err := m.TagText("")
		require.NoError(t, err)
		assert.Empty(t, empty.Sentences)
	}
	items := open(t, foreign()[model.CRFsuite])
	_, err := items.TagText("Oslo")
	require.ErrorIs(t, err, model.ErrInput)
	require.ErrorIs(t, items.TagTextFiles(t.Context(), &collector{}, textSource("Oslo"), trellis.TextOptions{}), model.ErrInput)
}

// 64 goroutines share a model and get the same documents as one goroutine.
func TestManyGoroutinesTagText(t *testing.T) {
	for kind, path := range saved(t) {
		m := open(t, path)
		texts := []string{"Maria lives in Oslo.", hostile, "", "She left. The train left Oslo!"}
		var want []*trellis.Document
		for _, s := range texts {
			d, err := m.TagText(s)
			require.NoError(t, err, kind)
			want = append(want, d)
		}
		var group sync.WaitGroup
		for g := range 64 {
			group.Go(func() {
				for k := range texts {
					k = (k + g) % len(texts)
					d, err := m.TagText(texts[k])
					assert.NoError(t, err)
					assert.Equal(t, want[k], d)
				}
			})
		}
		group.Wait()
	}
}

// slice returns the part of a text between two positions, by a unit.
func slice(s string, unit report.Unit, start, end text.Position) string {
	from, to := unit.Of(start), unit.Of(end)
	switch unit {
	case report.Runes:
		return string([]rune(s)[from:to])
	case report.UTF16:
		return string(utf16.Decode(utf16.Encode([]rune(s))[from:to]))
	}
	return s[from:to]
}

func TestPositionsCountFromTheStartOfTheFile(t *testing.T) {
	m := sampleModel(t)
	for _, tokenizer := range []string{"", "space", "rules:en,lines", "rules:de"} {
		docs := tagTexts(t, m, textSource(hostile), trellis.TextOptions{Tokenizer: tokenizer, Probabilities: true, Spans: true})
		require.Len(t, docs, 4)
		entities := 0
		for _, d := range docs {
			for _, unit := range []report.Unit{report.Bytes, report.Runes, report.UTF16} {
				file := hostile
				valid := func(s string) string { return s }
				if unit != report.Bytes {
					valid = func(s string) string { return string([]rune(s)) }
				}
				check := func(want string, r text.Range) {
					assert.Equal(t, valid(want), slice(file, unit, d.Start.Plus(r.Start), d.Start.Plus(r.End)), "%s", unit)
					assert.Equal(t, valid(want), slice(d.Text, unit, r.Start, r.End), "%s", unit)
				}
				for _, s := range d.Sentences {
					assert.Len(t, s.Labels, len(s.Tokens))
					assert.Len(t, s.Probabilities, len(s.Tokens))
					for _, token := range s.Tokens {
						check(token.Text, token.Range)
					}
					for _, e := range s.Entities {
						check(e.Text, e.Range)
						entities++
					}
				}
			}
		}
		assert.GreaterOrEqual(t, entities, 3*3, tokenizer)
	}
}

// The documents are those of TagText for each paragraph, however the input arrives.
func TestTagTextFilesIsTagText(t *testing.T) {
	m := open(t, saved(t)[model.Chain])
	var b strings.Builder
	for k := range 3000 {
		fmt.Fprintf(&b, "Maria lives in Oslo %d.\nShe left 😀 Berlin.%s", k, []string{"\n\n", "\n \n\n", "\r\n\r\n", "\n"}[k%4])
	}
	whole := b.String()
	want := tagTexts(t, m, textSource(whole), trellis.TextOptions{Threads: 1, Spans: true})
	require.Equal(t, 2251, len(want))
	at := 0
	for _, d := range want {
		assert.Equal(t, at, d.Start.Byte)
		at += len(d.Text)
		alone, err := m.TagText(d.Text)
		require.NoError(t, err)
		assert.Equal(t, alone.Sentences, d.Sentences)
	}
	assert.Equal(t, len(whole), at)

	path := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(path, []byte(whole), 0o644))
	data := trellis.Source{Paths: []string{"-", path}, Stdin: iotest.HalfReader(strings.NewReader(whole))}
	twice := tagTexts(t, m, data, trellis.TextOptions{Threads: 7, Spans: true})
	assert.Equal(t, append(slices.Clone(want), want...), twice)
	short := whole[:2000]
	assert.Equal(t, tagTexts(t, m, textSource(short), trellis.TextOptions{}),
		tagTexts(t, m, trellis.Source{Paths: []string{"-"}, Stdin: iotest.OneByteReader(strings.NewReader(short))}, trellis.TextOptions{}))
}

// A file that is not UTF-8 gets one warning, with the first line.
func TestTagTextFilesWarns(t *testing.T) {
	m := open(t, saved(t)[model.Chain])
	path := filepath.Join(t.TempDir(), "good")
	require.NoError(t, os.WriteFile(path, []byte("\ufffd is a character.\n"), 0o644))
	bad := strings.Repeat("Maria lives in Oslo.\n\n", 5000) + "K\xf6ln\n\n\xff\n"
	var warned []string
	require.NoError(t, m.TagTextFiles(t.Context(), &collector{}, trellis.Source{Paths: []string{path, "-"}, Stdin: strings.NewReader(bad)},
		trellis.TextOptions{Warn: func(s string) { warned = append(warned, s) }}))
	require.Len(t, warned, 1)
	assert.Contains(t, warned[0], "stdin:10001: the text is not UTF-8")
}

// A channelWriter passes on the texts of documents.
type channelWriter chan string

func (c channelWriter) Write(d *trellis.Document) error {
	c <- strings.Clone(d.Text)
	return nil
}

func TestParagraphsOfAPipeAreWrittenAtOnce(t *testing.T) {
	m := open(t, saved(t)[model.Chain])
	for tokenizer, blank := range map[string]string{"": "\n\n", "rules,lines": "\n", "rules,whole-lines": "\n", "space": "\r\n"} {
		r, w := io.Pipe()
		out := make(channelWriter)
		result := make(chan error)
		go func() {
			result <- m.TagTextFiles(t.Context(), out, trellis.Source{Paths: []string{"-"}, Stdin: r}, trellis.TextOptions{Tokenizer: tokenizer})
		}()
		for range 3 {
			_, err := io.WriteString(w, "She left"+blank)
			require.NoError(t, err)
			select {
			case got := <-out:
				assert.Equal(t, "She left"+blank, got)
			case <-time.After(10 * time.Second):
				t.Fatal("the paragraph does not arrive")
			}
		}
		require.NoError(t, w.Close())
		require.NoError(t, <-result)
	}
}

func TestTagTextFilesEnds(t *testing.T) {
	m := open(t, saved(t)[model.Chain])
	r, w := io.Pipe()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()
	silent := trellis.Source{Paths: []string{"-"}, Stdin: r}
	require.ErrorIs(t, m.TagTextFiles(ctx, &collector{}, silent, trellis.TextOptions{}), context.DeadlineExceeded)
	require.NoError(t, w.Close())

	broken := io.MultiReader(strings.NewReader("Oslo\n\nMaria"), iotest.ErrReader(io.ErrUnexpectedEOF))
	var c collector
	err := m.TagTextFiles(t.Context(), &c, trellis.Source{Paths: []string{"-"}, Stdin: broken}, trellis.TextOptions{})
	require.EqualError(t, err, "stdin: unexpected EOF")
	require.Len(t, c.docs, 1)
	assert.Equal(t, "Oslo\n\n", c.docs[0].Text)

	err = m.TagTextFiles(t.Context(), failing{}, textSource(strings.Repeat("Oslo\n\n", 100_000)), trellis.TextOptions{})
	require.ErrorIs(t, err, io.ErrShortWrite)
	require.ErrorIs(t, m.TagTextFiles(t.Context(), &c, trellis.Files("missing"), trellis.TextOptions{}), os.ErrNotExist)
	require.ErrorIs(t, m.TagTextFiles(t.Context(), &c, trellis.Sentences(nil), trellis.TextOptions{}), model.ErrInput)
	for _, o := range []trellis.TextOptions{{Threads: -1}, {Tokenizer: "words"}} {
		_, refused := m.TagTextFiles(t.Context(), &c, textSource(""), o).(*trellis.OptionError)
		assert.True(t, refused)
	}
}

type failing struct{}

func (failing) Write(*trellis.Document) error { return io.ErrShortWrite }

// Long paragraphs are cut at a line end, a space or a character, so that memory is bounded.
func TestLongParagraphsAreCut(t *testing.T) {
	m := open(t, saved(t)[model.Chain])
	const size = 1 << 20
	for name, c := range map[string]struct{ s, end string }{
		"lines":      {strings.Repeat("She left Oslo\nfor good . ", size/16), "Oslo\n"},
		"spaces":     {strings.Repeat("Oslo left ", size/8), " "},
		"characters": {strings.Repeat("a", size-2) + strings.Repeat("é", 10), strings.Repeat("a", 10)},
	} {
		t.Run(name, func(t *testing.T) {
			docs := tagTexts(t, m, textSource(c.s), trellis.TextOptions{Tokenizer: "space"})
			require.Greater(t, len(docs), 1)
			var whole strings.Builder
			for k, d := range docs {
				assert.Equal(t, whole.Len(), d.Start.Byte)
				whole.WriteString(d.Text)
				assert.LessOrEqual(t, len(d.Text), size)
				if k+1 < len(docs) && name != "characters" {
					assert.True(t, strings.HasSuffix(d.Text, c.end))
				}
			}
			assert.True(t, c.s == whole.String())
		})
	}
}

// sampleModel trains a model of names on the sample.
func sampleModel(t testing.TB) *trellis.Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), "train")
	require.NoError(t, os.WriteFile(path, []byte(sample.Train), 0o644))
	m, _, err := trellis.Train(context.Background(), trellis.Files(path), trellis.Config{Threads: 1, POS: "none", Label: "3"})
	require.NoError(t, err)
	return m
}

func TestReportsOfText(t *testing.T) {
	d, err := sampleModel(t).TagText("Maria lives in Oslo.")
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, report.NewText(&b, report.TextOptions{}).Write(d))
	assert.Equal(t, "[Maria PER] lives in [Oslo LOC].\n", b.String())
}
