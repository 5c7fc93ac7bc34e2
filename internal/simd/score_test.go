package simd

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAskIsItsReferenceLoop(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	for n := range 20 {
		prints := make([]uint64, n)
		for i := range prints {
			prints[i] = rng.Uint64() >> rng.IntN(64)
		}
		table := make([]uint64, 8*100)
		keys, lines := make([]uint64, n+1), make([]uint32, n+1)
		wantKeys, wantLines := make([]uint64, n+1), make([]uint32, n+1)
		factor := rng.Uint64() | 1
		Ask(keys, lines, prints, factor, table, 100)
		askGo(wantKeys, wantLines, prints, factor, 100)
		require.Equal(t, wantKeys, keys)
		require.Equal(t, wantLines, lines)
		for i, p := range prints {
			require.Equal(t, p*factor, keys[i])
			require.Less(t, lines[i], uint32(100))
		}
	}
}

// lists returns lists with room for n values.
func lists(n int) (list [4]List, memory [4][]uint64) {
	for way := range list {
		memory[way] = make([]uint64, n+1)
		list[way] = List{To: (*byte)(unsafe.Pointer(&memory[way][0])), Step: []uint64{0, 8, 4, 8}[way], Scale: uint64(way)}
		list[way].First, list[way].Second, list[way].Third = list[way].To, list[way].To, list[way].To
	}
	return list, memory
}

func TestFindIsItsReferenceLoop(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	edges := []uint64{0, 1, 1<<63 - 1, 1 << 63, 1<<63 + 1, math.MaxUint64 - 1, math.MaxUint64}
	ways := new([1 << 16]uint8)
	for k := range ways {
		ways[k] = uint8(k % 4)
	}
	for n := range 40 {
		var sorted []uint64
		for range 4 * (n + 1) {
			sorted = append(sorted, rng.Uint64()>>rng.IntN(64))
		}
		sorted = append(sorted, edges...)[len(edges):]
		slices.Sort(sorted)
		sorted = slices.Compact(sorted)
		sorted = sorted[:len(sorted)/4*4]
		values := make(map[uint64]uint64)
		var table []uint64
		for _, key := range sorted {
			values[key] = rng.Uint64()
			table = append(table, key, values[key])
		}
		keys, lines := make([]uint64, n), make([]uint32, n+1)
		var want [4][]uint64
		for i := range keys {
			keys[i] = edges[rng.IntN(len(edges))]
			if rng.IntN(3) > 0 && len(sorted) > 0 {
				keys[i] = sorted[rng.IntN(len(sorted))]
			}
			at, there := slices.BinarySearch(sorted, keys[i])
			lines[i] = uint32(max(0, min(at, len(sorted)-1)/4-rng.IntN(3)))
			value := uint64(0)
			if there {
				value = values[keys[i]]
			}
			way := ways[value>>32&0xffff]
			want[way] = append(want[way], value)
		}
		found, memory := lists(n)
		portable, twin := lists(n)
		Find(table, lines, keys, ways, &found)
		findGo(table, lines, keys, ways, &portable)
		for way := 1; way < 4; way++ {
			require.EqualValues(t, len(want[way])*int(found[way].Step), found[way].Used)
			require.Equal(t, found[way].Used, portable[way].Used)
			for i, v := range want[way] {
				if way == 2 {
					half := func(m []uint64) uint32 { return unsafe.Slice((*uint32)(unsafe.Pointer(&m[0])), n+1)[i] }
					require.Equal(t, uint32(v), half(memory[way]))
					require.Equal(t, uint32(v), half(twin[way]))
					continue
				}
				require.Equal(t, v, memory[way][i])
				require.Equal(t, v, twin[way][i])
			}
		}
	}
}

