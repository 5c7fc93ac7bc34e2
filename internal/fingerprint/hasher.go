package fingerprint

import (
	"fmt"
	"math/bits"
)

const (
	// Modulus is the prime p; fingerprints are below it.
	Modulus = 1<<61 - 1
	// Bases is the number of available bases.
	Bases = 16

	powers = 256 // in the table of a Hasher
)

// Hasher computes fingerprints with one base. It is immutable and safe for concurrent use.
type Hasher struct {
	power [powers]uint64 // power[i] = B^i
	step  [8][256]uint64 // step[i][b] = (b + 1) B^(7-i); a sum of 7 fits into 64 bits
}

// NewHasher returns the hasher of base k, 0 <= k < [Bases]. It panics for other k. The bases are
// the first outputs of the generator SplitMix64 (Steele, Lea and Flood 2014) from seed 0 without
// their 3 lowest bits, so they were not chosen by hand.
func NewHasher(k int) *Hasher {
	if k < 0 || k >= Bases {
		panic(fmt.Sprintf("fingerprint: base %d: want 0..%d", k, Bases-1))
	}
	h := &Hasher{}
	h.power[0] = 1
	for i := 1; i < powers; i++ {
		h.power[i] = mulAdd(h.power[i-1], base(k), 0)
	}
	for i := range h.step {
		for b := range h.step[i] {
			h.step[i][b] = mulAdd(h.power[7-i], uint64(b)+1, 0)
		}
	}
	return h
}

func base(k int) uint64 {
	z := uint64(k+1) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return (z ^ z>>31) >> 3
}

// Of returns the fingerprint of s.
func (h *Hasher) Of(s []byte) uint64 { return of(h, s) }

// OfString is Of for a string.
func (h *Hasher) OfString(s string) uint64 { return of(h, s) }

// of applies Horner's scheme in steps of up to 8 bytes, with a table of products and one
// multiplication per step.
func of[S []byte | string](h *Hasher, s S) uint64 {
	t := &h.step
	var sum uint64
	for ; len(s) >= 8; s = s[8:] {
		hi, lo := bits.Mul64(sum, h.power[8])
		sum = fold(hi, lo, fold(0, t[0][s[0]]+t[1][s[1]]+t[2][s[2]]+t[3][s[3]]+t[4][s[4]]+t[5][s[5]]+t[6][s[6]], t[7][s[7]]))
	}
	if len(s) > 0 {
		hi, lo := bits.Mul64(sum, h.power[len(s)])
		var c uint64
		for i := range len(s) {
			c += t[8-len(s)+i][s[i]]
		}
		sum = fold(hi, lo, fold(0, c, 0))
	}
	return reduce(sum)
}

// Prefixes writes the fingerprints of the prefixes of s of 0, 1, ..., len(s) bytes to dst, which
// grows if needed, and returns it.
func (h *Hasher) Prefixes(dst []uint64, s []byte) []uint64 {
	dst = append(dst[:0], 0)
	var sum uint64
	for _, b := range s {
		sum = mulAdd(sum, h.power[1], uint64(b)+1)
		dst = append(dst, sum)
	}
	return dst
}

// Sub returns the piece of s[i:j], given [Hasher.Prefixes] of s. It panics unless
// 0 <= i <= j <= len(s).
func (h *Hasher) Sub(prefixes []uint64, i, j int) Piece {
	power := h.Power(j - i)
	return Piece{Sum: mulAdd(Modulus-prefixes[i], power, prefixes[j]), Power: power}
}

// Power returns B^n mod p for n >= 0.
func (h *Hasher) Power(n int) uint64 {
	if n < powers {
		return h.power[n]
	}
	result := h.power[n%powers]
	square := mulAdd(h.power[powers-1], h.power[1], 0)
	for n /= powers; n > 0; n /= 2 {
		if n%2 == 1 {
			result = mulAdd(result, square, 0)
		}
		square = mulAdd(square, square, 0)
	}
	return result
}

// fold returns a number below 2^62 that equals (hi, lo) + c mod p, for hi < 2^60 and c < 2^62.
func fold(hi, lo, c uint64) uint64 {
	x := lo&Modulus + (hi<<3 | lo>>61) + c
	return x&Modulus + x>>61
}

// reduce returns x mod p for x < 2p.
func reduce(x uint64) uint64 {
	if x >= Modulus {
		x -= Modulus
	}
	return x
}

// mulAdd returns a*b + c mod p for a, b, c <= p.
func mulAdd(a, b, c uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return reduce(fold(hi, lo, c))
}
