package annotation

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/structured"
)

// A NumberConverter must agree with a Converter and a Speller, also for labels that violate the
// scheme.
func TestNumberConverter(t *testing.T) {
	names := []string{"O", "B-A", "I-A", "E-A", "S-A", "B-B", "I-B", "E-B", "S-B", "A", "", "[", "X-A", "B"}
	r := rand.New(rand.NewPCG(1, 2))
	for _, spelling := range []Spelling{{}, {Letters: BILU, Underscore: true}} {
		for from := structured.Plain; from <= structured.IOE2; from++ {
			for to := structured.Plain; to <= structured.IOE2; to++ {
				c, whole, spell := NewNumberConverter(names, from, to, spelling), Converter{From: from, To: to}, Speller{Spelling: spelling}
				var got []string
				for range 200 {
					path := make([]int, r.IntN(8))
					var labels []string
					for k := range path {
						path[k] = r.IntN(len(names))
						labels = append(labels, names[path[k]])
					}
					want, _ := whole.Convert(nil, labels)
					want = spell.Write([]string{}, want)
					got = c.Convert(got[:0], path)
					require.Equal(t, want, append([]string{}, got...), "%v from %v to %v", labels, from, to)
				}
				require.Zero(t, testing.AllocsPerRun(10, func() { got = c.Convert(got[:0], []int{0, 1, 3, 4}) }))
			}
		}
	}
}
