package attrfile_test

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
)

// readItems returns the sentences of text, each as one string. " / " separates tokens. Attributes
// are name=value.
func readItems(t *testing.T, text string) ([]string, attrfile.Warnings, error) {
	t.Helper()
	r := attrfile.NewReader(strings.NewReader(text), "f")
	var sentences []string
	var it attrfile.Items
	for {
		err := r.Read(&it)
		if err != nil {
			require.Zero(t, it.Len())
			require.Equal(t, err, r.Read(&it), "the error is sticky")
		}
		if err == io.EOF {
			return sentences, r.Warnings(), nil
		}
		if err != nil {
			return sentences, r.Warnings(), err
		}
		sentences = append(sentences, itemText(&it))
	}
}

func itemText(it *attrfile.Items) string {
	var b strings.Builder
	if it.Weight != 1 {
		b.WriteString("@" + strconv.FormatFloat(it.Weight, 'g', -1, 64) + " ")
	}
	for t, label := range it.Labels {
		if t > 0 {
			b.WriteString(" / ")
		}
		b.WriteString("<" + label + ">")
		for _, a := range it.Attributes[t] {
			b.WriteString(" " + a.Name + "=" + strconv.FormatFloat(a.Value, 'g', -1, 64))
		}
	}
	return b.String()
}

