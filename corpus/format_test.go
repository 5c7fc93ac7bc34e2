package corpus_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
)

func TestDetect(t *testing.T) {
	u := strings.Repeat("\t_", 9) + "\n"
	for _, c := range []struct {
		name, text string
		want       corpus.Format
	}{
		{"empty", "", corpus.CoNLL},
		{"blank", "\n\t\n", corpus.CoNLL},
		{"binary", "\x00\x01\x02\xff", corpus.CoNLL},
		{"columns", "a DT O\nb NN O\n", corpus.CoNLL},
		{"ragged columns", "a\tDT\tO\nb\tNN\n", corpus.CoNLL},
		{"times and addresses", "1\t7:45\tO\n2\thttp://a.example/?b=c\tO\n", corpus.CoNLL},
		{"ragged times", "7:45\t1:2\tO\nb\tNN\n", corpus.CoNLL},
		{"morphology", "a\tCase=Nom\nb\tCase=Acc\n", corpus.CoNLL},
		{"morphology and labels", "a\tCase=Nom\tB\nb\tCase=Acc\tO\n", corpus.CoNLL},
		{"morphology after comments", "# x = y\na\tb=c\td=e\n", corpus.CoNLL},
		{"CoNLL-U comments, other columns", "# sent_id = 1\n# text = a\n1\ta\tO\n", corpus.CoNLL},
		{"ten columns without ID", "a" + u, corpus.CoNLL},
		{"ten columns by spaces", "1 a a a a a a a a a\n", corpus.CoNLL},
		{"CoNLL-U", "1" + u, corpus.CoNLLU},
		{"CoNLL-U with comments", "\uFEFF# sent_id = 1\n#text=a\n1-2" + u + "1" + u, corpus.CoNLLU},
		{"CoNLL-U empty node first", "0.1" + u + "1" + u, corpus.CoNLLU},
		{"CoNLL-U CR LF", "1" + strings.Repeat("\t_", 9) + "\r\n", corpus.CoNLLU},
		{"CoNLL-U Plus", "# global.columns = ID FORM\n1\ta\n", corpus.CoNLLU},
		{"CoNLL-U Plus behind another comment", "# newdoc\n\n#global.columns\t=\tID FORM\n1\ta\n", corpus.CoNLLU},
		{"the name of columns behind a token", "a\tX\n# global.columns = ID FORM\nb\tY\n", corpus.CoNLL},
		{"attributes", "O\tw=a\t__BOS__\nO\tw=b\n", corpus.CRFsuite},
		{"attributes with values", "O\tlen:0.5\tcap\nO\tlen:1\tw=a\tcap\tcap\n", corpus.CRFsuite},
		{"attributes, same number", "O\tw=a\tp=b\nO\tw=c\tp=d\n", corpus.CRFsuite},
		{"attributes, one token", "O\tw=a\t__BOS__\t__EOS__\n", corpus.CRFsuite},
		{"attributes, an item without", "O\tw=a\tp=b\nO\n", corpus.CRFsuite},
		{"attributes, label #", "#\tw=#\tp=b\tq=c\nO\tw=a\tp=b\n", corpus.CRFsuite},
		{"attributes with weight", "@weight:2\nO\ta\n", corpus.CRFsuite},
		{"attributes without a look", "O\tThe\tDT\tcap\nO\tend\tNN\n", corpus.CoNLL},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, r := corpus.Detect(iotest.HalfReader(strings.NewReader(c.text)), "")
			assert.Equal(t, c.want, f)
			all, err := io.ReadAll(r)
			require.NoError(t, err)
			assert.Equal(t, c.text, string(all), "the whole input can still be read")
		})
	}
}

func TestDetectKeepsErrors(t *testing.T) {
	broken := errors.New("broken")
	f, r := corpus.Detect(io.MultiReader(strings.NewReader("a\tb\n"), iotest.ErrReader(broken)), "")
	assert.Equal(t, corpus.CoNLL, f)
	all, err := io.ReadAll(r)
	assert.Equal(t, "a\tb\n", string(all))
	assert.ErrorIs(t, err, broken)
}

