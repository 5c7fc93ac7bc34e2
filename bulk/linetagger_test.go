package bulk

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
)

// A LineTagger answers each line as TagLines does.
func TestLineTagger(t *testing.T) {
	input := "{\"text\":\"Anna lives in Oslo. She left.\"}\r\n\n[]\n" + `{"text":"` + strings.Repeat("x", 100) + "\"}\n" + `{"id":1,"tokens":["Oh","no"]}`
	o := LineOptions{MaxLine: 100}
	tagger, err := NewLineTagger(ready(t), o)
	require.NoError(t, err)
	var got []byte
	number := 0
	for line := range bytes.Lines([]byte(input)) {
		number++
		got, err = tagger.Append(got, line, func(err error) error { return fmt.Errorf("stdin:%d: %w", number, err) })
		require.NoError(t, err)
	}
	assert.Equal(t, answers(t, input, o), string(got))
	total, failed := tagger.Total()
	assert.Equal(t, trellis.Total{Sentences: 3, Tokens: 10}, total)
	assert.Equal(t, 2, failed)
	total, failed = tagger.Total()
	assert.Zero(t, total)
	assert.Zero(t, failed)

	_, err = NewLineTagger(ready(t), LineOptions{Text: trellis.TextOptions{Threads: -1}})
	require.Error(t, err)
}
