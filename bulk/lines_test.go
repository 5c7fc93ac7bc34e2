package bulk

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/lines"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
)

func ready(t testing.TB) *trellis.Model {
	t.Helper()
	m, err := trellis.Ready()
	require.NoError(t, err)
	return m
}

func stream(r io.Reader) trellis.Source { return trellis.Source{Paths: []string{"-"}, Stdin: r} }

func answers(t testing.TB, text string, o LineOptions) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, TagLines(t.Context(), ready(t), &out, stream(strings.NewReader(text)), o))
	return out.String()
}

// object is the JSON that report writes for a document.
func object(t testing.TB, text string, o report.JSONOptions) string {
	t.Helper()
	d, err := ready(t).TagText(text)
	require.NoError(t, err)
	o.Documents = true
	line, err := o.Append(nil, d)
	require.NoError(t, err)
	return strings.TrimSuffix(string(line), "\n")
}

func TestAnswersToJSON(t *testing.T) {
	plain := object(t, "Anna lives in Oslo. She left.", report.JSONOptions{})
	for name, c := range map[string]struct{ in, out string }{
		"nothing":       {"", ""},
		"a text":        {`{"text":"Anna lives in Oslo. She left."}` + "\n", plain + "\n"},
		"no line end":   {`{"text":"Anna lives in Oslo. She left."}`, plain + "\n"},
		"CRLF":          {`{"text":"Anna lives in Oslo. She left."}` + "\r\n", plain + "\r\n"},
		"BOM":           {lines.BOM + `{"text":"Anna lives in Oslo. She left."}`, plain + "\n"},
		"an ID":         {`{"text":"Anna lives in Oslo. She left.","id":[7, "x"]}`, `{"id":[7, "x"],` + plain[1:] + "\n"},
		"only a BOM":    {lines.BOM, ""},
		"empty lines":   {"\n \n\r\n", "\n\n\r\n"},
		"empty text":    {`{"text":""}`, object(t, "", report.JSONOptions{}) + "\n"},
		"no tokens":     {`{"tokens":[]}`, object(t, "", report.JSONOptions{}) + "\n"},
		"no JSON":       {"\nlabel me", "\n" + `{"error":"stdin:2: found 'l', expected an object with text or tokens"}` + "\n"},
		"an array":      {`["a"]`, `{"error":"stdin:1: found '[', expected an object with text or tokens"}` + "\n"},
		"truncated":     {`{"id":1`, `{"error":"stdin:1: byte 7: unexpected end of JSON input"}` + "\n"},
		"other keys":    {`{"id":1,"txt":"a"}`, `{"id":1,"error":"stdin:1: unknown key \"txt\", expected text or tokens, and id"}` + "\n"},
		"no key":        {`{"id":1}`, `{"id":1,"error":"stdin:1: neither text nor tokens, expected one of them"}` + "\n"},
		"two keys":      {`{"text":"a","tokens":["a"]}`, `{"error":"stdin:1: both text and tokens, expected one of them"}` + "\n"},
		"a null":        {`{"id":null,"text":null}`, `{"id":null,"error":"stdin:1: text: expected a string"}` + "\n"},
		"a number":      {`{"text":3}`, `{"error":"stdin:1: text: expected a string"}` + "\n"},
		"null tokens":   {`{"tokens":null}`, `{"error":"stdin:1: tokens: expected a list of strings"}` + "\n"},
		"odd tokens":    {`{"tokens":["a",1]}`, `{"error":"stdin:1: tokens: expected a list of strings"}` + "\n"},
		"invalid bytes": {"{\"text\":\"\xff\"}", `{"error":"stdin:1: byte 10 is not UTF-8"}` + "\n"},
	} {
		assert.Equal(t, c.out, answers(t, c.in, LineOptions{}), name)
	}
}

func TestAnswersToTokens(t *testing.T) {
	want, err := ready(t).Tag([]string{"Anna", "left", "Oslo"})
	require.NoError(t, err)
	var got struct {
		Text   string
		Tokens []struct{ Text, Label string }
	}
	require.NoError(t, json.Unmarshal([]byte(answers(t, `{"tokens":["Anna","left","Oslo"]}`, LineOptions{})), &got))
	assert.Equal(t, "Anna left Oslo", got.Text)
	for k, token := range got.Tokens {
		assert.Equal(t, want[k], token.Label)
	}
}

