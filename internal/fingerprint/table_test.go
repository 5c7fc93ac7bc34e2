package fingerprint

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTableAgainstMap(t *testing.T) {
	// A few values, so that they repeat, including the smallest, the largest, and some that start
	// at the same position.
	prints := []uint64{0, 1, 2, Modulus - 1, Modulus - 2}
	probe := NewTable(5) // stays empty
	for x := uint64(0); len(prints) < 200; x++ {
		if probe.place(x|taken) == 7 || x < 100 {
			prints = append(prints, x)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		table := &Table{}
		if rapid.Bool().Draw(t, "sized") {
			table = NewTable(rapid.IntRange(0, 40).Draw(t, "size"))
		}
		want := make(map[uint64]int32)
		for range rapid.IntRange(0, 300).Draw(t, "steps") {
			print, id := rapid.SampledFrom(prints).Draw(t, "print"), rapid.Int32().Draw(t, "id")
			known, there := want[print]
			got, added := table.Insert(print, id)
			require.Equal(t, !there, added)
			if there {
				require.Equal(t, known, got)
			} else {
				require.Equal(t, id, got)
				want[print] = id
			}
			require.Equal(t, len(want), table.Len())
		}
		ids := make([]int32, len(prints))
		table.FindAll(ids, prints)
		for k, print := range prints {
			id, there := want[print]
			if !there {
				id = -1
			}
			require.Equal(t, id, table.Find(print))
			require.Equal(t, id, ids[k])
		}
		table.Reset()
		require.Zero(t, table.Len())
		require.Equal(t, int32(-1), table.Find(0))
		_, added := table.Insert(1, 2)
		require.True(t, added)
	})
}

func TestTableOfMany(t *testing.T) {
	const n = 1 << 17
	r := rand.New(rand.NewPCG(1, 2))
	var table Table
	prints := make([]uint64, n)
	for i := range prints {
		prints[i] = r.Uint64N(Modulus)
		table.Insert(prints[i], int32(i))
	}
	require.Equal(t, n, table.Len())
	for i, print := range prints {
		if id := table.Find(print); id != int32(i) {
			t.Fatalf("fingerprint %d has id %d", i, id)
		}
	}
	assert.Equal(t, int32(-1), table.Find(r.Uint64N(Modulus)))
}

func TestSizedTableAllocatesNothing(t *testing.T) {
	const n = 1000
	table := NewTable(n)
	prints := make([]uint64, n)
	for i := range prints {
		prints[i] = uint64(i) * uint64(i)
	}
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		table.Reset()
		for i, print := range prints {
			table.Insert(print, int32(i))
		}
	}))
	assert.Equal(t, int32(n-1), table.Find(prints[n-1]))
}

func BenchmarkFind(b *testing.B) {
	const n = 1_000_000
	r := rand.New(rand.NewPCG(1, 2))
	table := NewTable(n)
	prints := make([]uint64, n)
	for i := range prints {
		prints[i] = r.Uint64N(Modulus)
		table.Insert(prints[i], int32(i))
	}
	for _, known := range []int{100, 70, 0} {
		sought := make([]uint64, 1<<17)
		for i := range sought {
			if sought[i] = r.Uint64N(Modulus); r.IntN(100) < known {
				sought[i] = prints[r.IntN(n)]
			}
		}
		b.Run(fmt.Sprintf("known=%d%%", known), func(b *testing.B) {
			k, found := 0, 0
			for b.Loop() {
				if table.Find(sought[k]) >= 0 {
					found++
				}
				k = (k + 1) % len(sought)
			}
		})
	}
}
