package learning

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/metrics"
)

// tried returns a trial on n sentences of one span each, of which the model finds some.
func tried(text string, folds, n, found int) *SearchTrial {
	t := &SearchTrial{Text: text, Folds: folds}
	for i := range n {
		c := metrics.Counts{Gold: 1, Predicted: 1}
		if i < found {
			c.Correct = 1
		}
		t.each = append(t.each, c)
	}
	return t
}

func texts(trials []*SearchTrial) (list []string) {
	for _, t := range trials {
		list = append(list, t.Text)
	}
	return list
}

// The default is kept unless another setting is better beyond chance.
func TestChoose(t *testing.T) {
	failed := tried("failed", 2, 200, 199)
	failed.Err = errors.New("fails")
	for name, x := range map[string]struct {
		trials []*SearchTrial
		want   string
	}{
		"better":            {[]*SearchTrial{tried("", 2, 200, 100), tried("a", 2, 200, 120), tried("b", 2, 200, 140)}, "b"},
		"chance":            {[]*SearchTrial{tried("", 2, 200, 100), tried("a", 2, 200, 101)}, ""},
		"worse":             {[]*SearchTrial{tried("", 2, 200, 100), tried("a", 2, 200, 50)}, ""},
		"fewer folds":       {[]*SearchTrial{tried("", 2, 200, 100), tried("a", 1, 100, 100)}, ""},
		"fails":             {[]*SearchTrial{tried("", 2, 200, 100), failed}, ""},
		"alone":             {[]*SearchTrial{tried("", 0, 0, 0)}, ""},
		"equal, first wins": {[]*SearchTrial{tried("", 2, 200, 100), tried("a", 2, 200, 140), tried("b", 2, 200, 140)}, "a"},
	} {
		require.NoError(t, compare(x.trials), name)
		assert.Equal(t, x.want, choose(x.trials).Text, name)
	}
}

// Half of the settings remain after a round: the default, and the best of those that took part.
func TestBetter(t *testing.T) {
	list := []*SearchTrial{tried("", 2, 10, 1), tried("a", 2, 10, 5), tried("b", 2, 10, 7), tried("c", 1, 5, 5), tried("d", 2, 10, 6)}
	assert.Equal(t, []string{"", "b", "d"}, texts(better(list, 2)))
	assert.Equal(t, []string{"", "b", "d", "a"}, texts(better(list, 9)))
}

func TestSearchString(t *testing.T) {
	list := []*SearchTrial{tried("", 1, 200, 100), tried("l2=1", 1, 200, 140)}
	require.NoError(t, compare(list))
	failed := SearchTrial{Text: "cost=entity", Err: errors.New("no token has the label O")}
	s := Search{Kind: "quick", Folds: 1, Trials: []SearchTrial{*list[0], *list[1], failed}, Chosen: *choose(list)}
	assert.Equal(t, `search quick: 3 settings on up to 1 held-out fifths of the training data, with a short training of each
   score    gain      p  folds  setting
  50.00%                     1  default
  70.00%  +20.00  0.000      1  l2=1
       -       -      -      0  cost=entity: no token has the label O
search picks l2=1: +20.00 points, p 0.000`, s.String())
}
