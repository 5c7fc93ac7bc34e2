package corpus_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
)

func TestConlluGolden(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "traps.conllu"))
	require.NoError(t, err)
	r := corpus.NewReader(strings.NewReader(string(data)), "traps.conllu", corpus.Options{})
	layout, err := r.Layout()
	require.NoError(t, err)
	require.Equal(t, conllu, layout)
	form, err := layout.Form("")
	require.NoError(t, err)

	var out strings.Builder
	w := corpus.NewWriter(&out)
	var s corpus.Sentence
	for _, want := range []struct {
		forms string
		lines []int
	}{
		{"We|do|n't|eat|pears|and|they|apples", []int{5, 7, 8, 9, 10, 11, 12, 14}},
		{"10 000|Paris\u00A0Nord|.", []int{20, 21, 22}},
		{"#", []int{27}},
	} {
		require.NoError(t, r.Read(&s))
		assert.Equal(t, want.forms, strings.Join(s.Column(nil, form), "|"))
		for i, n := range want.lines {
			assert.Equal(t, n, s.Line(i))
		}
		labels := make([]string, s.Len())
		for i := range labels {
			labels[i] = "X" + s.Field(i, form)[:1]
		}
		require.NoError(t, w.WriteEdited(&s, corpus.Edit{Replace: labels, Column: 3}))
	}
	require.Error(t, r.Read(&s))
	require.NoError(t, w.Write(&s))
	golden(t, "traps.tagged.conllu", out.String())
}

func TestConlluPlusGolden(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "plus.conllup"))
	require.NoError(t, err)
	r := corpus.NewReader(strings.NewReader(string(data)), "plus.conllup", corpus.Options{})
	var same, out strings.Builder
	w, tagged := corpus.NewWriter(&same), corpus.NewWriter(&out)
	var s corpus.Sentence
	for _, forms := range []string{"We|took|part|,|Zoë", "Yes|."} {
		require.NoError(t, r.Read(&s))
		assert.Equal(t, forms, strings.Join(s.Column(nil, 1), "|"))
		require.NoError(t, w.Write(&s))
		require.NoError(t, tagged.WriteEdited(&s, corpus.Edit{Replace: constant(s.Len(), "X"), Column: 3}))
	}
	require.ErrorIs(t, r.Read(&s), io.EOF)
	require.NoError(t, w.Write(&s))
	require.NoError(t, tagged.Write(&s))
	assert.Equal(t, string(data), same.String())
	golden(t, "plus.tagged.conllup", out.String())
}

func TestConlluPlus(t *testing.T) {
	r := corpus.NewReader(strings.NewReader("# global.columns = ID FORM UPOS PARSEME:MWE\n1\ta b\tDET\t*\n1.1\tx\t_\t*\n2\tc\tNOUN\t*\n"), "", corpus.Options{})
	layout, err := r.Layout()
	require.NoError(t, err)
	assert.Equal(t, corpus.Layout{Format: corpus.CoNLLU, Columns: 4, Tabs: true, Numbered: true,
		Names: []string{"id", "form", "upos", "parseme:mwe"}}, layout)
	for spec, want := range map[string]int{"": 2, "PARSEME:MWE": 3, "-1": 3, "1": 0} {
		v, err := layout.Label(spec)
		require.NoError(t, err)
		assert.Equal(t, corpus.Value{Column: want}, v, spec)
	}
	var s corpus.Sentence
	require.NoError(t, r.Read(&s))
	assert.Equal(t, "1|a b|DET|* 2|c|NOUN|*", tokens(&s))

	r = corpus.NewReader(strings.NewReader("# newdoc\n#global.columns = ID FORM NER\n1-2\tdu\t_\n1\tde\tO\n2\tle\tO\n"), "", corpus.Options{})
	require.NoError(t, r.Read(&s))
	assert.Equal(t, 2, s.Len())
	assert.Equal(t, "le", s.Field(1, 1))
	r = corpus.NewReader(strings.NewReader("# global.columns = FORM LABEL\r\na\tO\r\n"), "", corpus.Options{})
	require.NoError(t, r.Read(&s))
	assert.Equal(t, "a|O", tokens(&s), "without IDs all rows are tokens")
}

func TestConlluIDs(t *testing.T) {
	rest := strings.Repeat("\t_", 9) + "\n"
	for _, id := range []string{"", "a", "1a", "-1", "1-", "1.", ".1", "1-2-3", "1-2.3", "1,5", " 1", "١"} {
		r := corpus.NewReader(strings.NewReader("1"+rest+id+rest), "", corpus.Options{Format: corpus.CoNLLU})
		var s corpus.Sentence
		var parse *corpus.ParseError
		require.ErrorAs(t, r.Read(&s), &parse, id)
		assert.Equal(t, [2]int{2, 1}, [2]int{parse.Line, parse.Column})
	}
}