func TestDetectDoesNotReadAhead(t *testing.T) {
	in, out := io.Pipe()
	defer in.Close()
	go io.WriteString(out, "O\tw=a\tp=b\n\n")
	f, r := corpus.Detect(in, "")
	require.Equal(t, corpus.CRFsuite, f)
	var it attrfile.Items
	require.NoError(t, attrfile.NewReader(r, "").Read(&it))
	assert.Equal(t, 1, it.Len())
}

func TestParseFormat(t *testing.T) {
	for _, f := range []corpus.Format{corpus.FormatAuto, corpus.CoNLL, corpus.CoNLLU, corpus.CRFsuite} {
		got, err := corpus.ParseFormat(strings.ToUpper(f.String()))
		require.NoError(t, err)
		assert.Equal(t, f, got)
	}
	_, err := corpus.ParseFormat("xml")
	assert.EqualError(t, err, `unknown format "xml": expected auto, conll, conllu or crfsuite`)
	assert.Equal(t, "Format(9)", corpus.Format(9).String())
}

func TestLayout(t *testing.T) {
	for _, c := range []struct {
		text        string
		form, label int
		numbered    bool
	}{
		{"a DT O\nb NN O\n", 0, 2, false},
		{"1\ta\tO\n2\tb\tO\n\n1\tc\tO\n", 1, 2, true},
		{"# x\n1\ta\tO\n\n", 1, 2, true},
		{"1 a\n2 b\n", 1, 1, true},
		{"1 CD\n\n", 0, 1, false},
		{"1\n2\n", 0, 0, false},
		{"0\ta\tO\n1\tb\tO\n", 0, 2, false},
		{"1\ta\tO\n3\tb\tO\n", 0, 2, false},
		{"1\t_\t_\tX\t_\t_\t_\t_\t_\t_\n", 1, 3, true},
	} {
		r := corpus.NewReader(strings.NewReader(c.text), "", corpus.Options{})
		layout, err := r.Layout()
		require.NoError(t, err)
		assert.Equal(t, c.numbered, layout.Numbered, c.text)
		form, err := layout.Form("")
		require.NoError(t, err)
		assert.Equal(t, c.form, form, c.text)
		label, err := layout.Label("")
		require.NoError(t, err)
		assert.Equal(t, corpus.Value{Column: c.label}, label, c.text)
	}
}

func TestColumn(t *testing.T) {
	three := conll(3, false, false)
	for spec, want := range map[string]int{"1": 0, "3": 2, "-1": 2, "-3": 0} {
		col, err := three.Column(spec)
		require.NoError(t, err)
		assert.Equal(t, want, col, spec)
	}
	for _, spec := range []string{"0", "4", "-4", "form", "", "1.0", "99999999999999999999"} {
		_, err := three.Column(spec)
		require.ErrorIs(t, err, corpus.ErrColumn)
		assert.EqualError(t, err, `column "`+spec+`": no such column: expected a number from 1 to 3, or from -3 to -1`)
	}
	for spec, want := range map[string]int{"upos": 3, "XPOS": 4, "Misc": 9, "-1": 9, "2": 1} {
		col, err := conllu.Column(spec)
		require.NoError(t, err)
		assert.Equal(t, want, col, spec)
	}
	_, err := conllu.Column("pos")
	assert.ErrorContains(t, err, "or id, form, lemma, upos, xpos, feats, head, deprel, deps, misc")
	_, err = new(corpus.Layout).Label("")
	assert.EqualError(t, err, `column "-1": no such column: the input has no tokens`)
	one := conll(1, false, false)
	_, err = one.Column("2")
	assert.ErrorContains(t, err, "expected 1 or -1")
}
