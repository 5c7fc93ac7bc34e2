package annotation

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trellis-nlp/trellis/structured"
)

var spanSchemes = []structured.Scheme{structured.IOB1, structured.BIO, structured.BIOES, structured.IOE1, structured.IOE2}

// anyLabels draws sequences of labels of two types in all schemes. Most are ill-formed.
var anyLabels = rapid.SliceOfN(rapid.SampledFrom([]string{
	"O", "O", "B-X", "I-X", "E-X", "S-X", "B-Y", "I-Y", "E-Y", "S-Y", "B", "I", "[", "NOUN", "", "U-X",
}), 0, 12)

// schemeLabels draws sequences of labels of a scheme, well-formed or not.
func schemeLabels(s structured.Scheme) *rapid.Generator[[]string] {
	labels := []string{"O", "B-X", "I-X", "B-Y", "I-Y"}
	switch s {
	case structured.IOE1, structured.IOE2:
		labels = []string{"O", "I-X", "E-X", "I-Y", "E-Y"}
	case structured.BIOES:
		labels = append(labels, "E-X", "S-X", "E-Y", "S-Y")
	}
	return rapid.SliceOfN(rapid.SampledFrom(labels), 0, 8)
}

func wellFormed(s structured.Scheme, labels []string) bool {
	for t, label := range labels {
		if t == 0 && !s.Starts(label) || t > 0 && !s.Follows(labels[t-1], label) {
			return false
		}
	}
	return len(labels) == 0 || s.Ends(labels[len(labels)-1])
}

func TestIllFormedAgreesWithTheGrammar(t *testing.T) {
	for _, s := range spanSchemes {
		t.Run(s.String(), rapid.MakeCheck(func(t *rapid.T) {
			labels := schemeLabels(s).Draw(t, "labels")
			assert.Equal(t, wellFormed(s, labels), IllFormed(labels, s) == 0)
		}))
	}
}

func TestIllFormed(t *testing.T) {
	for _, c := range []struct {
		labels           string
		iob1, bio, bioes int
	}{
		{"O O", 0, 0, 0},
		{"I-X I-X O", 0, 1, 2},
		{"B-X I-X O", 1, 0, 1},
		{"B-X E-X S-X", 3, 2, 0},
		{"I-X B-X I-X", 0, 1, 2},
		{"B-X I-Y", 1, 1, 2},
		{"B-X NOUN", 2, 1, 2},
		{"o", 1, 1, 1},
	} {
		labels := strings.Fields(c.labels)
		assert.Equal(t, c.iob1, IllFormed(labels, structured.IOB1), c.labels)
		assert.Equal(t, c.bio, IllFormed(labels, structured.BIO), c.labels)
		assert.Equal(t, c.bioes, IllFormed(labels, structured.BIOES), c.labels)
		assert.Zero(t, IllFormed(labels, structured.Plain), c.labels)
	}
}

