package crfpp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/interop/internal/rawlines"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

func read(t testing.TB, data []byte) *Model {
	t.Helper()
	m, err := Read(data)
	require.NoError(t, err)
	return m
}

func load(t testing.TB, name string) *Model {
	t.Helper()
	return read(t, file(t, name))
}

func test(t testing.TB, m *Model, data []byte, o Options) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, m.Test(&out, bytes.NewReader(data), "test", o))
	return out.String()
}

func TestOutputIsThatOfCRFTest(t *testing.T) {
	for _, c := range []struct {
		model, out string
		o          Options
	}{
		{"model.crfpp", "out.crfpp.v0", Options{}},
		{"model.crfpp", "out.crfpp.v1", Options{Verbose: 1}},
		{"model.crfpp", "out.crfpp.v2", Options{Verbose: 2}},
		{"model.crfpp", "out.crfpp.n5", Options{NBest: 5}},
		{"odd.crfpp", "out.odd", Options{CostFactor: 0.5, Verbose: 2, NBest: 3}},
	} {
		for _, name := range []string{c.model, c.model + ".txt"} {
			assert.Equal(t, string(file(t, c.out)), test(t, load(t, name), file(t, "test.txt"), c.o), "%s, %s", name, c.out)
		}
	}
}

// shared returns a file from the shared data next to the repository, or skips the test if it is
// missing.
func shared(t testing.TB, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "..", "shared", "interop"}, path...)...))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("reference data is missing")
	}
	require.NoError(t, err)
	return data
}

func TestOutputOnRealText(t *testing.T) {
	m := read(t, shared(t, "wnut17", "model.crfpp"))
	want := strings.SplitAfter(string(shared(t, "wnut17", "out.crfpp.v1")), "\n")
	got := strings.SplitAfter(test(t, m, shared(t, "wnut17", "dev.txt"), Options{Verbose: 1}), "\n")
	require.Len(t, got, len(want))
	require.Greater(t, len(want), 10_000)
	for k := range want {
		require.Equal(t, want[k], got[k], "line %d", k+1)
	}
}

func TestNBestStartsWithTheBestAndSinks(t *testing.T) {
	m := load(t, "model.crfpp")
	best := strings.Split(test(t, m, file(t, "test.txt"), Options{}), "\n\n")
	list := strings.Split(test(t, m, file(t, "test.txt"), Options{NBest: 30}), "\n\n")
	require.Len(t, list, 30*(len(best)-1)+1)
	last := 0.0
	for k, text := range list[:len(list)-1] {
		head, rest, _ := strings.Cut(text, "\n")
		var rank int
		var p float64
		_, err := fmt.Sscanf(head, "# %d %f", &rank, &p)
		require.NoError(t, err)
		require.Equal(t, k%30, rank)
		if rank == 0 {
			require.Equal(t, best[k/30], rest)
		} else {
			require.LessOrEqual(t, p, last)
		}
		last = p
	}
}

// With one token there are as many labellings as labels.
func TestNBestEnds(t *testing.T) {
	m := load(t, "model.crfpp")
	out := test(t, m, []byte("Maria NOUN\n"), Options{NBest: 50})
	assert.Equal(t, len(m.Labels()), strings.Count(out, "# "))
}

func TestSentencesAreThoseOfCRFTest(t *testing.T) {
	m := load(t, "small.crfpp")
	for _, c := range []struct{ in, out string }{
		{"", ""},
		{"\n \n\t\n", ""},
		{"a ADP", "a\tADP\tO\n\n"},
		{"a  \t ADP\tX  \n\n\n# ADP\n", "a\tADP\tX\tO\n\n#\tADP\tO\n\n"},
		{"a ADP\n x\nb ADP\n", "a\tADP\tO\n\nb\tADP\tO\n\n"},               // a line that starts with a blank ends a sentence
		{"a ADP\r\n", "a\tADP\r\tB-LOC\n\n"},                               // the CR is part of the last column
		{"\xff\xfe\xa0 ADP\u00a0\n", "\xff\xfe\xa0\tADP\u00a0\tB-LOC\n\n"}, // bytes
	} {
		assert.Equal(t, c.out, test(t, m, []byte(c.in), Options{}), "%q", c.in)
	}
}

