package trellis_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
)

// spans has two documents, three sentences, and lines that are not tokens.
const spans = `-DOCSTART- -X- O

# Madrid grows every year
Ada NOUN B-PER
Lovelace NOUN I-PER
visits VERB O
Madrid NOUN B-LOC

Rome NOUN B-LOC
Paris NOUN B-LOC

-DOCSTART- -X- O

sleep VERB O
`

const treebank = `# newdoc id = d1
# sent_id = 1
1-2	vámonos	_	_	_	_	_	_	_	_
1	vamos	ir	VERB	V	Mood=Imp	0	root	_	Note=1|NER=B-X
2	nos	nosotros	PRON	P	_	1	obj	_	NER=I-X
2.1	ya	ya	ADV	_	_	_	_	_	_
3	!	!	PUNCT	.	_	1	punct	_	SpaceAfter=No

`

// CoNLL-U Plus stays as it is in CoNLL-U. In CoNLL it has FORM and UPOS, or all columns but ID and
// MISC.
func TestConvertPlus(t *testing.T) {
	const rows = "# text = Anna ran\n1\tAnna\tB-PER\t_\n2\tran\tO\t_\n\n"
	const plus = "# global.columns = ID FORM NER MISC\n" + rows
	for _, c := range []struct{ in, to, want string }{
		{plus, "conllu", plus},
		{plus, "conll", "Anna\tB-PER\nran\tO\n\n"},
		{"# global.columns = ID FORM UPOS NER\n" + rows, "conll", "Anna\tB-PER\nran\tO\n\n"},
	} {
		var out bytes.Buffer
		require.NoError(t, trellis.Convert(t.Context(), &out, stdin(c.in), trellis.ConvertOptions{To: c.to}))
		assert.Equal(t, c.want, out.String())
	}
	var out bytes.Buffer
	require.NoError(t, trellis.Convert(t.Context(), &out, stdin(plus), trellis.ConvertOptions{Scheme: "bioes", Label: "NER"}))
	assert.Equal(t, strings.Replace(plus, "B-PER", "S-PER", 1), out.String())
	// A model of its column writes there.
	m, _, err := trellis.Train(t.Context(), stdin(strings.Replace(plus, "2\tran\tO\t_", "2\tran\tO\tSpaceAfter=No", 1)),
		trellis.Config{Label: "NER", Epochs: new(20), Threads: 1})
	require.NoError(t, err)
	out.Reset()
	require.NoError(t, m.TagFiles(t.Context(), &out, stdin(strings.Replace(plus, "B-PER", "_", 1)), trellis.FileOptions{}))
	assert.Equal(t, plus, out.String())
}

