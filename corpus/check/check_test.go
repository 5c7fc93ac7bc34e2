package check_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/check"
	"github.com/trellis-nlp/trellis/structured"
)

// add adds the sentences of a file with words and labels in two columns.
func add(t testing.TB, c *check.Checker, set check.Set, name, text string) {
	t.Helper()
	c.File(set, name)
	r := corpus.NewReader(strings.NewReader(text), name, corpus.Options{
		Format: corpus.CoNLL, Columns: 2, Tabs: true,
		Skip: func(err error) { c.Find(check.Error, "row", "malformed rows", 0, err.Error()) },
	})
	for {
		var s corpus.Sentence
		err := r.Read(&s)
		if errors.Is(err, io.EOF) {
			c.End(s.String())
			return
		}
		if err != nil {
			c.Find(check.Error, "unreadable", "unreadable files", 0, err.Error())
			return
		}
		c.Add(check.Sentence{Words: s.Column(nil, 0), Labels: s.Column(nil, 1), Line: s.Line, Rows: &s})
	}
}

// rows returns the lines of sentences such as "a/X b/Y".
func rows(sentences ...string) string {
	var b strings.Builder
	for _, s := range sentences {
		for w := range strings.FieldsSeq(s) {
			k := strings.LastIndexByte(w, '/')
			b.WriteString(w[:k] + "\t" + w[k+1:] + "\n")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// found returns the findings of a check as lines: severity, count and examples.
func found(r *check.Report, name string) []string {
	var list []string
	for _, f := range r.Findings {
		if f.Check != name {
			continue
		}
		text := fmt.Sprintf("%s %d", f.Severity, f.Count)
		for _, e := range f.Examples {
			text += "; " + e.String()
		}
		list = append(list, text)
	}
	return list
}

func TestFindings(t *testing.T) {
	for _, x := range []struct {
		name             string
		scheme           structured.Scheme
		train, dev, test string
		want             []string
	}{
		{"ill-formed", structured.BIO, rows("a/O b/I-X", "c/B-X d/I-Y e/I-Y", "f/B-X g/I-X"), "", "",
			[]string{`error 2; train:2: I-X after O at "b"; expected B-X; train:5: I-Y after B-X at "d"; expected B-Y`}},
		{"ill-formed", structured.BIOES, rows("a/B-X b/O c/S-X d/E-X e/I-X"), "", "",
			[]string{`error 3; train:1: B-X at the start at "a"; expected S-X; train:4: E-X after S-X at "d"; expected S-X; train:5: I-X after E-X at "e"; expected S-X`}},
		{"ill-formed", structured.Plain, rows("a/O b/I-X"), "", "", nil},
		{"foreign-label", structured.BIO, rows("a/o b/B-X"), "", "", []string{`error 1; train:1: o at "a"`}},
		{"unlabelled", structured.Plain, "a\t_\nb\t\nc\tX\n\n", "", "", []string{`warning 2; train:1: "a"; train:2: "b"`}},
		{"row", structured.Plain, "a\tX\nb\nc\tX\n\n", "", "", []string{`error 1; train: train:2: 1 column, expected 2`}},
		{"unreadable", structured.Plain, "a\tX\n\nb\x00\tX\n", "", "", []string{`error 1; train: train:3: binary data`}},
		{"shared", structured.Plain, rows("a/X b/X c/X d/X e/X", "a/X b/X"), rows("a/X b/X", "a/X b/X c/X d/X e/X"), rows("a/X b/X c/X d/X e/X"),
			[]string{`warning 1; dev:4: "a b c d e", as in train:1`, `warning 1; test:1: "a b c d e", as in train:1`}},
		{"repeated", structured.Plain, rows("a/X b/X c/X d/X e/X", "a/X b/X c/X d/X e/Y", "a/X b/X c/X d/X e/X"), "", "",
			[]string{`note 2; train:7: "a b c d e", as in train:1; train:13: "a b c d e", as in train:1`}},
		{"conflict", structured.Plain, rows("a/X b/X", "c/X", "a/X b/Y"), "", "", []string{`warning 1; train:7: "b" is Y, but X in train:2`}},
		{"exception", structured.BIO, rows("in/O New/B-L York/I-L", "New/B-L York/I-L", "New/B-L York/I-L", "New/B-L York/I-L", "New/O York/O"), "", "",
			[]string{`note 1; train:14: "New York" is O, but L in the other 4 cases`}},
		{"exception", structured.BIO, rows("may/O", "may/O", "may/O", "may/O"), rows("may/B-P"), "", []string{`note 1; dev:1: "may" is P, but O in the other 4 cases`}},
		{"exception", structured.BIO, rows("a/B-L", "a/B-L", "a/B-L", "a/O"), "", "", nil},
		{"variation", structured.Plain, rows("the/D run/N of/P", "to/P run/V ./.", "the/D run/V of/P", "the/D run/N of/P"), "", "",
			[]string{`note 1; train:10: "run" in "the run of" is V, but N in train:2`}},
		{"unknown-label", structured.Plain, rows("a/X b/Y"), rows("a/Z b/Z c/W"), "", []string{`warning 2; dev: Z 2, W 1`}},
		{"missing-label", structured.BIO, rows("a/B-X b/B-Y"), "", rows("a/B-X"), []string{`note 1; test: Y 1`}},
		{"rare-label", structured.BIO, rows(strings.Repeat("a/B-X ", 10) + "b/B-Y"), "", "", []string{`note 1; train: Y 1`}},
		{"one-label", structured.Plain, rows("a/X b/X"), "", "", []string{`warning 1; train: X`}},
		{"balance", structured.BIO, rows(strings.Repeat("a/O ", 39)+"b/B-X", "a/O"), "", "", []string{`note 1; train: 97.6% are O`}},
		{"one-token", structured.Plain, rows("a/X", "b/Y"), "", "", []string{`error 1; train: 2 sentences`}},
		{"one-token", structured.Plain, rows("a/X", "b/Y c/Y"), "", "", []string{`note 1; train: 1 of 2 sentences`}},
		{"long-sentence", structured.Plain, rows(strings.Repeat("a/X ", 251)), "", "", []string{`note 1; train:1: 251 tokens`}},
		{"encoding", structured.Plain, "caf\xe9\tX\n\n", "", "", []string{"error 1; train:1: \"caf\\xe9\""}},
		{"mojibake", structured.Plain, rows("cafÃ©/X Ã‰/X ProtÃ©gÃ©/X SÃO/X É»/X AT&T/X"), "", "",
			[]string{`warning 3; train:1: "cafÃ©" is probably "café"; train:2: "Ã‰" is probably "É"; train:3: "ProtÃ©gÃ©" is probably "Protégé"`}},
		{"replacement", structured.Plain, rows("a\ufffd/X"), "", "", []string{"warning 1; train:1: \"a\ufffd\""}},
		{"control", structured.Plain, rows("a\u0007/X b\u0094/X"), "", "", []string{`warning 2; train:1: "a\a"; train:2: "b\u0094"`}},
		{"invisible", structured.Plain, rows("a\u200bb/X \ufeffc/X d\u00ad/X می\u200cخواهم/X 👨\u200d👩/X"), "", "",
			[]string{`warning 3; train:1: "a\u200bb"; train:2: "\ufeffc"; train:3: "d\u00ad"`}},
		{"entity", structured.Plain, rows("&amp;/X AT&T;/X &#39;/X &nosuch;/X"), "", "", []string{`warning 2; train:1: "&amp;" stands for "&"; train:3: "&#39;" stands for "'"`}},
		{"space", structured.Plain, "a b\tX\nc\u00a0d\tX\n\n", "", "", []string{`note 2; train:1: "a b"; train:2: "c\u00a0d"`}},
		{"long-token", structured.Plain, rows(strings.Repeat("a", 101) + "/X"), "", "", []string{`note 1; train:1: "` + strings.Repeat("a", 60) + `..."`}},
		{"normal-form", structured.Plain, rows("e\u0301/X a\u0301/X"), rows("é/X"), "", []string{"warning 1; train:1: \"e\u0301\" and \"é\"", "note 1; train:2: \"a\u0301\""}},
		{"constant-column", structured.Plain, strings.Repeat("a\tX\n", 20) + "\n", "", "", []string{`note 2; train: column 1 is always "a"; train: column 2 is always "X"`}},
		{"end", structured.Plain, "a\tX\n", "", "", []string{`note 1; train: no blank line after the last sentence`}},
		{"end", structured.Plain, "a\tX\n\nb\tX", "", "", []string{`note 1; train: the last line has no line end`}},
		{"end", structured.Plain, "a\tX\n\t\n", "", "", nil},
		{"line-ends", structured.Plain, "a\tX\r\n\r\nb\tX\n\n", "", "", []string{`note 1; train: 2 lines end in CR LF, 2 in LF`}},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := &check.Checker{Scheme: x.scheme}
			for k, text := range []string{x.train, x.dev, x.test} {
				if text != "" {
					add(t, c, check.Set(k), check.Set(k).String(), text)
				}
			}
			assert.Equal(t, x.want, found(c.Report(), x.name))
		})
	}
}

// Well-formed files have no findings at all.
func TestCleanFiles(t *testing.T) {
	text := rows("Maria/B-PER lives/O in/O New/B-LOC York/I-LOC", "she/O knows/O Ana/B-PER and/O Lisbon/B-LOC")
	for range 4 {
		text += text
	}
	c := &check.Checker{Scheme: structured.BIO}
	add(t, c, check.Train, "train", text)
	for _, f := range c.Report().Findings {
		assert.Equal(t, "repeated", f.Check)
	}
}

func TestSummary(t *testing.T) {
	c := &check.Checker{Scheme: structured.BIO, Examples: 1}
	add(t, c, check.Train, "a", rows("a/B-X b/I-X c/O", "d/O"))
	add(t, c, check.Train, "b", rows("a/B-Y"))
	add(t, c, check.Test, "c", rows("a/B-X new/O", "newer/O a/O"))
	r := c.Report()
	require.Len(t, r.Sets, 2)
	assert.Equal(t, check.Summary{
		Set: "train", Files: 2, Sentences: 3, Tokens: 5, Words: 4, OneToken: 2, Lengths: check.Lengths{Median: 1, P90: 3, P99: 3, Longest: 3},
		Labels: []check.Count{{Name: "O", Count: 2}, {Name: "B-X", Count: 1}, {Name: "B-Y", Count: 1}, {Name: "I-X", Count: 1}},
		Spans:  []check.Count{{Name: "X", Count: 1}, {Name: "Y", Count: 1}}, Empty: 1,
	}, r.Sets[0])
	require.NotNil(t, r.Sets[1].Unknown)
	assert.InDelta(t, 0.5, *r.Sets[1].Unknown, 0)

	var b bytes.Buffer
	require.NoError(t, r.WriteTable(&b))
	assert.Equal(t, `       sentences  tokens  words  unknown  spans  median  90%  99%  longest
train          3       5      4               2       1    3    3        3
test           2       4      3    50.0%      1       2    2    2        2
train, 2 different spans: X 1, Y 1
test, 1 different spans: X 1
scheme of the labels: bio

note: labels of train that test does not have: 1
    test: Y 1
note: labels with fewer than 10 cases in train: 2
    train: X 1, Y 1
note: many sentences have one token: 1
    train: 2 of 3 sentences
errors: 0, warnings: 0, notes: 3
`, b.String())
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.Contains(t, string(text), `{"severity":"note","check":"missing-label","message":"labels of train that test does not have","count":1,"examples":[{"file":"test","line":0,"text":"Y 1"}]}`)
}

// Ready-made attributes are no words: only their labels and sentences are checked.
func TestReadyMadeAttributes(t *testing.T) {
	c := new(check.Checker)
	c.File(check.Train, "f")
	for k := range 2 {
		c.Add(check.Sentence{Words: []string{"w=a b\u200b", "w=&amp;"}, Labels: []string{"X", []string{"Y", "Z"}[k]}, Line: func(int) int { return k + 1 }, Ready: true})
	}
	c.End("")
	var names []string
	for _, f := range c.Report().Findings {
		names = append(names, f.Check)
	}
	assert.Equal(t, []string{"conflict", "rare-label"}, names)
}

// Reports of the same files are the same, and no input makes a checker panic.
func FuzzChecker(f *testing.F) {
	f.Add([]byte("a\tB-X\nb\tI-X\n\na\tO\nb\tO\n\n"), uint8(2))
	f.Add([]byte("caf\xc3\x83\xc2\xa9\t_\n&amp;\tE-X\r\n\n-DOCSTART-\n\ne\xcc\x81\tI-Y"), uint8(3))
	f.Add([]byte("a b\tX\n\xff\tX\n\n\xef\xbb\xbfa\tX\nx\n"), uint8(0))
	f.Fuzz(func(t *testing.T, text []byte, scheme uint8) {
		var out [2]bytes.Buffer
		for k := range out {
			c := &check.Checker{Scheme: structured.Scheme(scheme % 7)}
			add(t, c, check.Train, "a", string(text))
			add(t, c, check.Dev, "b", string(text[len(text)/2:]))
			r := c.Report()
			for _, x := range r.Findings {
				if x.Count < 1 || len(x.Examples) == 0 || len(x.Examples) > 3 {
					t.Errorf("finding %+v", x)
				}
			}
			if err := r.WriteTable(&out[k]); err != nil {
				t.Fatal(err)
			}
		}
		if out[0].String() != out[1].String() {
			t.Error("two reports of the same files differ")
		}
	})
}

func ExampleChecker() {
	c := &check.Checker{Scheme: structured.BIO}
	c.File(check.Train, "train.conll")
	c.Add(check.Sentence{
		Words: []string{"in", "New", "York"}, Labels: []string{"O", "I-LOC", "I-LOC"},
		Line: func(t int) int { return t + 1 },
	})
	for _, f := range c.Report().Findings {
		if f.Severity == check.Error {
			fmt.Println(f.Message, f.Count, f.Examples[0])
		}
	}
	// Output: ill-formed labels in bio 1 train.conll:2: I-LOC after O at "New"; expected B-LOC
}
