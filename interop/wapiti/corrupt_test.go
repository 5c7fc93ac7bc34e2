package wapiti

import (
	"bytes"
	"flag"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// corruptions is how often each large model is damaged; the small one is, a hundred thousand times.
var corruptions = flag.Int("corruptions", 1000, "damages to each large model")

// use reads a model and, if it is one, asks for all that it has and tags with it. It returns whether it
// is one and fails where reading takes more memory than the file warrants.
func use(t testing.TB, data []byte) bool {
	t.Helper()
	limit := uint64(32*len(data) + 64<<10) // names of a byte or two cost most: a map has up to 56 for each
	before := allocated()
	m, err := Read(data)
	if allocated()-before > limit { // or something else was counted late
		var a, b runtime.MemStats
		runtime.ReadMemStats(&a)
		m, err = Read(data)
		runtime.ReadMemStats(&b)
		require.LessOrEqual(t, b.TotalAlloc-a.TotalAlloc, limit, "bytes taken for a file of %d", len(data))
	}
	if err != nil {
		require.ErrorIs(t, err, ErrModel)
		return false
	}
	for _, weights := range m.Unigrams() {
		for label := range weights {
			_ = m.Labels()[label]
		}
	}
	for _, weights := range m.Bigrams() {
		for pair := range weights {
			_, _ = m.Labels()[pair[0]], m.Labels()[pair[1]]
		}
	}
	for pair := range m.Transitions() {
		_, _ = m.Labels()[pair[0]], m.Labels()[pair[1]]
	}
	if m.Columns() <= 2 && len(m.Labels()) < 100 {
		in := strings.NewReader("ua *NOUN\nbin *ADP\n\n")
		if err := m.Label(io.Discard, in, "", Options{Scores: true, Posterior: true, NBest: 2}); err != nil {
			require.ErrorContains(t, err, "score") // weights of 1e308 overflow, and that is said
		}
	}
	return true
}

// allocated returns how many bytes the heap ever gave out, small objects up to what is still counted
// on the processor that took them.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

func TestEveryTruncationIsRefusedOrAModel(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 13
	}
	for _, name := range []string{"model.wapiti", "memm.wapiti", "raw.wapiti", "small.wapiti"} {
		data := file(t, name)
		lastLine := bytes.LastIndexByte(data[:len(data)-1], '\n')
		for n := 0; n < len(data); n += step {
			p := &parser{data: data[:n]}
			_, err := p.model()
			if err == nil && n < lastLine+4 { // the last weight may lose digits
				t.Fatalf("%s cut to %d bytes is still a model", name, n)
			}
		}
	}
}

// damage changes a few bytes, drops some or puts some in.
func damage(rng *rand.Rand, data []byte) []byte {
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
			bad[at] = "\x00\xff \n:0915ub*#%"[rng.IntN(13)]
		default:
			bad[at] = byte(rng.IntN(256))
		}
		if len(bad) == 0 {
			return bad
		}
	}
	return bad
}

func TestDamagedModelsDoNoHarm(t *testing.T) {
	for name, rounds := range map[string]int{
		"small.wapiti": 100_000, "model.wapiti": *corruptions, "memm.wapiti": *corruptions, "raw.wapiti": *corruptions,
		"auto.wapiti": *corruptions,
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() {
				rounds = min(rounds, 2000)
			}
			rng := rand.New(rand.NewPCG(7, 7))
			data := file(t, name)
			valid := 0
			for range rounds {
				if use(t, damage(rng, data)) {
					valid++
				}
			}
			t.Logf("%d of %d are still models", valid, rounds)
			require.Greater(t, valid, rounds/100, "or nothing behind the reader was tried")
			require.Less(t, valid, rounds)
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"small.wapiti", "auto.wapiti", "raw.wapiti"} {
		f.Add(file(f, name))
	}
	f.Add([]byte(good))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 1<<16 {
			use(t, data)
		}
	})
}

func FuzzSentences(f *testing.F) {
	f.Add(file(f, "test.txt"), true)
	f.Add([]byte("a\tADP\r\n \n\nb  ADP  x\n#\n"), false)
	m := load(f, "auto.wapiti")
	f.Fuzz(func(t *testing.T, data []byte, labelled bool) {
		var out bytes.Buffer
		require.NoError(t, m.Label(&out, bytes.NewReader(data), "", Options{Labelled: labelled, Scores: true}))
		lines := 0
		for line := range bytes.Lines(data) {
			if len(bytes.Trim(line, " \t\n\v\f\r")) > 0 {
				lines++
			}
		}
		require.Equal(t, lines, bytes.Count(out.Bytes(), []byte("\n\n")))
	})
}
