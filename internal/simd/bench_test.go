package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkKernels compares each kernel with its portable version, at typical sizes of label sets.
// Equal times mean that this machine or build has no assembly.
func BenchmarkKernels(b *testing.B) {
	const steps = 24
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{5, 9, 22, 50, 400} {
		x, y, dst := random(rng, n), random(rng, n), random(rng, n)
		m, square := random(rng, n*n), random(rng, n*n)
		left, right := random(rng, steps*n), random(rng, steps*n)
		single := make([]float32, len(left))
		for k, v := range left {
			single[k] = float32(v)
		}
		offsets := make([]uint32, 14)
		for k := range offsets {
			offsets[k] = uint32(rng.IntN(steps) * n)
		}
		padded := random(rng, (n+3)&^3)
		wide, masks, places := random(rng, steps*len(padded)), make([]uint8, steps*len(padded)/4), make([]uint32, len(offsets))
		for k := range masks {
			masks[k] = uint8(rng.IntN(16))
		}
		for k, o := range offsets {
			places[k] = o / uint32(n) * uint32(len(padded))
		}
		for _, k := range []struct {
			name        string
			fast, plain func()
		}{
			{"Axpy", func() { Axpy(dst, 1e-9, x) }, func() { axpyGo(dst, 1e-9, x) }},
			{"Dot", func() { Dot(x, y) }, func() { dotGo(x, y) }},
			{"Mul", func() { Mul(dst, 0.5, x, y) }, func() { mulGo(dst, 0.5, x, y) }},
			{"MulAdd", func() { MulAdd(dst, 1e-9, x, y) }, func() { mulAddGo(dst, 1e-9, x, y) }},
			{"MulSum", func() { MulSum(dst, x, y) }, func() { mulSumGo(dst, x, y) }},
			{"Scale", func() { Scale(dst, 0.5, x) }, func() { scaleGo(dst, 0.5, x) }},
			{"Max", func() { Max(x) }, func() { maxGo(x) }},
			{"Exp", func() { Exp(dst, x, 1) }, func() { expGo(dst, x, 1) }},
			{"sumExp", func() { LogSumExp(x) }, func() { sumExpGo(x, maxGo(x)) }},
			{"VecMat", func() { VecMat(dst, x, m) }, func() { vecMatGo(dst, x, m) }},
			{"MatVec", func() { MatVec(dst, m, x) }, func() { matVecGo(dst, m, x) }},
			{"SumOuter", func() { SumOuter(square, left, right, n) }, func() { sumOuterGo(square, left, right, n) }},
			{"MaxPlus", func() { MaxPlus(dst, x, m) }, func() { maxPlusGo(dst, x, m) }},
			{"MaxPlusRow", func() { MaxPlusRow(dst, 1, x) }, func() { maxPlusRowGo(dst, 1, x) }},
			{"AddRows", func() { AddRows(dst, left, offsets) }, func() { addRowsGo(dst, left, offsets) }},
			{"AddRows32", func() { AddRows32(dst, single, offsets) }, func() { addRowsGo[float32](dst, single, offsets) }},
			{"AddToRows", func() { AddToRows(left, offsets, 1e-9, x) }, func() { addToRowsGo(left, offsets, 1e-9, x) }},
			{"AddMasked", func() { AddMasked(wide, masks, places, padded) }, func() { addMaskedGo(wide, masks, places, padded) }},
		} {
			for name, f := range map[string]func(){"chosen": k.fast, "portable": k.plain} {
				b.Run(fmt.Sprintf("%s/L=%d/%s", k.name, n, name), func(b *testing.B) {
					for b.Loop() {
						f()
					}
				})
			}
		}
	}
}
