package annotation_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/annotation"
)

func TestChoice(t *testing.T) {
	one := func(l string) annotation.Choice { return annotation.Choice{Labels: []string{l}} }
	for _, c := range []struct {
		s     annotation.Supervision
		field string
		want  annotation.Choice
	}{
		{annotation.Full, "?", one("?")},
		{annotation.Full, "A|B:0.5", one("A|B:0.5")},
		{annotation.Partial, "?", annotation.Choice{}},
		{annotation.Partial, "_", annotation.Choice{}},
		{annotation.Partial, "", annotation.Choice{}},
		{annotation.Partial, "NOUN", one("NOUN")},
		{annotation.Partial, "A|B-x|C", annotation.Choice{Labels: []string{"A", "B-x", "C"}}},
		{annotation.Partial, "A:1|B:x", annotation.Choice{Labels: []string{"A:1", "B:x"}}},
		{annotation.Soft, "?", annotation.Choice{}},
		{annotation.Soft, "A|B", annotation.Choice{Labels: []string{"A", "B"}}},
		{annotation.Soft, "nsubj:pass", one("nsubj:pass")},
		{annotation.Soft, "A:0.75|nsubj:pass:0.25", annotation.Choice{Labels: []string{"A", "nsubj:pass"}, Shares: []float64{0.75, 0.25}}},
		{annotation.Soft, "A:0|B:1", annotation.Choice{Labels: []string{"B"}, Shares: []float64{1}}},
		{annotation.Soft, "A:0.33|B:0.33|C:0.33", annotation.Choice{Labels: []string{"A", "B", "C"}, Shares: []float64{1. / 3, 1. / 3, 1. / 3}}},
	} {
		got, err := c.s.Choice(c.field)
		require.NoError(t, err, c.field)
		assert.Equal(t, c.want.Labels, got.Labels, c.field)
		assert.InDeltaSlice(t, c.want.Shares, got.Shares, 1e-15, c.field)
		assert.Equal(t, len(c.want.Labels) == 1, got.Certain())
	}
	for field, says := range map[string]string{
		"A|":          "a label name is missing",
		"A|?":         "a label name is missing",
		"A|A":         "A twice",
		"A:0.7|B":     "either all labels or none must have a share",
		"A:0.7|B:0.2": "shares have sum 0.89",
		"A:NaN|B:0.2": "share NaN of A",
		"A:-1|B:2":    "share -1 of A",
		"A:0.7":       "shares have sum 0.7",
	} {
		_, err := annotation.Soft.Choice(field)
		require.ErrorIs(t, err, annotation.ErrLabel, field)
		assert.ErrorContains(t, err, says)
	}
}

func TestPartialLabelsHaveNoProbabilities(t *testing.T) {
	for _, field := range []string{"O:0.9", "A|B:.5"} {
		_, err := annotation.Partial.Choice(field)
		require.ErrorIs(t, err, annotation.ErrLabel)
		assert.ErrorContains(t, err, "which only soft supervision reads")
	}
}

func FuzzChoice(f *testing.F) {
	for _, field := range []string{"", "?", "A|B", "A:0.7|B:0.3", "A:1e-320|B:1", "|", ":", "A:|B:"} {
		f.Add(field)
	}
	f.Fuzz(func(t *testing.T, field string) {
		for s := annotation.Full; s <= annotation.Soft; s++ {
			c, err := s.Choice(field)
			if err != nil || c.Shares == nil {
				continue
			}
			sum := 0.0
			for _, p := range c.Shares {
				assert.Greater(t, p, 0.0)
				sum += p
			}
			assert.InDelta(t, 1, sum, 1e-9)
			assert.Len(t, c.Labels, len(c.Shares))
		}
	})
}

func TestSupervisionNames(t *testing.T) {
	for s := annotation.Full; s <= annotation.Soft; s++ {
		got, err := annotation.ParseSupervision(s.String())
		require.NoError(t, err)
		assert.Equal(t, s, got)
	}
	_, err := annotation.ParseSupervision("none")
	assert.ErrorContains(t, err, "expected full, partial or soft")
}
