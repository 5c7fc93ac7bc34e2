package simd

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLookupIsItsReferenceLoop(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	edges := []uint64{0, 1, 1<<63 - 1, 1 << 63, 1<<63 + 1, math.MaxUint64 - 1, math.MaxUint64}
	for n := range 40 {
		var sorted []uint64
		for range 4 * (n + 1) {
			sorted = append(sorted, rng.Uint64()>>rng.IntN(64))
		}
		sorted = append(sorted, edges...)[len(edges):]
		slices.Sort(sorted)
		var table []uint64
		for _, key := range sorted {
			table = append(table, key, rng.Uint64()&^1)
		}
		keys, lines := make([]uint64, n), make([]uint32, n+1)
		for i := range keys {
			lines[i] = uint32(rng.IntN(len(table) / 8))
			switch rng.IntN(3) {
			case 0:
				keys[i] = edges[rng.IntN(len(edges))]
			case 1:
				keys[i] = sorted[rng.IntN(len(sorted))]
			default:
				keys[i] = table[8*int(lines[i])+2*rng.IntN(4)]
			}
		}
		want, got := make([]uint64, n), make([]uint64, n+1)
		lookupGo(want, table, lines, keys)
		Lookup(got, table, lines, keys)
		require.Equal(t, want, got[:n])
	}
	assert.Panics(t, func() { Lookup(make([]uint64, 1), make([]uint64, 8), []uint32{1}, []uint64{5}) })
}

func BenchmarkLookup(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 3))
	table := make([]uint64, 8*1000)
	keys, lines, dst := make([]uint64, 30), make([]uint32, 30), make([]uint64, 30)
	for i := range keys {
		keys[i], lines[i] = rng.Uint64(), uint32(rng.IntN(1000))
	}
	for name, f := range map[string]func(){"chosen": func() { Lookup(dst, table, lines, keys) }, "portable": func() { lookupGo(dst, table, lines, keys) }} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
		})
	}
}
