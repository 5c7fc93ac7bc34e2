// Package fingerprint names byte strings by 64-bit numbers, so that whoever looks strings up need not
// build them.
//
// In flow bytes or the fingerprints of parts, out comes the fingerprint of the whole (Karp and Rabin
// 1987). With the Mersenne prime p = 2^61 - 1 and a base B, the string s of n bytes has
//
//	H(s) = sum_i (s_i + 1) B^(n-1-i)  mod p
//
// which is 0 for the empty string and composes:
//
//	H(ab) = H(a) B^|b| + H(b)
//
// A [Piece] is the pair (H(s), B^|s|), of which [Join] makes that of a concatenation by two products;
// [Hasher.Sub] gives the piece of any substring from the fingerprints of the prefixes. A [Table] maps
// fingerprints to ids.
//
// # How rarely two strings collide
//
// For two different strings of at most n bytes, H(a) - H(b) is a polynomial in B of a degree below n. It is
// not zero: equal lengths leave a coefficient in 1..255 (of either sign), different lengths a leading one in
// 1..256. So fewer than n of the p bases are its roots, and over a random base
//
//	P[H(a) = H(b)]                                        < n / p
//	P[any two of N strings share a fingerprint]           < N^2/2 n / p
//	P[a string that is none of the N has one of theirs]   < N n / p
//
// For a million attributes of at most 32 bytes these are at most 7e-6 for the whole collection and 1.4e-11 for each
// unseen attribute. The bases are fixed, not drawn anew: see [NewHasher]. Whoever finds a collision while
// collecting strings takes the next base; somebody who knows the base can make strings that collide.
package fingerprint
