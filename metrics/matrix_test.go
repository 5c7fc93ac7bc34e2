package metrics

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/structured"
)

func TestConfusionMatrix(t *testing.T) {
	var e Evaluator
	add(t, &e, "A A A A B B C C D", "A B B C B A A C D", "")
	r := e.Results()
	// A is in 5 confusions, B in 3, C in 2; D is never confused.
	assert.Equal(t, &Matrix{
		Labels: []string{"A", "B", "C"},
		Counts: [][]int{{1, 2, 1}, {1, 1, 0}, {1, 0, 1}},
		Others: []int{0, 0, 0},
	}, r.ConfusionMatrix(9))
	assert.Equal(t, &Matrix{
		Labels: []string{"A", "B"},
		Counts: [][]int{{1, 2}, {1, 1}},
		Others: []int{1, 0},
	}, r.ConfusionMatrix(2))
	assert.Empty(t, r.ConfusionMatrix(0).Labels)
	assert.Empty(t, r.ConfusionMatrix(-1).Labels)
}

func full(t *testing.T) Results {
	e := Evaluator{Scheme: structured.BIO}
	add(t, &e, "B-a_b I-a_b O B-X|Y", "B-a_b I-a_b O O", "kkkk")
	c := Calibrator{Bins: 2}
	for _, p := range []float64{0.9, 0.8, 0.7, 0.25} {
		require.NoError(t, c.Add(p, p > 0.5))
	}
	r := e.Results()
	r.Matrix, r.Calibration = r.ConfusionMatrix(5), c.Calibration()
	var err error
	r.Intervals, err = Bootstrap([]Counts{e.Last()}, Resampling{Samples: 5})
	require.NoError(t, err)
	return r
}

func TestFullTable(t *testing.T) {
	var b strings.Builder
	require.NoError(t, full(t).WriteTable(&b))
	assert.Equal(t, `4 tokens in 1 sentences with 2 spans; found 1 spans, correct 1
precision 100.00%, recall 50.00%, F1 66.67%
accuracy 75.00%, whole sentences 0.00%
known words 75.00% of 4, unknown words none

95% intervals, by 5 bootstrap samples of the sentences
          measure     from       to
               F1   66.67%   66.67%
        precision  100.00%  100.00%
           recall   50.00%   50.00%
         accuracy   75.00%   75.00%
  whole sentences    0.00%    0.00%

  type  precision   recall       F1  gold  predicted  correct
   X|Y      0.00%    0.00%    0.00%     1          0        0
   a_b    100.00%  100.00%  100.00%     1          1        1

most frequent confusions
   gold  predicted  tokens
  B-X|Y          O       1

tokens by gold label (rows) and predicted label (columns)
         B-X|Y  O  others
  B-X|Y      0  1       0
      O      0  1       0

calibration: expected error 21.25%, greatest 25.00%, Brier score 0.0506; mean probability 66.25%
  probability  tokens    mean  accuracy
        0-0.5       1  25.00%     0.00%
        0.5-1       3  80.00%   100.00%
`, b.String())
}

func TestMarkdown(t *testing.T) {
	var b strings.Builder
	require.NoError(t, full(t).WriteMarkdown(&b))
	assert.Contains(t, b.String(), `- known words 75.00% of 4, unknown words none

**95% intervals, by 5 bootstrap samples of the sentences**

| measure | from | to |
|---|---:|---:|
| F1 | 66.67% | 66.67% |
`)
	assert.Contains(t, b.String(), `
| type | precision | recall | F1 | gold | predicted | correct |
|---|---:|---:|---:|---:|---:|---:|
| X\|Y | 0.00% | 0.00% | 0.00% | 1 | 0 | 0 |
| a\_b | 100.00% | 100.00% | 100.00% | 1 | 1 | 1 |
`)
	assert.ErrorIs(t, Results{}.WriteMarkdown(fullDisk{}), errFull)
}

func TestComparisonTables(t *testing.T) {
	c := Comparison{A: Results{Tokens: 9, Sentences: 2}, B: Results{Tokens: 9, Sentences: 2}, Samples: 9}
	var err error
	c.Differences, err = Compare(sentences([2]int{3, 1}, [2]int{2, 3}), sentences([2]int{4, 0}, [2]int{2, 3}), Resampling{Samples: 9})
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, c.WriteTable(&b))
	assert.Equal(t, `9 tokens in 2 sentences; p by 9 samples of approximate randomisation

          measure       A       B   B - A       p
         accuracy  55.56%  66.67%  +11.11  1.0000
  whole sentences   0.00%  50.00%  +50.00  1.0000
`, b.String())
	b.Reset()
	c.A.Scheme = structured.BIO
	require.NoError(t, c.WriteMarkdown(&b))
	assert.Contains(t, b.String(), "\n| F1 | 55.56% | 66.67% | +11.11 | 1.0000 |\n| precision |")
	assert.ErrorIs(t, c.WriteTable(fullDisk{}), errFull)
}
