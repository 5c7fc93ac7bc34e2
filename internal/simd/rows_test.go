package simd

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRowsEqualTheirReferenceLoops(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for n := range 40 {
		stride := (n + 3) &^ 3
		m := random(rng, 20*stride)
		x := random(rng, n)
		for _, rows := range []int{0, 1, 2, 3, 7, 16} {
			offsets := make([]uint32, rows)
			for i := range offsets {
				offsets[i] = uint32(rng.IntN(20) * stride)
			}
			want, got := append([]float64(nil), x...), append([]float64(nil), x...)
			for _, o := range offsets {
				for j := range want {
					want[j] += m[int(o)+j]
				}
			}
			again := slices.Clone(got)
			AddRows(got, m, offsets)
			assert.InDeltaSlice(t, want, got, 1e-13)
			AddRowsUnchecked(again, m, offsets)
			assert.Equal(t, got, again)

			wantM, gotM := append([]float64(nil), m...), append([]float64(nil), m...)
			for _, o := range offsets {
				for j, v := range x {
					wantM[int(o)+j] += 0.5 * v
				}
			}
			AddToRows(gotM, offsets, 0.5, x)
			assert.InDeltaSlice(t, wantM, gotM, 1e-13)
		}
	}
}

func TestMaskedRowsEqualTheirReferenceLoop(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	for n := 0; n < 80; n += 4 {
		m, x := random(rng, 20*n), random(rng, n)
		masks := make([]uint8, len(m)/4)
		for k := range masks {
			masks[k] = uint8(rng.IntN(16))
		}
		for _, rows := range []int{0, 1, 2, 7, 16} {
			offsets := make([]uint32, rows)
			for i := range offsets {
				offsets[i] = uint32(rng.IntN(20) * n)
			}
			want, got := slices.Clone(m), slices.Clone(m)
			for _, o := range offsets {
				for j, v := range x {
					if k := int(o) + j; masks[k/4]>>(k%4)&1 != 0 {
						want[k] += v
					}
				}
			}
			portable := slices.Clone(m)
			addMaskedGo(portable, masks, offsets, x)
			assert.Equal(t, want, portable)
			AddMasked(got, masks, offsets, x)
			assert.Equal(t, want, got)
		}
	}
	assert.Panics(t, func() { AddMasked(make([]float64, 8), make([]uint8, 1), []uint32{4}, make([]float64, 4)) })
}

func BenchmarkAddRows(b *testing.B) {
	rng := rand.New(rand.NewPCG(8, 8))
	m, dst := random(rng, 8000*24), make([]float64, 22)
	offsets := make([]uint32, 14)
	for i := range offsets {
		offsets[i] = uint32(rng.IntN(8000) * 24)
	}
	for b.Loop() {
		AddRows(dst, m, offsets)
	}
}

func TestPrefetchHasNoEffect(t *testing.T) {
	x := []byte{1, 2, 3}
	Prefetch(&x[0], Line, []uint32{0, 1, 1 << 31})
	Prefetch(nil, 4, nil)
	assert.Equal(t, []byte{1, 2, 3}, x)
}