func TestConvert(t *testing.T) {
	for _, c := range []struct {
		from, to     structured.Scheme
		labels, want string
		repaired     int
	}{
		{structured.BIO, structured.BIOES, "B-X I-X I-X B-X O", "B-X I-X E-X S-X O", 0},
		{structured.BIO, structured.IOB1, "B-X I-X B-X B-Y O", "I-X I-X B-X I-Y O", 0},
		{structured.IOB1, structured.BIO, "I-X B-X O I-Y", "B-X B-X O B-Y", 0},
		{structured.BIO, structured.IOE1, "B-X I-X B-X B-Y O B-X", "I-X E-X I-X I-Y O I-X", 0},
		{structured.BIO, structured.IOE2, "B-X I-X B-X B-Y O B-X", "I-X E-X E-X E-Y O E-X", 0},
		{structured.IOE1, structured.BIO, "I-X E-X I-X I-Y O E-X", "B-X I-X B-X B-Y O B-X", 1},
		{structured.IOE2, structured.BIO, "I-X E-X E-X E-Y O I-X", "B-X I-X B-X B-Y O B-X", 1},
		{structured.BIOES, structured.BIO, "S-X B-X E-X", "B-X B-X I-X", 0},
		{structured.BIO, structured.BIO, "I-X I-X O I-Y I-X", "B-X I-X O B-Y B-X", 3},
		{structured.BIOES, structured.BIOES, "B-X O I-X E-X", "S-X O B-X E-X", 2},
		{structured.BIO, structured.BIOES, "B I NOUN [", "B E O S", 2},
		{structured.BIO, structured.BIO, "U-X BIG-X O b-Y -Y", "B-X I-X O B-Y I-Y", 4},
		{structured.BIO, structured.IO, "B-X I-X B-X O B-Y", "I-X I-X I-X O I-Y", 0},
		{structured.IO, structured.BIOES, "I-X I-X I-Y", "B-X E-X S-Y", 0},
		{structured.IO, structured.IO, "B-X I-X o", "I-X I-X O", 2},
		{structured.BIO, structured.Plain, "I-X NOUN", "I-X NOUN", 0},
		{structured.Plain, structured.BIO, "I-X NOUN", "I-X NOUN", 0},
	} {
		conv := Converter{From: c.from, To: c.to}
		got, repaired := conv.Convert([]string{"kept"}, strings.Fields(c.labels))
		assert.Equal(t, append([]string{"kept"}, strings.Fields(c.want)...), got, "%v", c)
		assert.Equal(t, c.repaired, repaired, "%v", c)
	}
}

// The result of a conversion has the same spans and is well-formed. Converting back restores the
// labels.
func TestConvertKeepsSpans(t *testing.T) {
	for _, to := range spanSchemes {
		t.Run(to.String(), rapid.MakeCheck(func(t *rapid.T) {
			labels := anyLabels.Draw(t, "labels")
			bio, repaired := (&Converter{From: structured.BIO, To: structured.BIO}).Convert(nil, labels)
			require.Equal(t, IllFormed(labels, structured.BIO), repaired)
			changed := 0
			for i := range labels {
				if labels[i] != bio[i] {
					changed++
				}
			}
			require.Equal(t, changed, repaired)

			there, repaired := (&Converter{From: structured.BIO, To: to}).Convert(nil, bio)
			require.Zero(t, repaired)
			require.Equal(t, AppendSpans(nil, labels), AppendSpans(nil, there))
			require.True(t, wellFormed(to, there), there)

			back, repaired := (&Converter{From: to, To: structured.BIO}).Convert(nil, there)
			require.Zero(t, repaired)
			require.Equal(t, bio, back)
		}))
	}
}

// A conversion to IO only loses the boundaries between adjacent spans of the same type.
func TestConvertToIOKeepsWhatIsInSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels := anyLabels.Draw(t, "labels")
		io, _ := (&Converter{From: structured.BIO, To: structured.IO}).Convert(nil, labels)
		require.Zero(t, IllFormed(io, structured.IO))
		types := func(labels []string) []string {
			list := make([]string, len(labels))
			for _, s := range AppendSpans(nil, labels) {
				for i := s.Start; i < s.End; i++ {
					list[i] = "in " + s.Type
				}
			}
			return list
		}
		require.Equal(t, types(labels), types(io))
	})
}

func TestConvertAllocatesOnlyNewLabels(t *testing.T) {
	conv := Converter{From: structured.BIO, To: structured.BIOES}
	labels := strings.Fields("B-X I-X O B-Y B-creative-work I-creative-work I-creative-work")
	dst, _ := conv.Convert(nil, labels)
	assert.Zero(t, testing.AllocsPerRun(100, func() { dst, _ = conv.Convert(dst[:0], labels) }))
}

