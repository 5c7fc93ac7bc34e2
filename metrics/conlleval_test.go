package metrics

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

// conlleval counts spans in one pass over the tokens, as the conlleval program does. It does not
// build spans, but finds where a span ends or starts in either column.
type conlleval struct {
	gold, predicted, correct map[string]int // by type
	tokens, correctTokens    int
}

func (c *conlleval) run(gold, predicted [][]string) {
	c.gold, c.predicted, c.correct = map[string]int{}, map[string]int{}, map[string]int{}
	both := false // the same span is open in both columns
	lastG, lastP := "O", "O"
	step := func(g, p string) {
		endG, startG := boundary(lastG, g)
		endP, startP := boundary(lastP, p)
		_, lastType := cutLabel(lastG)
		_, lastTypeP := cutLabel(lastP)
		_, typeG := cutLabel(g)
		_, typeP := cutLabel(p)
		if both {
			if endG && endP && lastType == lastTypeP {
				both = false
				c.correct[lastType]++
			} else if endG != endP || typeG != typeP {
				both = false
			}
		}
		if startG && startP && typeG == typeP {
			both = true
		}
		if startG {
			c.gold[typeG]++
		}
		if startP {
			c.predicted[typeP]++
		}
		lastG, lastP = g, p
	}
	for i := range gold {
		for t, g := range gold[i] {
			step(g, predicted[i][t])
			c.tokens++
			if g == predicted[i][t] {
				c.correctTokens++
			}
		}
		step("O", "O")
	}
}

func cutLabel(label string) (prefix, typ string) {
	prefix, typ, _ = strings.Cut(label, "-")
	return prefix, typ
}

// boundary reports whether a span ends before the second of two labels, and whether one starts with
// it.
func boundary(last, label string) (ends, starts bool) {
	p, pt := cutLabel(last)
	n, nt := cutLabel(label)
	switch p + n {
	case "BB", "IB", "EE", "EI":
		ends, starts = true, true
	case "BO", "IO", "EO":
		ends = true
	case "OB", "OI", "OE":
		starts = true
	}
	ends = ends || p != "O" && p != "." && pt != nt || p == "[" || p == "]"
	starts = starts || n != "O" && n != "." && pt != nt || n == "[" || n == "]"
	return ends, starts
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func (c *conlleval) assertEqual(t assert.TestingT, r Results) {
	assert.Equal(t, c.tokens, r.Tokens)
	assert.Equal(t, ratio(c.correctTokens, c.tokens), r.Accuracy)
	assert.Equal(t, NewScore(sum(c.gold), sum(c.predicted), sum(c.correct)), r.Score)
	types := map[string]bool{}
	for _, m := range []map[string]int{c.gold, c.predicted} {
		for typ := range m {
			types[typ] = true
			assert.Equal(t, NewScore(c.gold[typ], c.predicted[typ], c.correct[typ]), r.Labels[typ], typ)
		}
	}
	assert.Len(t, r.Labels, len(types))
}

func TestSpansAreScoredAsByConlleval(t *testing.T) {
	iob := []string{"O", "B-X", "I-X", "B-Y", "I-Y"}
	for name, labels := range map[string][]string{
		"IOB":      iob,
		"brackets": append([]string{".", "[", "]"}, iob...),
		"no B":     {"O", "I-X", "E-X", "I-Y", "E-Y"},
		"foreign":  append([]string{"U-X", "b-X", "-X", "BIG-Y", "I-X-Y", "b-X-Y"}, iob...),
	} {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			var gold, predicted [][]string
			for range rapid.IntRange(0, 4).Draw(t, "sentences") {
				n := rapid.IntRange(0, 8).Draw(t, "tokens")
				g := rapid.SliceOfN(rapid.SampledFrom(labels), n, n).Draw(t, "gold")
				p := append([]string{}, g...)
				for range rapid.IntRange(0, n).Draw(t, "errors") {
					p[rapid.IntRange(0, n-1).Draw(t, "at")] = rapid.SampledFrom(labels).Draw(t, "label")
				}
				gold, predicted = append(gold, g), append(predicted, p)
			}
			r, err := Evaluate(structured.BIO, gold, predicted)
			require.NoError(t, err)
			var want conlleval
			want.run(gold, predicted)
			want.assertEqual(t, r)
		}))
	}
}

// The baseline of the CoNLL-2000 shared task gives each word the most frequent chunk label of its
// part of speech. The expected scores are those of the paper that describes the task (Tjong Kim
// Sang & Buchholz 2000, table 2). Many labels of the baseline are ill-formed.
func TestPublishedBaseline(t *testing.T) {
	trainPOS, trainChunks := conll2000(t, "train.txt")
	counts := map[string]map[string]int{}
	for i, chunks := range trainChunks {
		for t, chunk := range chunks {
			pos := trainPOS[i][t]
			if counts[pos] == nil {
				counts[pos] = map[string]int{}
			}
			counts[pos][chunk]++
		}
	}
	best := map[string]string{}
	for pos, chunks := range counts {
		for chunk, n := range chunks {
			m := chunks[best[pos]]
			if n > m || n == m && chunk < best[pos] {
				best[pos] = chunk
			}
		}
	}
	pos, gold := conll2000(t, "test.txt")
	predicted := make([][]string, len(gold))
	for i := range gold {
		for _, p := range pos[i] {
			predicted[i] = append(predicted[i], best[p])
		}
	}
	r, err := Evaluate(structured.BIO, gold, predicted)
	require.NoError(t, err)

	assert.Equal(t, 47377, r.Tokens)
	assert.Equal(t, 2012, r.Sentences)
	assert.Equal(t, 23852, r.Support)
	assert.Equal(t, "72.58%", percent(r.Precision))
	assert.Equal(t, "82.14%", percent(r.Recall))
	assert.Equal(t, "77.07%", percent(r.F1))
	var want conlleval
	want.run(gold, predicted)
	want.assertEqual(t, r)
}

// conll2000 reads the last two columns of a file of the shared task, or skips the test if the file
// is missing.
func conll2000(t *testing.T, file string) (pos, chunks [][]string) {
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", "conll2000", file))
	if err != nil {
		t.Skip("no data: ", err)
	}
	defer f.Close()
	var p, c []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) == 3 {
			p, c = append(p, fields[1]), append(c, fields[2])
		} else if p != nil {
			pos, chunks, p, c = append(pos, p), append(chunks, c), nil, nil
		}
	}
	require.NoError(t, lines.Err())
	require.Nil(t, p, "the file ends in a blank line")
	return pos, chunks
}
