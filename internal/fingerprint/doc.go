// Package fingerprint maps byte strings to 64-bit numbers, so that strings can be looked up without
// building them.
//
// The fingerprint of a string follows from the fingerprints of its parts (Karp and Rabin 1987).
// With the Mersenne prime p = 2^61 - 1 and a base B, the string s of n bytes has the fingerprint
//
//	H(s) = sum_i (s_i + 1) B^(n-1-i)  mod p
//
// It is 0 for the empty string. Concatenation composes:
//
//	H(ab) = H(a) B^|b| + H(b)
//
// A [Piece] is the pair (H(s), B^|s|). [Join] computes the piece of a concatenation with two
// products. [Hasher.Sub] computes the piece of any substring from the fingerprints of the prefixes.
// A [Table] maps fingerprints to ids.
//
// # Collision probability
//
// For two different strings of at most n bytes, H(a) - H(b) is a polynomial in B of degree below n.
// It is not zero: equal lengths leave a coefficient in 1..255 (of either sign), different lengths a
// leading one in 1..256. So fewer than n of the p bases are roots. For a random base,
//
//	P[H(a) = H(b)]                                          < n / p
//	P[any two of N strings share a fingerprint]             < N^2/2 n / p
//	P[another string has the fingerprint of one of the N]   < N n / p
//
// For a million attributes of at most 32 bytes these are at most 7e-6 for the whole collection and
// 1.4e-11 for each unseen attribute.
//
// The bases are fixed, not random: see [NewHasher]. If collected strings collide, use the next
// base. Anyone who knows the base can construct strings that collide.
package fingerprint
