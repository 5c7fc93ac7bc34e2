package model

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/structured"
)

// TestOutputOfPaths compares the kept labels with the conversion of whole sentences, also of paths
// that violate the scheme.
func TestOutputOfPaths(t *testing.T) {
	names := []string{"O", "B-A", "I-A", "E-A", "S-A", "B-B", "I-B", "E-B", "S-B", "A", "", "["}
	r := rand.New(rand.NewPCG(1, 2))
	for _, spelling := range []annotation.Spelling{{}, {Letters: annotation.BILU, Underscore: true}} {
		for to := structured.Plain; to <= structured.IOE2; to++ {
			x := &output{names: names, spell: annotation.Speller{Spelling: spelling}}
			var scheme annotation.Converter
			if to != structured.Plain {
				x.scheme = &annotation.Converter{From: structured.BIOES, To: to}
				scheme = *x.scheme
			}
			spell := annotation.Speller{Spelling: spelling}
			var got []string
			for range 500 {
				path := make([]int, r.IntN(8))
				var inside []string
				for k := range path {
					path[k] = r.IntN(len(names))
					inside = append(inside, names[path[k]])
				}
				want, _ := scheme.Convert(nil, inside)
				got = x.write(got[:0], path)
				require.Equal(t, spell.Write([]string{}, want), append([]string{}, got...), "%v to %v", inside, to)
			}
			require.Zero(t, testing.AllocsPerRun(10, func() { got = x.write(got[:0], []int{0, 1, 3, 4}) }))
		}
	}
}
