package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestConvertGolden(t *testing.T) {
	for name, args := range map[string][]string{
		"convert.bioes.conll":   {"--scheme", "bioes", "testdata/train.conll"},
		"convert.bilou.conll":   {"--scheme", "bilou", "testdata/train.conll"},
		"convert.iob1.conll":    {"--scheme", "iob1", "testdata/blanks.conll"},
		"convert.columns.conll": {"--columns", "3,2", "--separator", "space", "testdata/numbered.conll"},
		"convert.conllu":        {"--to", "conllu", "testdata/train.conll"},
		"convert.pos.conllu":    {"--to", "conllu", "--columns", "form=1,upos=2,feats=2", "testdata/train.conll"},
	} {
		t.Run(name, func(t *testing.T) {
			o := done(t, "", append([]string{"convert"}, args...)...)
			assert.Empty(t, o.errors)
			golden(t, name, o.out)
		})
	}
	o := done(t, "", "convert", "--to", "conll", "--columns", "form,xpos,feats,misc.Note", "testdata/text.conllu")
	golden(t, "convert.text.conll", o.out)
	assert.Equal(t, "tagger: warning: testdata/text.conllu: 2 multiword ranges and empty nodes were left out\n", o.errors)
}

func convert(t *testing.T, text string, args ...string) string {
	t.Helper()
	return done(t, text, append([]string{"convert"}, args...)...).out
}

func TestConvertThereAndBack(t *testing.T) {
	all := read(t, "testdata/train.conll")
	for _, scheme := range []string{"iob1", "bioes", "bio"} {
		there := convert(t, all, "--scheme", scheme)
		assert.Equal(t, all, convert(t, there, "--scheme", "bio"), scheme)
		// The scores stay the same.
		columns := convert(t, all, "--columns", "1,3,3")
		assert.InDelta(t, 1, score(t, convert(t, columns, "--scheme", scheme), "-").F1, 0)
	}
	conllu := convert(t, all, "--to", "conllu", "--columns", "form=1,upos=2,misc.NER=3")
	back := []string{"--to", "conll", "--columns", "form,upos,misc.NER"}
	assert.Equal(t, all, convert(t, conllu, back...))
	bioes := convert(t, conllu, "--scheme", "bioes", "--label", "misc.NER")
	assert.Equal(t, convert(t, all, "--scheme", "bioes"), convert(t, bioes, back...))
	assert.Equal(t, bioes, convert(t, all, "--scheme", "bioes", "--to", "conllu", "--columns", "form=1,upos=2,misc.NER=3"))
	assert.Equal(t, all, convert(t, all, "--columns", "1,2,3"))
	assert.Equal(t, all, convert(t, convert(t, all, "--separator", "space"), "--separator", "tab"))
	assert.Equal(t, read(t, "testdata/train.conllu"), convert(t, read(t, "testdata/train.conllu"), "--to", "conllu"))
}

func TestConvertReportsRepairs(t *testing.T) {
	for name, c := range map[string]struct{ text, scheme, want, note string }{
		"ill-formed": {"a I-X\nb B-X\nc I-X\nd O\n\ne I-Y\nf B-X\ng I-X\n\nh B-X\ni I-X\n", "bio",
			"a B-X\nb B-X\nc I-X\nd O\n\ne B-Y\nf B-X\ng I-X\n\nh B-X\ni I-X\n",
			"2 labels are ill-formed in bio; they are read as conlleval reads them"},
		"io": {"a B-X\nb B-X\nc O\nd B-X\ne B-Y\n", "io", "a I-X\nb I-X\nc O\nd I-X\ne I-Y\n",
			"1 spans were merged with the preceding span of the same type, because io cannot separate them"},
		"well-formed": {"a B-X\nb I-X\n", "bioes", "a B-X\nb E-X\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := done(t, c.text, "convert", "--scheme", c.scheme)
			assert.Equal(t, c.want, o.out)
			if c.note == "" {
				assert.Empty(t, o.errors)
			} else {
				assert.Equal(t, "tagger: warning: stdin: "+c.note+"\n", o.errors)
			}
		})
	}
}

func TestConvertKeepsDocuments(t *testing.T) {
	conll := "-DOCSTART- -X- O\n\na X O\n\n# a comment of more words\nb X B-Y\n-DOCSTART- -X- O\n\nc X O\n\n"
	conllu := convert(t, conll, "--to", "conllu", "--columns", "form=1,upos=2,misc.NER=3")
	assert.Equal(t, "# newdoc\n1\ta\t_\tX\t_\t_\t_\t_\t_\t_\n\n# a comment of more words\n1\tb\t_\tX\t_\t_\t_\t_\t_\tNER=B-Y\n\n# newdoc\n1\tc\t_\tX\t_\t_\t_\t_\t_\t_\n\n", conllu)
	assert.Equal(t, "-DOCSTART- -X- O\n\na X O\n\nb X B-Y\n\n-DOCSTART- -X- O\n\nc X O\n\n",
		convert(t, conllu, "--to", "conll", "--columns", "form,upos,misc.NER", "--separator", "space"))
	assert.Equal(t, "-DOCSTART- O\n\nX O\n\n# a comment of more words\nX B-Y\n\n-DOCSTART- O\n\nX O\n\n", convert(t, conll, "--columns", "2,3"))
	// A comment that would be read as a token.
	assert.Equal(t, "a X\n\n# so #\nb X\n", convert(t, "a X O\n\n# so\nb X O\n", "--columns", "1,2"))
}

