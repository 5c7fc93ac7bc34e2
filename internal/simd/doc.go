// Package simd holds the inner loops of the sum-product and max-plus algorithms: plain slices in,
// plain slices out, matrices row by row, no knowledge of lattices. The doc comment of each kernel is
// its reference loop.
//
// Each has a portable twin, and one in AVX2 and FMA, which _gen writes and which is chosen at
// start-up where the processor has them; the tag noasm builds without. Either may sum in another
// order than the reference, always the same one, and round a product and a sum at once, so that
// results agree to 1e-14 of the sum of magnitudes; Exp is within 2 units in the last place.
// MaxPlus, MaxPlusRow and Max only add and compare: they give the same numbers everywhere.
package simd