func TestErrorsHaveALine(t *testing.T) {
	m := load(t, "model.crfpp")
	var out strings.Builder
	err := m.Test(&out, strings.NewReader("a ADP\n\nb ADP\nc\n"), "in.txt", Options{})
	assert.ErrorIs(t, err, features.ErrColumn)
	assert.EqualError(t, err, "in.txt:4: no such column: 1 columns, but the model reads 2")
	assert.Equal(t, "a\tADP\tO\n\n", out.String(), "what stands before the error is written")

	err = m.Test(io.Discard, strings.NewReader("a ADP\n"+strings.Repeat("x", rawlines.Max+1)), "in.txt", Options{})
	assert.ErrorIs(t, err, corpus.ErrTooLong)
	assert.ErrorContains(t, err, "in.txt:2")

	broken := errors.New("broken pipe")
	assert.ErrorIs(t, m.Test(failing{broken}, strings.NewReader("a ADP\n"), "", Options{}), broken)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestCostFactorScales(t *testing.T) {
	m := load(t, "odd.crfpp")
	rows := features.Rows{{"Maria", "NOUN"}, {"at", "ADP"}, {"sea", "NOUN"}}
	a, b := m.NewDecoder(), m.NewDecoder()
	b.CostFactor = 0.25
	require.NoError(t, a.Read(rows))
	require.NoError(t, b.Read(rows))
	for k, v := range a.Scores().Edge {
		assert.Equal(t, 0.25*v, b.Scores().Edge[k])
	}
	_, score, err := a.Best()
	require.NoError(t, err)
	_, less, err := b.Best()
	require.NoError(t, err)
	assert.InDelta(t, score/4, less, 1e-12)
}

// A model of zeros has only ties. The lowest labels come first, then labellings that differ at the
// front.
func TestTies(t *testing.T) {
	zeros := strings.Repeat("0\n", 2+4)
	m := read(t, []byte("version: 100\nmaxid: 6\nxsize: 1\n\nX\nY\n\nU\nB\n\n4 U\n0 B\n\n"+zeros))
	var ranks []string
	for line := range strings.Lines(test(t, m, []byte("a\nb\n"), Options{NBest: 9})) {
		if f := strings.Fields(line); len(f) > 0 {
			ranks = append(ranks, f[len(f)-1])
		}
	}
	assert.Equal(t, "0.250000 X X 0.250000 Y X 0.250000 X Y 0.250000 Y Y", strings.Join(ranks, " "))
}

func TestOverflowIsSaid(t *testing.T) {
	m := read(t, []byte("version: 100\nmaxid: 2\nxsize: 1\n\nX\nY\n\nU\nU\n\n0 U\n\n3e38\n0\n"))
	err := m.Test(io.Discard, strings.NewReader("a\n"), "", Options{})
	assert.ErrorContains(t, err, fmt.Sprint(math.Inf(1)))
}

func TestGoroutinesShareAModel(t *testing.T) {
	for _, name := range []string{"model.crfpp", "model.crfpp.txt"} {
		m, data, want := load(t, name), file(t, "test.txt"), string(file(t, "out.crfpp.v2"))
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				var out bytes.Buffer
				assert.NoError(t, m.Test(&out, bytes.NewReader(data), "", Options{Verbose: 2}))
				assert.Equal(t, want, out.String())
			})
		}
		all.Wait()
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	for _, name := range []string{"model.crfpp", "model.crfpp.txt"} {
		tagger := load(t, name).NewDecoder()
		var rows features.Sequence = features.Rows{{"Maria", "NOUN"}, {"moved", "VERB"}, {"to", "ADP"}, {"Oslo", "NOUN"}}
		assert.Zero(t, testing.AllocsPerRun(20, func() {
			if err := tagger.Read(rows); err != nil {
				t.Error(err)
			}
			if _, _, err := tagger.Best(); err != nil {
				t.Error(err)
			}
			if _, err := tagger.Marginals(); err != nil {
				t.Error(err)
			}
			if _, err := tagger.NBest(3); err != nil {
				t.Error(err)
			}
		}), name)
	}
}

func BenchmarkTest(b *testing.B) {
	m := read(b, shared(b, "wnut17", "model.crfpp"))
	data := shared(b, "wnut17", "dev.txt")
	tokens := bytes.Count(data, []byte("\t"))
	for b.Loop() {
		require.NoError(b, m.Test(io.Discard, bytes.NewReader(data), "dev.txt", Options{}))
	}
	b.ReportMetric(float64(tokens)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}