func TestConvertSeveralFiles(t *testing.T) {
	a, b := write(t, "a", "a X B-Y\n\nb X I-Y"), write(t, "b", "c X I-Y\n\n")
	assert.Equal(t, "B-Y a\n\nI-Y b\n\nI-Y c\n\n", convert(t, "", "--columns", "3,1", a, b))
	out := filepath.Join(t.TempDir(), "out")
	assert.Empty(t, convert(t, "", "--columns", "3,1", "--output", out, a, b))
	assert.Equal(t, "B-Y a\n\nI-Y b\n\nI-Y c\n\n", read(t, out))
}

func TestConvertErrors(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		args   []string
		says   string
	}{
		"nothing":           {exitUsage, nil, "nothing to change"},
		"format":            {exitUsage, []string{"--to", "crfsuite"}, "--to crfsuite: want conll, conllu, doccano"},
		"attributes":        {exitUsage, []string{"--to", "conll", "--format", "crfsuite"}, "attribute files have no columns"},
		"scheme":            {exitUsage, []string{"--scheme", "plain"}, "want iob1, bio, bioes, io, ioe1, ioe2, bilou or bmes"},
		"separator":         {exitUsage, []string{"--separator", ","}, "want tab or space"},
		"spaces in CoNLL-U": {exitUsage, []string{"--separator", "space", "--to", "conllu"}, "separated by tabs"},
		"label of nothing":  {exitUsage, []string{"--label", "3", "--to", "conllu"}, "set --scheme too"},
		"no name":           {exitUsage, []string{"--to", "conllu", "--columns", "1,2"}, "want NAME=COLUMN"},
		"other name":        {exitUsage, []string{"--to", "conllu", "--columns", "word=1"}, "want a column of CoNLL-U other than ID"},
		"ID":                {exitUsage, []string{"--to", "conllu", "--columns", "id=1"}, "want a column of CoNLL-U other than ID"},
		"twice":             {exitUsage, []string{"--to", "conllu", "--columns", "misc=1,misc.A=2"}, "occurs twice"},
		"no such column":    {exitFailed, []string{"--columns", "9"}, `stdin:1: column "9"`},
		"no spans":          {exitFailed, []string{"--scheme", "bio", "--label", "1"}, "stdin:1: the labels of column 1 encode no spans"},
		"MISC":              {exitFailed, []string{"--to", "conllu", "--columns", "form=1,misc.A=2"}, `stdin:2: "x|y" contains a bar`},
		"a blank":           {exitFailed, []string{"--separator", "space"}, `stdin:2: field "b c" is empty or contains a space`},
	} {
		t.Run(name, func(t *testing.T) {
			o := tagger(t, "a\tx\tO\nb c\tx|y\tB-Z\n", append([]string{"convert"}, c.args...)...)
			assert.Equal(t, c.status, o.status)
			assert.Contains(t, o.errors, c.says)
			assert.Empty(t, o.out)
		})
	}
	o := tagger(t, "", "convert", "--columns", "1", "testdata/text.crfsuite")
	assert.Contains(t, o.errors, "attribute files have no columns")
	o = tagger(t, "", "convert", "--to", "conllu", "--columns", "form=1", "testdata/train.conllu")
	assert.Equal(t, exitUsage, o.status)
	o = tagger(t, "", "convert", "--scheme", "bio", "testdata/train.conllu")
	assert.Contains(t, o.errors, "name the label column with --label")
}

// Lines after the last sentence stay.
func TestConvertKeepsTheEnd(t *testing.T) {
	for _, end := range []string{"\n\n", "-DOCSTART- -X- O\n", "# comment\n", "\n# comment\n\n", " \n\t\n"} {
		text := "Maria PROPN B-PER\nlives VERB O\n\n" + end
		assert.Equal(t, text, convert(t, text, "--scheme", "bio"))
		assert.Equal(t, strings.ReplaceAll(text, "B-PER", "S-PER"), convert(t, text, "--scheme", "bioes"))
		if strings.TrimSpace(end) != "" {
			assert.Contains(t, convert(t, text, "--columns", "1,3"), strings.Fields(end)[0])
		}
	}
}
