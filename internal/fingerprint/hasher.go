package fingerprint

import (
	"fmt"
	"math/bits"
)

const (
	// Modulus is the prime p; fingerprints are below it.
	Modulus = 1<<61 - 1
	// Bases is the number of bases to choose from.
	Bases = 16

	powers = 256 // that a Hasher keeps ready
)

// Hasher computes fingerprints with one base. It is immutable and safe for concurrent use.
type Hasher struct {
	power [powers]uint64 // power[i] = B^i
}

// NewHasher returns the hasher of the k-th base, 0 <= k < [Bases]; it panics for others. The bases are the first
// outputs of the generator SplitMix64 (Steele, Lea and Flood 2014) from seed 0 without their 3 lowest bits: numbers
// that nobody chose.
func NewHasher(k int) *Hasher {
	if k < 0 || k >= Bases {
		panic(fmt.Sprintf("fingerprint: base %d, want one in 0..%d", k, Bases-1))
	}
	h := &Hasher{}
	h.power[0] = 1
	for i := 1; i < powers; i++ {
		h.power[i] = mulAdd(h.power[i-1], base(k), 0)
	}
	return h
}

func base(k int) uint64 {
	z := uint64(k+1) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return (z ^ z>>31) >> 3
}

// Of returns the fingerprint of a string of bytes.
func (h *Hasher) Of(s []byte) uint64 { return of(h, s) }

// OfString is Of for a string.
func (h *Hasher) OfString(s string) uint64 { return of(h, s) }

// of takes Horner's scheme in steps of 8 and 4 bytes, whose products do not wait for each other.
func of[S []byte | string](h *Hasher, s S) uint64 {
	var sum uint64
	for ; len(s) >= 8; s = s[8:] {
		hi, lo := bits.Mul64(sum, h.power[8])
		hi, lo = addMul(hi, lo, s[0], h.power[7])
		hi, lo = addMul(hi, lo, s[1], h.power[6])
		hi, lo = addMul(hi, lo, s[2], h.power[5])
		hi, lo = addMul(hi, lo, s[3], h.power[4])
		hi, lo = addMul(hi, lo, s[4], h.power[3])
		hi, lo = addMul(hi, lo, s[5], h.power[2])
		hi, lo = addMul(hi, lo, s[6], h.power[1])
		sum = fold(hi, lo, uint64(s[7])+1)
	}
	if len(s) >= 4 {
		hi, lo := bits.Mul64(sum, h.power[4])
		hi, lo = addMul(hi, lo, s[0], h.power[3])
		hi, lo = addMul(hi, lo, s[1], h.power[2])
		hi, lo = addMul(hi, lo, s[2], h.power[1])
		sum = fold(hi, lo, uint64(s[3])+1)
		s = s[4:]
	}
	for i := range len(s) {
		hi, lo := bits.Mul64(sum, h.power[1])
		sum = fold(hi, lo, uint64(s[i])+1)
	}
	return reduce(sum)
}

// Prefixes writes the fingerprints of the prefixes of s of 0, 1, ..., len(s) bytes over dst, which grows if it must,
// and returns it.
func (h *Hasher) Prefixes(dst []uint64, s []byte) []uint64 {
	dst = append(dst[:0], 0)
	var sum uint64
	for _, b := range s {
		sum = mulAdd(sum, h.power[1], uint64(b)+1)
		dst = append(dst, sum)
	}
	return dst
}

// Sub returns the piece of s[i:j], given [Hasher.Prefixes] of s. It panics unless 0 <= i <= j <= len(s).
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

// addMul returns (hi, lo) + (b + 1) * power as 128 bits.
func addMul(hi, lo uint64, b byte, power uint64) (uint64, uint64) {
	high, low := bits.Mul64(uint64(b)+1, power)
	low, carry := bits.Add64(lo, low, 0)
	return hi + high + carry, low
}

// fold returns a number below 2^62 that is (hi, lo) + c mod p, for hi < 2^60 and c < 2^62.
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
