package metrics

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/structured"
)

func table(t *testing.T, e *Evaluator) string {
	var b strings.Builder
	require.NoError(t, e.Results().WriteTable(&b))
	return b.String()
}

func TestTableOfPlainLabels(t *testing.T) {
	var e Evaluator
	add(t, &e, "DET NOUN VERB", "DET NOUN NOUN", "kku")
	add(t, &e, "NOUN", "NOUN", "u")
	assert.Equal(t, `4 tokens in 2 sentences
accuracy 75.00%, whole sentences 50.00%
known words 100.00% of 2, unknown words 50.00% of 2

  label  precision   recall       F1  gold  predicted  correct
    DET    100.00%  100.00%  100.00%     1          1        1
   NOUN     66.67%  100.00%   80.00%     2          3        2
   VERB      0.00%    0.00%    0.00%     1          0        0

most frequent confusions
  gold  predicted  tokens
  VERB       NOUN       1
`, table(t, &e))
}

func TestTableOfNothing(t *testing.T) {
	assert.Equal(t, `0 tokens in 0 sentences with 0 spans; found 0 spans, correct 0
precision 0.00%, recall 0.00%, F1 0.00%
accuracy 0.00%, whole sentences 0.00%
`, table(t, &Evaluator{Scheme: structured.BIO}))
}

func TestTableShowsTheMostFrequentConfusions(t *testing.T) {
	var e Evaluator
	for i := range maxConfusions + 5 {
		label := fmt.Sprintf("L%02d", i)
		for range i + 1 {
			add(t, &e, label, "X", "")
		}
	}
	_, confusions, found := strings.Cut(table(t, &e), "confusions\n")
	require.True(t, found)
	assert.Equal(t, 1+maxConfusions, strings.Count(confusions, "\n"))
	assert.Contains(t, confusions, "L14")
	assert.NotContains(t, confusions, "L04")
}

func TestTableNamesBareSpans(t *testing.T) {
	e := Evaluator{Scheme: structured.BIO}
	add(t, &e, "B I O", "B I O", "")
	assert.Contains(t, table(t, &e), "\n     -    100.00%")
}

var errFull = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestTableReportsWriteErrors(t *testing.T) {
	assert.ErrorIs(t, Results{}.WriteTable(fullDisk{}), errFull)
}
