package annotation

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trellis-nlp/trellis/structured"
)

// chunkEnds and chunkStarts are the tables of conlleval for two labels of the same type, by the
// prefixes of the previous and the current label. '.' is another O. Two labels of different types
// end and start a chunk unless they are O. The rows of S, and of E before B and U (any foreign
// letter), are our own, because conlleval has no rule for them.
var (
	chunkEnds = map[string]bool{
		"BB": true, "BO": true, "IB": true, "IO": true,
		"EE": true, "EI": true, "EO": true,
		"EB": true, "SB": true, "SI": true, "SE": true, "SS": true, "SO": true, "BS": true, "IS": true, "ES": true,
		"EU": true, "SU": true, "US": true,
	}
	chunkStarts = map[string]bool{
		"BB": true, "IB": true, "OB": true, "OI": true,
		"EE": true, "EI": true, "OE": true,
		"EB": true, "SB": true, "SI": true, "SE": true, "SS": true, "OS": true, "BS": true, "IS": true, "ES": true,
		"EU": true, "SU": true, "US": true,
	}
)

// spansByTable finds the same spans as AppendSpans with these tables.
func spansByTable(labels []string) (spans []Span) {
	split := func(label string) (string, string) {
		prefix, typ, _ := strings.Cut(label, "-")
		return prefix, typ
	}
	prev, prevType, start := "O", "", -1
	for t, label := range append(append([]string{}, labels...), "O") {
		cur, typ := split(label)
		pair := strings.ReplaceAll(prev+cur, ".", "O")
		ends, starts := chunkEnds[pair], chunkStarts[pair]
		if prev != "O" && prev != "." && prevType != typ || prev == "]" || prev == "[" {
			ends = true
		}
		if cur != "O" && cur != "." && prevType != typ || cur == "[" || cur == "]" {
			starts = true
		}
		if ends {
			spans = append(spans, Span{start, t, prevType})
		}
		if starts {
			start = t
		}
		prev, prevType = cur, typ
	}
	return spans
}

func TestAppendSpansMatchesConlleval(t *testing.T) {
	label := rapid.SampledFrom([]string{
		"O", "O", ".", "[", "]", "B-X", "I-X", "E-X", "S-X", "B-X-Y", "I-X-Y", "E-X-Y", "S-X-Y",
		"U-X", "U-X-Y",
	})
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.SliceOfN(label, 0, 12).Draw(t, "labels")
		assert.Equal(t, spansByTable(labels), AppendSpans(nil, labels))
	})
}

func TestAppendSpans(t *testing.T) {
	for _, c := range []struct {
		why, labels string
		want        []Span
	}{
		{"nothing", "", nil},
		{"no span", "O O", nil},
		{"a new B starts a span", "B-X I-X B-X O", []Span{{0, 2, "X"}, {2, 3, "X"}}},
		{"an I after O starts one", "O I-X I-X", []Span{{1, 3, "X"}}},
		{"another type starts one", "B-X I-Y I-Y", []Span{{0, 1, "X"}, {1, 3, "Y"}}},
		{"a type may hold a hyphen", "B-a-b I-a-b I-a", []Span{{0, 2, "a-b"}, {2, 3, "a"}}},
		{"bare letters", "B I O I", []Span{{0, 2, ""}, {3, 4, ""}}},
		{"BIOES", "S-X B-X E-X B-X I-X E-X", []Span{{0, 1, "X"}, {1, 3, "X"}, {3, 6, "X"}}},
		{"E ends, whatever comes", "B-X E-X I-X E-X E-X", []Span{{0, 2, "X"}, {2, 4, "X"}, {4, 5, "X"}}},
		{"brackets stand alone", "[ ] . [", []Span{{0, 1, ""}, {1, 2, ""}, {3, 4, ""}}},
		{"plain labels and empty ones spell none", "NOUN  X O-X .-X U- B_X", nil},
		{"a foreign letter goes on", "U-X U-X B-X I-X B-X", []Span{{0, 4, "X"}, {4, 5, "X"}}},
		{"a foreign word starts behind O or another type", "BIG-X O b-X -X b-Y", []Span{{0, 1, "X"}, {2, 4, "X"}, {4, 5, "Y"}}},
		{"E and S end, before foreign letters too", "B-X E-X L-X S-X L-X", []Span{{0, 2, "X"}, {2, 3, "X"}, {3, 4, "X"}, {4, 5, "X"}}},
	} {
		t.Run(c.why, func(t *testing.T) {
			assert.Equal(t, c.want, AppendSpans(nil, strings.Split(c.labels, " ")))
		})
	}
}

