package crfsuite_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
)

func tiny(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "tiny."+name))
	require.NoError(t, err)
	return data
}

// wnut returns a file of the WNUT-17 samples, or skips the test.
func wnut(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "interop", "wnut17", name))
	if os.IsNotExist(err) {
		t.Skip("the samples are not here")
	}
	require.NoError(t, err)
	return data
}

func read(t testing.TB, data []byte) *crfsuite.Model {
	t.Helper()
	m, err := crfsuite.Read(data)
	require.NoError(t, err)
	return m
}

func write(t testing.TB, m *crfsuite.Model) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, crfsuite.Write(&out, m))
	return out.Bytes()
}

func newLabeller(t testing.TB, m *crfsuite.Model) *crfsuite.Labeller {
	t.Helper()
	labeller, err := crfsuite.NewLabeller(m)
	require.NoError(t, err)
	return labeller
}

func newDecoder(t testing.TB, m *crfsuite.Model) *crfsuite.Decoder {
	return newLabeller(t, m).NewDecoder()
}

func sentences(t testing.TB, data []byte) (all []*attrfile.Items) {
	t.Helper()
	r := attrfile.NewReader(bytes.NewReader(data), "")
	var it attrfile.Items
	for {
		err := r.Read(&it)
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		all = append(all, it.Clone())
	}
}

// tagged returns the output with options o for all sentences of an attribute file.
func tagged(t testing.TB, m *crfsuite.Model, items []byte, o crfsuite.Output) string {
	t.Helper()
	tagger, printer := newDecoder(t, m), crfsuite.NewPrinter(m.Labels, o)
	var out []byte
	for _, it := range sentences(t, items) {
		require.NoError(t, tagger.ReadItems(it.Attributes))
		var err error
		out, err = printer.Append(out, tagger.Scores(), it.Labels)
		require.NoError(t, err)
	}
	return string(out)
}

// random returns a valid model with up to l labels, a attributes and features for many pairs of
// them.
func random(rng *rand.Rand, l, a int) *crfsuite.Model {
	m := new(crfsuite.Model)
	l = 1 + rng.IntN(l)
	name := func(k int) string {
		return fmt.Sprint(strings.Repeat("x\t:é\xff", rng.IntN(5)), k, strings.Repeat("\n", rng.IntN(3)))
	}
	for j := range l {
		m.Labels = append(m.Labels, name(j))
	}
	if rng.IntN(2) == 0 {
		m.Labels[rng.IntN(l)] = ""
	}
	for k := range rng.IntN(a + 1) {
		x := crfsuite.Attribute{Name: name(k)}
		for _, j := range rng.Perm(l)[:rng.IntN(l+1)] {
			x.Features = append(x.Features, crfsuite.Feature{Label: j, Weight: rng.NormFloat64()})
		}
		m.Attributes = append(m.Attributes, x)
	}
	pairs := rng.Perm(l * l)
	for _, p := range pairs[:rng.IntN(len(pairs)+1)] {
		m.Transitions = append(m.Transitions, crfsuite.Transition{From: p / l, To: p % l, Weight: rng.NormFloat64()})
	}
	return m
}
