package features

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// lengths is a column that encodes the length of a word in x's. It is empty for one-letter words.
type lengths struct{ name string }

func (l lengths) Name() string { return l.name }

func (l lengths) Reader() func(dst, words []string) []string {
	return func(dst, words []string) []string {
		for _, w := range words {
			field := ""
			if len(w) > 1 {
				field = "xxxxxxxxxxxxxxxxxxxx"[:len(w)]
			}
			dst = append(dst, field)
		}
		return dst
	}
}

// single is lengths as Words.
type single struct{ lengths }

var _ Words = single{}

func (s single) WordReader() func(word string) string {
	read, words, fields := s.Reader(), make([]string, 1), make([]string, 1)
	return func(word string) string {
		words[0] = word
		fields = read(fields[:0], words)
		return fields[0]
	}
}

// Computed columns equal columns that the sentences already have.
func TestDerivedColumns(t *testing.T) {
	testDerivedColumns(t, lengths{"n"}, lengths{"m"})
	testDerivedColumns(t, single{lengths{"n"}}, lengths{"m"})
	testDerivedColumns(t, lengths{"n"}, single{lengths{"m"}})
	testDerivedColumns(t, single{lengths{"n"}}, single{lengths{"m"}})
}

func testDerivedColumns(t *testing.T, n, m Column) {
	const source = "u:w=%x[0,form]\nu:n=%x[0,n]\nu:m=%x[-1,m]/%p[1,n,3]\nu:n1=%s[1,n,1]\nu:n2=%p[1,n,2]\nu:n3=%p[1,n,3]\nu:pos=%x[0,pos]\nb:n=%x[0,n]\n"
	names := map[string]int{"form": 1, "pos": 0}
	p, err := parse(t, source, DialectTrellis).Bind(3, names, lengths{"unread"}, n, m)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"form": 1, "pos": 0}, names)
	written, err := parse(t, source, DialectTrellis).Bind(5, map[string]int{"form": 1, "pos": 0, "n": 3, "m": 4})
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1}, p.Columns())

	h := fingerprint.NewHasher(0)
	e, f := p.NewExtractor(), p.NewFingerprinter(0)
	want := written.NewExtractor()
	for _, text := range []string{"", "a", "the dog barks", "we see a tree and the dog", "dog"} {
		var rows, full Rows
		for _, w := range strings.Fields(text) {
			length := lengths{}.Reader()(nil, []string{w})[0]
			rows = append(rows, []string{"P" + w[:1], w, "_"})
			full = append(full, []string{"P" + w[:1], w, "_", length, length})
		}
		requirePrints(t, h, e, f, rows)
		want.Reset(full)
		for i := range rows {
			assert.Equal(t, fmt.Sprintf("%q", want.Unigrams(i)), fmt.Sprintf("%q", e.Unigrams(i)))
			assert.Equal(t, fmt.Sprintf("%q", want.Bigrams(i)), fmt.Sprintf("%q", e.Bigrams(i)))
		}
	}
	var rows Sequence = Rows{{"D", "the", "_"}, {"N", "dog", "_"}}
	assert.Zero(t, testing.AllocsPerRun(100, func() { f.Reset(rows) }), "repeated sentences do not allocate")
}

// SeenLabels replaces the computed fields, as a value and as a pointer.
func TestSeenLabels(t *testing.T) {
	p, err := parse(t, "u:n=%x[0,n]/%x[0,m]", DialectTrellis).Bind(1, map[string]int{"form": 0}, lengths{"n"}, single{lengths{"m"}})
	require.NoError(t, err)
	e := p.NewExtractor()
	rows := Rows{{"the"}, {"dog"}}
	for column, want := range map[string]string{"n": "u:n=A/xxx u:n=B/xxx", "m": "u:n=xxx/A u:n=xxx/B", "other": "u:n=xxx/xxx u:n=xxx/xxx"} {
		counted := SeenLabels{Sequence: rows, Column: column, Fields: []string{"A", "B"}}
		for _, seq := range []Sequence{counted, &counted, struct{ SeenLabels }{counted}} {
			e.Reset(seq)
			got := string(e.Unigrams(0)[0])
			got += " " + string(e.Unigrams(1)[0])
			assert.Equal(t, want, got, "%T", seq)
		}
	}
	assert.PanicsWithValue(t, "features: 1 fields of column n for a sentence of 2 tokens", func() {
		e.Reset(SeenLabels{Sequence: rows, Column: "n", Fields: []string{"A"}})
	})
}

func TestDerivedColumnsBind(t *testing.T) {
	templates := parse(t, "u:w=%x[0,n]\n?u:other=%x[0,other]", DialectTrellis)
	assert.True(t, templates.Reads("n"))
	assert.True(t, templates.Reads("other"))
	assert.False(t, templates.Reads("form"))
	for _, tt := range []struct {
		names map[string]int
		more  []Column
		says  string
	}{
		{map[string]int{"n": 0}, []Column{lengths{"m"}}, "column m is computed from a column named form, but no column has that name"},
		{map[string]int{"form": 0, "n": 1}, []Column{lengths{"n"}}, "two columns would be named n"},
		{map[string]int{"form": 0}, []Column{lengths{"n"}, lengths{"n"}}, "two columns would be named n"},
		{map[string]int{"form": 0}, []Column{lengths{"m"}}, "n (no column of that name)"},
	} {
		_, err := templates.Bind(2, tt.names, tt.more...)
		require.ErrorIs(t, err, ErrColumn)
		assert.ErrorContains(t, err, tt.says)
	}
	// A template may refer to a computed column by its number, after those of the input.
	p, err := parse(t, "u:%x[0,2]", DialectTrellis).Bind(2, map[string]int{"form": 1}, lengths{"n"})
	require.NoError(t, err)
	assert.Equal(t, []int{1}, p.Columns())
	e := p.NewExtractor()
	e.Reset(Rows{{"D", "the"}})
	assert.Equal(t, "u:xxx", string(e.Unigrams(0)[0]))
}