func TestConvert(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		o    trellis.ConvertOptions
		want string
		warn []string
	}{
		"bioes": {text: spans, o: trellis.ConvertOptions{Scheme: "bioes"},
			want: strings.NewReplacer("I-PER", "E-PER", "B-LOC", "S-LOC").Replace(spans)},
		"iob1": {text: spans, o: trellis.ConvertOptions{Scheme: "iob1"},
			want: strings.NewReplacer("B-PER", "I-PER", "Madrid NOUN B-", "Madrid NOUN I-", "Rome NOUN B-", "Rome NOUN I-").Replace(spans)},
		"io": {text: spans, o: trellis.ConvertOptions{Scheme: "io"},
			want: strings.ReplaceAll(spans, "B-", "I-"),
			warn: []string{"stdin: 1 spans were merged with the preceding span of the same type, because io cannot separate them"}},
		"the same scheme": {text: spans, o: trellis.ConvertOptions{Scheme: "bio"}, want: spans},
		"ill-formed": {text: "a I-X\nb B-X\nc I-X\n\nd B-Y\ne O\n", o: trellis.ConvertOptions{Scheme: "bio"},
			want: "a B-X\nb B-X\nc I-X\n\nd B-Y\ne O\n",
			warn: []string{"stdin: 1 labels are ill-formed in bio; they are read as conlleval reads them"}},
		"scheme of a column": {text: "a B-X B-Y\nb O O\n", o: trellis.ConvertOptions{Scheme: "bioes", Label: "2"}, want: "a S-X B-Y\nb O O\n"},
		"line ends stay":     {text: "a B-X\r\nb I-X\r\n\r\n\r\nc B-X", o: trellis.ConvertOptions{Scheme: "bioes"}, want: "a B-X\r\nb E-X\r\n\r\n\r\nc S-X"},

		"columns": {text: spans, o: trellis.ConvertOptions{Columns: []string{"-1", "1"}},
			want: "-DOCSTART- O\n\n# Madrid grows every year\nB-PER Ada\nI-PER Lovelace\nO visits\nB-LOC Madrid\n\nB-LOC Rome\nB-LOC Paris\n\n-DOCSTART- O\n\nO sleep\n"},
		"one column":               {text: "-DOCSTART- O\n\na O\n", o: trellis.ConvertOptions{Columns: []string{"1"}}, want: "-DOCSTART-\n\na\n"},
		"a column twice":           {text: "a X\n", o: trellis.ConvertOptions{Columns: []string{"2", "1", "2"}}, want: "X a X\n"},
		"a comment is no token":    {text: "# b\na X O\n", o: trellis.ConvertOptions{Columns: []string{"1", "2"}}, want: "# b #\na X\n"},
		"nor with tabs":            {text: "# so very long\na X O\n", o: trellis.ConvertOptions{Columns: []string{"1"}, Separator: "tab"}, want: "# so very long\t#\na\n"},
		"tabs":                     {text: "a X\n\nb  Y\n", o: trellis.ConvertOptions{Separator: "tab"}, want: "a\tX\n\nb\tY\n"},
		"spaces":                   {text: "a\tX\nb\tY\n", o: trellis.ConvertOptions{Separator: "space"}, want: "a X\nb Y\n"},
		"columns keep tabs":        {text: "a b\tX\n", o: trellis.ConvertOptions{Columns: []string{"2", "1"}}, want: "X\ta b\n"},
		"columns and scheme":       {text: "a X B-Z\nb X I-Z\n", o: trellis.ConvertOptions{Columns: []string{"3", "1", "3"}, Scheme: "bioes"}, want: "B-Z a B-Z\nE-Z b E-Z\n"},
		"to conll is what it is":   {text: "a  X \r\n", o: trellis.ConvertOptions{To: "conll"}, want: "a  X \r\n"},
		"to conllu is what it is":  {text: treebank, o: trellis.ConvertOptions{To: "conllu"}, want: treebank},
		"a blank line is put back": {text: "a X\n-DOCSTART- O\n\nb X\n", o: trellis.ConvertOptions{Columns: []string{"2"}}, want: "X\n\n-DOCSTART-\n\nX\n"},

		"to conllu": {text: "-DOCSTART- -X- O\n\na NOUN B-X\nb VERB O\n\n# text\nc NOUN O\n",
			o: trellis.ConvertOptions{To: "conllu", Columns: []string{"form=1", "UPOS=2", "misc.NER=3", "misc.P=2"}},
			want: "# newdoc\n1\ta\t_\tNOUN\t_\t_\t_\t_\t_\tNER=B-X|P=NOUN\n2\tb\t_\tVERB\t_\t_\t_\t_\t_\tP=VERB\n\n" +
				"# text\n1\tc\t_\tNOUN\t_\t_\t_\t_\t_\tP=NOUN\n\n"},
		"to conllu by itself": {text: "a NOUN B-X\nb VERB I-X\nc NOUN O\n", o: trellis.ConvertOptions{To: "conllu", Scheme: "bioes"},
			want: "1\ta\t_\tNOUN\t_\t_\t_\t_\t_\tNE=B-X\n2\tb\t_\tVERB\t_\t_\t_\t_\t_\tNE=E-X\n3\tc\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n"},
		"labels that encode no spans": {text: "a NOUN\nb VERB\n", o: trellis.ConvertOptions{To: "conllu"},
			want: "1\ta\t_\tNOUN\t_\t_\t_\t_\t_\t_\n2\tb\t_\tVERB\t_\t_\t_\t_\t_\t_\n\n"},
		"labels alone": {text: "a B-X\nb O\n", o: trellis.ConvertOptions{To: "conllu"},
			want: "1\ta\t_\t_\t_\t_\t_\t_\t_\tNE=B-X\n2\tb\t_\t_\t_\t_\t_\t_\t_\t_\n\n"},

		"from conllu": {text: treebank, o: trellis.ConvertOptions{To: "conll"}, want: "-DOCSTART-\tO\n\nvamos\tVERB\nnos\tPRON\n!\tPUNCT\n\n",
			warn: []string{"stdin: 2 multiword ranges and empty nodes were left out"}},
		"notes": {text: treebank, o: trellis.ConvertOptions{To: "conll", Columns: []string{"form", "misc.NER", "misc.Note"}, Separator: "space"},
			want: "-DOCSTART- -X- O\n\nvamos B-X 1\nnos I-X O\n! O O\n\n",
			warn: []string{"stdin: 2 multiword ranges and empty nodes were left out"}},
		"scheme of notes": {text: treebank, o: trellis.ConvertOptions{Scheme: "bioes", Label: "misc.NER"},
			want: strings.ReplaceAll(treebank, "I-X", "E-X")},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			var warn []string
			c.o.Warn = func(text string) { warn = append(warn, text) }
			require.NoError(t, trellis.Convert(t.Context(), &out, stdin(c.text), c.o))
			assert.Equal(t, c.want, out.String())
			assert.Equal(t, c.warn, warn)
		})
	}
}

