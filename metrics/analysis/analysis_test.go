package analysis_test

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/metrics/analysis"
	"github.com/trellis-nlp/trellis/structured"
)

// sentence makes a sentence of word/gold/predicted triples.
func sentence(tokens string) analysis.Sentence {
	s := analysis.Sentence{File: "test.conll"}
	for k, token := range strings.Fields(tokens) {
		parts := strings.Split(token, "/")
		s.Lines = append(s.Lines, k+1)
		s.Words, s.Gold, s.Predicted = append(s.Words, parts[0]), append(s.Gold, parts[1]), append(s.Predicted, parts[2])
		if len(parts) > 3 {
			p, _ := strconv.ParseFloat(parts[3], 64)
			s.Probabilities = append(s.Probabilities, p)
		}
	}
	return s
}

// analysed scores and analyses sentences.
func analysed(t *testing.T, scheme structured.Scheme, o analysis.Options, list ...analysis.Sentence) *analysis.Analysis {
	t.Helper()
	scorer := &metrics.Scorer{Scheme: &scheme}
	for _, s := range list {
		require.NoError(t, scorer.Add(metrics.Pair{Gold: s.Gold, Predicted: s.Predicted, Known: s.Known}))
	}
	scores := scorer.Results()
	a, err := analysis.New(&scores, list, o)
	require.NoError(t, err)
	return a
}

// The texts of errors: kind, words, gold and predicted spans.
func described(list []analysis.Error) (texts []string) {
	marks := func(words []string, list []analysis.Mark) string {
		var texts []string
		for _, m := range list {
			if m.Error {
				texts = append(texts, strings.Join(words[m.Start:m.End], " ")+":"+m.Label)
			}
		}
		return strings.Join(texts, ",")
	}
	for _, e := range list {
		texts = append(texts, string(e.Kind)+" ["+marks(e.Words, e.Gold)+"] ["+marks(e.Words, e.Predicted)+"]")
	}
	return texts
}

func TestKinds(t *testing.T) {
	for tokens, want := range map[string][]string{
		"a/B-X/B-X":                               {},
		"a/B-X/O":                                 {"missed [a:X] []"},
		"a/O/B-X":                                 {"spurious [] [a:X]"},
		"a/B-X/B-Y b/I-X/I-Y":                     {"type [a b:X] [a b:Y]"},
		"a/B-X/B-X b/I-X/O":                       {"boundary [a b:X] [a:X]"},
		"a/B-X/B-Y b/I-X/O":                       {"type and boundary [a b:X] [a:Y]"},
		"a/B-X/B-X b/I-X/B-Y c/I-X/I-Y":           {"boundary [a b c:X] [a:X]", "spurious [] [b c:Y]"},
		"a/B-X/B-X b/B-X/I-X c/I-X/I-X":           {"missed [a:X] []", "boundary [b c:X] [a b c:X]"},
		"a/B-X/B-Y b/B-Y/B-X":                     {"type [a:X] [a:Y]", "type [b:Y] [b:X]"},
		"a/B-X/O b/O/B-X":                         {"missed [a:X] []", "spurious [] [b:X]"},
		"a/B-X/B-Y b/I-X/I-Y c/O/I-Y d/B-Y/B-X":   {"type and boundary [a b:X] [a b c:Y]", "type [d:Y] [d:X]"},
		"a/B-X/B-X b/I-X/B-X c/I-X/I-X d/B-X/I-X": {"spurious [] [a:X]", "boundary [a b c:X] [b c d:X]", "missed [d:X] []"},
	} {
		a := analysed(t, structured.BIO, analysis.Options{}, sentence(tokens))
		assert.ElementsMatch(t, want, described(a.Errors), tokens)
		assert.Equal(t, len(want), a.NumErrors)
	}
}

func TestErrorsOfSpans(t *testing.T) {
	a := analysed(t, structured.BIO, analysis.Options{Context: 1, MaxErrors: 2},
		sentence("w/O/O/.9 v/O/O/.9 a/B-X/O/.6 b/I-X/O/.7 c/O/O/.9 d/O/O/.9 e/B-Y/B-Y/.8"),
		sentence("f/O/B-X/.95 g/B-Y/B-Y/.99"),
		sentence("h/B-X/B-Y/.3"))
	assert.Equal(t, 3, a.NumErrors)
	confidence := func(v float64) *float64 { return &v }
	assert.Equal(t, []analysis.Error{
		{Kind: analysis.Spurious, File: "test.conll", Line: 1, Confidence: confidence(.95), Words: []string{"f", "g"}, End: 1,
			Gold: []analysis.Mark{{1, 2, "Y", false}}, Predicted: []analysis.Mark{{0, 1, "X", true}, {1, 2, "Y", false}}},
		{Kind: analysis.Missed, File: "test.conll", Line: 3, Confidence: confidence(.6), Words: []string{"v", "a", "b", "c"}, Start: 1, End: 3, Before: true, After: true,
			Gold: []analysis.Mark{{1, 3, "X", true}}, Predicted: []analysis.Mark{}},
	}, a.Errors)
	assert.Equal(t, []analysis.KindCount{{analysis.Missed, 1}, {analysis.Spurious, 1}, {analysis.WrongType, 1}}, a.Kinds)
	assert.Equal(t, &analysis.Matrix{Labels: []string{"X", "Y"}, Counts: [][]int{{0, 1}, {0, 2}}, Missed: []int{1, 0}, Spurious: []int{1, 0}, Others: []int{0, 0}}, a.Confusion)
}

