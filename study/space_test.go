package study

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/model"
)

func lossAxis(values ...string) axis {
	return names("loss", func(s *setting, v string) { s.loss = v }, values)
}

func l2Axis(ranges ...Range) axis {
	return numbers("l2", func(s *setting, v float64) { s.l2 = v }, ranges)
}

func scaleAxis(values ...float64) axis {
	return numbers("cost-scale", func(s *setting, v float64) { s.scale = v }, points(values...))
}

func points(values ...float64) (list []Range) {
	for _, v := range values {
		list = append(list, Range{v, v})
	}
	return list
}

func TestGridIsTheProductInOrder(t *testing.T) {
	got, err := space{lossAxis("softmax-margin", "hinge"), l2Axis(Range{0, 0}, Range{2, 2}), scaleAxis(1, 3)}.grid()
	require.NoError(t, err)
	assert.Equal(t, []setting{
		{"softmax-margin", "lbfgs", 0, 0, 1}, {"softmax-margin", "lbfgs", 0, 0, 3}, {"softmax-margin", "lbfgs", 0, 2, 1}, {"softmax-margin", "lbfgs", 0, 2, 3},
		{"hinge", "adagrad", 0, 0, 1}, {"hinge", "adagrad", 0, 0, 3}, {"hinge", "adagrad", 0, 2, 1}, {"hinge", "adagrad", 0, 2, 3},
	}, got)
}

func TestGridOfNoAxesIsOneSetting(t *testing.T) {
	got, err := space{}.grid()
	require.NoError(t, err)
	assert.Equal(t, []setting{{loss: "cross-entropy", optimizer: "lbfgs"}}, got)
}

// Cross-entropy has no cost, and the averaged perceptron no penalty.
func TestSettingsThatMeanTheSameAreTriedOnce(t *testing.T) {
	x := space{lossAxis("cross-entropy", "hinge", "perceptron", "cross-entropy"), scaleAxis(1, 3), l2Axis(points(0.5)...)}
	want := []setting{
		{"cross-entropy", "lbfgs", 0, 0.5, 0}, {"hinge", "adagrad", 0, 0.5, 1}, {"hinge", "adagrad", 0, 0.5, 3}, {"perceptron", "averaged-perceptron", 0, 0, 0},
	}
	got, err := x.grid()
	require.NoError(t, err)
	assert.Equal(t, want, got)

	got, err = x.sample(50, 1)
	require.NoError(t, err)
	assert.ElementsMatch(t, want, got, "a space of four settings gives no more")
}

// refused requires an error about an option.
func refused(t *testing.T, err error, option string, msg ...any) {
	t.Helper()
	var e *model.OptionError
	if assert.ErrorAs(t, err, &e, msg...) {
		assert.Equal(t, option, e.Option, msg...)
	}
}

func TestUnfitSpaces(t *testing.T) {
	many := make([]float64, 400)
	for k := range many {
		many[k] = float64(k + 1)
	}
	for name, c := range map[string]struct {
		space  space
		option string
	}{
		"empty":      {space{lossAxis("hinge"), scaleAxis()}, "cost-scale"},
		"no range":   {space{l2Axis()}, "l2"},
		"downward":   {space{l2Axis(Range{2, 1})}, "l2"},
		"from zero":  {space{l2Axis(Range{0, 1})}, "l2"},
		"negative":   {space{l2Axis(Range{-2, -1})}, "l2"},
		"NaN":        {space{l2Axis(Range{math.NaN(), 1})}, "l2"},
		"infinite":   {space{l2Axis(Range{1, math.Inf(1)})}, "l2"},
		"second one": {space{l2Axis(Range{1, 1}, Range{3, 2})}, "l2"},
	} {
		_, err := c.space.grid()
		refused(t, err, c.option, name)
		_, err = c.space.sample(3, 1)
		refused(t, err, c.option, name)
	}
	_, err := space{l2Axis(Range{0, 0}, Range{1, 2})}.grid()
	refused(t, err, "l2", "a range has no grid")
	_, err = space{scaleAxis(many...), l2Axis(points(many...)...)}.grid()
	refused(t, err, "trials", "160000 settings")
}

func TestParseRange(t *testing.T) {
	for text, want := range map[string]Range{"0": {}, "0.5": {0.5, 0.5}, "0.01..10": {0.01, 10}, "1e-3..1": {0.001, 1}} {
		got, err := ParseRange(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got)
		again, err := ParseRange(got.String())
		require.NoError(t, err, text)
		assert.Equal(t, got, again)
	}
	for _, text := range []string{"", "x", "-1", "nan", "inf", "..1", "1..", "2..1", "0..1", "1..inf", "1..2..3"} {
		_, err := ParseRange(text)
		assert.Error(t, err, text)
	}
}

func TestSampleFollowsFromTheSeed(t *testing.T) {
	x := space{lossAxis("cross-entropy", "hinge"), l2Axis(Range{1e-4, 1e2}), scaleAxis(1, 2, 3)}
	long, err := x.sample(40, 7)
	require.NoError(t, err)
	require.Len(t, long, 40)
	short, err := x.sample(12, 7)
	require.NoError(t, err)
	assert.Equal(t, long[:12], short, "fewer are the first of more")
	other, err := x.sample(40, 8)
	require.NoError(t, err)
	assert.NotEqual(t, long, other)
	for k, s := range long {
		assert.NotContains(t, long[:k], s, "a setting twice")
	}
}

func TestRangesAreDrawnLogUniformly(t *testing.T) {
	const n = 4000
	settings, err := space{l2Axis(Range{0.0012345, 98.765})}.sample(n, 3)
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
	// Repeated draws are dropped, so a decade gives at most its 900 numbers of three digits.
	for decade := -2; decade <= 0; decade++ {
		assert.InDelta(t, decades[-1], decades[decade], 100, "10^%d", decade)
	}
}

func TestEachItemOfAnAxisIsAsLikely(t *testing.T) {
	settings, err := space{
		lossAxis("hinge"),
		l2Axis(Range{0, 0}, Range{0.1, 1}),
		numbers("cost-scale", func(s *setting, v float64) { s.scale = v }, []Range{{1e-9, 1e9}}), // wide enough to draw no number twice
	}.sample(2000, 5)
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
	got, err := space{scaleAxis(1)}.sample(0, 1)
	require.NoError(t, err)
	assert.Empty(t, got)
}