func TestSchemeDetector(t *testing.T) {
	bio := strings.Repeat("B-X I-X O B-Y\n", 100)
	for _, c := range []struct {
		why, labels string // one sentence per line
		want        structured.Scheme
		illFormed   int
	}{
		{"nothing", "", structured.Plain, 0},
		{"no span", "O O O", structured.Plain, 0},
		{"parts of speech", "DET NOUN VERB X PUNCT", structured.Plain, 0},
		{"one bare letter", "I VERB DET", structured.Plain, 0},
		{"one bare letter and O", "I O O I I", structured.Plain, 0},
		{"bare letters of IOB1", "O I I B\nI I B O\nI O", structured.IOB1, 0},
		{"bare letters at random", "E B S I\nS S I E\nB O E", structured.Plain, 0},
		{"bare letters", "B I O B I I\nO B", structured.BIO, 0},
		{"bare letters with brackets", "B I O [ ]", structured.Plain, 0},
		{"IOB1", "O I-X I-X O\nI-Y B-Y I-X", structured.IOB1, 0},
		{"IOB1 that never needs a B", "I-X I-X O\nI-Y", structured.IOB1, 0},
		{"BIO", "B-X I-X O B-Y B-X", structured.BIO, 0},
		{"BIO of single tokens", "B-X O B-Y", structured.BIO, 0},
		{"BIOES", "B-X I-X E-X O S-Y", structured.BIOES, 0},
		{"BIOES of single tokens", "S-X O S-Y", structured.BIOES, 0},
		{"IOE1", "I-X E-X I-X O I-Y", structured.IOE1, 0},
		{"IOE2", "I-X E-X E-X O E-Y", structured.IOE2, 0},
		{"IOE2 with a slip", strings.Repeat("I-X E-X O E-Y\n", 9) + "I-X O", structured.IOE2, 1},
		{"bare letters I and E", "I E E I\nE I E", structured.Plain, 0},
		{"BIO with slips", bio + "O I-X\nB-X I-Y\n", structured.BIO, 2},
		{"BIOES with slips", strings.Repeat("S-X O B-Y E-Y\n", 9) + "B-X O", structured.BIOES, 1},
		{"spans with a typing error", bio + "O o O", structured.BIO, 1},
		{"a scheme that is none of ours", "B-X L-X U-X O B-Y I-Y L-Y", structured.Plain, 0},
		{"BIO and IOB1 alike", "I-X\nB-X", structured.BIO, 1},
	} {
		t.Run(c.why, func(t *testing.T) {
			var d SchemeDetector
			for line := range strings.SplitSeq(c.labels, "\n") {
				d.Add(strings.Fields(line))
			}
			assert.Equal(t, c.want, d.Scheme())
			assert.Equal(t, c.illFormed, d.IllFormed())
		})
	}
}

// A SchemeDetector recognises the scheme of a converted corpus.
func TestSchemeDetectorOnConvertedLabels(t *testing.T) {
	for _, s := range spanSchemes {
		t.Run(s.String(), rapid.MakeCheck(func(t *rapid.T) {
			var d SchemeDetector
			spans, ends := 0, false
			for _, labels := range rapid.SliceOfN(schemeLabels(s), 1, 5).Draw(t, "sentences") {
				spans += len(AppendSpans(nil, labels))
				labels, _ = (&Converter{From: s, To: s}).Convert(nil, labels)
				d.Add(labels)
				ends = ends || slices.ContainsFunc(labels, func(l string) bool { return l[0] == 'E' })
			}
			want := s
			if s == structured.IOE1 && !ends {
				want = structured.IOB1 // without E- both are the same
			}
			if spans == 0 {
				want = structured.Plain
			}
			assert.Equal(t, want, d.Scheme())
			assert.Zero(t, d.IllFormed())
		}))
	}
}

func TestSchemeDetectorOnRealData(t *testing.T) {
	for _, c := range realData {
		t.Run(c.file, func(t *testing.T) {
			var d SchemeDetector
			for _, labels := range labelSentences(t, c.file, c.column, c.comment) {
				d.Add(labels)
			}
			assert.Equal(t, structured.BIO, d.Scheme())
			assert.Equal(t, c.illFormed, d.IllFormed())
		})
	}
	for _, column := range []int{4, 5} {
		var d SchemeDetector
		for _, labels := range labelSentences(t, "ud-ewt/dev.conllu", column, "# ") {
			d.Add(labels)
		}
		assert.Equal(t, structured.Plain, d.Scheme())
	}
	var d SchemeDetector
	for _, labels := range labelSentences(t, "conll2000/test.txt", 2, "") {
		d.Add(labels)
	}
	assert.Equal(t, structured.Plain, d.Scheme())
}
