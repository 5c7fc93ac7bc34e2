package damage

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Bytes returns a copy of data in which a few bytes are changed, dropped or inserted. Characters of the format are
// put in more often than others.
func Bytes(rng *rand.Rand, data []byte, format string) []byte {
	bad := bytes.Clone(data)
	for range 1 + rng.IntN(4) {
		at := rng.IntN(len(bad))
		switch rng.IntN(6) {
		case 0:
			bad = slices.Delete(bad, at, min(at+1+rng.IntN(8), len(bad)))
		case 1:
			from := rng.IntN(len(bad))
			bad = slices.Insert(bad, at, bytes.Clone(bad[from:min(from+1+rng.IntN(40), len(bad))])...)
		case 2:
			bad[at] ^= 1 << rng.IntN(8)
		case 3:
			bad[at] = format[rng.IntN(len(format))]
		default:
			bad[at] = byte(rng.IntN(256))
		}
		if len(bad) == 0 {
			return bad
		}
	}
	return bad
}

// Rounds damages data so many times and hands it to use, which reports whether the result is still a model. Some
// results must be, or nothing behind the reader was tried, and some must not.
func Rounds(t *testing.T, data []byte, format string, rounds int, use func(t testing.TB, data []byte) bool) {
	if testing.Short() {
		rounds = min(rounds, 2000)
	}
	rng := rand.New(rand.NewPCG(7, 7))
	valid := 0
	for range rounds {
		if use(t, Bytes(rng, data, format)) {
			valid++
		}
	}
	t.Logf("%d of %d are still models", valid, rounds)
	require.Greater(t, valid, rounds/100, "or nothing behind the reader was tried")
	require.Less(t, valid, rounds)
}

// Read calls read, and fails where it takes more memory than the file warrants.
func Read[M any](t testing.TB, data []byte, read func([]byte) (M, error)) (M, error) {
	t.Helper()
	limit := uint64(32*len(data) + 64<<10) // names of a byte or two cost most: a map has up to 56 for each
	before := allocated()
	m, err := read(data)
	if allocated()-before > limit { // or something else was counted late
		var a, b runtime.MemStats
		runtime.ReadMemStats(&a)
		m, err = read(data)
		runtime.ReadMemStats(&b)
		require.LessOrEqual(t, b.TotalAlloc-a.TotalAlloc, limit, "bytes taken for a file of %d", len(data))
	}
	return m, err
}

// allocated returns how many bytes the heap ever gave out, small objects up to what is still counted
// on the processor that took them.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
