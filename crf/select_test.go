package crf

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// pairs agrees with its definition, with sets of bits of one and several words and with sorting.
func TestPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, outcomes := range []int{1, 3, 64, 65, 256, 257, 5000} {
		for _, minCount := range []int{0, 1, 3} {
			const n = 40
			occurs, found := make([]int, n), make([]map[int32]bool, n)
			type visit struct {
				a int32
				o []int32
			}
			var visits []visit
			for a := range n {
				found[a] = map[int32]bool{}
				for range rng.IntN(6) {
					v := visit{a: int32(a)}
					for range rng.IntN(4) {
						o := int32(rng.IntN(outcomes))
						v.o, found[a][o] = append(v.o, o), true
					}
					occurs[a]++
					visits = append(visits, v)
				}
			}
			rng.Shuffle(len(visits), func(i, j int) { visits[i], visits[j] = visits[j], visits[i] })
			start, outcome := pairs(n, outcomes, false, minCount, func(take func(a int32, o []int32)) {
				for _, v := range visits {
					take(v.a, v.o)
				}
			})
			require.Len(t, start, n+1)
			require.Len(t, outcome, start[n])
			for a := range n {
				var want []int32
				for o := range found[a] {
					if occurs[a] >= minCount {
						want = append(want, o)
					}
				}
				slices.Sort(want)
				require.Equal(t, want, append([]int32(nil), outcome[start[a]:start[a+1]]...), "%d outcomes, attribute %d", outcomes, a)
			}
		}
	}
}