func TestErrorsOfTokens(t *testing.T) {
	a := analysed(t, structured.Plain, analysis.Options{Context: 1}, sentence("a/N/N b/V/N c/D/D d/V/V"))
	assert.Equal(t, []analysis.Error{{Kind: analysis.WrongLabel, File: "test.conll", Line: 2, Words: []string{"a", "b", "c"}, Start: 1, End: 2, After: true,
		Gold: []analysis.Mark{{1, 2, "V", true}}, Predicted: []analysis.Mark{{1, 2, "N", true}}}}, a.Errors)
	assert.Equal(t, [][]int{{1, 0}, {1, 1}}, a.Confusion.Counts)
	assert.Equal(t, []string{"N", "V"}, a.Confusion.Labels)
	assert.Nil(t, a.ByLength)
	assert.Nil(t, a.ByNovelty)
	assert.InDelta(t, a.Scores.MacroAverage().F1, a.Macro.F1, 0)
}

func names(list []analysis.Group) (texts []string) {
	for _, g := range list {
		texts = append(texts, g.Name+" "+strconv.Itoa(g.Support)+"/"+strconv.Itoa(g.Predicted)+"/"+strconv.Itoa(g.Correct))
	}
	return texts
}

func TestGroupsOfSpans(t *testing.T) {
	s := sentence("New/B-X/B-X York/I-X/I-X is/O/O New/B-X/O Delhi/I-X/B-X is/O/B-X York/B-X/B-X")
	var train analysis.Training
	train.Add(strings.Fields("New York is York"), strings.Fields("B-X I-X O O"))
	a := analysed(t, structured.BIO, analysis.Options{Training: &train}, s)
	assert.Equal(t, []string{"1 token 1/3/1", "2 tokens 2/1/1"}, names(a.ByLength))
	assert.Equal(t, []string{"0 1/1/0", "1 1/2/1", "2 to 4 1/1/1"}, names(a.ByFrequency))
	assert.Equal(t, []string{"entity seen 1/1/1", "entity not seen, all words seen 1/2/1", "entity not seen, some words not seen 1/1/0"}, names(a.ByNovelty))

	s.Known = []bool{true, true, true, true, false, true, true}
	a = analysed(t, structured.BIO, analysis.Options{}, s)
	assert.Nil(t, a.ByFrequency)
	assert.Equal(t, []string{"all words seen 2/3/2", "some words not seen 1/1/0"}, names(a.ByNovelty))
}

func TestGroupsOfTokens(t *testing.T) {
	s := sentence("a/N/N a/V/N b/D/D c/D/D")
	var train analysis.Training
	for range 12 {
		train.Add([]string{"a", "d"}, []string{"N", "D"})
	}
	train.Add([]string{"b"}, []string{"N"})
	a := analysed(t, structured.Plain, analysis.Options{Training: &train}, s)
	assert.Equal(t, []string{"0 1/1/1", "1 1/1/1", "10 to 99 2/2/1"}, names(a.ByFrequency))
	assert.Equal(t, []string{"word seen with the label 1/1/1", "word seen with other labels only 2/2/1", "word not seen 1/1/1"}, names(a.ByNovelty))
	s.Known = []bool{true, true, false, false}
	assert.Equal(t, []string{"word seen 2/2/1", "word not seen 2/2/2"}, names(analysed(t, structured.Plain, analysis.Options{}, s).ByNovelty))
}

