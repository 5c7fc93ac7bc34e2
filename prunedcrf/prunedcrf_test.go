package prunedcrf_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/prunedcrf"
)

func input(t testing.TB, template string) model.Input {
	templates, err := features.Parse(strings.NewReader(template), "templates", features.DialectTrellis)
	require.NoError(t, err)
	return model.Input{Templates: templates, Columns: 1}
}

// Order 2 learns a label that depends on the label two tokens back, when all words in between are
// alike.
func TestTrainLearnsFromTwoLabelsBack(t *testing.T) {
	for name, o := range map[string]prunedcrf.Options{
		"cross-entropy": {Separator: "|"},
		"perceptron": {Separator: "|", Loss: losses.Perceptron{},
			Stochastic: optimize.AveragedPerceptron{Passes: optimize.Passes{Epochs: 10}}},
	} {
		d, err := prunedcrf.NewDataset(input(t, "u:%x[0,0]\n"))
		require.NoError(t, err)
		a, b := features.Rows{{"a"}, {"m"}, {"z"}}, features.Rows{{"b"}, {"m"}, {"z"}}
		for range 20 {
			require.NoError(t, d.Add(a, []string{"A", "M", "C=1|A"}, 1))
			require.NoError(t, d.Add(b, []string{"B", "M", "C=1|B"}, 1))
		}
		require.Equal(t, 40, d.Len())
		m, summary, err := prunedcrf.Train(context.Background(), d, o)
		require.NoError(t, err, name)
		require.Equal(t, m.Features(), summary.Features)
		require.Equal(t, []string{"A", "M", "C=1|A", "B", "C=1|B"}, m.Labels())

		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				got, err := m.Tag(a)
				assert.NoError(t, err)
				assert.Equal(t, []string{"A", "M", "C=1|A"}, got, name)
				got, err = m.Tag(b)
				assert.NoError(t, err)
				assert.Equal(t, []string{"B", "M", "C=1|B"}, got, name)
			})
		}
		group.Wait()
		got, err := m.Tag(features.Rows{})
		require.NoError(t, err)
		require.Empty(t, got)
	}
}

// Shared subtags inform about a label that a word never had in training.
func TestSubtagsShareWeights(t *testing.T) {
	for _, separator := range []string{"", "|"} {
		d, err := prunedcrf.NewDataset(input(t, "u:%x[0,0]\nu:%s[0,0,1]\n"))
		require.NoError(t, err)
		for range 10 {
			require.NoError(t, d.Add(features.Rows{{"pa"}}, []string{"P|A"}, 1))
			require.NoError(t, d.Add(features.Rows{{"qb"}}, []string{"Q|B"}, 1))
			require.NoError(t, d.Add(features.Rows{{"p"}}, []string{"P"}, 1))
			require.NoError(t, d.Add(features.Rows{{"b"}}, []string{"B"}, 1))
			require.NoError(t, d.Add(features.Rows{{"xb"}}, []string{"P|B"}, 1))
		}
		m, _, err := prunedcrf.Train(context.Background(), d, prunedcrf.Options{Separator: separator})
		require.NoError(t, err)
		s, err := scores(m, features.Rows{{"p"}})
		require.NoError(t, err)
		other := s.Kept().Index(0, 4) // P|B, never seen with p
		if separator == "" {
			require.True(t, other < 0 || s.NodeAt(0)[other] == 0)
		} else {
			require.GreaterOrEqual(t, other, 0)
			require.Positive(t, s.NodeAt(0)[other])
		}
	}
}

func TestTrainingIsDeterministic(t *testing.T) {
	train := func() string {
		d, err := prunedcrf.NewDataset(input(t, "u:%x[0,0]\n"))
		require.NoError(t, err)
		for k := range 30 {
			word := fmt.Sprint("w", k%7)
			require.NoError(t, d.Add(features.Rows{{word}, {"x"}, {word}}, []string{fmt.Sprint(k % 3), "x", fmt.Sprint(k % 5)}, 1))
		}
		m, summary, err := prunedcrf.Train(context.Background(), d, prunedcrf.Options{Separator: "|"})
		require.NoError(t, err)
		s, err := scores(m, features.Rows{{"w1"}, {"x"}, {"w2"}})
		require.NoError(t, err)
		return fmt.Sprint(summary.Objective, summary.Kept, s.Node, s.Edge, s.Triple)
	}
	require.Equal(t, train(), train())
}

func TestRefusals(t *testing.T) {
	_, err := prunedcrf.NewDataset(model.Input{})
	assert.ErrorIs(t, err, model.ErrInput)
	_, err = prunedcrf.NewDataset(input(t, "u:%x[0,pos]\n"))
	assert.ErrorIs(t, err, features.ErrColumn)
	d, err := prunedcrf.NewDataset(input(t, "u:%x[0,0]\n"))
	require.NoError(t, err)
	assert.ErrorIs(t, d.Add(features.Rows{{"a"}}, nil, 1), model.ErrInput)
	require.NoError(t, d.Add(features.Rows{}, nil, 1))
	_, _, err = prunedcrf.Train(context.Background(), d, prunedcrf.Options{Separator: "|"})
	assert.ErrorIs(t, err, model.ErrInput)
	require.NoError(t, d.Add(features.Rows{{"a"}, {"b"}}, []string{"A", "B"}, 1))
	_, _, err = prunedcrf.Train(context.Background(), d, prunedcrf.Options{Keep: [2]float64{1, 0}})
	assert.ErrorIs(t, err, model.ErrInput)

	ctx, cancel := context.WithCancel(context.Background())
	m, _, err := prunedcrf.Train(ctx, d, prunedcrf.Options{Progress: func(model.Progress) { cancel() }})
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, m)
}

func TestTaggingAllocatesNothingInSteadyState(t *testing.T) {
	m, _ := saved(t)
	tagger := m.NewDecoder()
	var sentence features.Sequence = features.Rows{{"ab"}, {"xb"}, {"c"}, {"ab"}}
	tag := func() {
		err := tagger.Read(sentence)
		if err == nil {
			_, _, err = tagger.Best()
		}
		if err != nil {
			t.Error(err)
		}
	}
	tag()
	assert.Zero(t, testing.AllocsPerRun(20, tag))
}

func scores(m *prunedcrf.Model, seq features.Sequence) (*pruned.Lattice, error) {
	t := m.NewDecoder()
	if err := t.Read(seq); err != nil {
		return nil, err
	}
	return t.Scores()
}