func TestAnswersToColumns(t *testing.T) {
	escaped := func(text string) string {
		return strings.ReplaceAll(object(t, text, report.JSONOptions{}), `\`, `\\`)
	}
	for name, c := range map[string]struct{ in, out string }{
		"a text":        {"Anna left.\n", escaped("Anna left.") + "\n"},
		"columns":       {"7\ta\\tb\tAnna left.", "7\ta\\tb\t" + escaped("Anna left.") + "\n"},
		"CRLF":          {"7\tAnna left.\r\n", "7\t" + escaped("Anna left.") + "\r\n"},
		"empty lines":   {"\n\r\n", "\n\r\n"},
		"NULL":          {"7\t\\N\n\\N\n", "7\t\\N\n\\N\n"},
		"empty text":    {"7\t\n", "7\t" + escaped("") + "\n"},
		"escapes":       {`a\tb\nc\\d "e" \101\x42\q`, escaped("a\tb\nc\\d \"e\" ABq") + "\n"},
		"invalid bytes": {"7\ta\\xff", "7\t" + `{"error":"stdin:1: the text is not UTF-8 at byte 2"}` + "\n"},
	} {
		assert.Equal(t, c.out, answers(t, c.in, LineOptions{Format: TSV}), name)
	}
	assert.Contains(t, answers(t, "Zoë left", LineOptions{Format: TSV, Unit: report.Bytes}), `"end":9,`)
	assert.Contains(t, answers(t, "Anna", LineOptions{Format: TSV, Text: trellis.TextOptions{Probabilities: true}}), `"probability":`)
}

// The answers do not depend on the number of goroutines, nor on how the input arrives.
func TestAnswersKeepTheOrder(t *testing.T) {
	var in strings.Builder
	for k := range 3000 {
		fmt.Fprintf(&in, `{"id":%d,"text":"Anna saw %d ships in Oslo."}`+"\n", k, k)
	}
	want := answers(t, in.String(), LineOptions{Text: trellis.TextOptions{Threads: 1}})
	for k, l := range strings.Split(strings.TrimSuffix(want, "\n"), "\n") {
		assert.True(t, strings.HasPrefix(l, fmt.Sprintf(`{"id":%d,"text":`, k)), l)
	}
	for _, threads := range []int{2, 5} {
		assert.Equal(t, want, answers(t, in.String(), LineOptions{Text: trellis.TextOptions{Threads: threads}}))
	}
	for _, r := range []io.Reader{iotest.HalfReader(strings.NewReader(in.String())), iotest.DataErrReader(strings.NewReader(in.String()))} {
		var out bytes.Buffer
		require.NoError(t, TagLines(t.Context(), ready(t), &out, stream(r), LineOptions{}))
		assert.Equal(t, want, out.String())
	}
}

// A program may wait for each answer.
func TestAnswersComeAtOnce(t *testing.T) {
	in, ask := io.Pipe()
	read, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- TagLines(t.Context(), ready(t), out, stream(in), LineOptions{Format: TSV}) }()
	answer := bufio.NewReader(read)
	for k := range 3 {
		_, err := fmt.Fprintf(ask, "%d\tA\n", k)
		require.NoError(t, err)
		got, err := answer.ReadString('\n')
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(got, fmt.Sprintf("%d\t{", k)), got)
	}
	require.NoError(t, ask.Close())
	require.NoError(t, <-ended)
}

// A line that is too long costs no other line.
func TestLongLines(t *testing.T) {
	long := strings.Repeat("a ", 100_000)
	for _, end := range []string{"\n", ""} {
		out := answers(t, "1\tAnna\n2\t"+long+"\n3\tAnna\n"+long+end, LineOptions{Format: TSV, MaxLine: 1000})
		list := strings.Split(out, "\n")
		require.Len(t, list, 5)
		assert.Equal(t, `{"error":"stdin:2: the line has more than 1000 bytes"}`, list[1])
		assert.True(t, strings.HasPrefix(list[2], "3\t{\"text\":\"Anna\""))
		assert.Equal(t, `{"error":"stdin:4: the line has more than 1000 bytes"}`, list[3])
	}
}

func TestTagLinesFails(t *testing.T) {
	m, ctx := ready(t), t.Context()
	sink := errors.New("no space")
	assert.ErrorIs(t, TagLines(ctx, m, failing{sink}, stream(strings.NewReader("a\n")), LineOptions{}), sink)

	var out bytes.Buffer
	err := TagLines(ctx, m, &out, stream(io.MultiReader(strings.NewReader("1\tAnna\n2\tAn"), iotest.ErrReader(sink))), LineOptions{Format: TSV})
	assert.ErrorIs(t, err, sink)
	assert.ErrorContains(t, err, "stdin: ")
	assert.Equal(t, 1, strings.Count(out.String(), "\n"), "complete lines have answers")

	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err = z.Write([]byte("Anna\n"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	err = TagLines(ctx, m, io.Discard, stream(bytes.NewReader(packed.Bytes()[:packed.Len()-3])), LineOptions{Format: TSV})
	assert.ErrorContains(t, err, "the gzip stream is truncated")

	assert.ErrorContains(t, TagLines(ctx, m, io.Discard, trellis.Source{Paths: []string{"missing.tsv"}}, LineOptions{}), "missing.tsv: ")
	assert.ErrorIs(t, TagLines(ctx, m, io.Discard, trellis.Source{Sentences: make([]*corpus.Sentence, 1)}, LineOptions{}), model.ErrInput)
	assert.Error(t, TagLines(ctx, m, io.Discard, stream(nil), LineOptions{Text: trellis.TextOptions{Threads: -1}}))

	ctx, stop := context.WithCancel(ctx)
	stop()
	assert.ErrorIs(t, TagLines(ctx, m, io.Discard, stream(strings.NewReader("a\n")), LineOptions{}), context.Canceled)
}

// failing is a writer that fails.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// Files follow one another. Their lines count from 1.
func TestTagLinesOfFiles(t *testing.T) {
	empty, bad := filepath.Join(t.TempDir(), "empty"), filepath.Join(t.TempDir(), "bad")
	require.NoError(t, os.WriteFile(empty, nil, 0o666))
	require.NoError(t, os.WriteFile(bad, []byte(lines.BOM+"?"), 0o666))
	paths := append(slices.Repeat([]string{empty}, 50), bad, bad)
	var out bytes.Buffer
	require.NoError(t, TagLines(t.Context(), ready(t), &out, trellis.Source{Paths: paths}, LineOptions{}))
	assert.Equal(t, 2, strings.Count(out.String(), bad+":1: found"))
}

func TestLineFormats(t *testing.T) {
	for _, f := range []LineFormat{JSONLines, TSV} {
		got, err := ParseLineFormat(f.String())
		require.NoError(t, err)
		assert.Equal(t, f, got)
	}
	_, err := ParseLineFormat("csv")
	assert.Error(t, err)
}

// Each line has an answer, and each answer is JSON.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{`{"text":"Anna left."}`, `{"id":{"a":1},"tokens":["a",""]}`, "1\tAnna\n2\t\\N\n", "a\\", "\r\n\n\x00", lines.BOM + "{}", lines.BOM} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, in string, tsv bool) {
		o := LineOptions{MaxLine: 200, Text: trellis.TextOptions{Threads: 2}}
		if tsv {
			o.Format = TSV
		}
		out := answers(t, in, o)
		in = strings.TrimPrefix(in, lines.BOM)
		want := strings.Count(in, "\n")
		if in != "" && !strings.HasSuffix(in, "\n") {
			want++
		}
		require.Equal(t, want, strings.Count(out, "\n"), "%q: %q", in, out)
		for l := range strings.Lines(out) {
			if l = strings.TrimRight(l, "\r\n"); tsv {
				l = l[strings.LastIndexByte(l, '\t')+1:]
				if l == null {
					continue
				}
				l = string(appendPlain(nil, []byte(l)))
			}
			if l != "" {
				assert.True(t, json.Valid([]byte(l)), "%q: %q", in, l)
			}
		}
	})
}

// Columns that PostgreSQL would write read back as they were.
func FuzzColumns(f *testing.F) {
	f.Add([]byte("a\tb\nc\\d\x00"))
	f.Add([]byte(`\x4\8\`))
	f.Fuzz(func(t *testing.T, plain []byte) {
		var column []byte
		for _, c := range plain {
			switch c {
			case '\t':
				column = append(column, `\t`...)
			case '\n':
				column = append(column, `\n`...)
			case '\\':
				column = append(column, `\\`...)
			default:
				column = append(column, c)
			}
		}
		assert.Equal(t, string(plain), string(appendPlain(nil, column)))
		assert.Equal(t, string(plain), string(appendPlain(nil, appendEscaped(nil, plain))))
		assert.LessOrEqual(t, len(appendPlain(nil, plain)), len(plain))
	})
}
