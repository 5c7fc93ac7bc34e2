// Package simd holds the inner loops of the sum-product algorithms: plain slices in, plain slices
// out, no knowledge of lattices. The doc comment of each kernel is its reference loop; the code
// may sum in another order, always the same one.
package simd