// Every breakdown adds up to the scores.
func TestSums(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, scheme := range []structured.Scheme{structured.Plain, structured.BIO} {
		labels := strings.Fields("O O B-A I-A B-B I-B S-B E-A B- strange")
		var list []analysis.Sentence
		var train analysis.Training
		for range 300 {
			s := analysis.Sentence{File: "f"}
			for range random.IntN(12) {
				s.Words = append(s.Words, string(rune('a'+random.IntN(26))))
				gold := labels[random.IntN(len(labels))]
				predicted := gold
				if random.IntN(3) == 0 {
					predicted = labels[random.IntN(len(labels))]
				}
				s.Gold, s.Predicted = append(s.Gold, gold), append(s.Predicted, predicted)
			}
			list = append(list, s)
			if random.IntN(20) == 0 {
				train.Add(s.Words, s.Gold)
			}
		}
		a := analysed(t, scheme, analysis.Options{Training: &train, MaxErrors: 1 << 20, MaxLabels: 100}, list...)
		for name, groups := range map[string][]analysis.Group{"types": a.Types, "length": a.ByLength, "use": a.ByFrequency, "novelty": a.ByNovelty} {
			var sum metrics.Score
			for _, g := range groups {
				sum.Support, sum.Predicted, sum.Correct = sum.Support+g.Support, sum.Predicted+g.Predicted, sum.Correct+g.Correct
			}
			if name != "length" || a.Spans {
				assert.Equal(t, a.Scores.Score, metrics.NewScore(sum.Support, sum.Predicted, sum.Correct), name)
			}
		}
		count := make(map[analysis.Kind]int)
		for _, k := range a.Kinds {
			count[k.Kind] = k.Count
		}
		both := count[analysis.WrongType] + count[analysis.WrongBoundary] + count[analysis.WrongBoth] + count[analysis.WrongLabel]
		assert.Equal(t, a.Scores.Support-a.Scores.Correct, count[analysis.Missed]+both)
		assert.Equal(t, a.Scores.Predicted-a.Scores.Correct, count[analysis.Spurious]+both)
		assert.Len(t, a.Errors, a.NumErrors)
		for _, g := range a.Types {
			for m, v := range g.Intervals {
				assert.LessOrEqual(t, v.Low, m.Of(metrics.Counts{Gold: g.Support, Predicted: g.Predicted, Correct: g.Correct}))
				assert.GreaterOrEqual(t, v.High, m.Of(metrics.Counts{Gold: g.Support, Predicted: g.Predicted, Correct: g.Correct}))
			}
			assert.Len(t, g.Intervals, 3)
		}
		if a.Spans {
			cells := 0
			for k := range a.Confusion.Labels {
				cells += a.Confusion.Missed[k]
				for _, n := range a.Confusion.Counts[k] {
					cells += n
				}
			}
			assert.Equal(t, a.Scores.Support, cells)
		}
	}
}

func TestIntervalsMatchThoseOfAllItems(t *testing.T) {
	list := []analysis.Sentence{sentence("a/B-X/B-X b/O/B-X"), sentence("a/B-X/O"), sentence("a/B-X/B-X b/B-X/B-X")}
	scheme := structured.BIO
	scorer := &metrics.Scorer{Scheme: &scheme, Keep: true}
	for _, s := range list {
		require.NoError(t, scorer.Add(metrics.Pair{Gold: s.Gold, Predicted: s.Predicted}))
	}
	sampling := metrics.Resampling{Samples: 200, Seed: 7}
	want, err := metrics.Bootstrap(scorer.Sentences(), sampling)
	require.NoError(t, err)
	a := analysed(t, structured.BIO, analysis.Options{Resampling: sampling}, list...)
	for m, v := range a.Types[0].Intervals {
		assert.Equal(t, want.Measures[m], v)
	}
	assert.Nil(t, analysed(t, structured.BIO, analysis.Options{Resampling: metrics.Resampling{Samples: -1}}, list...).Types[0].Intervals)
}

func TestErrors(t *testing.T) {
	for name, s := range map[string]analysis.Sentence{
		"gold":  {Words: []string{"a"}, Predicted: []string{"O"}},
		"lines": {Words: []string{"a"}, Gold: []string{"O"}, Predicted: []string{"O"}, Lines: []int{}},
		"known": {Words: []string{"a"}, Gold: []string{"O"}, Predicted: []string{"O"}, Known: []bool{true, false}},
	} {
		_, err := analysis.New(new(metrics.Results), []analysis.Sentence{{}, s}, analysis.Options{})
		require.ErrorIs(t, err, metrics.ErrLength, name)
		assert.ErrorContains(t, err, "sentence 2: ", name)
	}
	scores := metrics.Results{Labels: map[string]metrics.Score{"X": {}}}
	_, err := analysis.New(&scores, nil, analysis.Options{Resampling: metrics.Resampling{Level: 2}})
	require.ErrorIs(t, err, metrics.ErrResampling)
}

func TestJSON(t *testing.T) {
	a := analysed(t, structured.BIO, analysis.Options{Resampling: metrics.Resampling{Samples: 3}}, sentence("a/B-X/O/.5"))
	text, err := json.Marshal(a)
	require.NoError(t, err)
	for _, part := range []string{
		`"types":[{"name":"X","precision":0,"recall":0,"f1":0,"support":1,"predicted":0,"correct":0,"intervals":{"f1":{"low":0,"high":0},`,
		`"errors":[{"kind":"missed","file":"test.conll","line":1,"confidence":0.5,"words":["a"],"start":0,"end":1,"before":false,"after":false,"gold":[{"start":0,"end":1,"label":"X","error":true}],"predicted":[]}]`,
		`"macro":{"precision":0,`, `"confusion":{"labels":["X"],"counts":[[0]],"missed":[1],"spurious":[0],"others":[0]}`,
	} {
		assert.Contains(t, string(text), part)
	}
}
