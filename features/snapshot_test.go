package features

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An extractor finds the same attributes in a copy as in the sentence: of columns, of computed
// columns, of fields that a sentence has of its own, and of numbers and vectors.
func TestSnapshot(t *testing.T) {
	p, err := parse(t, "u:w=%x[0,form]/%l[-1,form]\nu:pos=%x[1,3]\nu:n=%x[0,n]\nu:m=%x[-1,m]\nu:k=%x[0,k]\nu:v=%v[0,2]\nu:e=%v[0,ends]\nb:pos=%x[0,3]\n",
		DialectTrellis).Bind(4, map[string]int{"form": 1}, lengths{"n"}, lengths{"m"}, lengths{"k"}, lengths{"unread"}, ends{lengths{"ends"}})
	require.NoError(t, err)
	e, of := p.NewExtractor(), p.NewExtractor()
	var s Snapshot
	for _, text := range []string{"the dog barks", "", "a", "we see a tree and the dog"} {
		var rows Rows
		for i, w := range strings.Fields(text) {
			rows = append(rows, []string{"unread", w, fmt.Sprint(i), "P" + w[:1]})
		}
		own := make([]string, len(rows))
		for i := range own {
			own[i] = fmt.Sprint("own", i)
		}
		seen := SeenLabels{Sequence: rows, Column: "m", Fields: own}
		for _, seq := range []Sequence{rows, seen, &seen, Computed{Sequence: seen, Names: []string{"k"}, Fields: [][]string{own}}} {
			s.Take(p, seq)
			e.Reset(seq)
			of.Reset(&s)
			require.Equal(t, e.Len(), of.Len())
			for i := range rows {
				assert.Equal(t, fmt.Sprintf("%q", e.Unigrams(i)), fmt.Sprintf("%q", of.Unigrams(i)), "%T", seq)
				assert.Equal(t, fmt.Sprintf("%q", e.Bigrams(i)), fmt.Sprintf("%q", of.Bigrams(i)))
				assert.Equal(t, fmt.Sprint(e.Values(i)), fmt.Sprint(of.Values(i)))
			}
		}
	}
	rows := Rows{{"", "a", "1", "P"}, {"", "bc", "2", "Q"}}
	var seq Sequence = rows
	s.Take(p, seq)
	rows[1][1] = "changed"
	assert.Equal(t, "bc", s.Field(1, 1))
	assert.Zero(t, testing.AllocsPerRun(10, func() { s.Take(p, seq) }))
}
