package features

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// A sentence may have its own fields of computed columns, and further ones of a sentence inside it.
func TestComputed(t *testing.T) {
	p, err := parse(t, "u:n=%x[0,n]\nu:m=%x[1,m]\nu:k=%x[0,k]\n", DialectTrellis).Bind(1, map[string]int{"form": 0}, lengths{"n"}, lengths{"m"}, lengths{"k"})
	require.NoError(t, err)
	rows := Rows{{"abc"}, {"de"}}
	seq := Computed{Sequence: SeenLabels{Sequence: rows, Column: "m", Fields: []string{"M0", "M1"}}, Names: []string{"n"}, Fields: [][]string{{"N0", "N1"}}}
	e, f := p.NewExtractor(), p.NewFingerprinter(0)
	requirePrints(t, fingerprint.NewHasher(0), e, f, seq)
	assert.Equal(t, "[u:n=N0 u:m=M1 u:k=xxx]", fmt.Sprintf("%s", e.Unigrams(0)))
	requirePrints(t, fingerprint.NewHasher(0), e, f, &seq)
	assert.Equal(t, 1, Width(seq))
	f.Reset(seq)
	assert.Zero(t, testing.AllocsPerRun(100, func() { f.Reset(&seq) }))

	seq.Fields[0] = []string{"N0"}
	assert.Panics(t, func() { e.Reset(seq) })
}
