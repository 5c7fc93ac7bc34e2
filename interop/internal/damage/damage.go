package damage

import (
	"bytes"
	"iter"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Bytes returns a copy of data with a few bytes changed, deleted or inserted. It inserts characters
// of format more often than others.
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

// Rounds damages data the given number of times and passes the result to use, which reports whether
// it is still a model. The test fails if no results or all results are models.
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
	require.Greater(t, valid, rounds/100, "too few valid models to test the code after the reader")
	require.Less(t, valid, rounds)
}

// Read calls read, and fails the test if it allocates more than 64 KiB and factor bytes for each
// byte of data.
func Read[M any](t testing.TB, data []byte, factor int, read func([]byte) (M, error)) (M, error) {
	t.Helper()
	limit := uint64(factor*len(data) + 64<<10)
	before := allocated()
	m, err := read(data)
	if allocated()-before > limit { // unless another allocation was counted late
		var a, b runtime.MemStats
		runtime.ReadMemStats(&a)
		m, err = read(data)
		runtime.ReadMemStats(&b)
		require.LessOrEqual(t, b.TotalAlloc-a.TotalAlloc, limit, "bytes allocated for a file of %d", len(data))
	}
	return m, err
}

// model lists the weights of a model by the numbers of its labels.
type model interface {
	Labels() []string
	Unigrams() iter.Seq2[string, iter.Seq2[int, float64]]
	Bigrams() iter.Seq2[string, iter.Seq2[[2]int, float64]]
	Transitions() iter.Seq2[[2]int, float64]
}

// Visit reads all weights of a model and the names of their labels. It panics if a label number is
// out of range.
func Visit(m model) {
	labels := m.Labels()
	for _, weights := range m.Unigrams() {
		for label := range weights {
			_ = labels[label]
		}
	}
	for _, weights := range m.Bigrams() {
		for pair := range weights {
			_, _ = labels[pair[0]], labels[pair[1]]
		}
	}
	for pair := range m.Transitions() {
		_, _ = labels[pair[0]], labels[pair[1]]
	}
}

// allocated returns the number of bytes allocated so far. Small objects count only when their
// processor reports them.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
