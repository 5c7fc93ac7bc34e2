package tune

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// setting is one of a model that nobody trains.
type setting struct {
	loss   string
	l2     float64
	margin float64
}

func losses(names ...string) Axis[setting] {
	return List(func(s *setting, v string) { s.loss = v }, names...)
}

func l2(ranges ...Range) Axis[setting] {
	return Numbers(func(s *setting, v float64) { s.l2 = v }, ranges...)
}

func margins(values ...float64) Axis[setting] {
	return List(func(s *setting, v float64) { s.margin = v }, values...)
}

func TestGridIsTheProductInOrder(t *testing.T) {
	got, err := Space[setting]{Axes: []Axis[setting]{losses("log", "hinge"), l2(Range{0, 0}, Range{2, 2}), margins(1, 3)}}.Grid()
	require.NoError(t, err)
	assert.Equal(t, []setting{
		{"log", 0, 1}, {"log", 0, 3}, {"log", 2, 1}, {"log", 2, 3},
		{"hinge", 0, 1}, {"hinge", 0, 3}, {"hinge", 2, 1}, {"hinge", 2, 3},
	}, got)
}

func TestGridOfNoAxesIsTheZeroSetting(t *testing.T) {
	got, err := Space[setting]{}.Grid()
	require.NoError(t, err)
	assert.Equal(t, []setting{{}}, got)
}

// settle takes the margin from a loss that has none.
func settle(s *setting) {
	if s.loss == "log" {
		s.margin = 0
	}
}

func TestSettledSettingsAreTriedOnce(t *testing.T) {
	space := Space[setting]{Axes: []Axis[setting]{losses("log", "hinge", "log"), margins(1, 3)}, Settle: settle}
	want := []setting{{"log", 0, 0}, {"hinge", 0, 1}, {"hinge", 0, 3}}
	got, err := space.Grid()
	require.NoError(t, err)
	assert.Equal(t, want, got)

	got, err = space.Sample(50, 1)
	require.NoError(t, err)
	assert.ElementsMatch(t, want, got, "a space of three settings gives no more")
}

func TestUnfitSpaces(t *testing.T) {
	many := make([]float64, 400)
	for k := range many {
		many[k] = float64(k)
	}
	for name, axes := range map[string][]Axis[setting]{
		"empty":      {losses("log"), margins()},
		"no range":   {l2()},
		"downward":   {l2(Range{2, 1})},
		"from zero":  {l2(Range{0, 1})},
		"negative":   {l2(Range{-2, -1})},
		"NaN":        {l2(Range{math.NaN(), 1})},
		"infinite":   {l2(Range{1, math.Inf(1)})},
		"second one": {l2(Range{1, 1}, Range{3, 2})},
	} {
		_, err := Space[setting]{Axes: axes}.Grid()
		assert.ErrorIs(t, err, ErrSpace, name)
		_, err = Space[setting]{Axes: axes}.Sample(3, 1)
		assert.ErrorIs(t, err, ErrSpace, name)
	}
	_, err := Space[setting]{Axes: []Axis[setting]{l2(Range{0, 0}, Range{1, 2})}}.Grid()
	assert.ErrorIs(t, err, ErrSpace, "a range has no grid")
	_, err = Space[setting]{Axes: []Axis[setting]{margins(many...), margins(many...)}}.Grid()
	assert.ErrorIs(t, err, ErrSpace, "160000 settings")
}

func TestSampleFollowsFromTheSeed(t *testing.T) {
	space := Space[setting]{Axes: []Axis[setting]{losses("log", "hinge"), l2(Range{1e-4, 1e2}), margins(1, 2, 3)}, Settle: settle}
	long, err := space.Sample(40, 7)
	require.NoError(t, err)
	require.Len(t, long, 40)
	short, err := space.Sample(12, 7)
	require.NoError(t, err)
	assert.Equal(t, long[:12], short, "fewer are the first of more")
	other, err := space.Sample(40, 8)
	require.NoError(t, err)
	assert.NotEqual(t, long, other)
	for k, s := range long {
		assert.NotContains(t, long[:k], s, "a setting twice")
	}
}

func TestRangesAreDrawnLogUniformly(t *testing.T) {
	const n = 4000
	settings, err := Space[setting]{Axes: []Axis[setting]{l2(Range{0.0012345, 98.765})}}.Sample(n, 3)
	require.NoError(t, err)
	decades := make(map[int]int)
	shortened := 0
	for _, s := range settings {
		require.GreaterOrEqual(t, s.l2, 0.0012345)
		require.LessOrEqual(t, s.l2, 98.765)
		decades[int(math.Floor(math.Log10(s.l2)))]++
		digits := s.l2 / math.Pow(10, math.Floor(math.Log10(s.l2))-2)
		if math.Abs(digits-math.Round(digits)) < 1e-6 {
			shortened++
		}
	}
	assert.GreaterOrEqual(t, shortened, len(settings)-2, "all but the ends have three digits")
	// Draws that repeat are left out, so the most that a decade can give is its 900 numbers of three digits.
	for decade := -2; decade <= 0; decade++ {
		assert.InDelta(t, decades[-1], decades[decade], 100, "10^%d", decade)
	}
}

func TestEachItemOfAnAxisIsAsLikely(t *testing.T) {
	settings, err := Space[setting]{Axes: []Axis[setting]{
		l2(Range{0, 0}, Range{0.1, 1}),
		Numbers(func(s *setting, v float64) { s.margin = v }, Range{1e-9, 1e9}), // so that none is drawn twice
	}}.Sample(2000, 5)
	require.NoError(t, err)
	none := 0
	for _, s := range settings {
		if s.l2 == 0 {
			none++
		}
	}
	assert.InDelta(t, 1000, none, 150)
}

func TestSampleOfNone(t *testing.T) {
	got, err := Space[setting]{Axes: []Axis[setting]{margins(1)}}.Sample(0, 1)
	require.NoError(t, err)
	assert.Empty(t, got)
}
