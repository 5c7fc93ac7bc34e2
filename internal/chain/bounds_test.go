package chain

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/structured"
)

// With many labels, Best drops labels by the bounds of the transitions. The path is the same.
func TestManyLabelsDecodeAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, x := range []struct {
		scheme        structured.Scheme
		labels, scale int
		sparse        bool
	}{
		{structured.Plain, manyLabels, 20, false},
		{structured.BIO, manyLabels, 20, false},
		{structured.Plain, 64, 20, true},
		{structured.Plain, 64, 2, true}, // the bounds drop few labels
	} {
		scheme := x.scheme
		labels := []string{"O"}
		for k := 0; len(labels) < x.labels; k++ {
			labels = append(labels, fmt.Sprint("B-", k), fmt.Sprint("I-", k))
		}
		trans := make([]float64, len(labels)*len(labels))
		for k := range trans {
			if !x.sparse || r.IntN(12) == 0 {
				trans[k] = float64(r.IntN(7) - 3)
			}
		}
		d := NewSpace(labels, scheme, trans).NewDecoder()
		require.NotNil(t, d.bounds())
		require.Equal(t, x.sparse, d.edges().pairs != nil)
		for _, free := range []bool{false, true} {
			d.Constrain(!free)
			for range 50 {
				s := d.Begin(1+r.IntN(9), false)
				for k := range s.Node {
					s.Node[k] = float64(r.IntN(2*x.scale+1) - x.scale)
				}
				path, score, err := d.Best()
				require.NoError(t, err)
				got, want := slices.Clone(path), make([]int, s.T)
				wantScore, err := viterbi.Decode(want, d.Scores())
				require.NoError(t, err)
				require.Equal(t, want, got)
				require.Equal(t, wantScore, score)
			}
		}
	}
}
