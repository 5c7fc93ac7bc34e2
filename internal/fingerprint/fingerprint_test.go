package fingerprint

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// defined computes a fingerprint by definition.
func defined(k int, s []byte) uint64 {
	p, b := big.NewInt(Modulus), new(big.Int).SetUint64(base(k))
	sum, power := new(big.Int), big.NewInt(1)
	for i := len(s) - 1; i >= 0; i-- {
		sum.Add(sum, new(big.Int).Mul(big.NewInt(int64(s[i])+1), power))
		power.Mod(power.Mul(power, b), p)
	}
	return sum.Mod(sum, p).Uint64()
}

func drawBytes(t *rapid.T, name string) []byte {
	return rapid.SliceOfN(rapid.Byte(), 0, 70).Draw(t, name)
}

func TestBases(t *testing.T) {
	p := big.NewInt(Modulus)
	require.True(t, p.ProbablyPrime(20))
	// p-1 = 2 * 3^2 * 5^2 * 7 * 11 * 13 * 31 * 41 * 61 * 151 * 331 * 1321. A base of small order
	// would make strings collide in which distant bytes change places.
	primes := []int64{2, 3, 3, 5, 5, 7, 11, 13, 31, 41, 61, 151, 331, 1321}
	seen := make(map[uint64]bool)
	for k := range Bases {
		b := new(big.Int).SetUint64(base(k))
		assert.Less(t, base(k), uint64(Modulus))
		assert.False(t, seen[base(k)])
		seen[base(k)] = true
		order := big.NewInt(Modulus - 1)
		for _, q := range primes {
			less, rest := new(big.Int).DivMod(order, big.NewInt(q), new(big.Int))
			require.Zero(t, rest.Sign(), "the factors of p-1")
			if new(big.Int).Exp(b, less, p).IsInt64() && new(big.Int).Exp(b, less, p).Int64() == 1 {
				order = less
			}
		}
		assert.Greater(t, order.BitLen(), 50, "base %d", k)
	}
	assert.Equal(t, uint64(0xe220a8397b1dcdaf>>3), base(0), "the generator's published first output")
	assert.Panics(t, func() { NewHasher(-1) })
	assert.Panics(t, func() { NewHasher(Bases) })
}

func TestFingerprintMatchesItsDefinition(t *testing.T) {
	hashers := make([]*Hasher, Bases)
	for k := range hashers {
		hashers[k] = NewHasher(k)
	}
	check := func(t require.TestingT, k int, s []byte) {
		h, want := hashers[k], defined(k, s)
		require.Equal(t, want, h.Of(s))
		require.Equal(t, want, h.OfString(string(s)))
		power := new(big.Int).Exp(new(big.Int).SetUint64(base(k)), big.NewInt(int64(len(s))), big.NewInt(Modulus))
		require.Equal(t, Piece{Sum: want, Power: power.Uint64()}, h.Piece(s))
		require.Equal(t, h.Piece(s), h.PieceString(string(s)))
	}
	for k := range Bases {
		check(t, k, nil)
		for _, n := range []int{1, 255, 256, 257, 1000, 3000} { // the largest digits, and more powers than the table holds
			check(t, k, []byte(strings.Repeat("\xff", n)))
		}
	}
	assert.Equal(t, Piece{Sum: 0, Power: 1}, hashers[0].Piece(nil))
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.IntRange(0, Bases-1).Draw(t, "base"), drawBytes(t, "s")) })
}

func TestPower(t *testing.T) {
	h := NewHasher(1)
	p, b := big.NewInt(Modulus), new(big.Int).SetUint64(base(1))
	for _, n := range []int{0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 1<<31 - 1} {
		assert.Equal(t, new(big.Int).Exp(b, big.NewInt(int64(n)), p).Uint64(), h.Power(n), "%d", n)
	}
}

func TestPiecesCompose(t *testing.T) {
	h := NewHasher(0)
	empty := h.Piece(nil)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawBytes(t, "a"), drawBytes(t, "b"), drawBytes(t, "c")
		ab, pa, pb, pc := append(append([]byte(nil), a...), b...), h.Piece(a), h.Piece(b), h.Piece(c)
		require.Equal(t, h.Piece(ab), Join(pa, pb))
		require.Equal(t, h.Of(ab), Append(h.Of(a), pb))
		require.Equal(t, Join(Join(pa, pb), pc), Join(pa, Join(pb, pc)))
		require.Equal(t, pa, Join(pa, empty))
		require.Equal(t, pa, Join(empty, pa))
	})
}

func TestSubstrings(t *testing.T) {
	h := NewHasher(2)
	var prefixes []uint64
	rapid.Check(t, func(t *rapid.T) {
		s := drawBytes(t, "s")
		prefixes = h.Prefixes(prefixes, s)
		require.Len(t, prefixes, len(s)+1)
		for j := range len(s) + 1 {
			require.Equal(t, h.Of(s[:j]), prefixes[j])
			for i := range j + 1 {
				require.Equal(t, h.Piece(s[i:j]), h.Sub(prefixes, i, j))
			}
		}
	})
	assert.Panics(t, func() { h.Sub(h.Prefixes(nil, []byte("abc")), 0, 4) })
	assert.Panics(t, func() { h.Sub(h.Prefixes(nil, []byte("abc")), 2, 1) })
}

func TestSimilarStringsDiffer(t *testing.T) {
	h := NewHasher(0)
	seen := make(map[uint64]string)
	add := func(s string) {
		print := h.OfString(s)
		if other, known := seen[print]; known {
			t.Fatalf("%q and %q have the same fingerprint", other, s)
		}
		seen[print] = s
	}
	for n := range 300 { // with leading zero bytes, which a polynomial without the +1 would ignore
		add(strings.Repeat("\x00", n))
	}
	for a := 1; a < 256; a++ {
		add(string([]byte{byte(a)}))
		for b := range 256 {
			add(string([]byte{byte(a), byte(b)}))
		}
	}
	for i := range 100_000 {
		add(fmt.Sprint("u:w=", i))
	}
}

func TestHasherAllocatesNothing(t *testing.T) {
	h := NewHasher(0)
	s := []byte("u:w-10=colourless/green")
	prefixes := h.Prefixes(nil, s)
	var sum uint64
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		prefixes = h.Prefixes(prefixes, s)
		sum += h.Of(s) + h.OfString("u:w=ideas") + Join(h.Piece(s), h.PieceString("/")).Sum + h.Sub(prefixes, 2, 7).Sum
	}))
	require.NotZero(t, sum)
}

func BenchmarkOf(b *testing.B) {
	h := NewHasher(0)
	for _, n := range []int{1, 4, 6, 8, 12, 16, 64, 1024} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := []byte(strings.Repeat("x", n))
			b.SetBytes(int64(n))
			for b.Loop() {
				h.Of(s)
			}
		})
	}
}
