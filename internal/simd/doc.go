// Package simd holds the inner loops of the sum-product and max-plus algorithms. They work on plain
// slices, with matrices row by row, and know nothing about lattices. The doc comment of each kernel
// contains its reference loop.
//
// Each kernel has a portable version and one in AVX2 and FMA, which _gen generates. The program
// selects the assembly at start-up if the processor supports it. The build tag noasm leaves the
// assembly out.
//
// Both versions may sum in another order than the reference, always in the same one, and may fuse a
// product and a sum into one rounding. Results agree to 1e-14 of the sum of magnitudes. Exp is
// within 2 units in the last place. MaxPlus, MaxPlusRow and Max only add and compare, so they give
// the same numbers on every machine.
package simd
