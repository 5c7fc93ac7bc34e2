package spans_test

import (
	"fmt"
	"log"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
	"github.com/trellis-nlp/trellis/structured"
)

var schemes = []structured.Scheme{structured.IOB1, structured.BIO, structured.BIOES, structured.IOE1, structured.IOE2}

// In every scheme, each segmentation with one segment per outside token survives the round trip to
// labels, and the labels are well formed.
func TestRoundTrip(t *testing.T) {
	for _, types := range [][]string{{"PER", "LOC"}, {""}, {"O", "B-x"}} {
		for _, scheme := range schemes {
			c, err := spans.NewCodec(scheme, types)
			require.NoError(t, err)
			require.Equal(t, len(types)+1, c.Len())
			s := semimarkov.NewLattice(5, c.Len(), 3, structured.NoEdges)
			s.LimitLength(spans.Outside, 1)
			for y := range semimarkov.Segmentations(5, c.Len(), 3) {
				if s.Score(y) != 0 {
					continue
				}
				labels := c.Labels(nil, y)
				require.Len(t, labels, 5)
				require.Zero(t, annotation.IllFormed(labels, scheme), "%v", labels)
				found := annotation.AppendSpans(nil, labels)
				require.Equal(t, found, c.Spans(nil, y))
				back, err := c.Segments(nil, found, 5)
				require.NoError(t, err)
				require.Equal(t, y, back)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	c, err := spans.NewCodec(structured.BIO, []string{"PER"})
	require.NoError(t, err)
	assert.Equal(t, structured.BIO, c.Scheme())
	assert.Equal(t, []string{"PER"}, c.Types())
	assert.Equal(t, []int{1, -1, -1}, []int{c.Label("PER"), c.Label("LOC"), c.Label("O")})
	for says, s := range map[string][]annotation.Span{
		"unknown type \"LOC\" of the span at token 1": {{Start: 1, End: 2, Type: "LOC"}},
		"span 1..4: want a span within 0..3":          {{Start: 1, End: 4, Type: "PER"}},
		"span 1..3: want a span within 2..3":          {{Start: 0, End: 2, Type: "PER"}, {Start: 1, End: 3, Type: "PER"}},
		"span 1..1:":                                  {{Start: 1, End: 1, Type: "PER"}},
	} {
		_, err := c.Segments(nil, s, 3)
		require.ErrorIs(t, err, spans.ErrSpan)
		assert.ErrorContains(t, err, says)
	}
	_, err = spans.NewCodec(structured.Plain, nil)
	assert.ErrorIs(t, err, spans.ErrSpan)
	_, err = spans.NewCodec(structured.BIO, []string{"A", "A"})
	assert.ErrorIs(t, err, spans.ErrSpan)
}

func TestNothingIsAllocated(t *testing.T) {
	c, err := spans.NewCodec(structured.BIOES, []string{"PER"})
	require.NoError(t, err)
	y := []semimarkov.Segment{{Start: 0, End: 2, Label: 1}, {Start: 2, End: 3}, {Start: 3, End: 4, Label: 1}}
	labels, found, back := make([]string, 4), make([]annotation.Span, 2), make([]semimarkov.Segment, 3)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		labels, found = c.Labels(labels[:0], y), c.Spans(found[:0], y)
		back, _ = c.Segments(back[:0], found, 4)
	}))
	assert.Equal(t, y, back)
}

func Example() {
	labels := []string{"O", "B-PER", "I-PER", "B-PER", "O"}
	c, err := spans.NewCodec(structured.BIOES, []string{"PER", "LOC"})
	if err != nil {
		log.Fatal(err)
	}
	y, err := c.Segments(nil, annotation.AppendSpans(nil, labels), len(labels))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(y)
	fmt.Println(c.Labels(nil, y))
	// Output:
	// [{0 1 0} {1 3 1} {3 4 1} {4 5 0}]
	// [O B-PER E-PER S-PER O]
}
