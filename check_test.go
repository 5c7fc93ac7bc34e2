package trellis

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/check"
)

// caseOf returns the first example of a check without the folder, or "".
func caseOf(r *check.Report, name string) string {
	for _, f := range r.Findings {
		if f.Check == name {
			e := f.Examples[0]
			e.File = filepath.Base(e.File)
			return fmt.Sprintf("%s %d %s", f.Severity, f.Count, e)
		}
	}
	return ""
}

func TestCheckReadsAllFormats(t *testing.T) {
	names := strings.Repeat("Maria B-PER\nlives O\nin O\nLisbon B-LOC\n\n", 12)
	for _, x := range []struct{ name, text, check, want string }{
		{"a.conll", names + "a I-PER\n\n", "ill-formed", `error 1 a.conll:61: I-PER at the start at "a"; expected B-PER`},
		{"a.conll", strings.ReplaceAll(strings.ReplaceAll(names, "B-PER", "U_PER"), "B-LOC", "U_LOC") + "a L_PER\nb O\n\n", "ill-formed",
			`error 1 a.conll:61: E-PER at the start at "a"; expected S-PER`},
		{"a.conll", names + "a B-PER X\nb\n\n", "row", "error 2 a.conll:61: 3 columns, expected 2"},
		{"a.conllu", "# sent_id = 1\n1\ta\t_\tNOUN\t_\t_\t_\t_\t_\t_\nx\tb\t_\tVERB\t_\t_\t_\t_\t_\t_\n\n", "row",
			`error 1 a.conllu:3: column 1: ID "x" is not a number, range or empty node`},
		{"a.conll", "a X\n\n\x00\n", "unreadable", "error 1 a.conll:3: binary data"},
		{"a.conll", "\n\n", "empty", "error 1 a.conll: no sentence in it"},
		{"a.jsonl", `{"text": "Maria sings.", "label": [[0, 3, "PER"]]}` + "\n", "input", ""},
		{"a.jsonl", `{"text": "Maria`, "unreadable", ""},
		{"a.crfsuite", "B-X\tw=a\tp=1\nO\tw=b\tp=2\nI-Y\tw=c\tp=1\n\n", "ill-formed", `error 1 a.crfsuite:3: I-Y after O at "w=c p=1"; expected B-Y`},
		{"a.conll", "a X\nb X\n\n", "one-label", "warning 1 train: X"},
	} {
		r, err := Check(t.Context(), Files(fileWith(t, x.name, x.text)), CheckOptions{})
		require.NoError(t, err, x.text)
		got := caseOf(r, x.check)
		if x.want == "" {
			assert.NotEmpty(t, r.Sets)
			continue
		}
		assert.Equal(t, x.want, got)
	}
}

func TestCheckComparesFiles(t *testing.T) {
	train := fileWith(t, "train.conll", "a B-X\nb O\nc O\nd O\ne O\n\n")
	dev := fileWith(t, "dev.conll", "a B-X\nb O\nc O\nd O\ne O\n\nf B-Y\ng O\n\n")
	other := fileWith(t, "other.conll", "1 a B-X\n2 b O\n\n")
	r, err := Check(t.Context(), Files(train), CheckOptions{Dev: Files(dev), Test: Files(other), Examples: 1})
	require.NoError(t, err)
	assert.Equal(t, `warning 1 dev.conll:1: "a b c d e", as in `+train+":1", caseOf(r, "shared"))
	assert.Equal(t, "warning 1 dev: B-Y 1", caseOf(r, "unknown-label"))
	assert.Equal(t, "error 1 other.conll:1: 3 columns, expected 2 as in the first training file", caseOf(r, "columns"))
	assert.Equal(t, 1, r.Count(check.Error))

	s, err := corpus.NewSentence([][]string{{"a", "B-X"}, {"b", "O"}})
	require.NoError(t, err)
	r, err = Check(t.Context(), Sentences(s, s), CheckOptions{})
	require.NoError(t, err)
	assert.Equal(t, 2, r.Sets[0].Sentences)
}

func TestCheckRefuses(t *testing.T) {
	file := Files(fileWith(t, "a.conll", "a X\n\n"))
	_, err := Check(t.Context(), Source{}, CheckOptions{})
	require.ErrorIs(t, err, ErrInput)
	_, err = Check(t.Context(), Files("nosuch.conll"), CheckOptions{})
	require.ErrorIs(t, err, os.ErrNotExist)
	var refused *OptionError
	_, err = Check(t.Context(), file, CheckOptions{Examples: -1})
	require.ErrorAs(t, err, &refused)
	_, err = Check(t.Context(), file, CheckOptions{Config: Config{Format: "nosuch"}})
	require.ErrorAs(t, err, &refused)
	_, err = Check(t.Context(), file, CheckOptions{Config: Config{Label: "7"}})
	require.ErrorIs(t, err, corpus.ErrColumn)
	_, err = Check(t.Context(), Files(fileWith(t, "a.conll", "a\n\nb X\n\n")), CheckOptions{})
	require.ErrorContains(t, err, "only one column")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = Check(ctx, file, CheckOptions{})
	assert.ErrorIs(t, err, context.Canceled)
}

// Published data sets have no errors, except those that their documentation names.
func TestCheckOfRealData(t *testing.T) {
	const data = "../shared/data"
	if _, err := os.Stat(data); err != nil {
		t.Skip("no data:", err)
	}
	paths := func(list string) (s Source) {
		for name := range strings.FieldsSeq(list) {
			s.Paths = append(s.Paths, filepath.Join(data, name))
		}
		return s
	}
	for _, x := range []struct {
		train, dev, test, label string
		errors                  int
	}{
		{"wnut17/train.conll", "wnut17/dev.conll", "wnut17/test.conll", "", 0},
		{"conll2000/train.txt", "", "conll2000/test.txt", "", 0},
		{"germeval2014/test.tsv", "germeval2014/dev.tsv", "", "", 0},
		{"german-ler/ler_dev.conll", "", "german-ler/ler_test.conll", "", 0},
		{"ud-ewt/train.conllu", "ud-ewt/dev.conllu", "ud-ewt/test.conllu", "", 0},
		{"twpos-en/oct27.conll", "", "twpos-en/daily547.conll", "", 0},
		{"usaddress/training/labeled.xml", "", "", "", 0},
		{"anystyle-references/core.xml", "", "anystyle-references/gold.xml", "", 0},
		{"uner-danish-ddt/train.iob2", "uner-danish-ddt/dev.iob2", "uner-danish-ddt/test.iob2", "3", 7},
	} {
		r, err := Check(t.Context(), paths(x.train), CheckOptions{Dev: paths(x.dev), Test: paths(x.test), Config: Config{Label: x.label}})
		require.NoError(t, err)
		n := 0
		for _, f := range r.Findings {
			if f.Severity == check.Error {
				n += f.Count
			}
		}
		assert.Equal(t, x.errors, n, x.train)
	}
}

func ExampleCheck() {
	s, err := corpus.NewSentence([][]string{{"Maria", "B-PER"}, {"met", "O"}, {"Ana", "I-PER"}})
	if err != nil {
		panic(err)
	}
	r, err := Check(context.Background(), Sentences(s), CheckOptions{})
	if err != nil {
		panic(err)
	}
	for _, f := range r.Findings {
		if f.Severity == check.Error {
			fmt.Println(f.Message, f.Examples[0].Text)
		}
	}
	// Output: ill-formed labels in bio I-PER after O at "Ana"; expected B-PER
}
