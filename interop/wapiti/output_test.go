package wapiti

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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
	"github.com/trellis-nlp/trellis/model"
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

func label(t testing.TB, m *Model, data []byte, o Options) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, m.Label(&out, bytes.NewReader(data), "test", o))
	return out.String()
}

func TestOutputIsThatOfWapitiLabel(t *testing.T) {
	for _, c := range []struct {
		model, in, out string
		o              Options
	}{
		{"model.wapiti", "test.txt", "out.wapiti.labels", Options{}},
		{"model.wapiti", "test.txt", "out.wapiti.posterior", Options{Scores: true, Posterior: true}},
		{"model.wapiti", "test.txt", "out.wapiti.n5", Options{Scores: true, NBest: 5}},
		{"memm.wapiti", "test.txt", "out.memm", Options{Scores: true}},
		{"memm.wapiti", "test.txt", "out.memm", Options{Scores: true, Posterior: true}}, // ignored
		{"memm.wapiti", "test.txt", "out.memm.forced", Options{Scores: true, Posterior: true, Force: true}},
		{"two.wapiti", "test.txt", "out.two.n4", Options{Scores: true, NBest: 4}},
		{"two.wapiti", "test.txt", "out.two.forced", Options{Scores: true, Posterior: true, Force: true}},
		{"raw.wapiti", "raw.txt", "out.raw.n3", Options{Scores: true, Posterior: true, NBest: 3, Labelled: true}},
		{"auto.wapiti", "test.txt", "out.auto", Options{Scores: true, Only: true, Labelled: true}},
	} {
		assert.Equal(t, string(file(t, c.out)), label(t, load(t, c.model), file(t, c.in), c.o), "%s, %s", c.model, c.out)
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
	m := read(t, shared(t, "wnut17", "model.wapiti"))
	want := strings.SplitAfter(string(shared(t, "wnut17", "out.wapiti.posterior")), "\n")
	got := strings.SplitAfter(label(t, m, shared(t, "wnut17", "dev.txt"), Options{Scores: true, Posterior: true}), "\n")
	require.Len(t, got, len(want))
	require.Greater(t, len(want), 10_000)
	for k := range want {
		require.Equal(t, want[k], got[k], "line %d", k+1)
	}
}

func TestNBestStartsWithTheBestAndSinks(t *testing.T) {
	m := load(t, "model.wapiti")
	best := strings.Split(label(t, m, file(t, "test.txt"), Options{Scores: true}), "\n\n")
	list := strings.Split(label(t, m, file(t, "test.txt"), Options{Scores: true, NBest: 30}), "\n\n")
	require.Len(t, list, 30*(len(best)-1)+1)
	last := 0.0
	for k, text := range list[:len(list)-1] {
		var rank int
		var score float64
		_, err := fmt.Sscanf(text, "# %d %f", &rank, &score)
		require.NoError(t, err)
		require.Equal(t, k%30, rank)
		if rank == 0 {
			require.Equal(t, best[k/30], text)
		} else {
			require.LessOrEqual(t, score, last)
		}
		last = score
	}
}

func TestNBestEnds(t *testing.T) {
	m := load(t, "model.wapiti")
	out := label(t, m, []byte("Maria NOUN\n"), Options{Scores: true, NBest: 50})
	assert.Equal(t, len(m.Labels()), strings.Count(out, "# "))
	out = label(t, m, []byte("Maria NOUN B-PER\n"), Options{Scores: true, NBest: 50, Force: true})
	assert.Equal(t, 1, strings.Count(out, "# "))
}

func TestSentencesAreThoseOfWapiti(t *testing.T) {
	m := load(t, "small.wapiti")
	for _, c := range []struct{ in, out string }{
		{"", ""},
		{"\n \r\n\v\f\t\n", ""},
		{"a ADP", "a ADP\tO\n\n"},
		{"  a  \t ADP\tX  \n\n\n# ADP\n", "  a  \t ADP\tX  \tO\n\n# ADP\tO\n\n"}, // lines are unchanged
		{"a ADP\r\n\r\nb ADP\r\n", "a ADP\r\tO\n\nb ADP\r\tO\n\n"},
	} {
		assert.Equal(t, c.out, label(t, m, []byte(c.in), Options{}), "%q", c.in)
	}
	assert.Equal(t, "O\n\n", label(t, m, []byte("a ADP X\n"), Options{Only: true, Labelled: true}))
	assert.Equal(t, "B-PER\n\n", label(t, m, []byte("a ADP B-PER\n"), Options{Only: true, Force: true}))
	assert.Equal(t, "O\n\n", label(t, m, []byte("a ADP unheard\n"), Options{Only: true, Force: true}))
}

func TestErrorsHaveALine(t *testing.T) {
	m := load(t, "model.wapiti")
	var out strings.Builder
	err := m.Label(&out, strings.NewReader("a ADP\n\nb ADP\nc\n"), "in.txt", Options{Only: true})
	assert.ErrorIs(t, err, features.ErrColumn)
	assert.EqualError(t, err, "in.txt:4: no such column: 1 columns, but the model reads 2")
	assert.Equal(t, "O\n\n", out.String(), "what stands before the error is written")

	err = m.Label(io.Discard, strings.NewReader("a ADP\n"+strings.Repeat("x", rawlines.Max+1)), "in.txt", Options{})
	assert.ErrorIs(t, err, corpus.ErrTooLong)
	assert.ErrorContains(t, err, "in.txt:2")

	err = load(t, "raw.wapiti").Label(io.Discard, strings.NewReader("uw=a x\n"), "in.txt", Options{})
	assert.ErrorIs(t, err, model.ErrInput)
	assert.ErrorContains(t, err, `in.txt:1: unfit input: attribute "x" of token 1 does not start with u, b or *`)

	broken := errors.New("broken pipe")
	assert.ErrorIs(t, m.Label(failing{broken}, strings.NewReader("a ADP\n"), "", Options{}), broken)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestGoroutinesShareAModel(t *testing.T) {
	m, data, want := load(t, "model.wapiti"), file(t, "test.txt"), string(file(t, "out.wapiti.n5"))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			var out bytes.Buffer
			assert.NoError(t, m.Label(&out, bytes.NewReader(data), "", Options{Scores: true, NBest: 5}))
			assert.Equal(t, want, out.String())
		})
	}
	all.Wait()
}

func BenchmarkLabel(b *testing.B) {
	m := read(b, shared(b, "wnut17", "model.wapiti"))
	data := shared(b, "wnut17", "dev.txt")
	tokens := bytes.Count(data, []byte("\t"))
	for b.Loop() {
		require.NoError(b, m.Label(io.Discard, bytes.NewReader(data), "dev.txt", Options{}))
	}
	b.ReportMetric(float64(tokens)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}
