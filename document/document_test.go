package document_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/document"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
)

func ExampleReader() {
	r := document.Reader{Spans: true}
	fields := r.Fields([]document.Sentence{
		{Words: []string{"Anna", "Berg", "sings"}, Labels: []string{"B-PER", "I-PER", "O"}},
		{Words: []string{"Berg", "sings"}, Labels: []string{"B-LOC", "O"}},
	})
	for _, sentence := range fields {
		for c, name := range document.Names {
			fmt.Printf("%s: %q\n", name, sentence[c])
		}
	}
	// Output:
	// doclabel: ["" "LOC5" "O"]
	// docphrase: ["" "" ""]
	// doclabel: ["PER5" "O"]
	// docphrase: ["EPER=" ""]
}

// The fields of a token depend on the other tokens alone: another label of the token, in a span of
// the same length, changes nothing.
func TestFieldsLeaveTheTokenOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	words, labels := []string{"a", "b", "c", "d"}, []string{"O", "B-X", "B-Y", "I-X"}
	for range 300 {
		var list []document.Sentence
		for range 1 + rng.IntN(4) {
			var s document.Sentence
			for range 1 + rng.IntN(5) {
				s.Words = append(s.Words, words[rng.IntN(len(words))])
				s.Labels = append(s.Labels, labels[rng.IntN(len(labels))])
			}
			list = append(list, s)
		}
		r := document.Reader{Spans: rng.IntN(2) == 0}
		before := r.Fields(list)
		k := rng.IntN(len(list))
		at := rng.IntN(len(list[k].Words))
		list[k].Labels[at] = "B-Z"
		assert.Equal(t, before[k][0][at], r.Fields(list)[k][0][at])
	}
}

func TestFieldsOfSeveralLabels(t *testing.T) {
	r := document.Reader{}
	sentence := func(label string) document.Sentence {
		return document.Sentence{Words: []string{"run"}, Labels: []string{label}}
	}
	fields := r.Fields([]document.Sentence{sentence("VERB"), sentence("NOUN"), sentence("VERB"), sentence("VERB"), sentence("ADJ")})
	var labels []string
	for _, s := range fields {
		labels = append(labels, s[0][0])
		assert.Equal(t, []string{""}, s[1])
	}
	assert.Equal(t, []string{"VERB3", "VERB4", "VERB3", "VERB3", "VERB4"}, labels)
	assert.Equal(t, [][][]string{{{""}, {""}}}, r.Fields([]document.Sentence{sentence("X")}), "the document before is forgotten")
	assert.Empty(t, r.Fields(nil))
}

// The fields of a name count other forms of the name, and tokens outside of spans only in the
// share.
func TestFieldsOfNames(t *testing.T) {
	r := document.Reader{Spans: true}
	words := strings.Fields("Kossuth Kossuthot Kossuthnak kossuth Kossuth")
	for labels, want := range map[string]string{
		"O O O O O":             "O O O  O",
		"B-PER O O O O":         "O PER2 PER2  PER2",
		"B-PER B-PER O B-LOC O": "PER2 PER2 PER3  PER3",
		"B-PER B-LOC B-LOC O O": "LOC3 LOC2 LOC2  LOC3",
	} {
		fields := r.Fields([]document.Sentence{{Words: words, Labels: strings.Fields(labels)}})
		assert.Equal(t, want, strings.Join(fields[0][0], " "), labels)
	}
	long := strings.Repeat("Anna ", 12)
	labels := "B-PER" + strings.Repeat(" O", 11)
	fields := r.Fields([]document.Sentence{{Words: strings.Fields(long), Labels: strings.Fields(labels)}})
	assert.Equal(t, []string{"O", "PER0"}, fields[0][0][:2])
}

func TestColumns(t *testing.T) {
	list := document.Columns()
	require.Len(t, list, len(document.Names))
	for k, l := range list {
		assert.Equal(t, document.Names[k], l.Name())
		require.NoError(t, lexicon.Check(l))
		sections := make(map[string][]byte)
		for _, s := range lexicon.Sections(l) {
			sections[s.Name] = s.Data
		}
		again, err := lexicon.Decode(sections)
		require.NoError(t, err)
		assert.Equal(t, l, again)
		sections["name"] = []byte("other")
		_, err = lexicon.Decode(sections)
		require.ErrorIs(t, err, lexicon.ErrDamaged)
		assert.Equal(t, []string{"", ""}, l.Reader()(nil, []string{"a", "b"}))
	}
	templates, err := features.Parse(strings.NewReader(list[0].Templates()), "", features.DialectTrellis)
	require.NoError(t, err)
	program, err := templates.Bind(1, map[string]int{"form": 0}, list[0])
	require.NoError(t, err)
	e := program.NewExtractor()
	e.Reset(features.Computed{Sequence: features.Rows{{"Ab"}}, Names: document.Names, Fields: [][]string{{"PER="}, {""}}})
	assert.Equal(t, "[u:doclabel=PER= u:doclabelH=PER=/Xx u:doclabel-1=_x-1/PER= u:doclabel+1=PER=/_x+1]", fmt.Sprintf("%s", e.Unigrams(0)))
}
