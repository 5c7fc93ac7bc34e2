package viterbi

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMaxPlusRowIsItsReferenceLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for n := range 70 {
		for _, draw := range kinds {
			best, back, edge := make([]float64, n), make([]int32, n), make([]float64, n)
			for j := range n {
				best[j], back[j], edge[j] = draw(r), int32(j), draw(r)
			}
			d, i := draw(r), int32(100)
			wantBest, wantBack := append([]float64{}, best...), append([]int32{}, back...)
			for j, e := range edge {
				if v := d + e; v > wantBest[j] {
					wantBest[j], wantBack[j] = v, i
				}
			}
			maxPlusRow(best, back, edge, d, i)
			require.Equal(t, wantBest, best)
			require.Equal(t, wantBack, back)
		}
	}
}