// Each file has its own columns; sentences in memory come last.
func TestConvertSeveralInputs(t *testing.T) {
	source := memory(t, []string{"c", "X", "B-Z"})
	source.Paths, source.Stdin = []string{"-"}, strings.NewReader("a B-Z\nb I-Z\n")
	var out strings.Builder
	require.NoError(t, trellis.Convert(t.Context(), &out, source, trellis.ConvertOptions{Columns: []string{"-1", "1"}, Scheme: "bioes"}))
	assert.Equal(t, "B-Z a\nE-Z b\n\nS-Z\tc\n\n", out.String())

	// Warnings have one count per input.
	source.Stdin = strings.NewReader("a I-X\nb O\nc B-X\n")
	var rows [][]string
	for _, label := range []string{"I-X", "O", "B-X", "O", "I-X", "O", "B-X", "O", "B-X"} {
		rows = append(rows, []string{"a", label})
	}
	source.Sentences = memory(t, rows...).Sentences
	var warn []string
	o := trellis.ConvertOptions{Scheme: "bio", Warn: func(text string) { warn = append(warn, text) }}
	require.NoError(t, trellis.Convert(t.Context(), new(strings.Builder), source, o))
	const read = " labels are ill-formed in bio; they are read as conlleval reads them"
	assert.Equal(t, []string{"stdin: 1" + read, "sentences: 2" + read}, warn)
}

func TestConvertRefusesOptions(t *testing.T) {
	for name, c := range map[string]struct {
		o              trellis.ConvertOptions
		option, reason string
	}{
		"nothing":              {trellis.ConvertOptions{}, "to", "nothing to change"},
		"to another format":    {trellis.ConvertOptions{To: "crfsuite"}, "to", "{to} crfsuite: want conll, conllu, doccano"},
		"to auto":              {trellis.ConvertOptions{To: "auto"}, "to", "want conll, conllu, doccano"},
		"to nothing known":     {trellis.ConvertOptions{To: "tsv"}, "to", "want conll, conllu, doccano"},
		"attributes":           {trellis.ConvertOptions{Format: corpus.CRFsuite, To: "conll"}, "format", "attribute files have no columns"},
		"plain":                {trellis.ConvertOptions{Scheme: "plain"}, "scheme", "want iob1, bio, bioes, io, ioe1, ioe2, bilou or bmes"},
		"no scheme":            {trellis.ConvertOptions{Scheme: "biluo"}, "scheme", "{scheme} biluo: want"},
		"separator":            {trellis.ConvertOptions{Separator: ";"}, "separator", "want tab or space"},
		"spaces in CoNLL-U":    {trellis.ConvertOptions{Separator: "space", To: "conllu"}, "separator", "separated by tabs"},
		"label without scheme": {trellis.ConvertOptions{Label: "1", To: "conll"}, "label", "set {scheme} too"},
		"no name":              {trellis.ConvertOptions{To: "conllu", Columns: []string{"1"}}, "columns", "want NAME=COLUMN"},
		"no column of CoNLL-U": {trellis.ConvertOptions{To: "conllu", Columns: []string{"word=1"}}, "columns", "want a column of CoNLL-U other than ID"},
		"ID":                   {trellis.ConvertOptions{To: "conllu", Columns: []string{"id=1"}}, "columns", "other than ID"},
		"a note of FEATS":      {trellis.ConvertOptions{To: "conllu", Columns: []string{"feats.A=1"}}, "columns", "or misc.KEY"},
		"a note without a key": {trellis.ConvertOptions{To: "conllu", Columns: []string{"misc.=1"}}, "columns", "or misc.KEY"},
		"a key with a bar":     {trellis.ConvertOptions{To: "conllu", Columns: []string{"misc.a|b=1"}}, "columns", "or misc.KEY"},
		"a column twice":       {trellis.ConvertOptions{To: "conllu", Columns: []string{"form=1", "FORM=2"}}, "columns", "FORM occurs twice"},
		"a note twice":         {trellis.ConvertOptions{To: "conllu", Columns: []string{"misc.A=1", "misc.A=2"}}, "columns", "occurs twice"},
		"no spans":             {trellis.ConvertOptions{Scheme: "bio"}, "label", "no column encodes spans"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			requireOption(t, trellis.Convert(t.Context(), &out, stdin("a X\nb Y\n"), c.o), c.option, c.reason)
			assert.Empty(t, out.String())
		})
	}
	for _, o := range []trellis.ConvertOptions{{To: "conllu", Columns: []string{"form=form"}}, {Columns: []string{"form"}}, {Separator: "space"}} {
		requireOption(t, trellis.Convert(t.Context(), new(strings.Builder), stdin(treebank), o), "to", "the columns of CoNLL-U are fixed")
	}
}