func TestAttributeReader(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
		warnings   attrfile.Warnings
	}{
		{name: "empty"},
		{name: "empty lines", text: "\n\n\n"},
		{name: "items", text: "B\ta\tb:2\nI\n\nO\tc\n", want: []string{"<B> a=1 b=2 / <I>", "<O> c=1"}},
		{name: "runs of empty lines", text: "\n\nO\ta\n\n\n\nO\tb\n", want: []string{"<O> a=1", "<O> b=1"}},
		{name: "runs of tabs", text: "\t\tO\t\t\ta\t\tb\t\n", want: []string{"<O> a=1 b=1"}},
		{name: "spaces are ordinary", text: "O\tq z\t a \n", want: []string{"<O> q z=1  a =1"}},
		{name: "escapes", text: `B\:x` + "\t" + `w=C\:\\temp\\:0.5` + "\t" + `a\tb\n\` + "\n", want: []string{`<B:x> w=C:\temp\=0.5 a\tb\n\=1`}},
		{name: "escapes in values", text: "O\ta:1\\:2\tb:\\\\\n", want: []string{`<O> a=1 b=0`}, warnings: attrfile.Warnings{Values: 2, Line: 1}},
		{name: "duplicates", text: "O\ta:2\ta:3\n", want: []string{"<O> a=2 a=3"}},
		{name: "values", text: "O\ta:\tb:-1.5e2\tc:+.5\td:5.\te: 7\tf:0x1p3\tg:0X1.8\n", want: []string{"<O> a=1 b=-150 c=0.5 d=5 e=7 f=8 g=1.5"}},
		{name: "odd values", text: "O\ta\n\nO\ta:x\tb:2x\tc:1,5\td:-\te:1e\tf:0x\n", want: []string{"<O> a=1", "<O> a=0 b=2 c=1 d=0 e=1 f=0"}, warnings: attrfile.Warnings{Values: 6, Line: 3}},
		{name: "odd colons", text: "O\ta:b:c\td:1::2\n", want: []string{"<O> a=0 =0 d=1 =1 =2"}, warnings: attrfile.Warnings{Values: 2, Colons: 3, Line: 1}},
		{name: "colon in a label", text: "B:x\ta\n:\tb\n", want: []string{"<B> a=1 / <> b=1"}, warnings: attrfile.Warnings{Colons: 2, Line: 1}},
		{name: "colons in a label", text: "B:1:2\n", want: []string{"<B> =2"}, warnings: attrfile.Warnings{Colons: 2, Line: 1}},
		{name: "no name", text: "O\t:2\t:\n", want: []string{"<O> =2 =1"}},
		{name: "no comments", text: "# a\n#\tb\n", want: []string{"<# a> / <#> b=1"}},
		{name: "weight", text: "@weight:2.5\nO\ta\n\nO\tb\n", want: []string{"@2.5 <O> a=1", "<O> b=1"}},
		{name: "weight within", text: "O\ta\n@weight:0\tO\t@b\n", want: []string{"@0 <O> a=1 / <O> @b=1"}},
		{name: "weight of nothing", text: "@weight:2\n\nO\n", want: []string{"<O>"}},
		{name: "CR LF", text: "O\ta\r\n\r\nO\tb\r\n", want: []string{"<O> a=1", "<O> b=1"}, warnings: attrfile.Warnings{CRLF: 3, Blank: 1}},
		{name: "CR LF now and then", text: "O\ta:2\r\nI\tb\\\r\r\n\nO\n", want: []string{`<O> a=2 / <I> b\=1`, "<O>"}, warnings: attrfile.Warnings{CRLF: 2}},
		{name: "CR LF at the start", text: "\r\n\r\nO\ta\n", want: []string{"<O> a=1"}, warnings: attrfile.Warnings{CRLF: 2, Blank: 2}},
		{name: "CR at the end", text: "O\ta\r", want: []string{"<O> a=1"}, warnings: attrfile.Warnings{CRLF: 1, Unended: true}},
		{name: "no end", text: "O\ta\n\nB\tb\nI\tc:0.5", want: []string{"<O> a=1", "<B> b=1 / <I> c=0.5"}, warnings: attrfile.Warnings{Unended: true}},
		{name: "CR within", text: "O\ta\rb\n", want: []string{"<O> a\rb=1"}},
		{name: "byte order mark", text: "\uFEFFO\ta\n", want: []string{"<O> a=1"}, warnings: attrfile.Warnings{BOM: 1}},
		{name: "bytes", text: "\xff\t\xfe:2\n", want: []string{"<\xff> \xfe=2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, warnings, err := readItems(t, c.text)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.warnings, warnings)
		})
	}
}

func TestAttributeReaderErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"infinite", "O\ta\nO\tb\tc:-inf\n", `f:2: column 3: attribute "c": value "-inf" is not finite`},
		{"too large", "O\tc:1e999\n", `f:1: column 2: attribute "c": value "1e999" is not finite`},
		{"not a number", "O\tc:NaN\n", `f:1: column 2: attribute "c": value "NaN" is not finite`},
		{"declaration", "@wait:1\nO\n", `f:1: column 1: unknown declaration "@wait": a label cannot start with @`},
		{"label with @", "O\ta\n@home\ta\n", `f:2: column 1: unknown declaration "@home": a label cannot start with @`},
		{"no weight", "@weight\nO\n", `f:1: column 1: weight "": want a finite number that is not negative`},
		{"negative weight", "@weight:-1\nO\n", `f:1: column 1: weight "-1": want a finite number that is not negative`},
		{"infinite weight", "@weight:inf\nO\n", `f:1: column 1: weight "inf": want a finite number that is not negative`},
		{"weight that is none", "@weight:1kg\nO\n", `f:1: column 1: weight "1kg": want a finite number that is not negative`},
		{"blanks", "O\ta\n \nO\tb\n", "f:2: line has only blanks; lines between sentences must be empty"},
		{"tab", "O\ta\n\t\nO\tb\n", "f:2: line has only blanks; lines between sentences must be empty"},
		{"NUL", "O\ta\nO\t\x00\n", "f:2: binary data"},
		{"long line", "O\ta\n" + strings.Repeat("a", 17<<20), "f:2: line of more than 16 MiB: too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := readItems(t, c.text)
			require.EqualError(t, err, c.want)
			var parse *corpus.ParseError
			require.ErrorAs(t, err, &parse)
		})
	}
	dir := t.TempDir()
	f, err := os.Open(dir)
	require.NoError(t, err)
	defer f.Close()
	require.ErrorContains(t, attrfile.NewReader(f, dir).Read(new(attrfile.Items)), dir)
}

func TestItemsLinesAndClone(t *testing.T) {
	r := attrfile.NewReader(strings.NewReader("\n@weight:3\nB\ta\n@weight:2\nI\tb\tc:7\n\nO\td\te\tf\n\n"), "")
	var it attrfile.Items
	require.NoError(t, r.Read(&it))
	assert.Equal(t, []int{3, 5}, []int{it.Line(0), it.Line(1)})
	c := it.Clone()
	require.NoError(t, r.Read(&it))
	assert.Equal(t, 7, it.Line(0))
	assert.Equal(t, "<O> d=1 e=1 f=1", itemText(&it))
	assert.Equal(t, "@2 <B> a=1 / <I> b=1 c=7", itemText(c))
	assert.Equal(t, []int{3, 5}, []int{c.Line(0), c.Line(1)})
}

func TestAttributesGolden(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "traps.crfsuite"))
	require.NoError(t, err)
	f, in := corpus.Detect(bytes.NewReader(data), "")
	require.Equal(t, corpus.CRFsuite, f)
	r := attrfile.NewReader(in, "traps.crfsuite")
	var out strings.Builder
	w := attrfile.NewWriter(&out)
	var it attrfile.Items
	err = r.Read(&it)
	for ; err == nil; err = r.Read(&it) {
		require.NoError(t, w.Write(&it))
	}
	require.Equal(t, io.EOF, err)
	want, err := os.ReadFile(filepath.Join("testdata", "traps.written.crfsuite"))
	require.NoError(t, err)
	assert.Equal(t, string(want), out.String())
}

func TestAttributeWriter(t *testing.T) {
	values := []float64{0, 1, -1, 0.1, 1.0 / 3, math.MaxFloat64, math.SmallestNonzeroFloat64, 1e21, 1e-7, 123456789.123456789, math.Copysign(0, -1)}
	for _, weight := range []float64{1, 0, 0.1} {
		it := attrfile.Items{Weight: weight}
		for _, label := range []string{"O", "B:x", `\`, `a\:b`, "", " ", "#", "a@"} {
			it.Labels = append(it.Labels, label)
			attributes := []attrfile.Attribute{{Name: "@a", Value: 1}}
			for _, v := range values {
				attributes = append(attributes, attrfile.Attribute{Name: label, Value: v})
			}
			it.Attributes = append(it.Attributes, attributes)
		}
		var out bytes.Buffer
		require.NoError(t, attrfile.NewWriter(&out).Write(&it))
		var back attrfile.Items
		r := attrfile.NewReader(&out, "")
		require.NoError(t, r.Read(&back))
		assert.Equal(t, it.Weight, back.Weight)
		assert.Equal(t, it.Labels, back.Labels)
		assert.Equal(t, it.Attributes, back.Attributes)
		assert.True(t, math.Signbit(back.Attributes[0][len(values)].Value))
	}
}

func TestAttributeWriterRefuses(t *testing.T) {
	var out strings.Builder
	w := attrfile.NewWriter(&out)
	require.NoError(t, w.Write(&attrfile.Items{Weight: 2}), "nothing to write")
	for name, it := range map[string]attrfile.Items{
		"tab":               item("O", "a\tb", 1),
		"line end":          item("O", "a\n", 1),
		"CR":                item("O", "a\r", 1),
		"NUL":               item("O", "\x00", 1),
		"label":             item("O\t", "a", 1),
		"declaration":       item("@O", "a", 1),
		"NaN":               item("O", "a", math.NaN()),
		"infinity":          item("O", "a", math.Inf(-1)),
		"byte order mark":   item("\uFEFFO", "a", 1),
		"blanks":            item(" ", " ", 1),
		"blank item":        {Labels: []string{" "}, Attributes: [][]attrfile.Attribute{{}}, Weight: 1},
		"negative weight":   {Weight: -1},
		"infinite weight":   {Weight: math.Inf(1)},
		"NaN weight":        {Weight: math.NaN()},
		"no attribute list": {Labels: []string{"O"}, Weight: 1},
	} {
		require.ErrorIs(t, w.Write(&it), corpus.ErrUnwritable, name)
	}
	assert.Empty(t, out.String())
}

func item(label, name string, value float64) attrfile.Items {
	return attrfile.Items{Labels: []string{label}, Attributes: [][]attrfile.Attribute{{{Name: name, Value: value}}}, Weight: 1}
}

func TestAttributeReaderAllocatesOnceASentence(t *testing.T) {
	text := strings.Repeat("B\tw=a\tp\\:b:0.5\tlen:12\nI\tw=c\tx\n\n", 500)
	r := attrfile.NewReader(strings.NewReader(text), "")
	w := attrfile.NewWriter(io.Discard)
	var it attrfile.Items
	require.NoError(t, r.Read(&it))
	require.NoError(t, w.Write(&it))
	assert.LessOrEqual(t, testing.AllocsPerRun(300, func() {
		if r.Read(&it) != nil || w.Write(&it) != nil {
			t.Fatal()
		}
	}), 1.0)
}
