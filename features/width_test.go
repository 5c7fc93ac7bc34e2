package features

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unsized is a sequence without a method Columns.
type unsized struct{ Sequence }

func TestWidth(t *testing.T) {
	assert.Equal(t, 0, Width(Rows{}))
	assert.Equal(t, 1, Width(Rows{{"a", "b"}, {"c"}}))
	assert.Equal(t, 2, Width(SeenLabels{Sequence: Rows{{"a", "b"}}}))
	assert.Equal(t, -1, Width(unsized{Rows{{"a"}}}))
	assert.Equal(t, -1, Width(SeenLabels{Sequence: unsized{Rows{{"a"}}}}))
}

func TestWidthOfPrograms(t *testing.T) {
	for source, want := range map[string]int{"u:a": 0, "u:%x[0,0]": 1, "u:%x[-1,2]\nu:%x[0,1]": 3, "u:%v[0,1]": 2} {
		parsed, err := Parse(strings.NewReader(source), "t", DialectTrellis)
		require.NoError(t, err, source)
		p, err := parsed.Bind(4, nil)
		require.NoError(t, err, source)
		assert.Equal(t, want, p.Width(), source)
	}
}
