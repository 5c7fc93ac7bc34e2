package losses_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/losses"
)

func TestSchedule(t *testing.T) {
	s := losses.Schedule{
		Name: "risk", Options: losses.Options{Scale: 7, Gamma: 9},
		Temperature: losses.Range{From: 8, To: 1}, Scale: losses.Range{From: 0.5, To: 2},
	}
	for step, want := range []losses.Risk{{Gamma: 1.0 / 8, Scale: 0.5}, {Gamma: 1.0 / 4}, {Gamma: 1.0 / 2}, {Gamma: 1, Scale: 2}, {Gamma: 1, Scale: 2}} {
		l, err := s.Loss(step, 4)
		require.NoError(t, err)
		assert.InDelta(t, want.Gamma, l.(losses.Risk).Gamma, 1e-12)
		if want.Scale > 0 {
			assert.InDelta(t, want.Scale, l.(losses.Risk).Scale, 1e-12)
		}
	}
	l, err := s.Loss(0, 1)
	require.NoError(t, err)
	assert.Equal(t, losses.Risk{Gamma: 1, Scale: 2}, l, "a single step is the last")

	l, err = losses.Schedule{Name: "large-margin-softmax", Blend: losses.Range{From: 100, To: 1}}.Loss(1, 3)
	require.NoError(t, err)
	assert.InDelta(t, 10, l.(losses.LargeMarginSoftmax).Blend, 1e-12)

	constant := losses.Schedule{Name: "risk", Options: losses.Options{Gamma: 3}}
	l, err = constant.Loss(2, 5)
	require.NoError(t, err)
	assert.Equal(t, losses.Risk{Gamma: 3}, l)

	move := losses.Range{From: 1, To: 2}
	for says, s := range map[string]losses.Schedule{
		"hinge has no temperature": {Name: "hinge", Temperature: move},
		"has no cost scale":        {Name: "cross-entropy", Scale: move},
		"risk has no blend":        {Name: "risk", Blend: move},
		"want positive numbers":    {Name: "risk", Scale: losses.Range{To: 1}},
		"unknown loss":             {Name: "zero-one", Scale: move},
	} {
		_, err := s.Loss(0, 2)
		assert.ErrorContains(t, err, says)
	}
}

func TestParseRange(t *testing.T) {
	r, err := losses.ParseRange("10..0.5")
	require.NoError(t, err)
	assert.Equal(t, losses.Range{From: 10, To: 0.5}, r)
	for _, bad := range []string{"", "1", "1..", "..1", "0..1", "1..-1", "1..inf", "nan..1", "1..2..3", "a..b"} {
		_, err := losses.ParseRange(bad)
		assert.ErrorContains(t, err, "FROM..TO", "%q", bad)
	}
}
