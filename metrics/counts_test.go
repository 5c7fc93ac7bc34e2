package metrics

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMeasuresAreKeysOfJSON(t *testing.T) {
	want := map[Measure]Interval{F1: {0, 1}, SentenceAccuracy: {0.25, 0.5}}
	text, err := json.Marshal(want)
	require.NoError(t, err)
	var got map[Measure]Interval
	require.NoError(t, json.Unmarshal(text, &got))
	assert.Equal(t, want, got)
	var m Measure
	require.ErrorIs(t, m.UnmarshalText([]byte("f2")), ErrMeasure)
}