func TestAddRunsIsItsReferenceLoop(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	outcomes, values := make([]uint16, 200), make([]float32, 200)
	for k := range outcomes {
		outcomes[k], values[k] = uint16(rng.IntN(30)), float32(rng.NormFloat64())
	}
	for n := range 30 {
		runs := make([]uint64, n)
		for k := range runs {
			length := rng.IntN(12)
			runs[k] = uint64(rng.IntN(len(outcomes)-length)) | uint64(length)<<32
		}
		got, want := make([]float64, 30), make([]float64, 30)
		for j := range got {
			got[j] = rng.NormFloat64()
			want[j] = got[j]
		}
		AddRuns(got, outcomes, values, runs)
		require.True(t, addRunsGo(want, outcomes, values, runs))
		require.Equal(t, want, got)
	}
	for _, dst := range [][]float64{make([]float64, 30), nil} {
		for _, r := range []uint64{200 | 1<<32, 0 | 201<<32, math.MaxUint64, math.MaxUint32 << 32} {
			assert.Panics(t, func() { AddRuns(dst, outcomes, values, []uint64{r}) })
		}
	}
	outcomes[3] = 30
	assert.Panics(t, func() { AddRuns(make([]float64, 30), outcomes, values, []uint64{3 | 1<<32}) })
}

func TestRoundIsItsReferenceLoop(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	edges := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64, 5e-324, 1e-40, 1 + 1e-8}
	for n := range 30 {
		x := make([]float64, n)
		for i := range x {
			if x[i] = rng.NormFloat64(); rng.IntN(3) == 0 {
				x[i] = edges[rng.IntN(len(edges))]
			}
		}
		got, want := make([]float32, n+1), make([]float32, n+1)
		Round(got, x)
		roundGo(want, x)
		for i := range want {
			require.Equal(t, math.Float32bits(want[i]), math.Float32bits(got[i]), "%v", x)
		}
	}
}

func TestSplitMaxIsItsReferenceLoop(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	for round := range 300 {
		n := 1 + rng.IntN(45)
		prev, edge := make([]float64, n), make([]float64, n*n)
		for k := range edge {
			edge[k] = float64(rng.IntN(7) - 3)
		}
		for i := range prev {
			prev[i] = float64(rng.IntN(7)*round - 3)
			if rng.IntN(4) == 0 {
				prev[i] = math.Inf(-1)
			}
		}
		var rows []uint16
		var low, high []float64
		for i := range n {
			if i == n/2 || rng.IntN(2) == 0 {
				row := edge[i*n:][:n]
				rows, low, high = append(rows, uint16(i)), append(low, slices.Min(row)), append(high, slices.Max(row))
			}
		}
		narrow := make([]Narrow, rng.IntN(5))
		for k := range narrow {
			narrow[k] = Narrow{
				[2]float64{float64(rng.IntN(100) - 50), math.Inf(-1)}, [2]uint32{uint32(rng.IntN(n)), uint32(rng.IntN(n))}, uint32(rng.IntN(n)),
			}
		}
		want, portable, got := make([]float64, n), make([]float64, n), make([]float64, n)
		for j := range want {
			want[j] = math.Inf(-1)
			for _, i := range rows {
				want[j] = max(want[j], prev[i]+edge[int(i)*n+j])
			}
		}
		for _, x := range narrow {
			for k, i := range x.From {
				want[x.To] = max(want[x.To], prev[i]+x.Score[k])
			}
		}
		SplitMax(got, prev, edge, rows, low, high, narrow)
		splitGo(portable, prev, edge, rows, low, high, narrow)
		require.Equal(t, want, got)
		require.Equal(t, want, portable)
	}
}

func BenchmarkFind(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 3))
	table := make([]uint64, 8*1000)
	for i := range table {
		table[i] = math.MaxUint64
	}
	keys, lines := make([]uint64, 30), make([]uint32, 30)
	for i := range keys {
		keys[i], lines[i] = rng.Uint64(), uint32(rng.IntN(1000))
	}
	list, _ := lists(30)
	ways := new([1 << 16]uint8)
	for name, f := range map[string]func([]uint64, []uint32, []uint64, *[1 << 16]uint8, *[4]List){"chosen": Find, "portable": findGo} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f(table, lines, keys, ways, &list)
			}
		})
	}
}
