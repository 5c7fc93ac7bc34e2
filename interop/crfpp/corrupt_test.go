package crfpp

import (
	"bytes"
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/interop/internal/damage"
)

// corruptions is how often each large model is damaged. The small models are damaged a hundred
// thousand times.
var corruptions = flag.Int("corruptions", 1000, "damages to each large model")

// use reads a model. If it is valid, use calls all accessors and tags with it. It reports whether
// the model is valid. The test fails if reading uses too much memory for the size of the file.
func use(t testing.TB, data []byte) bool {
	t.Helper()
	m, err := damage.Read(t, data, 32, Read) // names of a byte or two use up to 56 bytes each in a map
	if err != nil {
		require.ErrorIs(t, err, ErrModel)
		return false
	}
	damage.Visit(m)
	if m.Columns() <= 2 {
		tag(t, m)
	}
	return true
}

// tag labels a sentence. If weights overflow, it requires an error.
func tag(t testing.TB, m *Model) {
	t.Helper()
	err := m.Test(io.Discard, strings.NewReader("Maria NOUN\nin ADP\n\n"), "", Options{Verbose: 2, NBest: 2})
	if err != nil {
		require.ErrorContains(t, err, "score")
	}
}

func TestEveryTruncationIsRefusedOrAModel(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 13
	}
	for _, name := range []string{"model.crfpp", "model.crfpp.txt", "small.crfpp", "small.crfpp.txt"} {
		data := file(t, name)
		text := strings.HasSuffix(name, ".txt")
		lastLine := bytes.LastIndexByte(data[:len(data)-1], '\n')
		for n := 0; n < len(data); n += step {
			_, err := parse(data[:n])
			if text && n > lastLine+1 { // the last weight may lose digits
				require.NoError(t, err)
			} else if err == nil {
				t.Fatalf("%s cut to %d bytes is still a model", name, n)
			}
		}
	}
}

// format contains the characters with a meaning in model files.
const format = "\x00\xff \n:0915BU%"

func TestDamagedModelsDoNoHarm(t *testing.T) {
	for name, rounds := range map[string]int{
		"small.crfpp": 100_000, "small.crfpp.txt": 100_000,
		"model.crfpp": *corruptions, "model.crfpp.txt": *corruptions, "odd.crfpp": *corruptions, "odd.crfpp.txt": *corruptions,
	} {
		t.Run(name, func(t *testing.T) {
			damage.Rounds(t, file(t, name), format, rounds, use)
		})
	}
}

func FuzzText(f *testing.F) {
	for _, name := range []string{"small.crfpp.txt", "odd.crfpp.txt"} {
		f.Add(file(f, name))
	}
	f.Add([]byte(good))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 1<<16 {
			use(t, append([]byte(textStart), bytes.TrimPrefix(data, []byte(textStart))...))
		}
	})
}

func FuzzBinary(f *testing.F) {
	for _, name := range []string{"small.crfpp", "odd.crfpp"} {
		f.Add(file(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 1<<16 {
			use(t, data)
		}
	})
}

func FuzzSentences(f *testing.F) {
	f.Add(file(f, "test.txt"))
	f.Add([]byte("a\tADP\r\n \n\nb  ADP  x\n#\n"))
	m := load(f, "small.crfpp")
	f.Fuzz(func(t *testing.T, data []byte) {
		var out bytes.Buffer
		err := m.Test(&out, bytes.NewReader(data), "", Options{Verbose: 1})
		if err != nil {
			require.ErrorIs(t, err, features.ErrColumn)
		}
	})
}