func TestAppendSpansKeepsAndReusesDst(t *testing.T) {
	dst := AppendSpans([]Span{{7, 9, "kept"}}, []string{"I-X"})
	require.Equal(t, []Span{{7, 9, "kept"}, {0, 1, "X"}}, dst)

	labels := []string{"B-X", "I-X", "O", "S-Y"}
	assert.Zero(t, testing.AllocsPerRun(100, func() { dst = AppendSpans(dst[:0], labels) }))
}

// realData names label columns of real corpora, with known counts.
var realData = []struct {
	file      string
	column    int
	comment   string // prefix of comment lines
	spans     int
	types     map[string]int // some of the types
	illFormed int
}{
	{"conll2000/train.txt", 3, "", 106978, map[string]int{"NP": 55081, "VP": 21467, "PP": 21281}, 0},
	{"conll2000/test.txt", 3, "", 23852, map[string]int{"NP": 12422, "VP": 4658, "PP": 4811}, 0},
	{"wnut17/train.conll", 2, "", 1975, map[string]int{"person": 660, "location": 548, "group": 264, "corporation": 221, "product": 142, "creative-work": 140}, 0},
	{"wnut17/dev.conll", 2, "", 836, map[string]int{"person": 470, "location": 74, "group": 39, "corporation": 34, "product": 114, "creative-work": 105}, 0},
	{"wnut17/test.conll", 2, "", 1079, map[string]int{"person": 429, "location": 150, "group": 165, "corporation": 66, "product": 127, "creative-work": 142}, 0},
	{"uner-danish-ddt/train.iob2", 3, "# ", 3028, map[string]int{"PER": 1237, "LOC": 882, "ORG": 909}, 6},
	{"uner-danish-ddt/dev.iob2", 3, "# ", 379, map[string]int{"PER": 166, "LOC": 107, "ORG": 106}, 0},
	{"uner-danish-ddt/test.iob2", 3, "# ", 447, map[string]int{"PER": 185, "LOC": 90, "ORG": 172}, 1},
	{"germeval2014/test.tsv", 3, "#\t", 6178, nil, 0},
	{"germeval2014/dev.tsv", 3, "#\t", 2674, nil, 0},
	{"germeval2014/test.tsv", 4, "#\t", 515, nil, 0},
	{"germeval2014/dev.tsv", 4, "#\t", 212, nil, 0},
}

// labelSentences reads one column of a file. It skips the test if the file is missing.
func labelSentences(t *testing.T, file string, column int, comment string) (sentences [][]string) {
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(file)))
	if err != nil {
		t.Skip("no data: ", err)
	}
	defer f.Close()
	var labels []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := lines.Text()
		switch fields := strings.Fields(line); {
		case comment != "" && strings.HasPrefix(line, comment):
		case strings.TrimSpace(line) != "":
			if strings.Contains(line, "\t") {
				fields = strings.Split(line, "\t")
			}
			require.GreaterOrEqual(t, len(fields), column, line)
			labels = append(labels, fields[column-1])
		case labels != nil:
			sentences, labels = append(sentences, labels), nil
		}
	}
	require.NoError(t, lines.Err())
	if labels != nil {
		sentences = append(sentences, labels)
	}
	return sentences
}

func TestAppendSpansOnRealData(t *testing.T) {
	for _, c := range realData {
		t.Run(c.file, func(t *testing.T) {
			n, types := 0, map[string]int{}
			var spans []Span
			for _, labels := range labelSentences(t, c.file, c.column, c.comment) {
				spans = AppendSpans(spans[:0], labels)
				n += len(spans)
				for _, s := range spans {
					types[s.Type]++
				}
			}
			assert.Equal(t, c.spans, n)
			for typ, want := range c.types {
				assert.Equal(t, want, types[typ], typ)
			}
		})
	}
}

// Costs and constraints use the same boundaries as the spans.
func TestAppendSpansAgreesWithBoundary(t *testing.T) {
	label := rapid.SampledFrom([]string{
		"O", "B-X", "I-X", "E-X", "S-X", "B-Y", "I-Y", "E-Y", "S-Y", "B", "I", "E", "S", "NOUN",
	})
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.SliceOfN(label, 1, 10).Draw(t, "labels")
		var want, got []int // starts; ends are negative
		for _, s := range AppendSpans(nil, labels) {
			want = append(want, s.Start, -s.End)
		}
		prev := "O"
		for i, label := range append(labels, "O") {
			ends, starts := structured.Boundary(prev, label)
			if ends {
				got = append(got, -i)
			}
			if starts {
				got = append(got, i)
			}
			prev = label
		}
		assert.Equal(t, want, got)
	})
}