// Options that do not fit the files are an error with a position.
func TestConvertErrors(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		o    trellis.ConvertOptions
		want string
	}{
		"no sentence":          {"", trellis.ConvertOptions{To: "conll"}, "stdin: no sentence in it"},
		"no such column":       {"\na X\n", trellis.ConvertOptions{Columns: []string{"3"}}, `stdin:2: column "3"`},
		"no such label":        {"a X\n", trellis.ConvertOptions{Scheme: "bio", Label: "3"}, `stdin:1: column "3"`},
		"no notes in CoNLL":    {"a X\n", trellis.ConvertOptions{Columns: []string{"misc.A"}}, `stdin:1: column "misc.A"`},
		"label encodes none":   {"a X\n", trellis.ConvertOptions{Scheme: "bio", Label: "2"}, "stdin:1: the labels of column 2 encode no spans"},
		"note encodes none":    {treebank, trellis.ConvertOptions{Scheme: "bio", Label: "misc.Note"}, "the labels of column misc.Note encode no spans"},
		"a blank in a field":   {"a\tX\nb c\tY\n", trellis.ConvertOptions{Separator: "space"}, `stdin:2: field "b c" is empty or contains a space; separate the columns by tabs`},
		"an empty field":       {"a\tX\n\tY\n", trellis.ConvertOptions{Separator: "space"}, `stdin:2: field "" is empty or contains a space`},
		"a bar in MISC":        {"a X\nb x|y\n", trellis.ConvertOptions{To: "conllu", Columns: []string{"misc.A=2"}}, `stdin:2: "x|y" contains a bar`},
		"ragged":               {"a X\nb\n", trellis.ConvertOptions{Columns: []string{"1"}}, "stdin:2: 1 column, expected 2"},
		"attributes":           {"X\tw=a\tp=b\nY\tw=c\n", trellis.ConvertOptions{To: "conll"}, "attribute files have no columns"},
		"ragged after a while": {strings.Repeat("a X\n\n", 5000) + "b\n", trellis.ConvertOptions{Columns: []string{"1"}}, "stdin:10001: 1 column, expected 2"},
	} {
		t.Run(name, func(t *testing.T) {
			err := trellis.Convert(t.Context(), new(strings.Builder), stdin(c.text), c.o)
			assert.ErrorContains(t, err, c.want)
		})
	}
	source := memory(t, []string{"a", "X"})
	assert.ErrorContains(t, trellis.Convert(t.Context(), new(strings.Builder), source, trellis.ConvertOptions{To: "conll", Format: corpus.CoNLLU}),
		"sentences in memory have the format conll, not conllu")
	assert.ErrorContains(t, trellis.Convert(t.Context(), new(strings.Builder), corpus.Source{Paths: []string{"no such file"}}, trellis.ConvertOptions{To: "conll"}),
		"no such file")
}
